//! Entries that come back: what is found out about them, who mends them, and when a person is asked.
//!
//! `flow::returned` decides; here git, the store and, where a check failed, the branch itself are asked. Nothing of
//! the queue's order is known here: an entry that comes back is out of its way.

mod asked;
mod base;
mod beside;
mod goes_on;
mod known;
mod mend;

pub(crate) use goes_on::{came_back, left_to_person, look_again};
pub(crate) use known::conflict;
pub(crate) use mend::{asked_to_mend, linked, mender_ended};

/// Automatic tries where nobody could be asked how many are wanted.
pub(crate) const FIX_UPS: u32 = 2;

/// Who checks the branch itself: one at a time, so that two entries that fail alike ask once.
#[derive(Default)]
pub(crate) struct Bench {
    turn: tokio::sync::Mutex<()>,
}
