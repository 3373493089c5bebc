//! The read-only part of the machine that every program needs.
//!
//! A list of what is shown, not of what is hidden: /etc holds keys and passwords beside what resolvers and
//! interpreters need (and a job may run as root), so only named entries of it appear.

use std::path::{Path, PathBuf};

/// Entries of /etc that programs need and that hold no secret.
const ETC: &[&str] = &[
    "alternatives",
    "ca-certificates",
    "ca-certificates.conf",
    "crypto-policies",
    "debian_version",
    "fonts",
    "gai.conf",
    "group",
    "host.conf",
    "hosts",
    "inputrc",
    "ld.so.cache",
    "ld.so.conf",
    "ld.so.conf.d",
    "locale.alias",
    "localtime",
    "lsb-release",
    "magic",
    "mime.types",
    "nsswitch.conf",
    "os-release",
    "perl",
    "pki/ca-trust",
    "pki/tls/cert.pem",
    "pki/tls/certs",
    "pki/tls/openssl.cnf",
    "profile",
    "protocols",
    "resolv.conf",
    "rpc",
    "services",
    "shells",
    "ssl/cert.pem",
    "ssl/certs",
    "ssl/openssl.cnf",
    "terminfo",
    "timezone",
    "xml",
];

/// Entries of /etc whose names carry a version; a JDK keeps its settings there.
const ETC_PREFIXES: &[&str] = &["java", "python3", "maven"];

/// One part of the system as it is shown inside.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Part {
    ReadOnly(PathBuf),
    Symlink { path: PathBuf, to: PathBuf },
}

pub(super) fn parts() -> Vec<Part> {
    let top = ["/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"].iter().map(Path::new);
    let nix = ["/nix/store", "/run/current-system", "/etc/static"].iter().map(Path::new);
    let mut parts: Vec<Part> = top.chain(nix).filter_map(part).collect();
    let etc = Path::new("/etc");
    parts.extend(ETC.iter().map(|name| etc.join(name)).filter(|path| path.exists()).map(Part::ReadOnly));
    let versioned = std::fs::read_dir(etc).into_iter().flatten().flatten().map(|entry| entry.path());
    parts.extend(
        versioned
            .filter(|path| {
                let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
                ETC_PREFIXES.iter().any(|prefix| name.starts_with(prefix))
            })
            .map(Part::ReadOnly),
    );
    parts
}

/// Distributions with a merged /usr have symlinks at the top, which must stay symlinks inside.
fn part(path: &Path) -> Option<Part> {
    match std::fs::read_link(path) {
        Ok(to) => Some(Part::Symlink { path: path.to_path_buf(), to }),
        Err(_) => path.exists().then(|| Part::ReadOnly(path.to_path_buf())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usr_is_shown_and_nothing_secret_of_etc_is() {
        let parts = parts();
        assert!(parts.contains(&Part::ReadOnly("/usr".into())));
        for secret in ["/etc", "/etc/shadow", "/etc/ssl/private", "/etc/ssh", "/etc/ssl", "/etc/pki"] {
            assert!(!parts.contains(&Part::ReadOnly(secret.into())), "{secret}");
        }
    }
}
