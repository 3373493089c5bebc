//! A bundle on its way from a machine: written beside its place piece by piece, and judged once it is whole.

use super::{out_of_order, written};
use crate::state::ServerState;
use protocol::node::{CARRIED_BYTES, ErrandPiece};
use protocol::{ApiError, ErrorCode, JobId};
use std::io::SeekFrom;
use std::path::PathBuf;
use std::time::Duration;
use tokio::io::{AsyncSeekExt as _, AsyncWriteExt as _};
use tokio::task::JoinHandle;

pub(super) struct Up {
    part: PathBuf,
    /// Gone once everything has come.
    file: Option<tokio::fs::File>,
    taken: u64,
    judging: Option<JoinHandle<Result<serde_json::Value, ApiError>>>,
    judged: Option<Result<serde_json::Value, ApiError>>,
}

fn unwritten(error: std::io::Error) -> ApiError {
    let full = matches!(error.kind(), std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded);
    let code = if full { ErrorCode::StorageFull } else { ErrorCode::Internal };
    ApiError::new(code, format!("The bundle cannot be kept: {error}."))
}

async fn written_whole(file: &mut tokio::fs::File, piece: &[u8]) -> std::io::Result<()> {
    file.write_all(piece).await?;
    file.flush().await
}

impl Up {
    pub(super) async fn new(part: PathBuf) -> Result<Self, ApiError> {
        let file = tokio::fs::File::create_new(&part).await.map_err(unwritten)?;
        Ok(Self { part, file: Some(file), taken: 0, judging: None, judged: None })
    }

    /// The next piece, or the one before once more; answers how much has come.
    pub(super) async fn take(
        &mut self,
        state: &ServerState,
        job: &JobId,
        at: u64,
        piece: &[u8],
        last: bool,
    ) -> Result<u64, ApiError> {
        let end = at.saturating_add(piece.len() as u64);
        if end > CARRIED_BYTES.1 {
            let message = format!("A bundle is at most {} bytes.", CARRIED_BYTES.1);
            return Err(ApiError::new(ErrorCode::TooLarge, message));
        }
        let closed = self.file.is_none();
        if end == self.taken && last == closed && (closed || !piece.is_empty()) {
            return Ok(self.taken);
        }
        let Some(file) = self.file.as_mut().filter(|_| at == self.taken) else {
            return Err(out_of_order(self.taken));
        };
        if let Err(error) = written_whole(file, piece).await {
            // Half a piece must not stand before the same piece once more.
            let _ = file.set_len(self.taken).await;
            let _ = file.seek(SeekFrom::Start(self.taken)).await;
            return Err(unwritten(error));
        }
        self.taken = end;
        if last {
            self.file = None;
            let (engine, job, part) = (state.engine.clone(), job.clone(), self.part.clone());
            // It is carried through whether its machine is still there or not.
            self.judging = Some(tokio::spawn(async move { engine.keep_part(&job, part).await }));
        }
        Ok(self.taken)
    }

    /// What intake says, as one piece; empty while it is still at it.
    pub(super) async fn outcome(&mut self, patience: Duration) -> Result<ErrandPiece, ApiError> {
        if let Some(judging) = &mut self.judging {
            let Ok(judged) = tokio::time::timeout(patience, judging).await else {
                return Ok(ErrandPiece { piece: String::new(), last: false, head: None });
            };
            let broken = |_| Err(ApiError::new(ErrorCode::Internal, "It broke off while it was taken in."));
            self.judging = None;
            self.judged = Some(judged.unwrap_or_else(broken));
        }
        match &self.judged {
            Some(Ok(intake)) => {
                let piece = written(intake.to_string().as_bytes());
                Ok(ErrandPiece { piece, last: true, head: None })
            }
            Some(Err(error)) => Err(error.clone()),
            None => Err(ApiError::new(ErrorCode::Conflict, "The bundle has not come whole.")),
        }
    }
}

impl Drop for Up {
    fn drop(&mut self) {
        // Once it is whole it is in its place, or removed by whoever could not put it there.
        if self.judging.is_none() && self.judged.is_none() {
            let _ = std::fs::remove_file(&self.part);
        }
    }
}
