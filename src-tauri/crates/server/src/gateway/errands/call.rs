//! A call to a job's model that came over a machine's line: its body goes up in pieces, and what the broker answers
//! comes down as it comes. The piece that was read last is kept, so that one whose answer was lost is read again.

use super::{out_of_order, written};
use crate::body::BODY_BYTES;
use crate::broker;
use crate::state::ServerState;
use futures_util::StreamExt as _;
use protocol::node::{ErrandHead, ErrandPiece, PIECE_BYTES};
use protocol::settings::Role;
use protocol::{ApiError, ErrorCode, JobId};
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::task::AbortHandle;

/// Pieces that wait to be read.
const WAITING: usize = 8;

enum Told {
    Head(ErrandHead),
    Bytes(Vec<u8>),
    /// It did not end as it should.
    Broken,
}

pub(super) struct Call {
    job: JobId,
    role: Role,
    call: String,
    head: BTreeMap<String, String>,
    body: Vec<u8>,
    answer: Option<(mpsc::Receiver<Told>, AbortHandle)>,
    /// What came and was not read yet.
    rest: Vec<u8>,
    /// Where the last piece stood, and it.
    given: (u64, Vec<u8>),
    over: bool,
    broken: bool,
}

impl Call {
    pub(super) fn new(job: JobId, reviewer: bool, call: String, head: BTreeMap<String, String>) -> Self {
        let role = if reviewer { Role::Reviewer } else { Role::Workers };
        let (body, rest, given) = (Vec::new(), Vec::new(), (0, Vec::new()));
        Self { job, role, call, head, body, answer: None, rest, given, over: false, broken: false }
    }

    /// The next piece of its body, or the one before once more. With the last one the model is asked.
    pub(super) fn take(
        &mut self,
        state: &ServerState,
        at: u64,
        piece: &[u8],
        last: bool,
    ) -> Result<u64, ApiError> {
        let (end, taken) = (at.saturating_add(piece.len() as u64), self.body.len() as u64);
        if end > BODY_BYTES as u64 {
            let message = "A call of a model may not be larger than 8 MiB here.";
            return Err(ApiError::new(ErrorCode::TooLarge, message));
        }
        let asked = self.answer.is_some();
        if end == taken && last == asked && (asked || !piece.is_empty()) {
            return Ok(taken);
        }
        if at != taken || asked {
            return Err(out_of_order(taken));
        }
        self.body.extend_from_slice(piece);
        if last {
            let (tell, told) = mpsc::channel(WAITING);
            let (state, job, call, role) = (state.clone(), self.job.clone(), self.call.clone(), self.role);
            let (head, body) = (self.head.clone(), self.body.clone());
            let asking = tokio::spawn(async move {
                let answer = broker::carried(state, &job, &call, role, &head, body).await;
                pass_on(answer, tell).await;
            });
            self.answer = Some((told, asking.abort_handle()));
        }
        Ok(end)
    }

    pub(super) async fn piece(&mut self, at: u64, patience: Duration) -> Result<ErrandPiece, ApiError> {
        let next = self.given.0 + self.given.1.len() as u64;
        if at == self.given.0 && at < next {
            return Ok(ErrandPiece { piece: written(&self.given.1), last: self.is_over(), head: None });
        }
        if at != next {
            return Err(out_of_order(next));
        }
        let Some((told, _)) = &mut self.answer else {
            return Err(ApiError::new(ErrorCode::Conflict, "The call has not come whole."));
        };
        let mut head = None;
        let until = tokio::time::Instant::now() + patience;
        while self.rest.len() < PIECE_BYTES && !self.over {
            // Whatever is there goes at once; only nothing is waited on.
            let come = match self.rest.is_empty() && head.is_none() {
                true => tokio::time::timeout_at(until, told.recv()).await.ok(),
                false => match told.try_recv() {
                    Err(mpsc::error::TryRecvError::Empty) => None,
                    other => Some(other.ok()),
                },
            };
            match come {
                None => break,
                Some(Some(Told::Head(come))) => head = Some(come),
                Some(Some(Told::Bytes(bytes))) => self.rest.extend_from_slice(&bytes),
                Some(Some(Told::Broken)) => self.broken = true,
                Some(None) => self.over = true,
            }
        }
        if self.broken && self.rest.is_empty() {
            return Err(ApiError::new(ErrorCode::ModelUnreachable, "The model's answer broke off."));
        }
        let left = self.rest.split_off(self.rest.len().min(PIECE_BYTES));
        self.given = (at, std::mem::replace(&mut self.rest, left));
        Ok(ErrandPiece { piece: written(&self.given.1), last: self.is_over(), head })
    }

    fn is_over(&self) -> bool {
        self.over && self.rest.is_empty() && !self.broken
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        // Nobody reads it any more: the model need not go on.
        if let Some((_, asking)) = &self.answer {
            asking.abort();
        }
    }
}

async fn pass_on(answer: axum::response::Response, tell: mpsc::Sender<Told>) {
    let text = |(name, value): (&axum::http::HeaderName, &axum::http::HeaderValue)| {
        Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned()))
    };
    let head = answer.headers().iter().filter_map(text).collect();
    let head = ErrandHead { status: answer.status().as_u16(), head };
    if tell.send(Told::Head(head)).await.is_err() {
        return;
    }
    let mut body = answer.into_body().into_data_stream();
    while let Some(piece) = body.next().await {
        let told = piece.map_or(Told::Broken, |piece| Told::Bytes(piece.to_vec()));
        if tell.send(told).await.is_err() {
            return;
        }
    }
}
