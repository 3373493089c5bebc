//! One place at a terminal of another machine, taken for a client of this server.
//!
//! The seat is on the node, and so is everything that makes a cut harmless: offsets of output and input, the ring, who
//! is in control. A relay passes bytes on and remembers three things: up to where output came in, which input was not
//! confirmed, and the seat. When the node's connection is cut it takes the seat up again over the next one, and
//! whoever looks notices a pause. When its own client is cut it lets go of the seat as a cut does.
//!
//! Output is bounded by the window of the attachment, which the node keeps by the client's own acknowledgements; a
//! node that sends more is not listened to any further.

use super::line::Line;
use super::relay_output::Pieces;
use crate::{Engine, Piece};
use protocol::gateway::{Head, Kind};
use protocol::node::NodeAsk;
use protocol::terminal::{INPUT_WINDOW, Terminal, TerminalAttached, TerminalEnd};
use protocol::{ApiError, DeviceId, ErrorCode, TerminalId};
use serde_json::Value;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;
use tokio::time::Instant;

/// How long a node that is away is waited for: a little more than a seat is kept there.
const AWAY: Duration = Duration::from_secs(35);

/// Whose place it is.
#[derive(Debug, Clone)]
pub(crate) struct Sitter {
    pub(crate) key: String,
    pub(crate) label: String,
    pub(crate) may_write: bool,
    pub(crate) view_only: bool,
}

/// What whoever looks is given next.
#[derive(Debug)]
pub enum Relayed {
    Piece(Piece),
    /// Input was not taken, or, with `Stale` and what else nothing follows, the place is no more.
    Refused(ApiError),
}

pub struct Relay {
    pub(crate) node: DeviceId,
    pub(crate) terminal: TerminalId,
    sitter: Sitter,
    state: Mutex<State>,
    /// Rung when there is something for whoever looks.
    bell: Notify,
}

#[derive(Default)]
struct State {
    line: Option<(Arc<Line>, u32)>,
    seat: Option<String>,
    pieces: Pieces,
    /// Input that is not confirmed; its first byte is at `given`.
    waiting: VecDeque<u8>,
    given: u64,
    /// Nothing more comes.
    over: bool,
}

