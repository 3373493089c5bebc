//! What becomes of an entry that did not land: whether it is mended by itself, what whoever mends it is told, and
//! when a person is asked.
//!
//! It is given what git and the checks said, as text; it knows nothing of either.

mod clash;
mod decide;
mod fault;
mod hint;
mod log;
mod words;

pub use clash::{clash, said};
pub use decide::{Go, Try, go};
pub use fault::{asked_to_mend, red};
pub use hint::wants_network;
pub(crate) use hint::{NO_NETWORK, missing};
pub use log::{LOG, Trimmed, trimmed};
pub use words::{context, story};
