//! Ports for servers that are told theirs.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher as _, Hasher as _};
use std::net::TcpListener;

/// Below those that a system gives away by itself.
const FIRST: u16 = 10_240;
const COUNT: u64 = 22_528;

/// A free port of an address. No connection, and nobody who takes any port there is, is given it before it is used.
pub fn free_port(ip: &str) -> u16 {
    loop {
        let dice = RandomState::new().build_hasher().finish() % COUNT;
        let port = FIRST + u16::try_from(dice).unwrap_or_default();
        if TcpListener::bind((ip, port)).is_ok() {
            return port;
        }
    }
}
