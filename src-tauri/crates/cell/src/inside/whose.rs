//! Whose a connection on the loopback is, where other users of the machine can reach it as well.
#![allow(unsafe_code)] // geteuid has no safe form in std; it cannot fail and touches no memory.

use std::net::{IpAddr, SocketAddr};

/// Whether the process at the other end belongs to our user. A connection the system does not list (any more)
/// is nobody's.
pub(super) fn is_ours(from: SocketAddr, to_port: u16) -> bool {
    // SAFETY: no arguments, no memory.
    let us = unsafe { libc::geteuid() };
    std::fs::read_to_string("/proc/net/tcp").is_ok_and(|table| owner(&table, from, to_port) == Some(us))
}

/// The user of the socket that is bound to `from` and connected to `to_port`, in the kernel's own table.
fn owner(table: &str, from: SocketAddr, to_port: u16) -> Option<u32> {
    let IpAddr::V4(address) = from.ip() else { return None };
    // An address stands there as one number in the byte order of the machine.
    let local = format!("{:08X}:{:04X}", u32::from_ne_bytes(address.octets()), from.port());
    let to = format!(":{to_port:04X}");
    table.lines().find_map(|line| {
        let mut words = line.split_whitespace().skip(1);
        let ours = words.next() == Some(&local) && words.next()?.ends_with(&to);
        // Then: state, queues, timer, retransmissions, user.
        if ours { words.nth(4)?.parse().ok() } else { None }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str =
        "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:0C38 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1 1 0 100 0 0 10 0
   1: 0100007F:A000 0100007F:0C38 01 00000000:00000000 00:00000000 00000000  1000        0 2 1 0 20 4 30 10 -1
   2: 0100007F:0C38 0100007F:A000 01 00000000:00000000 00:00000000 00000000     0        0 3 1 0 20 4 30 10 -1
";

    #[test]
    fn the_socket_that_called_is_found_and_not_the_one_that_answered() {
        let caller = SocketAddr::from(([127, 0, 0, 1], 0xA000));
        if cfg!(target_endian = "little") {
            assert_eq!(owner(TABLE, caller, 0x0C38), Some(1000));
        }
        assert_eq!(owner(TABLE, caller, 1), None);
        assert_eq!(owner(TABLE, SocketAddr::from(([127, 0, 0, 1], 9)), 0x0C38), None);
    }

    #[test]
    fn a_connection_of_our_own_is_ours() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let _caller = std::net::TcpStream::connect(("127.0.0.1", port)).unwrap();
        let (_connection, from) = listener.accept().unwrap();
        assert!(is_ours(from, port));
    }
}
