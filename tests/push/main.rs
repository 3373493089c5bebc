//! Notifications of phones and browsers through the built programs: told once, encrypted, signed, tried again, taken
//! back, kept over a kill, and all of it in the ledger.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod devices;
mod ledger;
mod scene;
mod told;
