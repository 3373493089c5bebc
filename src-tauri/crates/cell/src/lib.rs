//! The cell: a process inside a sandbox or container, and the channel to it over its standard streams.
//!
//! * [`frame`] and [`mux`]: many streams with windows over one pair of pipes. Neither side trusts the other.
//! * [`session`]: the outside half. Starts commands inside, moves files, answers connections to doors.
//! * [`inside`]: the loop of `pilothouse-inside`, which is the first process of the cell. Each command gets a
//!   tree of its own that leaves nothing behind; when the channel ends, everything inside ends.
//! * [`seccomp`], [`guard`], [`limits`]: what a command is put under before it starts; [`pipes`]: how it is listened to.
//!
//! No port is opened and no socket mounted: a cell with no network at all reaches exactly the doors that the
//! outside answers. This room knows nothing of jobs, sandboxes, models or proxies, and uses nothing else of
//! ours, so that the process inside stays small and can be linked into one static file.

pub mod door;
mod error;
pub mod frame;
#[cfg(target_os = "linux")]
pub mod guard;
#[cfg(target_os = "linux")]
pub mod inside;
#[cfg(unix)]
pub mod limits;
pub mod mux;
pub mod pipes;
#[cfg(target_os = "linux")]
pub mod seccomp;
pub mod session;
pub mod talk;
mod text;

pub use door::{Door, Doors};
pub use error::{ChannelError, SessionError};
pub use mux::Stream;
pub use session::{Command, Exit, Session, Started};
pub use talk::{DoorName, Hello};
pub use text::Text;

/// The version of the channel and of what is said on it. Both sides must have the same.
pub const VERSION: u32 = 2;
