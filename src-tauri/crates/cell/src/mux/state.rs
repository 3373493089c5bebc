//! The rules of the channel, without its pipes.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::{Bytes, BytesMut};
use tokio::sync::{Notify, watch};

use super::lane::{Finish, Lane, Reset};
use super::{Limits, Side, WINDOW};
use crate::ChannelError;
use crate::frame::{self, Frame, Kind};

/// Refusals that wait to be sent; more mean that the other side opens streams and reads nothing.
const MOST_REFUSALS: usize = 256;

/// What the tasks of one side and its streams share.
#[derive(Debug)]
pub(super) struct Core {
    state: Mutex<State>,
    /// There may be something to send.
    pub(super) work: Notify,
    gone: watch::Sender<Option<ChannelError>>,
    frozen: AtomicBool,
    pub(super) limits: Limits,
}

#[derive(Debug)]
pub(super) struct State {
    side: Side,
    limits: Limits,
    lanes: HashMap<u32, Lane>,
    /// The next number of ours.
    next: u32,
    /// The highest number of theirs.
    last: u32,
    theirs: usize,
    urgent: VecDeque<u32>,
    bulk: VecDeque<u32>,
    refusals: VecDeque<u32>,
    ended: Option<ChannelError>,
}

impl Core {
    pub(super) fn new(side: Side, limits: Limits) -> Arc<Self> {
        let state = State {
            side,
            limits,
            lanes: HashMap::new(),
            next: if side == Side::Outside { 1 } else { 2 },
            last: 0,
            theirs: 0,
            urgent: VecDeque::new(),
            bulk: VecDeque::new(),
            refusals: VecDeque::new(),
            ended: None,
        };
        Arc::new(Self {
            state: Mutex::new(state),
            work: Notify::new(),
            gone: watch::channel(None).0,
            frozen: AtomicBool::new(false),
            limits,
        })
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Does something to one stream (absent only after the channel ended) and sends what came of it.
    pub(super) fn with<T>(
        &self,
        id: u32,
        act: impl FnOnce(Option<&mut Lane>, Option<&ChannelError>) -> T,
    ) -> T {
        let mut state = self.lock();
        let state = &mut *state;
        let done = act(state.lanes.get_mut(&id), state.ended.as_ref());
        if state.schedule(id) {
            self.work.notify_one();
        }
        done
    }

    pub(super) fn open(&self, purpose: Bytes) -> Result<Option<u32>, ChannelError> {
        let mut state = self.lock();
        if let Some(ended) = &state.ended {
            return Err(ended.clone());
        }
        if state.lanes.len() - state.theirs >= state.limits.ours {
            return Ok(None);
        }
        let id = state.next;
        // Two thousand million streams later the numbers are used up; the channel ends rather than reuse one.
        state.next = id.checked_add(2).ok_or(ChannelError::TooManyStreams { most: u32::MAX as usize })?;
        state.lanes.insert(id, Lane::new(true, Some(purpose)));
        state.schedule(id);
        self.work.notify_one();
        Ok(Some(id))
    }

    /// Nobody holds the stream any more.
    pub(super) fn let_go(&self, id: u32) {
        let mut state = self.lock();
        let Some(lane) = state.lanes.get_mut(&id) else { return };
        lane.held = false;
        lane.inbox = VecDeque::new();
        match lane.finish {
            Finish::Open => lane.break_off("dropped"),
            Finish::Sent if !lane.ended => lane.break_off("unread"),
            // Its data and its end are still to be sent.
            Finish::Asked | Finish::Sent => {}
        }
        if state.ended.is_some() {
            state.forget(id);
        } else if state.schedule(id) {
            self.work.notify_one();
        }
    }

    /// Takes all whole frames from what was read. The streams they open are handed to `opened`.
    pub(super) fn receive(
        &self,
        from: &mut BytesMut,
        mut opened: impl FnMut(u32, Bytes),
    ) -> Result<(), ChannelError> {
        let mut state = self.lock();
        if let Some(ended) = &state.ended {
            return Err(ended.clone());
        }
        let mut work = false;
        while let Some(frame) = frame::decode(from)? {
            let (kind, id) = (frame.kind, frame.stream);
            if let Some(purpose) = state.accept(frame)? {
                opened(id, purpose);
            }
            work |= state.schedule(id) || kind == Kind::Open;
        }
        if work {
            self.work.notify_one();
        }
        Ok(())
    }

    /// Appends frames worth about `most` bytes, each stream in turn.
    pub(super) fn collect(&self, into: &mut BytesMut, most: usize) -> Option<ChannelError> {
        let mut state = self.lock();
        while into.len() < most && state.ended.is_none() && state.emit(into) {}
        state.ended.clone()
    }

    /// Ends the channel; only the first reason counts.
    pub(super) fn fail(&self, error: ChannelError) {
        let mut state = self.lock();
        if state.ended.is_some() {
            return;
        }
        state.ended = Some(error.clone());
        state.urgent.clear();
        state.bulk.clear();
        state.refusals.clear();
        state.lanes.retain(|_, lane| lane.held);
        for lane in state.lanes.values_mut() {
            lane.out = VecDeque::new();
            lane.wake();
        }
        drop(state);
        self.gone.send_replace(Some(error));
        self.work.notify_one();
    }

    pub(super) async fn gone(&self) -> ChannelError {
        let mut gone = self.gone.subscribe();
        match gone.wait_for(Option::is_some).await {
            Ok(ended) => ended.clone().unwrap_or(ChannelError::Closed),
            Err(_) => ChannelError::Closed,
        }
    }

    pub(super) fn set_frozen(&self, frozen: bool) {
        self.frozen.store(frozen, Ordering::Relaxed);
    }

    pub(super) fn is_frozen(&self) -> bool {
        self.frozen.load(Ordering::Relaxed)
    }

    pub(super) fn count(&self) -> usize {
        self.lock().lanes.len()
    }
}

impl State {
    /// One frame of the other side. Yields the purpose of a stream it opened.
    fn accept(&mut self, frame: Frame) -> Result<Option<Bytes>, ChannelError> {
        let stream = frame.stream;
        match frame.kind {
            Kind::Hello => return Err(ChannelError::Unexpected { cause: "a second hello" }),
            Kind::Goodbye => return Err(ChannelError::Goodbye { code: word(&frame.payload) }),
            Kind::Open => return self.opened(stream, frame.payload),
            Kind::Data | Kind::Window | Kind::End | Kind::Reset => {}
        }
        let Some(lane) = self.lanes.get_mut(&stream) else {
            // What was on its way when the stream ended here is nobody's fault.
            return if self.was_opened(stream) {
                Ok(None)
            } else {
                Err(ChannelError::UnknownStream { stream })
            };
        };
        match frame.kind {
            Kind::Data | Kind::End if lane.ended || matches!(lane.reset, Reset::Theirs(_)) => {
                return Err(ChannelError::AfterEnd { stream });
            }
            Kind::Data => {
                let left = lane.allowance.checked_sub(frame.payload.len());
                lane.allowance = left.ok_or(ChannelError::WindowExceeded { stream })?;
                if lane.held && lane.reset == Reset::No {
                    lane.inbox.extend(&frame.payload);
                    lane.reader.take().into_iter().for_each(std::task::Waker::wake);
                }
            }
            Kind::Window => {
                let grant = frame.payload.first_chunk::<4>().map_or(0, |room| u32::from_be_bytes(*room));
                let credit = usize::try_from(grant).unwrap_or(usize::MAX).saturating_add(lane.credit);
                if grant == 0 || credit > WINDOW {
                    return Err(ChannelError::WindowOverflow { stream });
                }
                lane.credit = credit;
            }
            Kind::End => {
                lane.ended = true;
                lane.reader.take().into_iter().for_each(std::task::Waker::wake);
            }
            _ => {
                if !matches!(lane.reset, Reset::Sent) {
                    lane.reset = Reset::Theirs(word(&frame.payload));
                }
                lane.out = VecDeque::new();
                lane.wake();
            }
        }
        Ok(None)
    }

