//! Many streams over one pair of pipes, in both directions.
//!
//! Each stream has its own window: a side sends what the other has room for and no more, so a stream nobody
//! reads stops alone, and memory stays bounded whatever the other side does. Frames of streams that have
//! something to send take turns; openings, grants and resets go before data, so a flood of output delays
//! nothing else by more than one batch.
//!
//! The other side is not trusted. A frame that breaks the rules ends the channel with its own reason; nothing
//! it can send makes this side wait, panic or keep more than its windows hold. What the streams are for is
//! decided elsewhere: an opening carries some bytes that are handed on as they are.

mod lane;
mod state;
mod stream;
mod transport;

use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::mpsc;

use crate::ChannelError;
use state::Core;
pub use stream::Stream;

/// Bytes that may be on their way or unread on one stream in one direction.
pub const WINDOW: usize = 256 * 1024;
/// Bytes a stream takes from its writer before they are sent.
pub const OUTBOX: usize = 64 * 1024;
/// Streams of both sides together.
pub const MOST_STREAMS: usize = 256;

/// Which numbers a side gives its streams.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// Odd numbers.
    Outside,
    /// Even numbers.
    Inside,
}

/// How much of everything one side allows.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Streams this side may have open.
    pub ours: usize,
    /// Streams the other side may have open; more are refused, and with many refusals unread the channel ends.
    pub theirs: usize,
    /// How long the other side may take nothing while there is something to send. `None`: for ever.
    pub stall: Option<Duration>,
}

impl Limits {
    /// What each side uses: outside opens commands and files, inside opens connections to doors.
    ///
    /// Only the outside gives up a side that takes nothing: it may be stopped itself (by a debugger, or by the
    /// user's terminal), and when it is gone for good its pipes end.
    pub const fn of(side: Side) -> Self {
        match side {
            Side::Outside => {
                Self { ours: 160, theirs: MOST_STREAMS - 160, stall: Some(Duration::from_secs(60)) }
            }
            Side::Inside => Self { ours: MOST_STREAMS - 160, theirs: 160, stall: None },
        }
    }
}

/// A stream the other side opened.
#[derive(Debug)]
pub struct Opened {
    /// What it says the stream is for; at most 4 KiB, not yet judged.
    pub purpose: Bytes,
    pub stream: Stream,
}

/// One side of a channel. Dropping the last copy closes it.
#[derive(Debug, Clone)]
pub struct Mux(Arc<Closing>);

#[derive(Debug)]
struct Closing(Arc<Core>);

impl Drop for Closing {
    fn drop(&mut self) {
        self.0.fail(ChannelError::Closed);
    }
}

impl Mux {
    /// Starts to read and write. `before` holds bytes that were read already (behind the hello). The receiver
    /// yields the other side's streams and ends with the channel.
    pub fn start<R, W>(
        read: R,
        write: W,
        before: BytesMut,
        side: Side,
        limits: Limits,
    ) -> (Self, mpsc::Receiver<Opened>)
    where
        R: AsyncRead + Send + Unpin + 'static,
        W: AsyncWrite + Send + Unpin + 'static,
    {
        // Each waiting stream holds its place in `theirs`, so there is always room for one more.
        let (opened, incoming) = mpsc::channel(limits.theirs.max(1));
        let core = Core::new(side, limits);
        tokio::spawn(transport::receive(core.clone(), read, before, opened));
        tokio::spawn(transport::send(core.clone(), write));
        (Self(Arc::new(Closing(core))), incoming)
    }

    /// Opens a stream; `purpose` is at most 4 KiB. `None` when `Limits::ours` are open already.
    pub fn open(&self, purpose: &[u8]) -> Result<Option<Stream>, ChannelError> {
        if purpose.len() > crate::frame::Kind::Open.longest() {
            return Err(ChannelError::TooLong {
                length: purpose.len(),
                most: crate::frame::Kind::Open.longest(),
            });
        }
        self.0.0.open(Bytes::copy_from_slice(purpose)).map(|id| id.map(|id| Stream::new(&self.0.0, id)))
    }

    /// Two ends of one stream within this process, for those who connect something else to a door. They last as
    /// long as the channel's two sides are kept.
    pub async fn local() -> Option<([Self; 2], Stream, Stream)> {
        let (near, far) = tokio::io::duplex(OUTBOX);
        let start = |half, side| {
            let (read, write) = tokio::io::split(half);
            Self::start(read, write, BytesMut::new(), side, Limits { ours: 1, theirs: 1, stall: None })
        };
        let (near, _) = start(near, Side::Outside);
        let (far, mut incoming) = start(far, Side::Inside);
        let ours = near.open(&[]).ok().flatten()?;
        let theirs = incoming.recv().await?.stream;
        Some(([near, far], ours, theirs))
    }

    /// Ends the channel and all its streams; what was not sent yet is lost.
    pub fn close(&self) {
        self.0.0.fail(ChannelError::Closed);
    }

    /// Waits for the end of the channel and says why it ended.
    pub async fn closed(&self) -> ChannelError {
        self.0.0.gone().await
    }

    /// The other side was put to sleep on purpose (or woken): it is not expected to take anything.
    pub fn set_frozen(&self, frozen: bool) {
        self.0.0.set_frozen(frozen);
    }

    /// Streams that hold a place now, in both directions.
    pub fn streams(&self) -> usize {
        self.0.0.count()
    }
}
