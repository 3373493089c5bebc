//! Terminals: programs with a screen, which several people look at and one of them types into.
//!
//! A terminal lives on this machine and outlives every connection to it. Output has an offset, counted in bytes
//! since the start; whoever was cut off goes on behind what they have seen. The newest bytes are in a ring, the
//! screen is followed by an emulator, so that a newcomer gets a picture instead of a history, and everything is
//! recorded on disk.
//!
//! * One person is in control and owns input and size. The program is slowed down when they cannot keep up, and for
//!   a short while when their connection is cut, so that nothing is lost for them.
//! * Everybody else watches. Who is too slow for the ring gets a picture and goes on from there; nobody waits.
//! * When the program ends, everything that was started in the terminal is ended with it.
//!
//! Who may open what, and how bytes travel, is decided elsewhere. Nothing here knows of workspaces or sockets.

mod attachment;
mod cast;
mod complete;
mod error;
mod flood;
mod folder;
mod inbox;
mod input;
mod open;
mod output;
mod past;
mod recording;
mod ring;
mod screen;
mod seats;
mod session;
mod shell;
mod state;
mod terminals;
mod tree;

pub use attachment::{Attachment, Feed, Piece};
pub use error::TerminalError;
pub use folder::{NoFolder, folder_inside};
pub use open::Opening;
pub use seats::Who;
pub use shell::{Shell, environment};
pub use terminals::{Limits, Terminals};
