//! Files in and out, for cells that share no folder with the outside.

use std::path::Path;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};

use super::Session;
use crate::SessionError;
use crate::talk::{self, LONGEST_REPORT, Purpose, Report};

const CHUNK: usize = 64 * 1024;

impl Session {
    /// Writes a file inside, whole or not at all, over one that is there. `path` must lie below a folder of the
    /// hello, whose folders on the way exist; links are never followed. `mode` as in chmod. Yields its size.
    pub async fn put<R>(&self, path: &Path, mode: u32, mut content: R) -> Result<u64, SessionError>
    where
        R: AsyncRead + Unpin,
    {
        let mut stream = self.open(&Purpose::Put { path: path.into(), mode })?;
        let mut chunk = vec![0; CHUNK];
        loop {
            let got = content.read(&mut chunk).await.map_err(|error| local(&error))?;
            // The inside may have refused already; why stands in its report.
            if got == 0 || stream.write_all(&chunk[..got]).await.is_err() {
                break;
            }
        }
        let _ = stream.shutdown().await;
        match talk::hear(&mut stream, LONGEST_REPORT).await? {
            Some(Report::File { size }) => Ok(size),
            other => Err(refused(other)),
        }
    }

    /// Reads an ordinary file inside, of at most `most` bytes. Yields its size. After an error `into` holds
    /// some part of it.
    pub async fn take<W>(&self, path: &Path, most: u64, into: &mut W) -> Result<u64, SessionError>
    where
        W: AsyncWrite + Unpin,
    {
        let mut stream = self.open(&Purpose::Take { path: path.into() })?;
        let _ = stream.shutdown().await;
        let size = match talk::hear(&mut stream, LONGEST_REPORT).await? {
            Some(Report::File { size }) if size <= most => size,
            Some(Report::File { .. }) => return Err(SessionError::TooLarge { most }),
            other => return Err(refused(other)),
        };
        let (mut chunk, mut left) = (vec![0; CHUNK], size);
        while left > 0 {
            let got = stream.read(&mut chunk).await.map_err(|error| talk::lost(&error))?;
            let whole = u64::try_from(got).ok().filter(|got| (1..=left).contains(got));
            let whole = whole.ok_or_else(|| nonsense("a file of another length than announced"))?;
            into.write_all(&chunk[..got]).await.map_err(|error| local(&error))?;
            left -= whole;
        }
        match stream.read(&mut chunk).await {
            Ok(0) => Ok(size),
            _ => Err(nonsense("a file of another length than announced")),
        }
    }
}

fn refused(report: Option<Report>) -> SessionError {
    match report {
        Some(Report::Refused { code, message }) => SessionError::Refused { code, message },
        _ => nonsense("no answer about a file"),
    }
}

fn nonsense(cause: &str) -> SessionError {
    SessionError::Nonsense { cause: cause.to_owned() }
}

fn local(error: &std::io::Error) -> SessionError {
    SessionError::Local { cause: error.to_string() }
}
