//! What goes between this machine's worker and the hub in pieces. Over a line that was cut each goes on where it was;
//! a hub that was started anew has forgotten it, and whoever wanted it begins again.

use crate::caller::Caller;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::{Bytes, BytesMut};
use protocol::node::{
    BeginErrand, EndErrand, Errand, ErrandBegun, ErrandHead, ErrandPiece, ErrandSent, PIECE_BYTES,
    ReadErrand, SendErrand,
};
use protocol::ops::{Done, Method};
use protocol::{ApiError, ErrorCode, JobId};
use std::time::Duration;

/// How long a piece is tried for over lines that are cut.
const PATIENCE: Duration = Duration::from_secs(120);

/// The claim an errand is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Claim {
    pub(crate) job: JobId,
    pub(crate) token: String,
}

/// One errand that the hub knows of.
pub(crate) struct Open {
    caller: Caller,
    errand: String,
    /// How much has gone up or come down.
    at: u64,
    waiting: BytesMut,
    over: bool,
}

impl Open {
    pub(crate) async fn begin(caller: &Caller, claim: &Claim, errand: Errand) -> Result<Self, ApiError> {
        let begin = BeginErrand { id: claim.job.clone(), claim_token: claim.token.clone(), errand };
        let begun: ErrandBegun = caller.insist(Method::NodeErrand, &begin, PATIENCE).await?;
        let (caller, errand) = (caller.clone(), begun.errand);
        Ok(Self { caller, errand, at: 0, waiting: BytesMut::new(), over: false })
    }

    /// Sends as many whole pieces as there are.
    pub(crate) async fn send(&mut self, bytes: &[u8]) -> Result<(), ApiError> {
        self.waiting.extend_from_slice(bytes);
        while self.waiting.len() > PIECE_BYTES {
            let piece = self.waiting.split_to(PIECE_BYTES);
            self.send_piece(&piece, false).await?;
        }
        Ok(())
    }

    /// Sends what is left; nothing more goes up.
    pub(crate) async fn sent(&mut self) -> Result<(), ApiError> {
        let piece = std::mem::take(&mut self.waiting);
        self.send_piece(&piece, true).await?;
        self.at = 0;
        Ok(())
    }

    async fn send_piece(&mut self, piece: &[u8], last: bool) -> Result<(), ApiError> {
        let send =
            SendErrand { errand: self.errand.clone(), at: self.at, piece: STANDARD.encode(piece), last };
        let sent: ErrandSent = self.caller.insist(Method::NodeSend, &send, PATIENCE).await?;
        self.at = sent.taken;
        Ok(())
    }

    /// The head of the answer, which comes before everything else of it.
    pub(crate) async fn head(&mut self) -> Result<(ErrandHead, Bytes), ApiError> {
        loop {
            let (head, bytes) = self.read().await?;
            if let Some(head) = head {
                return Ok((head, bytes));
            }
            if self.over || !bytes.is_empty() {
                return Err(ApiError::new(ErrorCode::Internal, "The answer has no head."));
            }
        }
    }

    /// The next bytes that come down; none once all have come.
    pub(crate) async fn next(&mut self) -> Result<Option<Bytes>, ApiError> {
        while !self.over {
            let (_, bytes) = self.read().await?;
            if !bytes.is_empty() {
                return Ok(Some(bytes));
            }
        }
        Ok(None)
    }

    async fn read(&mut self) -> Result<(Option<ErrandHead>, Bytes), ApiError> {
        let read = ReadErrand { errand: self.errand.clone(), at: self.at };
        let piece: ErrandPiece = self.caller.insist(Method::NodeRead, &read, PATIENCE).await?;
        let unreadable = |_| ApiError::new(ErrorCode::Internal, "A piece is not Base64.");
        let bytes = STANDARD.decode(piece.piece).map_err(unreadable)?;
        self.at += bytes.len() as u64;
        self.over = piece.last;
        Ok((piece.head, bytes.into()))
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        // The hub gives it up by itself later; saying so only frees its place sooner.
        let (caller, errand) = (self.caller.clone(), std::mem::take(&mut self.errand));
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(async move {
                let said = EndErrand { errand };
                let _: Result<Done, ApiError> =
                    caller.insist(Method::NodeEnd, &said, Duration::from_secs(10)).await;
            });
        }
    }
}
