//! One connection to a terminal: a place, through which one acts, and a feed of what is to be shown.

use std::sync::Arc;

use protocol::terminal::{Terminal, TerminalEnd, WINDOW};
use tokio::sync::watch;

use crate::TerminalError;
use crate::seats::Who;
use crate::session::Session;
use crate::state::State;

/// Most bytes of one piece of output.
const PIECE: usize = 32 * 1024;

/// What whoever looks is given next.
#[derive(Debug, Clone, PartialEq)]
pub enum Piece {
    /// Draws the screen as it was after `offset` bytes.
    Snapshot { offset: u64, bytes: Vec<u8> },
    /// What came before `offset` and was not seen is gone; a snapshot follows.
    Gap { offset: u64 },
    /// `replay` was there before the attachment.
    Output { offset: u64, bytes: Vec<u8>, replay: bool },
    /// The program was given all input before `offset`.
    Taken { offset: u64 },
    /// Name, size, control or end have changed.
    Changed { terminal: Box<Terminal>, controls: bool },
    /// It has ended, and all of its output was given before.
    Exit { offset: u64, end: Box<TerminalEnd> },
}

/// A place at a terminal. Dropping it is a cut: the seat is kept for a while.
pub struct Attachment {
    session: Arc<Session>,
    seat: String,
    turn: u32,
    after: Option<u64>,
}

/// What is to be shown, piece by piece.
pub struct Feed {
    session: Arc<Session>,
    seat: String,
    turn: u32,
    /// Everything before it was given.
    sent: u64,
    /// There before the attachment.
    replay_until: u64,
    /// The next piece is a picture.
    picture: bool,
    written: u64,
    version: u64,
    exit_told: bool,
    changed: watch::Receiver<u64>,
}

impl Attachment {
    /// A new place, or the one of `seat` again. `after` is what was shown already.
    pub(crate) fn new(
        session: Arc<Session>,
        who: Who,
        after: Option<u64>,
        seat: Option<&str>,
        fresh: &str,
        view_only: bool,
    ) -> Result<Self, TerminalError> {
        let (seat, turn) = session.with(|state| {
            state.active = session.clock.monotonic_ms();
            // Nobody has seen what is not there yet; such an offset is of another terminal or made up.
            let after = after.filter(|after| *after <= state.ring.end());
            if let Some(turn) = seat.and_then(|seat| state.seats.again(seat, &who, after)) {
                return Ok((seat.unwrap_or_default().to_owned(), turn));
            }
            state.seats.sit(fresh, who, view_only, after.unwrap_or(state.ring.end()))?;
            Ok((fresh.to_owned(), 0))
        })?;
        session.tell_all();
        Ok(Self { session, seat, turn, after })
    }

    /// What comes from now on.
    pub fn feed(&self) -> Feed {
        let changed = self.session.watch();
        self.session.with(|state| {
            let after = self.after.filter(|after| (state.ring.start()..=state.ring.end()).contains(after));
            Feed {
                session: self.session.clone(),
                seat: self.seat.clone(),
                turn: self.turn,
                sent: after.unwrap_or_default(),
                replay_until: state.ring.end(),
                picture: after.is_none(),
                written: state.seats.written(&self.seat),
                version: state.version,
                exit_told: false,
                changed,
            }
        })
    }

    /// Takes the place up again after a cut.
    pub fn seat(&self) -> &str {
        &self.seat
    }

    pub fn terminal(&self) -> Terminal {
        self.session.shown()
    }

    pub fn controls(&self) -> bool {
        self.session.with(|state| state.seats.controls(&self.seat))
    }

    /// Bytes of input accepted so far.
    pub fn input_offset(&self) -> u64 {
        self.session.with(|state| state.seats.accepted(&self.seat))
    }

    /// Output before `offset` was shown.
    pub fn ack(&self, offset: u64) {
        self.session.with(|state| {
            let offset = offset.min(state.ring.end());
            if state.seats.holds(&self.seat, self.turn) {
                state.seats.ack(&self.seat, offset);
            }
        });
        self.session.tell();
    }

