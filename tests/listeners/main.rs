//! Listeners beside loopback, through the built programs: who gets in where, and who does not.
//!
//! A stand-in answers for the tailnet's daemon on a unix socket, and a script for its command line tool. Addresses of
//! the loopback network take the place of machines of a tailnet.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod address;
mod daemon;
mod page;
mod scene;
mod serve;
mod tailnet;
