//! The terminals of other machines that a connection is attached to.
//!
//! A machine may be far away, so nothing here is waited for in the loop of the connection: each call is a task of its
//! own that answers when it is done.

use super::line::Line;
use super::requests::answered;
use super::streams::{attached_as, binary, unknown};
use crate::call::{answer, read};
use axum::extract::ws::Message;
use engine::{Engine, Principal, Relay, Relayed, Reply};
use protocol::ApiError;
use protocol::gateway::{Head, Kind, STREAMS, ServerFrame};
use protocol::node::NodeAsk;
use protocol::ops::{Done, Method};
use protocol::terminal::{AttachTerminal, ResizeTerminal, TerminalInput, TerminalStream};
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio::task::{AbortHandle, JoinSet};

pub(super) struct Far {
    line: Line,
    held: BTreeMap<u32, (Arc<Relay>, AbortHandle)>,
    tasks: JoinSet<()>,
}

impl Far {
    pub(super) fn new(line: Line) -> Self {
        Self { line, held: BTreeMap::new(), tasks: JoinSet::new() }
    }

    pub(super) fn count(&self) -> usize {
        self.held.len()
    }

    /// Whether a call is about a terminal over there. It then answers the request `id` itself; an attachment is called
    /// `fresh` from then on.
    pub(super) fn takes(
        &mut self,
        engine: &Engine,
        (id, fresh): (u32, u32),
        method: Method,
        who: &Principal,
        params: &Value,
    ) -> Result<bool, ApiError> {
        while self.tasks.try_join_next().is_some() {}
        if method == Method::TerminalsAttach {
            let p: AttachTerminal = read(params.clone())?;
            let Some(relay) = engine.node_relay(who, &p) else { return Ok(false) };
            if self.held.len() >= STREAMS {
                return Err(super::streams::too_many());
            }
            let relay = relay?;
            let task = attach(engine.clone(), relay.clone(), self.line.clone(), id, fresh);
            self.held.insert(fresh, (relay, self.tasks.spawn(task)));
            return Ok(true);
        }
        let Some(stream) = params["stream"].as_u64().and_then(|stream| u32::try_from(stream).ok()) else {
            return Ok(false);
        };
        let Some((relay, _)) = self.held.get(&stream) else { return Ok(false) };
        let relay = relay.clone();
        match method {
            Method::TerminalsDetach => {
                if let Some((relay, task)) = self.held.remove(&stream) {
                    task.abort();
                    relay.leave(false);
                }
                self.later(id, async { answer(Done { ok: true }) });
            }
            Method::TerminalsInput => {
                let TerminalInput { text, .. } = read(params.clone())?;
                let asked = relay.ask(move |stream| NodeAsk::Type { stream, text })?;
                self.later(id, async { asked.await.and_then(|_| answer(Done { ok: true })) });
            }
            Method::TerminalsResize => {
                let ResizeTerminal { cols, rows, .. } = read(params.clone())?;
                let asked = relay.ask(move |stream| NodeAsk::Resize { stream, cols, rows })?;
                self.later(id, async { asked.await.and_then(|_| answer(Done { ok: true })) });
            }
            Method::TerminalsTakeControl => {
                let TerminalStream { stream } = read(params.clone())?;
                let asked = relay.ask(move |stream| NodeAsk::TakeControl { stream })?;
                self.later(id, async move {
                    let reply = relay.took(asked.await?)?;
                    answer(attached_as(stream, reply))
                });
            }
            _ => return Err(unknown(stream)),
        }
        Ok(true)
    }

    fn later(&mut self, id: u32, work: impl Future<Output = Reply> + Send + 'static) {
        let line = self.line.clone();
        self.tasks.spawn(async move {
            let reply = work.await;
            let _ = line.send(answered(id, reply)).await;
        });
    }

    /// A binary frame of the client; what to say when it was not taken.
    pub(super) fn take(&self, head: Head, payload: &[u8]) -> Option<Result<(), ServerFrame>> {
        let (relay, _) = self.held.get(&head.stream)?;
        match head.kind {
            Kind::Ack => relay.ack(head.offset),
            Kind::Input => {
                if let Err(error) = relay.input(head.offset, payload) {
                    return Some(Err(ServerFrame::Refused { stream: head.stream, error }));
                }
            }
            _ => return None,
        }
        Some(Ok(()))
    }
}

impl Far {
    /// Leaves every place for good.
    pub(super) fn give_up(&mut self) {
        self.end(false);
    }

    fn end(&mut self, cut: bool) {
        for (relay, task) in std::mem::take(&mut self.held).into_values() {
            task.abort();
            relay.leave(cut);
        }
    }
}

impl Drop for Far {
    /// Seats are cut, not left.
    fn drop(&mut self) {
        self.end(true);
    }
}

/// Takes the place, answers, and shows what is there until it ends.
async fn attach(engine: Engine, relay: Arc<Relay>, line: Line, id: u32, stream: u32) {
    let reply = engine.node_sit(&relay).await;
    let fine = reply.is_ok();
    let reply = reply.and_then(|reply| answer(attached_as(stream, reply)));
    if line.send(answered(id, reply)).await.is_err() || !fine {
        return;
    }
    while let Some(next) = relay.next(&engine).await {
        let message = match next {
            Relayed::Piece(piece) => binary(stream, piece),
            Relayed::Refused(error) => refused(stream, error),
        };
        if line.send(message).await.is_err() {
            return;
        }
    }
}

fn refused(stream: u32, error: ApiError) -> Message {
    super::hello::text(&ServerFrame::Refused { stream, error })
}
