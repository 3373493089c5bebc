//! Whose certificate counts: those the system trusts, or one alone that is known by its fingerprint; and what is said
//! when a server shows another.

use protocol::{ApiError, ErrorCode};
use sha2::{Digest, Sha256};
use std::error::Error as StdError;
use std::sync::Arc;
use tokio_rustls::rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use tokio_rustls::rustls::crypto::{
    CryptoProvider, aws_lc_rs, verify_tls12_signature, verify_tls13_signature,
};
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use tokio_rustls::rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, Error, OtherError, SignatureScheme,
};

fn provider() -> Arc<CryptoProvider> {
    Arc::new(aws_lc_rs::default_provider())
}

fn unusable(error: Error) -> ApiError {
    ApiError::new(ErrorCode::Internal, format!("TLS cannot be used here: {error}"))
}

/// By what the system trusts.
pub(crate) fn trusted() -> Result<Arc<ClientConfig>, ApiError> {
    let verifier = rustls_platform_verifier::Verifier::new(provider()).map_err(unusable)?;
    by(Arc::new(verifier))
}

/// By one certificate alone, whose SHA-256 is known; neither its name nor its dates count.
pub(crate) fn pinned(url: &str, fingerprint: &str) -> Result<Arc<ClientConfig>, ApiError> {
    if !url.starts_with("https://") {
        // Nobody would check it there, and whoever named it relies on that.
        return Err(ApiError::bad(format!(
            "{url} is not https and shows no certificate, so the fingerprint that is named for it cannot be checked. Name its https address, or no fingerprint."
        )));
    }
    let hex: String = fingerprint.chars().filter(|c| *c != ':').map(|c| c.to_ascii_lowercase()).collect();
    if hex.len() != 64 || !hex.bytes().all(|b| b.is_ascii_hexdigit()) {
        return Err(ApiError::bad("The fingerprint of a certificate is 64 hexadecimal digits"));
    }
    by(Arc::new(Pin { fingerprint: hex, provider: provider() }))
}

fn by(verifier: Arc<dyn ServerCertVerifier>) -> Result<Arc<ClientConfig>, ApiError> {
    let config = ClientConfig::builder_with_provider(provider()).with_safe_default_protocol_versions();
    let config = config.map_err(unusable)?.dangerous().with_custom_certificate_verifier(verifier);
    Ok(Arc::new(config.with_no_client_auth()))
}

/// What is told when it was the certificate that ended a connection; none when it was something else.
pub(crate) fn refused(error: &(dyn StdError + 'static)) -> Option<ApiError> {
    let mut next = Some(error);
    while let Some(at) = next {
        if let Some(why @ Error::InvalidCertificate(certificate)) = at.downcast_ref::<Error>() {
            return Some(told(why, certificate));
        }
        next = match at.downcast_ref::<std::io::Error>() {
            // Its source is that of the error inside, and leaves this one out.
            Some(outer) => outer.get_ref().map(|inner| inner as &(dyn StdError + 'static)),
            None => at.source(),
        };
    }
    None
}

fn told(why: &Error, certificate: &CertificateError) -> ApiError {
    match certificate {
        CertificateError::Other(OtherError(inner)) if inner.is::<Another>() => ApiError::new(
            ErrorCode::ServerCertificate,
            "The server shows another certificate than the one that is known of it, so nothing was sent. Somebody may be in between, or it made a new one: compare with the fingerprint that `pilothouse tailnet` shows there. If that is new, put it into `server.fingerprint`, or pair this machine again.",
        ),
        _ => ApiError::new(
            ErrorCode::Unavailable,
            format!(
                "The server's certificate is not trusted here ({why}). If the server made it itself, name its fingerprint in `server.fingerprint`; `pilothouse tailnet` shows it there."
            ),
        ),
    }
}

/// Not the one that is known.
#[derive(Debug, thiserror::Error)]
#[error("it is another certificate than the one that is known")]
struct Another;

#[derive(Debug)]
struct Pin {
    fingerprint: String,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for Pin {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let found: String = Sha256::digest(end_entity).iter().map(|byte| format!("{byte:02x}")).collect();
        if found == self.fingerprint {
            Ok(ServerCertVerified::assertion())
        } else {
            Err(Error::InvalidCertificate(CertificateError::Other(OtherError(Arc::new(Another)))))
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, cert, dss, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, cert, dss, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io;

    const URL: &str = "https://box.example";

    #[test]
    fn a_fingerprint_is_64_hexadecimal_digits() {
        assert!(pinned(URL, &"aB:".repeat(32)).is_ok());
        assert!(pinned(URL, "abc").is_err() && pinned(URL, &"g".repeat(64)).is_err());
    }

    #[test]
    fn a_fingerprint_that_nobody_would_check_is_refused() {
        let refused = pinned("http://box.example", &"a".repeat(64)).unwrap_err();
        assert_eq!(refused.code, ErrorCode::BadRequest);
    }

    #[test]
    fn a_refused_certificate_is_found_below_other_errors() {
        let certificate = |why| io::Error::other(io::Error::other(Error::InvalidCertificate(why)));
        let another = certificate(CertificateError::Other(OtherError(Arc::new(Another))));
        assert_eq!(refused(&another).unwrap().code, ErrorCode::ServerCertificate);
        let unknown = refused(&certificate(CertificateError::UnknownIssuer)).unwrap();
        assert!(unknown.code == ErrorCode::Unavailable && unknown.message.contains("server.fingerprint"));
        assert!(refused(&io::Error::other(Error::DecryptError)).is_none());
        assert!(refused(&io::Error::from(io::ErrorKind::ConnectionRefused)).is_none());
    }
}
