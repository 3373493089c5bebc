//! Another server than this machine's in the window: which addresses are taken. Such a page is shown and nothing more;
//! it may ask the app for nothing.

use host::network::is_tailnet;

use tauri::Url;
use url::Host;

/// No address of a server is longer.
const LONGEST: usize = 2_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HubError {
    #[error(
        "This is no address. Paste the link that the other server shows, such as https://hub.example.ts.net/."
    )]
    NoAddress,
    #[error("An address with a user or a password in it is not taken.")]
    WithUser,
    #[error(
        "Over plain http only this machine and a tailnet are reached; anybody on the way could read along. Use the https address."
    )]
    Plain,
}

impl HubError {
    /// Stable over releases.
    pub fn code(self) -> &'static str {
        match self {
            Self::NoAddress => "hub.no_address",
            Self::WithUser => "hub.with_user",
            Self::Plain => "hub.plain",
        }
    }
}

/// Reads what somebody pasted: an address, or a link that signs in.
pub fn read(pasted: &str) -> Result<Url, HubError> {
    let pasted = pasted.trim();
    let url = Url::parse(pasted).map_err(|_| HubError::NoAddress)?;
    let host = url.host().ok_or(HubError::NoAddress)?;
    if pasted.len() > LONGEST || !matches!(url.scheme(), "http" | "https") {
        return Err(HubError::NoAddress);
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(HubError::WithUser);
    }
    match url.scheme() {
        "http" if !is_private(&host) => Err(HubError::Plain),
        _ => Ok(url),
    }
}

/// Whether what goes there stays on this machine or inside the encryption of a tailnet.
fn is_private(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => *name == "localhost" || name.ends_with(".ts.net"),
        Host::Ipv4(address) => address.is_loopback() || is_tailnet((*address).into()),
        Host::Ipv6(address) => address.is_loopback() || is_tailnet((*address).into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn https_anywhere_and_http_only_where_nobody_can_listen() {
        for taken in [
            "https://hub.example/",
            " https://hub.example.ts.net/#code=x ",
            "http://127.0.0.1:3002/",
            "http://[::1]:3002/",
            "http://100.101.2.3:3001/",
            "http://[fd7a:115c:a1e0::1]:3001/",
            "http://hub.tail1234.ts.net:3001/",
        ] {
            assert!(read(taken).is_ok(), "{taken}");
        }
        for (refused, code) in [
            ("", "hub.no_address"),
            ("hub", "hub.no_address"),
            ("file:///etc/passwd", "hub.no_address"),
            ("javascript:alert(1)", "hub.no_address"),
            ("data:text/html,x", "hub.no_address"),
            ("https://me:secret@hub.example/", "hub.with_user"),
            ("http://hub.example/", "hub.plain"),
            ("http://192.168.1.2/", "hub.plain"),
            ("http://100.128.0.1/", "hub.plain"),
            ("http://evil.ts.net.example/", "hub.plain"),
        ] {
            assert_eq!(read(refused).map_err(HubError::code), Err(code), "{refused}");
        }
    }
}
