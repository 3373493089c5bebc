//! What requests may name the server by, for each listener.
//!
//! A page of an attacker's own name can be made to point at any address (DNS rebinding), so a listener answers to the
//! names it was given and to no other; and a page may call from the very address it asks, and from nowhere else.

use crate::refusal::Refusal;
use axum::http::{HeaderMap, header};
use protocol::ErrorCode;
use std::collections::BTreeSet;
use std::net::IpAddr;

/// Names one listener answers to; an extension of every request beside [`super::Arrival`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Names {
    scheme: &'static str,
    /// As they stand in a `Host` header.
    hosts: BTreeSet<String>,
    /// `localhost` on any port, so that a forwarded port works.
    localhost: bool,
}

impl Names {
    pub(crate) fn loopback(port: u16) -> Self {
        let hosts = BTreeSet::from([format!("127.0.0.1:{port}"), format!("[::1]:{port}")]);
        Self { scheme: "http", hosts, localhost: true }
    }

    /// Names and addresses at one port.
    pub(super) fn at<'a>(
        secure: bool,
        port: u16,
        names: impl IntoIterator<Item = &'a str>,
        addresses: impl IntoIterator<Item = IpAddr>,
    ) -> Self {
        let (scheme, usual) = if secure { ("https", 443) } else { ("http", 80) };
        let bracketed = |ip: IpAddr| if ip.is_ipv6() { format!("[{ip}]") } else { ip.to_string() };
        let names = names.into_iter().map(|name| name.trim().trim_end_matches('.').to_ascii_lowercase());
        let mut hosts = BTreeSet::new();
        for name in names.filter(|name| !name.is_empty()).chain(addresses.into_iter().map(bracketed)) {
            hosts.insert(format!("{name}:{port}"));
            if port == usual {
                hosts.insert(name);
            }
        }
        Self { scheme, hosts, localhost: false }
    }

    /// Whether the request names this server, and comes from no page but its own.
    pub(crate) fn check(&self, headers: &HeaderMap) -> Result<(), Refusal> {
        let host = headers.get(header::HOST).and_then(|h| h.to_str().ok()).unwrap_or_default();
        if !self.knows(host) {
            return Err(Refusal::new(ErrorCode::WrongHost, self.told()));
        }
        let Some(origin) = headers.get(header::ORIGIN) else { return Ok(()) };
        if origin
            .to_str()
            .is_ok_and(|origin| origin == format!("{}://{}", self.scheme, host.to_ascii_lowercase()))
        {
            return Ok(());
        }
        Err(Refusal::new(ErrorCode::ForeignOrigin, "A page from somewhere else may not call this server."))
    }

    fn knows(&self, host: &str) -> bool {
        self.hosts.contains(&host.to_ascii_lowercase()) || self.localhost && is_localhost(host)
    }

    fn told(&self) -> &'static str {
        match self.localhost {
            true => "This server answers to 127.0.0.1 and localhost only.",
            false => "This server does not answer to that name. Names of its own are set by listen.names.",
        }
    }
}

fn is_localhost(host: &str) -> bool {
    match host.split_once(':') {
        None => host == "localhost",
        Some((name, port)) => name == "localhost" && port.parse::<u16>().is_ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(host: &str, origin: Option<&str>) -> HeaderMap {
        let mut map = HeaderMap::new();
        map.insert(header::HOST, host.parse().unwrap());
        if let Some(origin) = origin {
            map.insert(header::ORIGIN, origin.parse().unwrap());
        }
        map
    }

    fn code(names: &Names, host: &str, origin: Option<&str>) -> Option<ErrorCode> {
        names.check(&headers(host, origin)).err().map(|refusal| refusal.0.code)
    }

    #[test]
    fn only_our_own_names_are_answered() {
        let names = Names::loopback(3001);
        for good in ["127.0.0.1:3001", "[::1]:3001", "localhost:3001", "localhost:9", "localhost"] {
            assert_eq!(code(&names, good, None), None, "{good}");
        }
        for bad in [
            "",
            "evil.example",
            "evil.example:3001",
            "127.0.0.1:3002",
            "127.0.0.1",
            "localhost.evil.example",
            "localhost:x",
            "127.0.0.1:3001.evil",
        ] {
            assert_eq!(code(&names, bad, None), Some(ErrorCode::WrongHost), "{bad}");
        }
    }

    #[test]
    fn a_foreign_or_null_origin_is_refused() {
        let names = Names::loopback(3001);
        let host = "127.0.0.1:3001";
        assert_eq!(code(&names, host, Some("http://127.0.0.1:3001")), None);
        for bad in [
            "null",
            "http://evil.example",
            "https://127.0.0.1:3001",
            "http://127.0.0.1:3002",
            "http://localhost:3001",
        ] {
            assert_eq!(code(&names, host, Some(bad)), Some(ErrorCode::ForeignOrigin), "{bad}");
        }
    }

    #[test]
    fn another_listener_answers_to_its_own_names_at_its_own_port_and_not_to_localhost() {
        let names = Names::at(true, 443, ["Laptop.tail1.ts.net."], ["100.64.0.7".parse().unwrap()]);
        for good in ["laptop.tail1.ts.net", "LAPTOP.tail1.ts.net:443", "100.64.0.7"] {
            assert_eq!(code(&names, good, None), None, "{good}");
        }
        for bad in ["laptop", "other.tail1.ts.net", "localhost", "127.0.0.1:443", "laptop.tail1.ts.net:80"] {
            assert_eq!(code(&names, bad, None), Some(ErrorCode::WrongHost), "{bad}");
        }
        let page = |origin| code(&names, "laptop.tail1.ts.net", Some(origin));
        assert_eq!(page("https://laptop.tail1.ts.net"), None);
        for bad in ["http://laptop.tail1.ts.net", "https://other.tail1.ts.net", "null"] {
            assert_eq!(page(bad), Some(ErrorCode::ForeignOrigin), "{bad}");
        }
        let plain = Names::at(false, 3001, [], ["fd7a::7".parse().unwrap()]);
        assert_eq!(code(&plain, "[fd7a::7]:3001", Some("http://[fd7a::7]:3001")), None);
    }
}
