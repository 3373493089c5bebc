//! A file on its way to a machine. It may be read from any place, so a cut costs nothing; it is gone with the errand.

use super::{out_of_order, written};
use protocol::node::{ErrandPiece, PIECE_BYTES};
use protocol::{ApiError, ErrorCode};
use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};

pub(super) struct Down {
    path: PathBuf,
    size: u64,
}

impl Down {
    pub(super) fn new(path: PathBuf, size: u64) -> Self {
        Self { path, size }
    }

    pub(super) async fn piece(&self, at: u64) -> Result<ErrandPiece, ApiError> {
        if at > self.size {
            return Err(out_of_order(self.size));
        }
        let path = self.path.clone();
        let read = tokio::task::spawn_blocking(move || part(&path, at)).await;
        let broken =
            |e: String| ApiError::new(ErrorCode::Internal, format!("The bundle cannot be read: {e}."));
        let bytes = read.map_err(|e| broken(e.to_string()))?.map_err(|e| broken(e.to_string()))?;
        let last = at + bytes.len() as u64 >= self.size;
        if bytes.is_empty() && !last {
            return Err(broken("it is shorter than it was".to_owned()));
        }
        Ok(ErrandPiece { piece: written(&bytes), last, head: None })
    }
}

fn part(path: &Path, at: u64) -> std::io::Result<Vec<u8>> {
    let mut file = std::fs::File::open(path)?;
    file.seek(SeekFrom::Start(at))?;
    let mut bytes = Vec::with_capacity(PIECE_BYTES);
    file.take(PIECE_BYTES as u64).read_to_end(&mut bytes)?;
    Ok(bytes)
}

impl Drop for Down {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.path);
    }
}
