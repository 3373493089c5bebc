//! Ports for servers that are told theirs.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher as _, Hasher as _};
use std::net::{Ipv4Addr, TcpListener};
use tokio::net::TcpSocket;

/// Below those that a system gives away by itself.
const FIRST: u16 = 10_240;
const COUNT: u64 = 22_528;

/// Keeps a port for a server that was killed and is to be started at it again: until this is dropped nobody is
/// given it who takes any port there is. It listens to nothing, so the server finds its port free.
#[allow(clippy::expect_used, reason = "a port that cannot be kept fails its test")]
pub fn kept(ip: &str, port: u16) -> TcpSocket {
    let socket = TcpSocket::new_v4().expect("a socket");
    socket.set_reuseaddr(true).expect("a port that may be used beside it");
    socket.bind((ip.parse::<Ipv4Addr>().expect("an address"), port).into()).expect("the port is free");
    socket
}

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
