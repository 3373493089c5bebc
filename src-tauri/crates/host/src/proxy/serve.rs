//! One connection to the proxy, from its first byte to its last.

use super::connect::Way;
use super::head::{self, BadHead, Wanted};
use super::{Ended, Judge, Judgement};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt as _, copy_bidirectional_with_sizes};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// A program that opened a connection and says nothing is let go.
const HEAD_WITHIN: Duration = Duration::from_secs(30);
const PIECE: usize = 16 * 1024;

/// What one connection may take.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// From its first byte to its last.
    pub lasts: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self { lasts: Duration::from_secs(3_600) }
    }
}

/// Serves one connection. Errors are told to the program in the proxy's own words and end the connection.
pub async fn serve<S>(mut stream: S, judge: Arc<dyn Judge>, way: Arc<dyn Way>, limits: Limits)
where
    S: AsyncRead + AsyncWrite + Unpin + Send,
{
    let _ = timeout(limits.lasts, talk(&mut stream, &*judge, &*way)).await;
    let _ = stream.shutdown().await;
}

async fn talk<S>(stream: &mut S, judge: &dyn Judge, way: &dyn Way) -> std::io::Result<()>
where
    S: AsyncRead + AsyncWrite + Unpin + Send,
{
    let head = match timeout(HEAD_WITHIN, head::read(stream)).await {
        Ok(Ok(head)) => head,
        Ok(Err(BadHead::Gone)) | Err(_) => return Ok(()),
        Ok(Err(BadHead::TooLong)) => {
            return answer(
                stream,
                "431 Request Header Fields Too Large",
                "too-long",
                "The request is too long.",
            )
            .await;
        }
        Ok(Err(BadHead::Nonsense(why))) => {
            let text = format!("This is a proxy, and the request is none: {why}.");
            return answer(stream, "400 Bad Request", "not-a-request", &text).await;
        }
        Ok(Err(BadHead::Target(why))) => {
            let text = format!("The target cannot be connected to: {why}.");
            return answer(stream, "400 Bad Request", "bad-target", &text).await;
        }
    };
    if let Judgement::Deny(why) = judge.judge(&head.target).await {
        let text = format!("{} may not be reached from this job: {why}", head.target);
        return answer(stream, "403 Forbidden", "blocked-by-allowlist", &text).await;
    }
    let mut out = match way.connect(&head.target).await {
        Ok(out) => out,
        Err(refused) => {
            judge.ended(&head.target, Ended::of(&refused)).await;
            let text = format!("{} was allowed, but {refused}.", head.target);
            return answer(stream, "502 Bad Gateway", "not-reached", &text).await;
        }
    };
    let carried = carry(stream, &mut out, &head.wanted, &head.rest).await;
    let (sent, received) = carried.unwrap_or_default();
    judge.ended(&head.target, Ended::Served { sent, received }).await;
    Ok(())
}

/// Bytes to and from the target. A side that ends badly ends both; what came until then has been passed on.
async fn carry<S>(
    stream: &mut S,
    out: &mut TcpStream,
    wanted: &Wanted,
    rest: &[u8],
) -> std::io::Result<(u64, u64)>
where
    S: AsyncRead + AsyncWrite + Unpin + Send,
{
    let before = match wanted {
        Wanted::Tunnel => {
            stream.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").await?;
            stream.flush().await?;
            0
        }
        Wanted::Plain { head } => {
            out.write_all(head).await?;
            head.len()
        }
    };
    out.write_all(rest).await?;
    let (sent, received) = copy_bidirectional_with_sizes(stream, out, PIECE, PIECE).await?;
    Ok((sent + (before + rest.len()) as u64, received))
}

async fn answer<S: AsyncWrite + Unpin>(
    stream: &mut S,
    status: &str,
    code: &str,
    text: &str,
) -> std::io::Result<()> {
    let text: String = text.chars().filter(|c| !c.is_control()).collect::<String>() + "\n";
    let head = format!(
        "HTTP/1.1 {status}\r\nx-proxy-error: {code}\r\ncontent-type: text/plain; charset=utf-8\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        text.len()
    );
    stream.write_all(head.as_bytes()).await?;
    stream.write_all(text.as_bytes()).await?;
    stream.flush().await
}
