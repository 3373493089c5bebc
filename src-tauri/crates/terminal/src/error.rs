//! What can go wrong with a terminal.

use protocol::ErrorCode;

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TerminalError {
    #[error("There is no terminal {0}")]
    Unknown(String),
    #[error("{0} terminals run already, which is the most (terminal.most). Close one of them first.")]
    Limit(usize),
    #[error("{0} people are attached to this terminal, which is the most.")]
    Crowded(usize),
    #[error("{who} types into this terminal. Take control first.")]
    NotControlled { who: String },
    #[error("Nobody types into this terminal. Take control first.")]
    Uncontrolled,
    #[error("This terminal has ended.")]
    Ended,
    #[error("This terminal still runs. Close it first.")]
    Running,
    #[error("This place at the terminal was given up, or taken up again from another connection.")]
    Left,
    #[error("Input begins at {expected}, and this begins at {found}: something was left out.")]
    InputGap { expected: u64, found: u64 },
    #[error("The program does not read. Wait until earlier input is acknowledged.")]
    InputFull,
    #[error("A terminal has 1 to {most} columns and rows")]
    Size { most: u16 },
    #[error("A name is one line of 1 to {most} bytes")]
    Name { most: usize },
    #[error("This signal cannot be sent on this system")]
    Signal,
    #[error("Nothing is recorded of this terminal")]
    NotRecorded,
    #[error("{shell} cannot be started: {cause}")]
    Start { shell: String, cause: String },
    #[error("{path}: {cause}")]
    File { path: String, cause: String },
}

impl TerminalError {
    pub fn code(&self) -> ErrorCode {
        match self {
            Self::Unknown(_) | Self::NotRecorded => ErrorCode::NotFound,
            Self::Limit(_) | Self::Crowded(_) => ErrorCode::TerminalLimit,
            Self::NotControlled { .. } | Self::Uncontrolled => ErrorCode::TerminalNotControlled,
            Self::Ended => ErrorCode::TerminalEnded,
            Self::Running => ErrorCode::Conflict,
            Self::Left => ErrorCode::Stale,
            Self::InputGap { .. } | Self::Size { .. } | Self::Name { .. } | Self::Signal => {
                ErrorCode::BadRequest
            }
            Self::InputFull => ErrorCode::RateLimited,
            Self::Start { .. } => ErrorCode::TerminalFailed,
            Self::File { .. } => ErrorCode::StorageFailed,
        }
    }
}
