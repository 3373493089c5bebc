//! Why a channel ended, or a request through it was refused.

use std::io;

/// Why a channel ended. Every stream of it fails with the same reason; `code()` is stable.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ChannelError {
    #[error("this side closed the channel")]
    Closed,
    #[error("the other side ended without a word")]
    Gone,
    #[error("the other side closed the channel: {code}")]
    Goodbye { code: String },
    #[error("the channel broke: {cause}")]
    Transport { cause: String },
    #[error("the channel ended in the middle of a frame")]
    Truncated,
    #[error("a frame of the unknown kind {kind}")]
    UnknownKind { kind: u8 },
    #[error("a frame of {length} bytes where {most} are the most")]
    TooLong { length: usize, most: usize },
    #[error("a malformed frame: {cause}")]
    Malformed { cause: &'static str },
    #[error("a frame that does not belong here: {cause}")]
    Unexpected { cause: &'static str },
    #[error("a frame for stream {stream}, which was never opened")]
    UnknownStream { stream: u32 },
    #[error("stream number {stream} was used before or belongs to this side")]
    ReusedStream { stream: u32 },
    #[error("more than {most} streams")]
    TooManyStreams { most: usize },
    #[error("more data on stream {stream} than its window allows")]
    WindowExceeded { stream: u32 },
    #[error("more room granted on stream {stream} than there is")]
    WindowOverflow { stream: u32 },
    #[error("data on stream {stream} after its end")]
    AfterEnd { stream: u32 },
    #[error("the other side took nothing for {seconds} seconds")]
    Stalled { seconds: u64 },
    #[error("the other side did not say hello in time")]
    NoHello,
    #[error("the other side speaks version {theirs} of the channel and this one {ours}")]
    Version { ours: u32, theirs: u32 },
    #[error("the process inside refused to begin: {cause}")]
    Refused { cause: String },
}

impl ChannelError {
    /// A short, stable name of the failure.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Closed => "channel.closed",
            Self::Gone => "channel.gone",
            Self::Goodbye { .. } => "channel.goodbye",
            Self::Transport { .. } => "channel.transport",
            Self::Truncated => "channel.truncated",
            Self::UnknownKind { .. } => "channel.unknown_kind",
            Self::TooLong { .. } => "channel.too_long",
            Self::Malformed { .. } => "channel.malformed",
            Self::Unexpected { .. } => "channel.unexpected",
            Self::UnknownStream { .. } => "channel.unknown_stream",
            Self::ReusedStream { .. } => "channel.reused_stream",
            Self::TooManyStreams { .. } => "channel.too_many_streams",
            Self::WindowExceeded { .. } => "channel.window_exceeded",
            Self::WindowOverflow { .. } => "channel.window_overflow",
            Self::AfterEnd { .. } => "channel.after_end",
            Self::Stalled { .. } => "channel.stalled",
            Self::NoHello => "channel.no_hello",
            Self::Version { .. } => "channel.version",
            Self::Refused { .. } => "channel.refused",
        }
    }

    pub(crate) fn transport(error: &io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe | io::ErrorKind::ConnectionReset | io::ErrorKind::UnexpectedEof => {
                Self::Gone
            }
            _ => Self::Transport { cause: error.to_string() },
        }
    }
}

impl From<ChannelError> for io::Error {
    fn from(error: ChannelError) -> Self {
        Self::new(io::ErrorKind::BrokenPipe, error)
    }
}

/// Why a request to the process inside was not fulfilled.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SessionError {
    #[error(transparent)]
    Channel(#[from] ChannelError),
    /// The process inside said no; `code` is one of `talk::refusal`.
    #[error("{message}")]
    Refused { code: String, message: String },
    #[error("too many things at once go through this channel")]
    Busy,
    #[error("what the process inside answered makes no sense: {cause}")]
    Nonsense { cause: String },
    #[error("larger than the {most} bytes allowed")]
    TooLarge { most: u64 },
    #[error("reading or writing on this side failed: {cause}")]
    Local { cause: String },
}

impl SessionError {
    /// A short, stable name of the failure.
    pub fn code(&self) -> &str {
        match self {
            Self::Channel(error) => error.code(),
            Self::Refused { code, .. } => code,
            Self::Busy => "session.busy",
            Self::Nonsense { .. } => "session.nonsense",
            Self::TooLarge { .. } => "session.too_large",
            Self::Local { .. } => "session.local",
        }
    }
}
