//! The outside half: a running process inside, and what can be asked of it.
//!
//! What comes from inside is judged here: messages are bounded and parsed, streams that make no sense are
//! refused, and a channel that breaks the rules ends. The session does not know how the process inside was
//! started or what keeps it in; whoever did that gives it two pipes.

mod command;
mod file;

use std::sync::Arc;
use std::time::Duration;

use bytes::BytesMut;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::sync::mpsc;
use tokio::time::timeout;

use crate::frame::{self, Kind};
use crate::mux::{Limits, Mux, Opened, Side};
use crate::talk::{DoorName, DoorPort, Hello, Purpose, Welcome};
use crate::{ChannelError, Doors, SessionError, Stream};

pub use command::{Command, Exit, Handle, Started};

/// A cold container may take a while to run its first instruction.
const HELLO_WITHIN: Duration = Duration::from_secs(30);

/// A process inside that answers. Cheap to copy; when the last copy is dropped the channel closes and
/// everything inside ends.
#[derive(Debug, Clone)]
pub struct Session {
    mux: Mux,
    welcome: Arc<Welcome>,
}

impl Session {
    /// Greets the process inside over its standard input (`write`) and output (`read`) and waits for its
    /// answer. Doors that `hello` does not name are never opened from inside; one that `doors` does not have
    /// refuses its connections.
    pub async fn over<R, W>(read: R, write: W, hello: Hello, doors: Doors) -> Result<Self, ChannelError>
    where
        R: AsyncRead + Send + Unpin + 'static,
        W: AsyncWrite + Send + Unpin + 'static,
    {
        let (mut read, mut write, mut rest) = (read, write, BytesMut::new());
        let greeting = async {
            greet(&mut write, &hello).await?;
            greeted(&mut read, &mut rest).await
        };
        let welcome: Welcome = timeout(HELLO_WITHIN, greeting).await.map_err(|_| ChannelError::NoHello)??;
        if welcome.version != crate::VERSION {
            return Err(ChannelError::Version { ours: crate::VERSION, theirs: welcome.version });
        }
        if let Some(cause) = welcome.refused {
            return Err(ChannelError::Refused { cause: cause.chars().take(500).collect() });
        }
        let (mux, incoming) = Mux::start(read, write, rest, Side::Outside, Limits::of(Side::Outside));
        tokio::spawn(answer(incoming, doors));
        Ok(Self { mux, welcome: Arc::new(welcome) })
    }

    /// The port of a door on 127.0.0.1 inside.
    pub fn port(&self, name: DoorName) -> Option<u16> {
        self.welcome.doors.iter().find(|door| door.name == name).map(|door: &DoorPort| door.port)
    }

    /// Waits until the channel ends and says why.
    pub async fn closed(&self) -> ChannelError {
        self.mux.closed().await
    }

    /// Ends the channel; the process inside ends with everything it started.
    pub fn close(&self) {
        self.mux.close();
    }

    /// Whoever keeps the process inside put it to sleep (or woke it): it is not expected to answer.
    pub fn set_frozen(&self, frozen: bool) {
        self.mux.set_frozen(frozen);
    }

    fn open(&self, purpose: &Purpose) -> Result<Stream, SessionError> {
        let purpose = serde_json::to_vec(purpose)
            .map_err(|error| SessionError::Nonsense { cause: error.to_string() })?;
        self.mux.open(&purpose)?.ok_or(SessionError::Busy)
    }
}

/// Connections to doors, each in a task of its own that ends with the channel at the latest.
async fn answer(mut incoming: mpsc::Receiver<Opened>, doors: Doors) {
    while let Some(Opened { purpose, stream }) = incoming.recv().await {
        match serde_json::from_slice(&purpose) {
            Ok(Purpose::Door(name)) => match doors.get(name) {
                Some(door) => {
                    tokio::spawn(door.answer(stream));
                }
                None => stream.reset("no_such_door"),
            },
            _ => stream.reset("not_understood"),
        }
    }
}

/// Says hello; for either side.
pub(crate) async fn greet<W, T>(write: &mut W, hello: &T) -> Result<(), ChannelError>
where
    W: AsyncWrite + Unpin,
    T: serde::Serialize,
{
    let words = serde_json::to_vec(hello).unwrap_or_default();
    if words.len() > Kind::Hello.longest() {
        return Err(ChannelError::TooLong { length: words.len(), most: Kind::Hello.longest() });
    }
    let mut frame = BytesMut::new();
    frame::encode(Kind::Hello, 0, &words, &mut frame);
    let sent = async {
        write.write_all(&frame).await?;
        write.flush().await
    };
    sent.await.map_err(|error| ChannelError::transport(&error))
}

/// Waits for the other side's hello; what came behind it stays in `rest`.
pub(crate) async fn greeted<R, T>(read: &mut R, rest: &mut BytesMut) -> Result<T, ChannelError>
where
    R: AsyncRead + Unpin,
    T: serde::de::DeserializeOwned,
{
    loop {
        if let Some(first) = frame::decode(rest)? {
            return match first.kind {
                Kind::Hello => serde_json::from_slice(&first.payload)
                    .map_err(|_| ChannelError::Malformed { cause: "its hello is not understood" }),
                _ => Err(ChannelError::Unexpected { cause: "something before the hello" }),
            };
        }
        rest.reserve(frame::HEADER + frame::LONGEST);
        match read.read_buf(rest).await {
            Ok(0) if rest.is_empty() => return Err(ChannelError::Gone),
            Ok(0) => return Err(ChannelError::Truncated),
            Ok(_) => {}
            Err(error) => return Err(ChannelError::transport(&error)),
        }
    }
}
