//! What a WebSocket of ours goes over: TCP, or TLS on it, by certificates the system trusts or by one that is known.

use crate::certificate;
use futures_util::TryFutureExt;
use protocol::gateway::FRAME_BYTES;
use protocol::{ApiError, ErrorCode};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::ClientConfig;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_tungstenite::tungstenite::Error;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::{HeaderValue, header::AUTHORIZATION};
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::{WebSocketStream, client_async_with_config};

/// How long a server may take to let somebody in.
const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) trait Wire: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Wire for T {}

pub(crate) type Socket = WebSocketStream<Box<dyn Wire>>;

/// The gateway of the server at this origin.
pub(crate) async fn open(
    url: &str,
    tls: Option<Arc<ClientConfig>>,
    token: Option<&str>,
) -> Result<Socket, ApiError> {
    match tokio::time::timeout(PATIENCE, connect(url, tls, token)).await {
        Ok(opened) => opened,
        Err(_) => Err(broken("it does not answer")),
    }
}

async fn connect(url: &str, tls: Option<Arc<ClientConfig>>, token: Option<&str>) -> Result<Socket, ApiError> {
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
            None => certificate::trusted()?,
        };
        let name = ServerName::try_from(host).map_err(|e| ApiError::bad(e.to_string()))?;
        let secured = TlsConnector::from(config).connect(name, stream);
        let why = |e: std::io::Error| certificate::refused(&e).unwrap_or_else(|| broken(&e.to_string()));
        Box::new(secured.map_err(why).await?)
    } else {
        Box::new(stream)
    };
    let config =
        WebSocketConfig::default().max_message_size(Some(FRAME_BYTES)).max_frame_size(Some(FRAME_BYTES));
    let address = format!("{}/v1/ws", url.replacen("http", "ws", 1));
    let mut request = address.into_client_request().map_err(|e| ApiError::bad(e.to_string()))?;
    if let Some(token) = token.filter(|token| !token.is_empty()) {
        let mut bearer = HeaderValue::from_str(&format!("Bearer {token}"))
            .map_err(|_| ApiError::bad("the token has a character that no token has"))?;
        bearer.set_sensitive(true);
        request.headers_mut().insert(AUTHORIZATION, bearer);
    }
    let (socket, _) = client_async_with_config(request, stream, Some(config)).await.map_err(refused)?;
    Ok(socket)
}

/// Why there is no connection: what the server said, where it said something.
fn refused(error: Error) -> ApiError {
    let Error::Http(answer) = &error else { return broken(&error.to_string()) };
    let body = answer.body().as_deref().unwrap_or_default();
    serde_json::from_slice(body).unwrap_or_else(|_| broken(&error.to_string()))
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
}
