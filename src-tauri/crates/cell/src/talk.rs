//! What the two halves say to each other.
//!
//! Everything is JSON: one message in each hello, one in the opening of each stream, and on the streams of
//! commands and files messages with their length before them.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};

use crate::{SessionError, Text};

/// The longest order: arguments and environment of one command.
pub const LONGEST_ORDER: usize = 4 << 20;
/// The longest message of the process inside, which is not trusted.
pub const LONGEST_REPORT: usize = 16 << 10;

/// Words of `SessionError::Refused`.
pub mod refusal {
    /// The program is not there.
    pub const NO_PROGRAM: &str = "inside.no_program";
    /// The folder to run in is not there.
    pub const NO_FOLDER: &str = "inside.no_folder";
    /// The program could not be started.
    pub const SPAWN: &str = "inside.spawn";
    /// Too many commands run already.
    pub const BUSY: &str = "inside.busy";
    /// The path is outside the shared folders, goes through a link, or names no ordinary file.
    pub const PATH: &str = "inside.path";
    /// Reading or writing failed.
    pub const FILE: &str = "inside.file";
}

/// First words of the outside.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Hello {
    pub version: u32,
    /// Doors to listen for on 127.0.0.1 inside.
    pub doors: Vec<DoorPort>,
    /// Folders below which files may be put and taken; absolute, must exist.
    pub folders: Vec<String>,
    /// Put our system call filter on each command (bubblewrap has put it on everything already).
    pub filter: bool,
    /// Connections to doors at one time; at most 64.
    pub connections: usize,
    /// The network is not the cell's own: connections of other users of it are refused.
    pub shared_network: bool,
}

impl Hello {
    /// No doors, no folders, the filter on.
    pub fn new() -> Self {
        Self {
            version: crate::VERSION,
            doors: Vec::new(),
            folders: Vec::new(),
            filter: true,
            connections: 64,
            shared_network: false,
        }
    }

    #[must_use]
    pub fn door(mut self, name: DoorName, port: u16) -> Self {
        self.doors.push(DoorPort { name, port });
        self
    }

    #[must_use]
    pub fn folder(mut self, folder: impl Into<String>) -> Self {
        self.folders.push(folder.into());
        self
    }

    #[must_use]
    pub fn shared_network(mut self, shared: bool) -> Self {
        self.shared_network = shared;
        self
    }

    #[must_use]
    pub fn filter(mut self, filter: bool) -> Self {
        self.filter = filter;
        self
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum DoorName {
    Proxy,
    Model,
}

impl DoorName {
    pub const ALL: [Self; 2] = [Self::Proxy, Self::Model];
}

/// Where a door listens. As a wish, port 0 is any free one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct DoorPort {
    pub name: DoorName,
    pub port: u16,
}

/// First words of the inside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Welcome {
    pub version: u32,
    /// Why it will not begin; then nothing else counts.
    pub refused: Option<String>,
    /// The doors as they really listen.
    pub doors: Vec<DoorPort>,
    /// Its own number, as the inside counts.
    pub pid: u32,
}

/// What a stream is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Purpose {
    /// Outside to inside: one command. An [`Order`] goes in, [`Signal`]s may follow; [`Report`]s come out.
    /// `pipes` streams for it are opened directly behind it.
    Command { pipes: u8 },
    /// Outside to inside: a standard stream of the command whose stream has the number `of`.
    Pipe { of: u32, pipe: Pipe },
    /// Outside to inside: what follows is the content of a file.
    Put { path: Text, mode: u32 },
    /// Outside to inside: asks for a file.
    Take { path: Text },
    /// Inside to outside: a program connected to a door.
    Door(DoorName),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Pipe {
    Stdin,
    Stdout,
    Stderr,
}

/// Limits of each single process of a command; none where nothing is said.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Bytes of private writable memory.
    pub memory: Option<u64>,
    /// Processes of the user; does not hold for root.
    pub pids: Option<u64>,
    /// Bytes of one file.
    pub fsize: Option<u64>,
    /// Open files.
    pub nofile: Option<u64>,
}

/// One command to start.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Order {
    pub argv: Vec<Text>,
    pub cwd: Text,
    /// The whole environment. Later entries win.
    pub env: Vec<(Text, Text)>,
    pub grace_ms: u64,
    pub limits: Limits,
}

/// What may be told to a command that runs. The end of its stream means `Kill`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Signal {
    /// Ask its group to end, kill the tree after the grace.
    End,
    Kill,
}

/// What the inside says about a command or a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Report {
    Started {
        pid: u32,
    },
    /// The whole tree is gone and its output has been sent.
    Exited {
        code: Option<i32>,
        signal: Option<i32>,
        leaked: u32,
        /// Processes inside, whoever's, that the kernel killed for want of memory while it ran.
        memory_kills: u32,
    },
    Refused {
        code: String,
        message: String,
    },
    /// A file of this size follows, or one of this size was written.
    File {
        size: u64,
    },
}

/// Writes one message.
pub async fn say<W, T>(to: &mut W, message: &T) -> Result<(), SessionError>
where
    W: AsyncWrite + Unpin,
    T: Serialize,
{
    let nonsense = |error: &dyn std::fmt::Display| SessionError::Nonsense { cause: error.to_string() };
    let body = serde_json::to_vec(message).map_err(|error| nonsense(&error))?;
    let length = u32::try_from(body.len()).map_err(|error| nonsense(&error))?;
    to.write_all(&length.to_be_bytes()).await.map_err(|error| lost(&error))?;
    to.write_all(&body).await.map_err(|error| lost(&error))
}

/// Reads one message of at most `longest` bytes; `None` when the stream ended before it. Not to be dropped
/// half-way and called again: what was read is lost then.
pub async fn hear<R, T>(from: &mut R, longest: usize) -> Result<Option<T>, SessionError>
where
    R: AsyncRead + Unpin,
    T: DeserializeOwned,
{
    let mut length = [0; 4];
    match from.read(&mut length).await.map_err(|error| lost(&error))? {
        0 => return Ok(None),
        got => {
            from.read_exact(&mut length[got..]).await.map_err(|error| lost(&error))?;
        }
    }
    let length = usize::try_from(u32::from_be_bytes(length)).unwrap_or(usize::MAX);
    if length > longest {
        return Err(SessionError::TooLarge { most: longest as u64 });
    }
    let mut body = vec![0; length];
    from.read_exact(&mut body).await.map_err(|error| lost(&error))?;
    let message = serde_json::from_slice(&body);
    message.map(Some).map_err(|error| SessionError::Nonsense { cause: error.to_string() })
}

/// A stream's failure, which is the channel's where that ended.
pub(crate) fn lost(error: &std::io::Error) -> SessionError {
    match error.get_ref().and_then(|inner| inner.downcast_ref::<crate::ChannelError>()) {
        Some(channel) => SessionError::Channel(channel.clone()),
        None => SessionError::Nonsense { cause: error.to_string() },
    }
}
