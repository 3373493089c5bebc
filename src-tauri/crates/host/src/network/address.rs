//! Addresses that no confined program reaches through us, whatever name led to them.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Why an address is never connected to; none for an ordinary one of the internet.
///
/// Names are resolved once, outside, and the answer is judged here before it is connected to: a name of the outside
/// world that leads to this machine or its neighbours is an attack or a mistake.
pub fn never_reached(address: IpAddr) -> Option<&'static str> {
    match address {
        IpAddr::V4(v4) => never_v4(v4),
        IpAddr::V6(v6) => never_v6(v6),
    }
}

fn never_v4(address: Ipv4Addr) -> Option<&'static str> {
    let [a, b, c, _] = address.octets();
    if address.is_loopback() {
        Some("it is this machine")
    } else if address.is_private() {
        Some("it is in a private network")
    } else if address.is_link_local() {
        // Also where clouds keep their metadata.
        Some("it is a link-local address")
    } else if a == 100 && (64..128).contains(&b) {
        Some("it is in a shared or tailnet range")
    } else if a == 0 || address.is_broadcast() || address.is_multicast() || a >= 240 {
        Some("it is no address of a single host")
    } else if address.is_documentation() || (a == 198 && (18..20).contains(&b)) || (a, b, c) == (192, 0, 0) {
        Some("it is a reserved address")
    } else {
        None
    }
}

fn never_v6(address: Ipv6Addr) -> Option<&'static str> {
    let part = address.segments();
    // Addresses that carry another one are as good as that one.
    let inner = |high: u16, low: u16| {
        let [a, b] = high.to_be_bytes();
        let [c, d] = low.to_be_bytes();
        Ipv4Addr::new(a, b, c, d)
    };
    if let Some(v4) = address.to_ipv4_mapped() {
        return never_v4(v4);
    }
    match part {
        [0, 0, 0, 0, 0, 0, 0, 1] => Some("it is this machine"),
        [0, 0, 0, 0, 0, 0, 0, 0] => Some("it is no address of a single host"),
        // Compatible and translated addresses, NAT64, 6to4.
        [0, 0, 0, 0, 0, 0, high, low] => never_v4(inner(high, low)).or(Some("it is a reserved address")),
        [0, 0, 0, 0, 0xffff, 0, high, low] => never_v4(inner(high, low)),
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] => never_v4(inner(high, low)),
        [0x64, 0xff9b, 1, ..] => Some("it is in a private network"),
        [0x2002, high, low, ..] => never_v4(inner(high, low)),
        [0x2001, 0, ..] => Some("it is a reserved address"),
        [0x2001, 0xdb8, ..] => Some("it is a reserved address"),
        [first, ..] if first & 0xfe00 == 0xfc00 => Some("it is in a private network"),
        [first, ..] if first & 0xffc0 == 0xfe80 => Some("it is a link-local address"),
        [first, ..] if first & 0xffc0 == 0xfec0 => Some("it is in a private network"),
        [first, ..] if first & 0xff00 == 0xff00 => Some("it is no address of a single host"),
        _ => None,
    }
}
