//! One stream, as its user has it in hand.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::OUTBOX;
use super::lane::{Finish, Lane, Reset};
use super::state::Core;
use crate::ChannelError;

/// A stream in both directions. Shutting down its writing half tells the other side that no more comes; dropping
/// it before that breaks it off, and what was not sent is lost. What was received before a break can be read.
#[derive(Debug)]
pub struct Stream {
    core: Arc<Core>,
    id: u32,
}

impl Stream {
    pub(super) fn new(core: &Arc<Core>, id: u32) -> Self {
        Self { core: core.clone(), id }
    }

    /// Its number in the channel.
    pub fn id(&self) -> u32 {
        self.id
    }

    /// Whether either side broke the stream off, or the channel ended.
    pub fn is_broken(&self) -> bool {
        self.core
            .with(self.id, |lane, gone| gone.is_some() || lane.is_none_or(|lane| lane.reset != Reset::No))
    }

    /// Ends the writing half without waiting: what was written is still sent, also when the stream is dropped
    /// directly afterwards.
    pub fn finish(&self) {
        self.core.with(self.id, |lane, _| {
            if let Some(lane) = lane
                && lane.finish == Finish::Open
            {
                lane.finish = Finish::Asked;
            }
        });
    }

    /// Breaks the stream off with a word of at most 64 bytes for the other side.
    pub fn reset(self, word: &'static str) {
        self.core.with(self.id, |lane, _| {
            if let Some(lane) = lane {
                lane.break_off(word);
            }
        });
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        self.core.let_go(self.id);
    }
}

impl AsyncRead for Stream {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.core.with(self.id, |lane, gone| {
            let Some(lane) = lane else { return Poll::Ready(Err(over(gone))) };
            if !lane.inbox.is_empty() {
                let (first, _) = lane.inbox.as_slices();
                let length = first.len().min(into.remaining());
                into.put_slice(&first[..length]);
                lane.inbox.drain(..length);
                lane.taken += length;
                return Poll::Ready(Ok(()));
            }
            if lane.ended {
                return Poll::Ready(Ok(()));
            }
            if let Some(error) = broken(lane, gone) {
                return Poll::Ready(Err(error));
            }
            lane.reader = Some(context.waker().clone());
            Poll::Pending
        })
    }
}

impl AsyncWrite for Stream {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, data: &[u8]) -> Poll<io::Result<usize>> {
        self.core.with(self.id, |lane, gone| {
            let Some(lane) = lane else { return Poll::Ready(Err(over(gone))) };
            if let Some(error) = broken(lane, gone) {
                return Poll::Ready(Err(error));
            }
            if lane.finish != Finish::Open {
                return Poll::Ready(Err(io::Error::new(io::ErrorKind::BrokenPipe, "written after its end")));
            }
            let length = OUTBOX.saturating_sub(lane.out.len()).min(data.len());
            if length == 0 && !data.is_empty() {
                lane.writer = Some(context.waker().clone());
                return Poll::Pending;
            }
            lane.out.extend(&data[..length]);
            Poll::Ready(Ok(length))
        })
    }

    /// What was written is on its way as soon as the other side has room; there is nothing to wait for.
    fn poll_flush(self: Pin<&mut Self>, _context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.core.with(self.id, |lane, gone| {
            let Some(lane) = lane else { return Poll::Ready(Err(over(gone))) };
            if let Some(error) = broken(lane, gone) {
                return Poll::Ready(Err(error));
            }
            if lane.finish == Finish::Open {
                lane.finish = Finish::Asked;
            }
            Poll::Ready(Ok(()))
        })
    }
}

fn broken(lane: &Lane, gone: Option<&ChannelError>) -> Option<io::Error> {
    match &lane.reset {
        Reset::Theirs(word) => Some(io::Error::new(
            io::ErrorKind::ConnectionReset,
            format!("the other side broke the stream off: {word}"),
        )),
        Reset::Asked(_) | Reset::Sent => {
            Some(io::Error::new(io::ErrorKind::ConnectionAborted, "this side broke the stream off"))
        }
        Reset::No => gone.map(|gone| gone.clone().into()),
    }
}

fn over(gone: Option<&ChannelError>) -> io::Error {
    gone.cloned().unwrap_or(ChannelError::Closed).into()
}
