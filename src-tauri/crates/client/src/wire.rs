//! What a WebSocket of ours goes over: TCP, or TLS on it, by certificates the system trusts or by one that is known.

use futures_util::TryFutureExt;
use protocol::gateway::FRAME_BYTES;
use protocol::{ApiError, ErrorCode};
use sha2::{Digest, Sha256};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use tokio_rustls::rustls::crypto::{
    CryptoProvider, aws_lc_rs, verify_tls12_signature, verify_tls13_signature,
};
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use tokio_rustls::rustls::{ClientConfig, DigitallySignedStruct, Error, SignatureScheme};
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::{WebSocketStream, client_async_with_config};

/// How long a server may take to let somebody in.
const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) trait Wire: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Wire for T {}

pub(crate) type Socket = WebSocketStream<Box<dyn Wire>>;

/// The gateway of the server at this origin.
pub(crate) async fn open(url: &str, tls: Option<Arc<ClientConfig>>) -> Result<Socket, ApiError> {
    match tokio::time::timeout(PATIENCE, connect(url, tls)).await {
        Ok(opened) => opened,
        Err(_) => Err(broken("it does not answer")),
    }
}

async fn connect(url: &str, tls: Option<Arc<ClientConfig>>) -> Result<Socket, ApiError> {
    let (secure, place) = match (url.strip_prefix("https://"), url.strip_prefix("http://")) {
        (Some(place), _) => (true, place),
        (_, Some(place)) => (false, place),
        _ => return Err(ApiError::bad(format!("{url} is no address of a server"))),
    };
    let (host, port) = host_and_port(place, if secure { 443 } else { 80 })?;
    let stream = TcpStream::connect((host.as_str(), port)).await.map_err(|e| broken(&e.to_string()))?;
    // Keys that are typed are worth a packet each.
    stream.set_nodelay(true).map_err(|e| broken(&e.to_string()))?;
    let stream: Box<dyn Wire> = if secure {
        let config = match tls {
            Some(config) => config,
            None => trusted()?,
        };
        let name = ServerName::try_from(host).map_err(|e| ApiError::bad(e.to_string()))?;
        let secured = TlsConnector::from(config).connect(name, stream);
        Box::new(secured.map_err(|e| broken(&e.to_string())).await?)
    } else {
        Box::new(stream)
    };
    let config =
        WebSocketConfig::default().max_message_size(Some(FRAME_BYTES)).max_frame_size(Some(FRAME_BYTES));
    let address = format!("{}/v1/ws", url.replacen("http", "ws", 1));
    let (socket, _) =
        client_async_with_config(address, stream, Some(config)).await.map_err(|e| broken(&e.to_string()))?;
    Ok(socket)
}

fn host_and_port(place: &str, usual: u16) -> Result<(String, u16), ApiError> {
    let bad = || ApiError::bad(format!("{place} names no server"));
    let (host, port) = match place.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, port.parse().map_err(|_| bad())?),
        _ => (place, usual),
    };
    let host = host.trim_start_matches('[').trim_end_matches(']');
    if host.is_empty() || host.contains('/') { Err(bad()) } else { Ok((host.to_owned(), port)) }
}

pub(crate) fn broken(why: &str) -> ApiError {
    ApiError::new(ErrorCode::Unavailable, format!("The connection to the server is broken: {why}."))
}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(aws_lc_rs::default_provider())
}

/// By what the system trusts.
fn trusted() -> Result<Arc<ClientConfig>, ApiError> {
    let wrong = |e: Error| ApiError::new(ErrorCode::Internal, format!("TLS cannot be used here: {e}"));
    let verifier = rustls_platform_verifier::Verifier::new(provider()).map_err(wrong)?;
    let config = ClientConfig::builder_with_provider(provider()).with_safe_default_protocol_versions();
    let config = config.map_err(wrong)?.dangerous().with_custom_certificate_verifier(Arc::new(verifier));
    Ok(Arc::new(config.with_no_client_auth()))
}

/// By one certificate alone, whose SHA-256 is known; neither its name nor its dates count.
pub(crate) fn pinned(fingerprint: &str) -> Result<Arc<ClientConfig>, ApiError> {
    let hex: String = fingerprint.chars().filter(|c| *c != ':').map(|c| c.to_ascii_lowercase()).collect();
    if hex.len() != 64 || !hex.bytes().all(|b| b.is_ascii_hexdigit()) {
        return Err(ApiError::bad("The fingerprint of a certificate is 64 hexadecimal digits"));
    }
    let wrong = |e: Error| ApiError::new(ErrorCode::Internal, format!("TLS cannot be used here: {e}"));
    let config = ClientConfig::builder_with_provider(provider()).with_safe_default_protocol_versions();
    let pin = Pin { fingerprint: hex, provider: provider() };
    let config = config.map_err(wrong)?.dangerous().with_custom_certificate_verifier(Arc::new(pin));
    Ok(Arc::new(config.with_no_client_auth()))
}

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
            Err(Error::General("the server shows another certificate than the one it was paired with".into()))
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

    #[test]
    fn an_address_says_host_and_port() {
        let read = |place: &str| host_and_port(place, 443).ok();
        assert_eq!(read("box.example"), Some(("box.example".into(), 443)));
        assert_eq!(read("127.0.0.2:8443"), Some(("127.0.0.2".into(), 8443)));
        assert_eq!(read("[::1]:3001"), Some(("::1".into(), 3001)));
        assert_eq!(read("[::1]"), Some(("::1".into(), 443)));
        for bad in ["", ":80", "box:x", "a/b"] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_fingerprint_is_64_hexadecimal_digits() {
        assert!(pinned(&"aB:".repeat(32)).is_ok());
        assert!(pinned("abc").is_err() && pinned(&"g".repeat(64)).is_err());
    }
}
