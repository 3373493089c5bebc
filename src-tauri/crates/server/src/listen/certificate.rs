//! The certificate of the TLS address: the owner's own, or one that is made here and kept.
//!
//! A made one is valid for ten years and stays the same while the names it is for do: programs that pinned its
//! fingerprint would have to be paired again after every change. The key never leaves the data folder.

use host::atomic_file;
use rcgen::{CertificateParams, DnType, ExtendedKeyUsagePurpose, KeyPair, KeyUsagePurpose, SanType};
use sha2::{Digest, Sha256};
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;
use time::{Duration, OffsetDateTime};
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::{ServerConfig, crypto};

const VALID: Duration = Duration::days(3_650);
/// What a file of a certificate or key may have.
const MOST_BYTES: u64 = 1 << 20;
/// Made ones, below the data folder.
const FOLDER: &str = "listen";

/// Where the certificate comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Source {
    /// The owner's: certificate with its chain, and key.
    Own { certificate: PathBuf, key: PathBuf },
    /// Made here, for this address and these names.
    Made { data: PathBuf, address: IpAddr, names: Vec<String> },
}

/// Ready for handshakes.
pub(super) struct Tls {
    pub config: Arc<ServerConfig>,
    /// SHA-256 of the first certificate, in hexadecimal.
    pub fingerprint: String,
    pub self_signed: bool,
}

#[derive(Debug, thiserror::Error)]
pub(super) enum CertificateError {
    #[error("The certificate {0} cannot be read: {1}.")]
    Certificate(PathBuf, String),
    #[error("The private key {0} cannot be read: {1}.")]
    Key(PathBuf, String),
    #[error("{0} is readable by others. Take that away: chmod 600.")]
    Open(PathBuf),
    #[error("The certificate and its key do not fit together: {0}.")]
    Unfit(String),
    #[error("A certificate could not be made: {0}.")]
    Making(String),
}

impl Source {
    /// Reads or makes it. Blocks.
    pub(super) fn load(&self, now: OffsetDateTime) -> Result<Tls, CertificateError> {
        match self {
            Self::Own { certificate, key } => {
                if others_may_read(key) {
                    return Err(CertificateError::Open(key.clone()));
                }
                build(certificate, key, false)
            }
            Self::Made { data, address, names } => {
                let folder = data.join(FOLDER);
                let (certificate, key) = (folder.join("certificate.pem"), folder.join("key.pem"));
                let subject = subject(*address, names);
                let kept = std::fs::read_to_string(folder.join("names")).unwrap_or_default();
                let tls = (kept == subject).then(|| build(&certificate, &key, true));
                if let Some(Ok(tls)) = tls {
                    return Ok(tls);
                }
                make(&folder, *address, names, &subject, now)?;
                build(&certificate, &key, true)
            }
        }
    }

    /// When the owner's files were last changed: a renewed certificate is taken up without a restart.
    pub(super) fn changed(&self) -> Option<(SystemTime, SystemTime)> {
        let when = |path: &Path| std::fs::metadata(path).and_then(|meta| meta.modified()).ok();
        match self {
            Self::Own { certificate, key } => Some((when(certificate)?, when(key)?)),
            Self::Made { .. } => None,
        }
    }
}

fn subject(address: IpAddr, names: &[String]) -> String {
    let mut all = vec![address.to_string()];
    all.extend(names.iter().map(|name| name.to_lowercase()));
    all.join("\n")
}

fn make(
    folder: &Path,
    address: IpAddr,
    names: &[String],
    subject: &str,
    now: OffsetDateTime,
) -> Result<(), CertificateError> {
    let failed = |e: &dyn std::fmt::Display| CertificateError::Making(e.to_string());
    let mut params = CertificateParams::new(names.to_vec()).map_err(|e| failed(&e))?;
    params.subject_alt_names.push(SanType::IpAddress(address));
    params.distinguished_name.push(DnType::CommonName, "Pilothouse");
    params.not_before = now - Duration::days(1);
    params.not_after = now + VALID;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    let key = KeyPair::generate().map_err(|e| failed(&e))?;
    let certificate = params.self_signed(&key).map_err(|e| failed(&e))?;
    std::fs::create_dir_all(folder).map_err(|e| failed(&e))?;
    // What it is for is written last: without it, it is made again.
    let files = [
        ("key.pem", key.serialize_pem()),
        ("certificate.pem", certificate.pem()),
        ("names", subject.to_owned()),
    ];
    for (name, text) in files {
        atomic_file::write(&folder.join(name), text.as_bytes()).map_err(|e| failed(&e))?;
    }
    Ok(())
}

