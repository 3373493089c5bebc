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

/// Whether it is in a network of the user's own or of a tailnet: never reached by a name that a program makes up, and
/// what a user names may be there. This machine and link-local addresses are not among these.
pub fn is_private(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => v4.is_private() || is_tailnet(address),
        IpAddr::V6(v6) => match v6.to_ipv4_mapped() {
            Some(v4) => is_private(v4.into()),
            None => v6.segments()[0] & 0xfe00 == 0xfc00,
        },
    }
}

/// Whether a tailnet gives its machines such addresses, 100.64.0.0/10 or fd7a:115c:a1e0::/48; each has one of its own.
pub fn is_tailnet(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => {
            let [a, b, ..] = v4.octets();
            a == 100 && (64..128).contains(&b)
        }
        IpAddr::V6(v6) => v6.segments()[..3] == [0xfd7a, 0x115c, 0xa1e0],
    }
}

/// What stands for an address where callers are counted: a machine makes up as many addresses as it likes in its own
/// IPv6 network, so that counts as one place.
pub fn one_place(address: IpAddr) -> IpAddr {
    let IpAddr::V6(address) = address.to_canonical() else { return address.to_canonical() };
    if is_tailnet(address.into()) || address.is_loopback() {
        return address.into();
    }
    let words = address.segments();
    Ipv6Addr::new(words[0], words[1], words[2], words[3], 0, 0, 0, 0).into()
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
    } else if is_tailnet(address.into()) {
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
