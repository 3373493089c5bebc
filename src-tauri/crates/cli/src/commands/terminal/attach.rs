//! Showing a terminal of the server in this one, over cut connections too.

use super::replayed::Replayed;
use super::screen::{Raw, show, size, typed};
use super::{Manner, how_ended};
use client::{Client, Gateway, Incoming};
use protocol::gateway::{Head, Kind, ServerFrame};
use protocol::ops::typed;
use protocol::terminal::{
    AttachTerminal, INPUT_WINDOW, ResizeTerminal, TerminalAttached, TerminalEnd, TerminalStream,
};
use protocol::{ApiError, ErrorCode, TerminalId};
use std::collections::VecDeque;
use std::time::Duration;
use tokio::signal::unix::{SignalKind, signal};

/// Control and `]`.
const DETACH: u8 = 0x1d;
/// Tries after a break, and the pause between them.
const TRIES: u32 = 60;
const PAUSE: Duration = Duration::from_millis(500);

/// Why it is shown no more.
enum End {
    Detached,
    Exited(Box<TerminalEnd>),
}

/// What outlives a connection.
struct Place {
    id: TerminalId,
    view: bool,
    seat: Option<String>,
    /// Output shown here so far.
    shown: Option<u64>,
    replayed: Replayed,
    /// Input the program does not have yet; its first byte is at `given`.
    waiting: VecDeque<u8>,
    given: u64,
    controls: bool,
}

pub(super) async fn run(client: &Client, id: &TerminalId, manner: Manner) -> Result<u8, ApiError> {
    let mut place = Place {
        id: id.clone(),
        view: manner.view,
        seat: None,
        shown: None,
        replayed: Replayed::default(),
        waiting: VecDeque::new(),
        given: 0,
        controls: false,
    };
    let (mut line, mut stream) = connect(client, &mut place).await?;
    if manner.take && !place.controls {
        let reply = line.call(typed::TerminalsTakeControl, &TerminalStream { stream }).await?;
        place.controls = reply.controls;
        place.given = reply.input_offset;
    }
    let raw = Raw::begin()?;
    let mut input = typed();
    let mut resized = signal(SignalKind::window_change()).map_err(|e| ApiError::bad(e.to_string()))?;
    let end = loop {
        match attached(&mut line, stream, &mut place, &mut input, &mut resized).await {
            Ok(end) => break end,
            // Only a broken connection is made anew; what the server refuses it refuses again.
            Err(error) if matches!(error.code, ErrorCode::Unavailable | ErrorCode::NodeAway) => {
                (line, stream) = again(client, &mut place, error).await?;
            }
            Err(error) => return Err(error),
        }
    };
    drop(raw);
    match end {
        End::Detached => {
            tell!("Detached; it goes on. `pilothouse terminal attach {id}` comes back to it.");
            Ok(0)
        }
        End::Exited(end) => {
            tell!("The terminal has {}.", how_ended(&end));
            Ok(u8::try_from(end.exit_code.unwrap_or(1)).unwrap_or(1))
        }
    }
}

async fn connect(client: &Client, place: &mut Place) -> Result<(Gateway, u32), ApiError> {
    let mut line = client.gateway("pilothouse terminal").await?;
    let attach = AttachTerminal {
        id: place.id.clone(),
        after: place.shown,
        seat: place.seat.clone(),
        view_only: place.view,
    };
    let reply = line.call(typed::TerminalsAttach, &attach).await?;
    place.sit(&reply);
    Ok((line, reply.stream))
}

async fn again(client: &Client, place: &mut Place, mut error: ApiError) -> Result<(Gateway, u32), ApiError> {
    for _ in 0..TRIES {
        tokio::time::sleep(PAUSE).await;
        match connect(client, place).await {
            Ok(connected) => return Ok(connected),
            Err(next) if matches!(next.code, ErrorCode::Unavailable | ErrorCode::NodeAway) => error = next,
            Err(next) => return Err(next),
        }
    }
    Err(error)
}

