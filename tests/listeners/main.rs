//! Listeners beside loopback, through the built programs: who gets in where, and who does not.
//!
//! A stand-in answers for the tailnet's daemon on a unix socket, and a script for its command line tool. Addresses of
//! the loopback network take the place of machines of a tailnet.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod address;
mod daemon;
mod invited;
#[allow(dead_code)]
#[path = "../devices/key.rs"]
mod key;
mod page;
mod pinned;
mod scene;
mod serve;
/// The same list of routes that the walk over loopback goes through.
#[path = "../api/surface.rs"]
#[allow(dead_code)]
mod surface;
mod tailnet;
mod walked;
#[allow(dead_code)]
#[path = "../terminals/wire.rs"]
mod wire;