fn build(certificate: &Path, key: &Path, self_signed: bool) -> Result<Tls, CertificateError> {
    let unread = |why: String| CertificateError::Certificate(certificate.to_owned(), why);
    let chain: Vec<CertificateDer<'static>> =
        CertificateDer::pem_slice_iter(&read(certificate).map_err(unread)?)
            .collect::<Result<_, _>>()
            .map_err(|e| unread(e.to_string()))?;
    let first = chain.first().ok_or_else(|| unread("there is none in it".to_owned()))?;
    let fingerprint = Sha256::digest(first).iter().map(|byte| format!("{byte:02x}")).collect();
    let unread = |why: String| CertificateError::Key(key.to_owned(), why);
    let secret =
        PrivateKeyDer::from_pem_slice(&read(key).map_err(unread)?).map_err(|e| unread(e.to_string()))?;
    let provider = Arc::new(crypto::aws_lc_rs::default_provider());
    let unfit = |e: tokio_rustls::rustls::Error| CertificateError::Unfit(e.to_string());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(unfit)?
        .with_no_client_auth()
        .with_single_cert(chain, secret)
        .map_err(unfit)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Tls { config: Arc::new(config), fingerprint, self_signed })
}

fn read(path: &Path) -> Result<Vec<u8>, String> {
    let size = std::fs::metadata(path).map_err(|e| e.to_string())?.len();
    if size > MOST_BYTES {
        return Err("it is too large".to_owned());
    }
    std::fs::read(path).map_err(|e| e.to_string())
}

#[cfg(unix)]
fn others_may_read(path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    // A group may be how a renewing program hands the key over; everybody is never meant.
    std::fs::metadata(path).is_ok_and(|meta| meta.mode() & 0o007 != 0)
}

/// Who may read it is said by access lists there.
#[cfg(not(unix))]
fn others_may_read(_path: &Path) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(data: &Path, names: &[&str]) -> Source {
        let names = names.iter().map(|name| (*name).to_owned()).collect();
        Source::Made { data: data.to_owned(), address: "127.0.0.2".parse().unwrap(), names }
    }

    #[test]
    fn a_made_certificate_is_kept_and_made_anew_for_other_names() {
        let data = tempfile::tempdir().unwrap();
        let now = OffsetDateTime::now_utc();
        let first = made(data.path(), &[]).load(now).unwrap();
        assert!(first.self_signed);
        assert_eq!(first.fingerprint.len(), 64);
        assert_eq!(made(data.path(), &[]).load(now).unwrap().fingerprint, first.fingerprint);
        let other = made(data.path(), &["pilot.example.org"]).load(now).unwrap();
        assert_ne!(other.fingerprint, first.fingerprint);
    }

    #[test]
    fn half_of_one_is_made_again() {
        let data = tempfile::tempdir().unwrap();
        let now = OffsetDateTime::now_utc();
        let first = made(data.path(), &[]).load(now).unwrap();
        std::fs::write(data.path().join("listen/key.pem"), "x").unwrap();
        assert_ne!(made(data.path(), &[]).load(now).unwrap().fingerprint, first.fingerprint);
    }

    #[test]
    fn the_owners_own_is_taken_and_a_wrong_or_open_key_is_told() {
        let data = tempfile::tempdir().unwrap();
        made(data.path(), &[]).load(OffsetDateTime::now_utc()).unwrap();
        let path = |name: &str| data.path().join("listen").join(name);
        let own = |key: PathBuf| Source::Own { certificate: path("certificate.pem"), key };
        let now = OffsetDateTime::now_utc();
        assert!(!own(path("key.pem")).load(now).unwrap().self_signed);
        let other = data.path().join("other.pem");
        atomic_file::write(&other, KeyPair::generate().unwrap().serialize_pem().as_bytes()).unwrap();
        assert!(matches!(own(other).load(now), Err(CertificateError::Unfit(_))));
        assert!(matches!(own(path("none.pem")).load(now), Err(CertificateError::Key(..))));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            std::fs::set_permissions(path("key.pem"), std::fs::Permissions::from_mode(0o644)).unwrap();
            assert!(matches!(own(path("key.pem")).load(now), Err(CertificateError::Open(_))));
        }
    }
}
