//! What a connection asks: methods of the table, and events to follow.
//!
//! Methods run beside each other and are answered as they finish; those that belong to the connection itself are done
//! at once, in the order they come in.

use super::followed::{Followed, Wanted};
use super::hello::text;
use super::line::{Gone, Line};
use super::presence::Place;
use super::streams::Streams;
use crate::call::{self, Call};
use crate::shapes::Unknown;
use crate::state::ServerState;
use axum::extract::ws::Message;
use engine::{Principal, Reply};
use protocol::gateway::{FRAME_BYTES, IN_FLIGHT, ServerFrame};
use protocol::ops::{Done, Method};
use protocol::presence::PresenceBeat;
use protocol::{ApiError, Cursor, ErrorCode};
use serde_json::{Map, Value};
use std::time::Duration;
use tokio::task::JoinSet;

pub(super) struct Requests {
    state: ServerState,
    who: Principal,
    line: Line,
    running: JoinSet<()>,
    followed: Followed,
    place: Place,
    watches_presence: bool,
}

impl Requests {
    pub(super) fn new(state: ServerState, who: Principal, line: Line, place: Place) -> Self {
        let followed = Followed::new(line.clone());
        Self { state, who, line, running: JoinSet::new(), followed, place, watches_presence: false }
    }

    /// Resolves when a request was answered, and never when there is none.
    pub(super) async fn done(&mut self) {
        if self.running.join_next().await.is_none() {
            std::future::pending::<()>().await;
        }
    }

    pub(super) async fn ask(
        &mut self,
        id: u32,
        method: &str,
        params: Map<String, Value>,
        key: Option<String>,
        streams: &mut Streams,
    ) -> Result<(), Gone> {
        let Some(method) = Method::from_name(method) else {
            let error = ApiError::new(
                ErrorCode::UnknownMethod,
                "There is no such method; welcome lists those there are.",
            );
            return self.answer(id, Err(error)).await;
        };
        let call = Call { who: self.who.clone(), method, params, key, unknown: Unknown::Refuse };
        if Streams::serves(method) {
            let reply = match call::admit(&self.state, call) {
                Ok((caller, params)) => {
                    match streams.serves_far(&self.state.engine, id, method, &caller.who, &params) {
                        Ok(true) => return Ok(()),
                        Ok(false) => streams.serve(&self.state.engine, method, &caller.who, params),
                        Err(error) => Err(error),
                    }
                }
                Err(error) => Err(error),
            };
            let fresh = streams.fresh();
            self.answer(id, reply).await?;
            // Output comes after the answer that names its stream.
            if let Some(stream) = fresh {
                streams.begin(stream);
            }
            return Ok(());
        }
        if matches!(method, Method::PresenceHeartbeat | Method::PresenceList) {
            let reply = match call::admit(&self.state, call) {
                Ok((_, params)) => self.present(method, params),
                Err(error) => Err(error),
            };
            return self.answer(id, reply).await;
        }
        if self.running.len() >= IN_FLIGHT {
            let error =
                ApiError::new(ErrorCode::RateLimited, "Too many requests wait for their answers already.");
            return self.answer(id, Err(error)).await;
        }
        let (state, line) = (self.state.clone(), self.line.clone());
        self.running.spawn(async move {
            let reply = call::perform(&state, call).await;
            let _ = line.send(answered(id, reply)).await;
        });
        Ok(())
    }

    pub(super) async fn subscribe(&mut self, id: u32, wanted: Wanted) -> Result<(), Gone> {
        let admitted = self.followed.admit(&self.state.engine, id, &wanted).await;
        let fine = admitted.is_ok();
        self.answer(id, admitted.map(|()| serde_json::json!({ "ok": true }))).await?;
        // Events come after the answer.
        if fine {
            self.followed.begin(&self.state.engine, &self.who, id, wanted);
        }
        Ok(())
    }

    pub(super) fn unsubscribe(&mut self, id: u32) {
        self.followed.end(id);
    }

    pub(super) fn acknowledged(&mut self, sub: u32, cursor: Cursor) {
        self.followed.acknowledged(sub, cursor);
    }

    /// Whether it has asked who is there, and is told of changes from then on.
    pub(super) fn watches_presence(&self) -> bool {
        self.watches_presence
    }

    /// The client was heard so long ago.
    pub(super) fn heard(&self, ago: Duration) {
        let ago = i64::try_from(ago.as_millis()).unwrap_or(i64::MAX);
        self.place.heard(self.state.engine.now_ms().saturating_sub(ago));
    }

    fn present(&mut self, method: Method, params: Value) -> Reply {
        if method == Method::PresenceHeartbeat {
            let PresenceBeat { visible } = call::read(params)?;
            self.place.looks(visible, self.state.engine.now_ms());
            return call::answer(Done { ok: true });
        }
        self.watches_presence = true;
        call::answer(self.state.doors.attendance.shown(Some(self.place.number())))
    }

    async fn answer(&self, id: u32, reply: Reply) -> Result<(), Gone> {
        self.line.send(answered(id, reply)).await
    }
}

/// One frame, whatever the answer: what does not fit one is called for over HTTP.
pub(super) fn answered(id: u32, reply: Reply) -> Message {
    let refused = |error| text(&ServerFrame::Res { id, ok: false, result: None, error: Some(error) });
    match reply {
        Ok(result) => {
            let frame = text(&ServerFrame::Res { id, ok: true, result: Some(result), error: None });
            match &frame {
                Message::Text(text) if text.len() > FRAME_BYTES => refused(too_large(text.len())),
                _ => frame,
            }
        }
        Err(error) => refused(error),
    }
}

fn too_large(bytes: usize) -> ApiError {
    let message = format!(
        "The answer has {bytes} bytes, and a message at most {FRAME_BYTES}. Call the method over HTTP, with the same idempotency key if it had one."
    );
    ApiError::new(ErrorCode::TooLarge, message)
}
