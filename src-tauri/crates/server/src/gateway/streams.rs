//! The terminals a connection is attached to.

use super::line::{Gone, Line};
use super::relayed::Far;
use crate::call::{answer, read};
use axum::extract::ws::Message;
use engine::{Attachment, Engine, Feed, Piece, Principal, Reply, terminal_error};
use protocol::gateway::{Head, Kind, STREAMS, ServerFrame};
use protocol::ops::{Done, Method};
use protocol::terminal::{
    AttachTerminal, ResizeTerminal, TerminalAttached, TerminalInput, TerminalStream, WINDOW,
};
use protocol::{ApiError, ErrorCode};
use serde_json::Value;
use std::collections::BTreeMap;
use tokio::task::{AbortHandle, JoinSet};

pub(super) struct Streams {
    line: Line,
    held: BTreeMap<u32, Held>,
    feeds: JoinSet<()>,
    /// Handles are not used twice on a connection.
    last: u32,
    /// Attached, and its answer not sent yet.
    fresh: Option<u32>,
    /// Those on other machines.
    far: Far,
}

struct Held {
    place: Attachment,
    feed: Option<AbortHandle>,
}

impl Streams {
    pub(super) fn new(line: Line) -> Self {
        let far = Far::new(line.clone());
        Self { line, held: BTreeMap::new(), feeds: JoinSet::new(), last: 0, fresh: None, far }
    }

    /// Whether a method belongs to the connection.
    pub(super) fn serves(method: Method) -> bool {
        matches!(
            method,
            Method::TerminalsAttach
                | Method::TerminalsDetach
                | Method::TerminalsInput
                | Method::TerminalsResize
                | Method::TerminalsTakeControl
        )
    }

    /// Whether a call is about a terminal of another machine; the request `id` is then answered by itself.
    pub(super) fn serves_far(
        &mut self,
        engine: &Engine,
        id: u32,
        method: Method,
        who: &Principal,
        params: &Value,
    ) -> Result<bool, ApiError> {
        let taken = self.far.takes(engine, (id, self.last + 1), method, who, params)?;
        if taken && method == Method::TerminalsAttach {
            self.last += 1;
        }
        Ok(taken)
    }

    pub(super) fn serve(&mut self, engine: &Engine, method: Method, who: &Principal, params: Value) -> Reply {
        match method {
            Method::TerminalsAttach => self.attach(engine, who, &read(params)?),
            Method::TerminalsDetach => {
                let TerminalStream { stream } = read(params)?;
                let held = self.held.remove(&stream).ok_or_else(|| unknown(stream))?;
                if let Some(feed) = held.feed {
                    feed.abort();
                }
                held.place.leave();
                answer(Done { ok: true })
            }
            Method::TerminalsInput => {
                let TerminalInput { stream, text } = read(params)?;
                self.at(stream)?.type_text(&text).map_err(terminal_error)?;
                answer(Done { ok: true })
            }
            Method::TerminalsResize => {
                let ResizeTerminal { stream, cols, rows } = read(params)?;
                self.at(stream)?.resize(cols, rows).map_err(terminal_error)?;
                answer(Done { ok: true })
            }
            Method::TerminalsTakeControl => {
                let TerminalStream { stream } = read(params)?;
                let place = self.at(stream)?;
                place.take_control().map_err(terminal_error)?;
                answer(attached(stream, place))
            }
            other => Err(ApiError::new(ErrorCode::UnknownMethod, other.operation().name)),
        }
    }

    fn attach(&mut self, engine: &Engine, who: &Principal, p: &AttachTerminal) -> Reply {
        if self.held.len() + self.far.count() >= STREAMS {
            return Err(too_many());
        }
        let place = engine.terminals_attach(who, p)?;
        self.last += 1;
        let reply = answer(attached(self.last, &place));
        self.held.insert(self.last, Held { place, feed: None });
        self.fresh = Some(self.last);
        reply
    }