impl Place {
    fn sit(&mut self, reply: &TerminalAttached) {
        if self.seat.as_deref() == Some(&*reply.seat) {
            self.taken(reply.input_offset);
        } else {
            // In another seat, what was typed for the old one is typed by nobody.
            self.waiting.clear();
            self.given = reply.input_offset;
        }
        self.seat = Some(reply.seat.clone());
        self.controls = reply.controls;
    }

    /// The program has all input before `offset`.
    fn taken(&mut self, offset: u64) {
        let gone = usize::try_from(offset.saturating_sub(self.given)).unwrap_or(usize::MAX);
        self.waiting.drain(..gone.min(self.waiting.len()));
        self.given = self.given.max(offset);
    }

    /// What is drawn of output, or of a picture of the whole screen.
    fn drawn(&mut self, of: Head, bytes: &[u8]) -> Vec<u8> {
        if of.kind == Kind::Snapshot {
            self.replayed.take();
        }
        if of.replay {
            return self.replayed.unasked(bytes);
        }
        [self.replayed.take().as_slice(), bytes].concat()
    }

    fn has_room(&self) -> bool {
        (self.waiting.len() as u64) < INPUT_WINDOW / 2
    }
}

/// Until it ends, or the connection breaks.
async fn attached(
    line: &mut Gateway,
    stream: u32,
    place: &mut Place,
    input: &mut tokio::sync::mpsc::Receiver<Vec<u8>>,
    resized: &mut tokio::signal::unix::Signal,
) -> Result<End, ApiError> {
    let head = |kind, offset| Head { kind, replay: false, stream, offset };
    if !place.waiting.is_empty() {
        let waiting: Vec<u8> = place.waiting.iter().copied().collect();
        line.send(head(Kind::Input, place.given), &waiting).await?;
    }
    resize(line, stream, place.controls).await?;
    loop {
        tokio::select! {
            incoming = line.next() => match incoming? {
                Incoming::Binary(of, bytes) if of.stream == stream => match of.kind {
                    Kind::Output | Kind::Snapshot => {
                        show(&place.drawn(of, &bytes))?;
                        let length = if of.kind == Kind::Output { bytes.len() as u64 } else { 0 };
                        place.shown = Some(of.offset + length);
                        line.send(head(Kind::Ack, of.offset + length), &[]).await?;
                    }
                    Kind::Ack => place.taken(of.offset),
                    Kind::Exit => {
                        let end = serde_json::from_slice(&bytes);
                        return end.map(|end| End::Exited(Box::new(end))).map_err(|e| ApiError::bad(e.to_string()));
                    }
                    Kind::Gap | Kind::Input => {}
                },
                Incoming::Frame(frame) => match *frame {
                    ServerFrame::Term { stream: of, controls, .. } if of == stream => {
                        let gained = controls && !place.controls;
                        place.controls = controls;
                        if gained {
                            resize(line, stream, true).await?;
                        }
                    }
                    ServerFrame::Refused { error, .. }
                        if matches!(error.code, ErrorCode::Stale | ErrorCode::NodeAway) =>
                    {
                        return Err(error);
                    }
                    _ => {}
                },
                Incoming::Binary(..) => {}
            },
            typed = input.recv(), if place.has_room() => {
                let Some(mut bytes) = typed else { return detach(line, stream).await };
                let detaches = bytes.iter().position(|byte| *byte == DETACH);
                bytes.truncate(detaches.unwrap_or(bytes.len()));
                if place.controls && !bytes.is_empty() {
                    let at = place.given + place.waiting.len() as u64;
                    place.waiting.extend(&bytes);
                    line.send(head(Kind::Input, at), &bytes).await?;
                }
                if detaches.is_some() {
                    return detach(line, stream).await;
                }
            }
            _ = resized.recv() => resize(line, stream, place.controls).await?,
        }
    }
}

async fn detach(line: &mut Gateway, stream: u32) -> Result<End, ApiError> {
    line.call(typed::TerminalsDetach, &TerminalStream { stream }).await?;
    Ok(End::Detached)
}

async fn resize(line: &mut Gateway, stream: u32, controls: bool) -> Result<(), ApiError> {
    match size().filter(|_| controls) {
        Some((cols, rows)) => line.ask(typed::TerminalsResize, &ResizeTerminal { stream, cols, rows }).await,
        None => Ok(()),
    }
}
