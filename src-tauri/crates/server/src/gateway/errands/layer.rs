//! A set-up layer on its way to a machine. It is read from the layer itself as it goes, so nothing of it is written and
//! only the last piece is held; one that is asked for from the beginning is begun anew as another errand.

use super::{out_of_order, written};
use engine::Engine;
use host::layers::Pack;
use protocol::node::{ErrandPiece, PIECE_BYTES};
use protocol::{ApiError, ErrorCode};
use std::io::Read as _;

pub(super) struct Layer {
    /// Away while it is read.
    pack: Option<Pack>,
    /// Where the last piece began, and the piece.
    given: (u64, Vec<u8>),
    over: bool,
}

impl Layer {
    pub(super) fn new(pack: Pack) -> Self {
        Self { pack: Some(pack), given: (0, Vec::new()), over: false }
    }

    /// The next piece, or the one before once more.
    pub(super) async fn piece(&mut self, at: u64) -> Result<ErrandPiece, ApiError> {
        let (began, piece) = &self.given;
        let next = began + piece.len() as u64;
        if at == *began && (self.over || !piece.is_empty()) {
            return Ok(self.said());
        }
        if at != next || self.over {
            return Err(out_of_order(next));
        }
        let broken =
            |e: String| ApiError::new(ErrorCode::Internal, format!("The set-up cannot be read: {e}."));
        // Whoever went away while it was read lost it, and begins anew.
        let pack = self.pack.take().ok_or_else(|| broken("it broke off".to_owned()))?;
        let (pack, read) =
            tokio::task::spawn_blocking(move || part(pack)).await.map_err(|e| broken(e.to_string()))?;
        let bytes = read.map_err(|e| Engine::layer_broke_off(&e))?;
        self.over = bytes.len() < PIECE_BYTES;
        (self.pack, self.given) = (Some(pack), (next, bytes));
        Ok(self.said())
    }

    fn said(&self) -> ErrandPiece {
        ErrandPiece { piece: written(&self.given.1), last: self.over, head: None }
    }
}

fn part(mut pack: Pack) -> (Pack, std::io::Result<Vec<u8>>) {
    let mut bytes = Vec::with_capacity(PIECE_BYTES);
    let read = pack.by_ref().take(PIECE_BYTES as u64).read_to_end(&mut bytes);
    (pack, read.map(|_| bytes))
}