    /// The stream whose output has not begun.
    pub(super) fn fresh(&mut self) -> Option<u32> {
        self.fresh.take()
    }

    pub(super) fn begin(&mut self, stream: u32) {
        while self.feeds.try_join_next().is_some() {}
        if let Some(held) = self.held.get_mut(&stream) {
            held.feed = Some(self.feeds.spawn(show(held.place.feed(), stream, self.line.clone())));
        }
    }

    /// A binary frame; false when it is none a client may send.
    pub(super) async fn take(&mut self, head: Head, payload: &[u8]) -> Result<bool, Gone> {
        // A frame that was on its way when its stream ended has nowhere to go.
        let Some(held) = self.held.get(&head.stream) else {
            if let Some(Err(refused)) = self.far.take(head, payload) {
                self.line.say(&refused).await?;
            }
            return Ok(true);
        };
        match head.kind {
            Kind::Ack => held.place.ack(head.offset),
            Kind::Input => {
                if let Err(error) = held.place.input(head.offset, payload) {
                    let refused = ServerFrame::Refused { stream: head.stream, error: terminal_error(error) };
                    self.line.say(&refused).await?;
                }
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// Leaves every place for good, here and on other machines.
    pub(super) fn give_up(&mut self) {
        self.feeds.abort_all();
        for (_, held) in std::mem::take(&mut self.held) {
            held.place.leave();
        }
        self.far.give_up();
    }

    fn at(&self, stream: u32) -> Result<&Attachment, ApiError> {
        self.held.get(&stream).map(|held| &held.place).ok_or_else(|| unknown(stream))
    }
}

pub(super) fn too_many() -> ApiError {
    let message = "This connection is attached to as many terminals as it may be. Detach from one first.";
    ApiError::new(ErrorCode::RateLimited, message)
}

pub(super) fn unknown(stream: u32) -> ApiError {
    ApiError::new(ErrorCode::NotFound, format!("There is no stream {stream} on this connection"))
}

fn attached(stream: u32, place: &Attachment) -> TerminalAttached {
    TerminalAttached {
        ok: true,
        stream,
        seat: place.seat().to_owned(),
        controls: place.controls(),
        input_offset: place.input_offset(),
        window: WINDOW,
        terminal: place.terminal(),
    }
}

/// A place on another machine, by the handle it has on this connection.
pub(super) fn attached_as(stream: u32, reply: TerminalAttached) -> TerminalAttached {
    TerminalAttached { stream, ..reply }
}

/// One piece as a message of this stream.
pub(super) fn binary(stream: u32, piece: Piece) -> Message {
    let frame = |kind, replay, offset, payload: &[u8]| {
        Message::binary(Head { kind, replay, stream, offset }.frame(payload))
    };
    match piece {
        Piece::Snapshot { offset, bytes } => frame(Kind::Snapshot, true, offset, &bytes),
        Piece::Gap { offset } => frame(Kind::Gap, false, offset, &[]),
        Piece::Output { offset, bytes, replay } => frame(Kind::Output, replay, offset, &bytes),
        Piece::Taken { offset } => frame(Kind::Ack, false, offset, &[]),
        Piece::Exit { offset, end } => {
            frame(Kind::Exit, false, offset, &serde_json::to_vec(&end).unwrap_or_default())
        }
        Piece::Changed { terminal, controls } => {
            super::hello::text(&ServerFrame::Term { stream, controls, terminal })
        }
    }
}

/// Sends what is to be shown until it ends; one piece at a time, so that a slow line keeps nothing in memory.
async fn show(mut feed: Feed, stream: u32, line: Line) {
    let mut over = false;
    while let Some(piece) = feed.next().await {
        over |= matches!(piece, Piece::Exit { .. });
        if line.send(binary(stream, piece)).await.is_err() {
            return;
        }
    }
    if !over {
        let message = "This place at the terminal was given up, or taken up again from another connection.";
        let error = ApiError::new(ErrorCode::Stale, message);
        let _ = line.say(&ServerFrame::Refused { stream, error }).await;
    }
}
