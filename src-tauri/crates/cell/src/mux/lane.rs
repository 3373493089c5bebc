//! What is remembered of one stream.

use std::collections::VecDeque;
use std::task::Waker;

use bytes::{Bytes, BytesMut};

use super::WINDOW;
use crate::frame::{self, Kind, LONGEST};

/// How far the sending direction is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Finish {
    Open,
    /// Ended by its writer; the end is sent behind the data.
    Asked,
    Sent,
}

/// Whether the stream was broken off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Reset {
    No,
    /// By this side, to be told.
    Asked(&'static str),
    /// By this side, told.
    Sent,
    /// By the other side, with its word.
    Theirs(String),
}

#[derive(Debug)]
pub(super) struct Lane {
    /// Opened by this side.
    pub(super) ours: bool,
    /// The purpose, until the opening is sent.
    pub(super) opening: Option<Bytes>,
    pub(super) out: VecDeque<u8>,
    /// Bytes the other side has room for.
    pub(super) credit: usize,
    pub(super) finish: Finish,
    pub(super) writer: Option<Waker>,
    pub(super) inbox: VecDeque<u8>,
    /// Bytes the other side may still send.
    pub(super) allowance: usize,
    /// Bytes read here and not granted again yet.
    pub(super) taken: usize,
    /// The other side sends no more.
    pub(super) ended: bool,
    pub(super) reader: Option<Waker>,
    pub(super) reset: Reset,
    /// Somebody here still has the stream in hand.
    pub(super) held: bool,
    pub(super) queued_urgent: bool,
    pub(super) queued_bulk: bool,
}

impl Lane {
    pub(super) fn new(ours: bool, opening: Option<Bytes>) -> Self {
        Self {
            ours,
            opening,
            out: VecDeque::new(),
            credit: WINDOW,
            finish: Finish::Open,
            writer: None,
            inbox: VecDeque::new(),
            allowance: WINDOW,
            taken: 0,
            ended: false,
            reader: None,
            reset: Reset::No,
            held: true,
            queued_urgent: false,
            queued_bulk: false,
        }
    }

    /// There are data or an end that may be sent now.
    pub(super) fn has_bulk(&self) -> bool {
        self.reset == Reset::No
            && match self.out.is_empty() {
                true => self.finish == Finish::Asked,
                false => self.credit > 0,
            }
    }

    /// There is an opening, a reset or a grant worth sending.
    pub(super) fn has_urgent(&self) -> bool {
        self.opening.is_some() || matches!(self.reset, Reset::Asked(_)) || self.has_grant()
    }

    /// Granted in halves of the window: often enough that a sender need not stop, seldom enough to be cheap.
    pub(super) fn has_grant(&self) -> bool {
        self.taken >= WINDOW / 2 && !self.ended && self.reset == Reset::No
    }

    /// Nothing more can happen on it and nobody holds it.
    pub(super) fn is_over(&self) -> bool {
        !self.held
            && match self.reset {
                Reset::Sent | Reset::Theirs(_) => true,
                Reset::Asked(_) => false,
                Reset::No => self.ended && self.finish == Finish::Sent,
            }
    }

    pub(super) fn wake(&mut self) {
        for waker in [self.reader.take(), self.writer.take()].into_iter().flatten() {
            waker.wake();
        }
    }

    /// Breaks the stream off from this side.
    pub(super) fn break_off(&mut self, word: &'static str) {
        if self.reset == Reset::No {
            self.reset = Reset::Asked(word);
            self.out = VecDeque::new();
            self.inbox = VecDeque::new();
        }
    }

    /// Sends whatever of it does not wait for data.
    pub(super) fn send_urgent(&mut self, id: u32, into: &mut BytesMut) {
        if let Some(purpose) = self.opening.take() {
            frame::encode(Kind::Open, id, &purpose, into);
        }
        if let Reset::Asked(word) = self.reset {
            frame::encode(Kind::Reset, id, word.as_bytes(), into);
            self.reset = Reset::Sent;
        } else if self.has_grant() {
            // Never more than the window, which fits 32 bits.
            frame::encode(Kind::Window, id, &(self.taken as u32).to_be_bytes(), into);
            self.allowance += self.taken;
            self.taken = 0;
        }
    }

    /// Sends one frame of data, and the end behind the last one.
    pub(super) fn send_bulk(&mut self, id: u32, into: &mut BytesMut) {
        if !self.has_bulk() {
            return;
        }
        if !self.out.is_empty() {
            let (first, _) = self.out.as_slices();
            let length = first.len().min(self.credit).min(LONGEST);
            frame::encode(Kind::Data, id, &first[..length], into);
            self.out.drain(..length);
            self.credit -= length;
            self.writer.take().into_iter().for_each(std::task::Waker::wake);
        }
        if self.out.is_empty() && self.finish == Finish::Asked {
            frame::encode(Kind::End, id, &[], into);
            self.finish = Finish::Sent;
            if !self.held && !self.ended {
                self.break_off("unread");
            }
        }
    }
}
