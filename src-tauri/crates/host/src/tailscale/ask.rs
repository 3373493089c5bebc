//! One question over the local API.

use super::TailscaleError;
use super::place::Place;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http_body_util::{BodyExt as _, Empty, Limited};
use hyper::Request;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use std::io;
use tokio::io::{AsyncRead, AsyncWrite};

/// Any other name is refused by the daemon, which keeps pages of browsers out.
const HOST: &str = "local-tailscaled.sock";
const MOST_BYTES: usize = 4 << 20;

/// Status and body.
pub(super) async fn get(place: &Place, path: &str) -> Result<(u16, Vec<u8>), TailscaleError> {
    match place {
        Place::Socket(socket) => {
            #[cfg(unix)]
            let stream = tokio::net::UnixStream::connect(socket).await.map_err(unreachable)?;
            #[cfg(windows)]
            let stream =
                tokio::net::windows::named_pipe::ClientOptions::new().open(socket).map_err(unreachable)?;
            exchange(stream, path, None).await
        }
        Place::Port { port, password } => {
            let at = (std::net::Ipv4Addr::LOCALHOST, *port);
            let stream = tokio::net::TcpStream::connect(at).await.map_err(unreachable)?;
            exchange(stream, path, Some(password)).await
        }
    }
}

fn unreachable(error: io::Error) -> TailscaleError {
    match error.kind() {
        io::ErrorKind::NotFound => TailscaleError::Missing,
        io::ErrorKind::PermissionDenied => TailscaleError::Denied(error.to_string()),
        // What is left of a daemon that ended.
        io::ErrorKind::ConnectionRefused => TailscaleError::Stopped("not running".to_owned()),
        _ => TailscaleError::Failed(error.to_string()),
    }
}

async fn exchange(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    path: &str,
    password: Option<&str>,
) -> Result<(u16, Vec<u8>), TailscaleError> {
    let failed = |error: &dyn std::fmt::Display| TailscaleError::Failed(error.to_string());
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(|e| failed(&e))?;
    let mut carried = tokio::task::JoinSet::new();
    carried.spawn(connection);
    let mut request = Request::get(path).header("Host", HOST);
    if let Some(password) = password {
        let proof = STANDARD.encode(format!(":{password}"));
        request =
            request.header("Authorization", format!("Basic {proof}")).header("Sec-Tailscale", "localapi");
    }
    let request = request.body(Empty::<Bytes>::new()).map_err(|e| failed(&e))?;
    let answer = sender.send_request(request).await.map_err(|e| failed(&e))?;
    let status = answer.status().as_u16();
    let body = Limited::new(answer.into_body(), MOST_BYTES).collect().await.map_err(|e| failed(&e))?;
    Ok((status, body.to_bytes().to_vec()))
}