impl Relay {
    pub(crate) fn new(
        node: DeviceId,
        terminal: TerminalId,
        sitter: Sitter,
        seat: Option<String>,
        after: Option<u64>,
    ) -> Arc<Self> {
        let state = State { seat, pieces: Pieces::after(after), ..State::default() };
        Arc::new(Self { node, terminal, sitter, state: Mutex::new(state), bell: Notify::new() })
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes the place over this connection; `stream` of the answer means nothing to the client.
    pub(crate) async fn sit(self: &Arc<Self>, line: &Arc<Line>) -> Result<TerminalAttached, ApiError> {
        let stream = line.begin(self)?;
        let (seat, after) = {
            let state = self.lock();
            (state.seat.clone(), state.pieces.end())
        };
        let asked = line.ask(NodeAsk::Attach {
            stream,
            id: self.terminal.clone(),
            key: self.sitter.key.clone(),
            label: self.sitter.label.clone(),
            may_write: self.sitter.may_write,
            after,
            seat: seat.clone(),
            view_only: self.sitter.view_only,
        });
        let mut reply = match asked.await.and_then(attached) {
            Ok(reply) => reply,
            Err(error) => {
                line.end(stream);
                return Err(error);
            }
        };
        reply.terminal.node = Some(self.node.clone());
        let resend = {
            let mut state = self.lock();
            if state.over {
                // The client went meanwhile.
                None
            } else {
                state.line = Some((line.clone(), stream));
                if seat.as_ref() == Some(&reply.seat) {
                    state.taken(reply.input_offset);
                } else {
                    state.waiting.clear();
                    state.given = reply.input_offset;
                }
                state.seat = Some(reply.seat.clone());
                Some((state.given, state.waiting.iter().copied().collect::<Vec<u8>>()))
            }
        };
        match resend {
            None => {
                line.end(stream);
                drop(line.ask(NodeAsk::Leave { stream, cut: true }));
                Err(gone())
            }
            Some((offset, bytes)) => {
                // One that ended between the node's answer and here has told everybody it knew of.
                if !line.is_open() {
                    self.cut_off(line);
                    return Ok(reply);
                }
                if !bytes.is_empty() {
                    line.send(Head { kind: Kind::Input, replay: false, stream, offset }, &bytes)?;
                }
                Ok(reply)
            }
        }
    }

    /// This connection of the node is no more. By now the place may be taken over another one.
    pub(super) fn cut_off(&self, from: &Line) {
        let mut state = self.lock();
        if state.line.as_ref().is_some_and(|(line, _)| std::ptr::eq(Arc::as_ptr(line), from)) {
            state.line = None;
        }
        drop(state);
        self.bell.notify_one();
    }

    /// Bytes of the node.
    pub(super) fn bytes(&self, head: Head, payload: &[u8]) {
        let mut state = self.lock();
        if head.kind == Kind::Ack {
            state.taken(head.offset);
        }
        let piece = match head.kind {
            Kind::Output => {
                Piece::Output { offset: head.offset, bytes: payload.to_vec(), replay: head.replay }
            }
            Kind::Snapshot => Piece::Snapshot { offset: head.offset, bytes: payload.to_vec() },
            Kind::Gap => Piece::Gap { offset: head.offset },
            Kind::Ack => Piece::Taken { offset: head.offset },
            Kind::Exit => match serde_json::from_slice::<TerminalEnd>(payload) {
                Ok(end) => Piece::Exit { offset: head.offset, end: Box::new(end) },
                Err(_) => return,
            },
            Kind::Input => return,
        };
        if !state.pieces.push(piece) {
            let message = "This machine sends more than was asked of it, and is not listened to any further.";
            state.pieces.refuse(ApiError::new(ErrorCode::TooLarge, message));
            state.over = true;
        }
        drop(state);
        self.bell.notify_one();
    }

    pub(super) fn changed(&self, mut terminal: Box<Terminal>, controls: bool) {
        terminal.node = Some(self.node.clone());
        self.lock().pieces.push(Piece::Changed { terminal, controls });
        self.bell.notify_one();
    }

    /// Input was not taken, or the seat was taken up from elsewhere.
    pub(super) fn refused(&self, error: ApiError) {
        let mut state = self.lock();
        state.waiting.clear();
        state.over |= error.code == ErrorCode::Stale;
        state.pieces.refuse(error);
        drop(state);
        self.bell.notify_one();
    }

    /// What comes next; none when nothing does any more.
    pub async fn next(self: &Arc<Self>, engine: &Engine) -> Option<Relayed> {
        loop {
            let (next, over, lost) = {
                let mut state = self.lock();
                let next = state.pieces.pop();
                if matches!(next, Some(Relayed::Piece(Piece::Exit { .. }))) {
                    state.over = true;
                }
                (next, state.over, state.line.is_none())
            };
            match next {
                Some(next) => return Some(next),
                None if over => return None,
                None if lost => {
                    if let Err(error) = self.again(engine).await {
                        let mut state = self.lock();
                        state.over = true;
                        state.pieces.refuse(error);
                    }
                }
                None => self.bell.notified().await,
            }
        }
    }

    /// Takes the seat up again once the node is back.
    async fn again(self: &Arc<Self>, engine: &Engine) -> Result<(), ApiError> {
        // One that was thrown out meanwhile does not come back.
        engine.node_named(self.node.as_str()).await?;
        let until = Instant::now() + AWAY;
        loop {
            let line = engine.nodes.wait_for(&self.node, until).await?;
            let mut lists = engine.nodes.lists();
            let seat = self.lock().seat.clone();
            match self.sit(&line).await {
                Ok(reply) if Some(&reply.seat) == seat.as_ref() => return Ok(()),
                // Nobody kept it: what was typed last may have arrived or not, so the client begins anew and knows.
                Ok(_) => {
                    self.leave(true);
                    let message = "This place was given up while the machine was away.";
                    return Err(ApiError::new(ErrorCode::Stale, message));
                }
                Err(error) if matches!(error.code, ErrorCode::NodeAway | ErrorCode::Timeout) => {
                    if Instant::now() >= until {
                        return Err(error);
                    }
                }
                Err(error) => {
                    let end = engine.nodes.terminal(&self.terminal).and_then(|terminal| terminal.end);
                    let Some(end) = end else {
                        // A machine that was begun anew has yet to say which terminals it has.
                        if matches!(error.code, ErrorCode::NotFound | ErrorCode::TerminalEnded)
                            && Instant::now() < until
                        {
                            // An error is the time being over, or everything: either is looked at again.
                            let _ = tokio::time::timeout_at(until, lists.changed()).await;
                            continue;
                        }
                        return Err(error);
                    };
                    let mut state = self.lock();
                    let offset = state.pieces.end().unwrap_or_default();
                    state.pieces.push(Piece::Exit { offset, end: Box::new(end) });
                    return Ok(());
                }
            }
        }
    }

    /// Output before `offset` was shown.
    pub fn ack(&self, offset: u64) {
        if let Some((line, stream)) = self.at() {
            // A line that breaks is taken up by the next one, with everything that was not acknowledged.
            let _ = line.send(Head { kind: Kind::Ack, replay: false, stream, offset }, &[]);
        }
    }

    /// Types. While the node is away it is kept, up to the window.
    pub fn input(&self, offset: u64, bytes: &[u8]) -> Result<(), ApiError> {
        let mut state = self.lock();
        if state.over {
            return Err(gone());
        }
        if state.waiting.is_empty() {
            state.given = offset;
        }
        let end = state.given + state.waiting.len() as u64;
        let known = usize::try_from(end.saturating_sub(offset)).unwrap_or(usize::MAX).min(bytes.len());
        let fresh = bytes.get(known..).unwrap_or_default();
        if state.waiting.len() + fresh.len() > 2 * INPUT_WINDOW as usize {
            let message = "The machine does not take it. Wait until earlier input is acknowledged.";
            return Err(ApiError::new(ErrorCode::RateLimited, message));
        }
        // What leaves something out is not kept: the node refuses it.
        if offset <= end {
            state.waiting.extend(fresh);
        }
        if let (Some((line, stream)), false) = (&state.line, fresh.is_empty()) {
            let head =
                Head { kind: Kind::Input, replay: false, stream: *stream, offset: offset + known as u64 };
            let _ = line.send(head, fresh);
        }
        Ok(())
    }

    /// Asks something about this place.
    pub fn ask<F: FnOnce(u32) -> NodeAsk>(
        &self,
        what: F,
    ) -> Result<impl Future<Output = Result<Value, ApiError>> + Send + use<F>, ApiError> {
        let (line, stream) = self.at().ok_or_else(|| super::line::away("The machine"))?;
        Ok(line.ask(what(stream)))
    }

    /// The answer to taking control.
    pub fn took(&self, answer: Value) -> Result<TerminalAttached, ApiError> {
        let mut reply = attached(answer)?;
        reply.terminal.node = Some(self.node.clone());
        let mut state = self.lock();
        state.waiting.clear();
        state.given = reply.input_offset;
        Ok(reply)
    }

    /// Gives the place up; `cut` keeps its seat for whoever comes back.
    pub fn leave(&self, cut: bool) {
        let (line, over) = {
            let mut state = self.lock();
            (state.line.take(), std::mem::replace(&mut state.over, true))
        };
        if let Some((line, stream)) = line {
            line.end(stream);
            if !over || cut {
                drop(line.ask(NodeAsk::Leave { stream, cut }));
            }
        }
        self.bell.notify_one();
    }

    fn at(&self) -> Option<(Arc<Line>, u32)> {
        self.lock().line.clone()
    }
}

impl State {
    /// The program has all input before `offset`.
    fn taken(&mut self, offset: u64) {
        let gone = usize::try_from(offset.saturating_sub(self.given)).unwrap_or(usize::MAX);
        self.waiting.drain(..gone.min(self.waiting.len()));
        self.given = self.given.max(offset);
    }
}

fn attached(answer: Value) -> Result<TerminalAttached, ApiError> {
    serde_json::from_value(answer)
        .map_err(|e| ApiError::new(ErrorCode::Internal, format!("The machine's answer is unreadable: {e}.")))
}

fn gone() -> ApiError {
    ApiError::new(ErrorCode::Stale, "This place at the terminal was given up.")
}

#[cfg(test)]
mod tests {
    use super::super::line::ToNode;
    use super::*;
    use protocol::gateway::ServerFrame;
    use serde_json::json;