    /// Types. `offset` counts the bytes given before; what was given already is left out.
    pub fn input(&self, offset: u64, bytes: &[u8]) -> Result<(), TerminalError> {
        self.session.with(|state| {
            self.may_type(state)?;
            self.session.input.check_room(bytes.len())?;
            let fresh = state.seats.accept(&self.seat, offset, bytes.len())?;
            self.session.input.push(&self.seat, bytes.get(bytes.len() - fresh..).unwrap_or_default());
            state.active = self.session.clock.monotonic_ms();
            Ok(())
        })
    }

    /// Types what comes next, wherever that is.
    pub fn type_text(&self, text: &str) -> Result<(), TerminalError> {
        self.input(self.input_offset(), text.as_bytes())
    }

    pub fn resize(&self, cols: u16, rows: u16) -> Result<(), TerminalError> {
        self.session.with(|state| self.may_type(state))?;
        self.session.resize(cols, rows)
    }

    fn may_type(&self, state: &State) -> Result<(), TerminalError> {
        if !state.seats.holds(&self.seat, self.turn) {
            return Err(TerminalError::Left);
        }
        state.seats.require_control(&self.seat)?;
        if state.end.is_some() { Err(TerminalError::Ended) } else { Ok(()) }
    }

    pub fn take_control(&self) -> Result<(), TerminalError> {
        self.session.with(|state| match state.seats.holds(&self.seat, self.turn) {
            true => state.seats.take_control(&self.seat),
            false => Err(TerminalError::Left),
        })?;
        self.session.tell_all();
        Ok(())
    }

    /// Gives the place up at once.
    pub fn leave(self) {
        self.session.with(|state| state.seats.leave(&self.seat, self.turn));
        // The drop that follows finds nothing left to cut.
    }
}

impl Drop for Attachment {
    fn drop(&mut self) {
        let now = self.session.clock.monotonic_ms();
        self.session.with(|state| {
            state.seats.cut(&self.seat, self.turn, now);
            state.active = now;
        });
        self.session.tell_all();
    }
}

impl Feed {
    /// The next piece; none after the exit, or when the place was given up or taken up again elsewhere.
    pub async fn next(&mut self) -> Option<Piece> {
        loop {
            self.changed.borrow_and_update();
            if let Some(piece) = self.ready()? {
                return Some(piece);
            }
            self.changed.changed().await.ok()?;
        }
    }

    /// What is there now; none once there is nothing to come.
    fn ready(&mut self) -> Option<Option<Piece>> {
        let session = self.session.clone();
        let mut state = session.lock();
        if !state.seats.holds(&self.seat, self.turn) {
            return None;
        }
        if state.version != self.version {
            self.version = state.version;
            let controls = state.seats.controls(&self.seat);
            return Some(Some(Piece::Changed { terminal: Box::new(session.shown_of(&state)), controls }));
        }
        let written = state.seats.written(&self.seat);
        if written != self.written {
            self.written = written;
            return Some(Some(Piece::Taken { offset: written }));
        }
        if self.picture {
            self.picture = false;
            self.sent = state.picture_at();
            state.seats.ack(&self.seat, self.sent);
            return Some(Some(Piece::Snapshot { offset: self.sent, bytes: state.drawn().picture() }));
        }
        if self.sent < state.ring.start() {
            self.picture = true;
            return Some(Some(Piece::Gap { offset: state.picture_at() }));
        }
        if let Some(piece) = self.output(&state) {
            return Some(Some(piece));
        }
        let all_given = self.sent == state.ring.end();
        match &state.end {
            Some(_) if self.exit_told => None,
            Some(end) if all_given => {
                self.exit_told = true;
                Some(Some(Piece::Exit { offset: self.sent, end: Box::new(end.clone()) }))
            }
            _ => Some(None),
        }
    }

    fn output(&mut self, state: &State) -> Option<Piece> {
        let on_the_way = self.sent.saturating_sub(state.seats.acked(&self.seat));
        let room = usize::try_from(WINDOW.saturating_sub(on_the_way)).unwrap_or(usize::MAX);
        let offset = self.sent;
        let replay = offset < self.replay_until;
        let most = if replay {
            usize::try_from(self.replay_until - offset).unwrap_or(usize::MAX).min(PIECE)
        } else {
            PIECE
        };
        let bytes = state.ring.read(offset, most.min(room)).filter(|bytes| !bytes.is_empty())?;
        self.sent += bytes.len() as u64;
        Some(Piece::Output { offset, bytes, replay })
    }
}