    fn opened(&mut self, stream: u32, purpose: Bytes) -> Result<Option<Bytes>, ChannelError> {
        if self.is_ours(stream) || stream <= self.last {
            return Err(ChannelError::ReusedStream { stream });
        }
        self.last = stream;
        if self.theirs < self.limits.theirs {
            self.theirs += 1;
            self.lanes.insert(stream, Lane::new(false, None));
            return Ok(Some(purpose));
        }
        if self.refusals.len() >= MOST_REFUSALS {
            return Err(ChannelError::TooManyStreams { most: self.limits.theirs });
        }
        self.refusals.push_back(stream);
        Ok(None)
    }

    fn is_ours(&self, stream: u32) -> bool {
        (stream % 2 == 1) == (self.side == Side::Outside)
    }

    fn was_opened(&self, stream: u32) -> bool {
        if self.is_ours(stream) { stream < self.next } else { stream <= self.last }
    }

    /// Puts a stream in line for what it can send, or forgets it. True when it stands in line anew.
    fn schedule(&mut self, id: u32) -> bool {
        let Some(lane) = self.lanes.get_mut(&id) else { return false };
        if self.ended.is_some() {
            return false;
        }
        if lane.is_over() {
            self.forget(id);
            return false;
        }
        let urgent = lane.has_urgent() && !lane.queued_urgent;
        let bulk = lane.has_bulk() && !lane.queued_bulk;
        lane.queued_urgent |= urgent;
        lane.queued_bulk |= bulk;
        if urgent {
            self.urgent.push_back(id);
        }
        if bulk {
            self.bulk.push_back(id);
        }
        urgent || bulk
    }

    fn forget(&mut self, id: u32) {
        if self.lanes.remove(&id).is_some_and(|lane| !lane.ours) {
            self.theirs -= 1;
        }
    }

    /// Sends for whoever is next. False when nobody has anything.
    fn emit(&mut self, into: &mut BytesMut) -> bool {
        if let Some(id) = self.refusals.pop_front() {
            frame::encode(Kind::Reset, id, b"busy", into);
        } else if let Some(id) = self.urgent.pop_front() {
            if let Some(lane) = self.lanes.get_mut(&id) {
                lane.queued_urgent = false;
                lane.send_urgent(id, into);
            }
            self.schedule(id);
        } else if let Some(id) = self.bulk.pop_front() {
            if let Some(lane) = self.lanes.get_mut(&id) {
                lane.queued_bulk = false;
                lane.send_bulk(id, into);
            }
            self.schedule(id);
        } else {
            return false;
        }
        true
    }
}

/// A word of the other side, fit to be shown.
fn word(payload: &[u8]) -> String {
    let plain = |byte: &u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'.' | b'_' | b'-' => char::from(*byte),
        _ => '?',
    };
    payload.iter().map(plain).collect()
}
