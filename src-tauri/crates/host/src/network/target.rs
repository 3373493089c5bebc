//! A host and a port, as a program inside names them.

use std::fmt;
use std::net::IpAddr;

/// Ports that mean "a service of this host" without being named.
const USUAL: [u16; 2] = [443, 80];
const LONGEST: usize = 253;

/// A plain host name in lower case without a trailing dot, or an address, and a port.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Target {
    pub host: String,
    pub port: u16,
}

/// Not a target anybody should connect to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BadTarget {
    Shape,
    Host,
    Port,
}

impl fmt::Display for BadTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Shape => "it names no host and port",
            Self::Host => "its host is not a plain host name",
            Self::Port => "its port is not a number from 1 to 65535",
        })
    }
}

impl Target {
    /// Reads `host:port` or `[v6]:port`.
    pub fn read(text: &str) -> Result<Self, BadTarget> {
        let (host, port) = match text.strip_prefix('[') {
            Some(rest) => rest.split_once("]:").ok_or(BadTarget::Shape)?,
            // An address of the sixth version needs its brackets: without them nobody can say where it ends.
            None => text.split_once(':').filter(|(_, port)| !port.contains(':')).ok_or(BadTarget::Shape)?,
        };
        let digits = !port.is_empty() && port.len() <= 5 && port.bytes().all(|b| b.is_ascii_digit());
        let port = port.parse().ok().filter(|port| digits && *port > 0).ok_or(BadTarget::Port)?;
        Self::new(host, port)
    }

    /// A host as it is written in an address, and a port.
    pub fn new(host: &str, port: u16) -> Result<Self, BadTarget> {
        let host = host.strip_suffix('.').unwrap_or(host).to_ascii_lowercase();
        if host.is_empty() || host.len() > LONGEST {
            return Err(BadTarget::Host);
        }
        if host.parse::<IpAddr>().is_ok() {
            return Ok(Self { host, port });
        }
        // What a resolver might read as an address (`0x7f.1`, `2130706433`) has a last label of digits.
        let label = |label: &str| {
            !label.is_empty()
                && label.len() <= 63
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
        };
        let last = host.rsplit('.').next().unwrap_or_default();
        let numeric = last.starts_with("0x") || last.bytes().all(|b| b.is_ascii_digit());
        if numeric || !host.split('.').all(label) {
            return Err(BadTarget::Host);
        }
        Ok(Self { host, port })
    }

    /// The host when it is an address already.
    pub fn address(&self) -> Option<IpAddr> {
        self.host.parse().ok()
    }

    /// Whether a pattern of an allowlist covers it: `host`, `*.domain` (names below it) or either with `:port`. Without
    /// a port the usual ones are meant. A pattern of a star alone covers nothing.
    pub fn is_covered_by(&self, pattern: &str) -> bool {
        let (hosts, port) = match pattern.rsplit_once(':') {
            Some((hosts, port)) if !hosts.contains(':') => match port.parse::<u16>() {
                Ok(port) => (hosts, Some(port)),
                Err(_) => return false,
            },
            _ => (pattern, None),
        };
        let port_fits = match port {
            Some(port) => port == self.port,
            None => USUAL.contains(&self.port),
        };
        let hosts = hosts.trim_end_matches('.').to_ascii_lowercase();
        let host_fits = match hosts.strip_prefix("*.") {
            // An address has no names below it.
            Some(_) if self.address().is_some() => false,
            Some(domain) if domain.is_empty() || domain.contains('*') => false,
            Some(domain) => {
                self.host.strip_suffix(domain).is_some_and(|sub| sub.len() > 1 && sub.ends_with('.'))
            }
            None => hosts == self.host,
        };
        port_fits && host_fits
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.address() {
            Some(IpAddr::V6(_)) => write!(f, "[{}]:{}", self.host, self.port),
            _ => write!(f, "{}:{}", self.host, self.port),
        }
    }
}