    fn relay() -> Arc<Relay> {
        let sitter = Sitter { key: "k".into(), label: "me".into(), may_write: true, view_only: false };
        let terminal = TerminalId::parse("6c7b212d-ffca-4593-8b61-af9a9502db2c").unwrap();
        Relay::new(DeviceId::parse("node-1").unwrap(), terminal, sitter, None, Some(0))
    }

    fn answer() -> Value {
        let terminal = json!({
            "id": "6c7b212d-ffca-4593-8b61-af9a9502db2c", "name": "t", "cwd": "/", "shell": "sh", "state": "running",
            "cols": 80, "rows": 24, "createdAt": "2026-01-01T00:00:00Z", "bytes": 0, "attached": 1, "recorded": 0,
            "recordingCut": false,
        });
        json!({ "ok": true, "stream": 1, "seat": "s", "controls": true, "inputOffset": 0, "window": 1, "terminal": terminal })
    }

    /// Sits down over a line that answers, and does something before whoever sits can go on.
    async fn sits(
        relay: &Arc<Relay>,
        line: &Arc<Line>,
        sent: &mut tokio::sync::mpsc::Receiver<ToNode>,
        then: impl FnOnce(),
    ) {
        let (sitter, over) = (relay.clone(), line.clone());
        let sitting = tokio::spawn(async move { sitter.sit(&over).await });
        let Some(ToNode::Frame(frame)) = sent.recv().await else { panic!("nothing was asked") };
        let ServerFrame::Ask { id, .. } = *frame else { panic!("{frame:?}") };
        line.answered(id, Ok(answer()));
        then();
        sitting.await.unwrap().unwrap();
    }

    #[tokio::test]
    async fn a_line_that_ends_right_behind_its_answer_is_not_held_on_to() {
        let (relay, name) = (relay(), "box".to_owned());
        let (line, mut sent) = Line::new(relay.node.clone(), name.clone());
        sits(&relay, &line, &mut sent, || line.close()).await;
        assert!(relay.at().is_none(), "it would wait for bytes of a line that is gone");

        // The end of an old line means nothing to a place that has a new one.
        let (second, mut sent) = Line::new(relay.node.clone(), name);
        sits(&relay, &second, &mut sent, || ()).await;
        relay.cut_off(&line);
        assert!(relay.at().is_some_and(|(line, _)| line.is(&second)));
        second.close();
        assert!(relay.at().is_none());
    }
}
