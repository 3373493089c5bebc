//! The head of a request to a proxy.

use crate::network::{BadTarget, Target};
use tokio::io::{AsyncRead, AsyncReadExt as _};

/// Longest head; larger ones are no request of a tool.
const HEAD_BYTES: usize = 32 * 1024;
const HEADERS: usize = 100;

/// What is wanted, and the bytes that came after the head.
#[derive(Debug)]
pub(super) struct Head {
    pub wanted: Wanted,
    pub target: Target,
    pub rest: Vec<u8>,
}

#[derive(Debug)]
pub(super) enum Wanted {
    /// A way through for anything.
    Tunnel,
    /// One plain request; its head as the target gets it.
    Plain { head: Vec<u8> },
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum BadHead {
    /// The program went away before it said anything whole.
    Gone,
    TooLong,
    /// Not a request to a proxy.
    Nonsense(&'static str),
    Target(BadTarget),
}

/// Reads one head, and no more of the stream than came with it.
pub(super) async fn read<S: AsyncRead + Unpin>(stream: &mut S) -> Result<Head, BadHead> {
    let mut bytes = Vec::with_capacity(1024);
    loop {
        if bytes.len() >= HEAD_BYTES {
            return Err(BadHead::TooLong);
        }
        let room = HEAD_BYTES - bytes.len();
        let got = stream.take(room as u64).read_buf(&mut bytes).await;
        if !matches!(got, Ok(1..)) {
            return Err(BadHead::Gone);
        }
        if let Some(head) = parse(&bytes)? {
            return Ok(head);
        }
    }
}

/// None while it is not whole.
fn parse(bytes: &[u8]) -> Result<Option<Head>, BadHead> {
    let mut headers = [httparse::EMPTY_HEADER; HEADERS];
    let mut request = httparse::Request::new(&mut headers);
    let end = match request.parse(bytes) {
        Ok(httparse::Status::Complete(end)) => end,
        Ok(httparse::Status::Partial) => return Ok(None),
        Err(httparse::Error::TooManyHeaders) => return Err(BadHead::TooLong),
        Err(_) => return Err(BadHead::Nonsense("it is not HTTP")),
    };
    let (Some(method), Some(path)) = (request.method, request.path) else {
        return Err(BadHead::Nonsense("it is not HTTP"));
    };
    let rest = bytes[end..].to_vec();
    if method == "CONNECT" {
        let target = Target::read(path).map_err(BadHead::Target)?;
        return Ok(Some(Head { wanted: Wanted::Tunnel, target, rest }));
    }
    let Some(address) = path.strip_prefix("http://") else {
        return Err(BadHead::Nonsense("it names no absolute http address"));
    };
    let split = address.find(['/', '?']).unwrap_or(address.len());
    let (authority, wanted) = address.split_at(split);
    // A name and password in the address would be sent on by no proxy; a program that sends them is mistaken.
    let target = match authority.contains('@') {
        true => Err(BadTarget::Host),
        false => Target::read(authority).or_else(|_| Target::new(authority, 80)),
    };
    let target = target.map_err(BadHead::Target)?;
    let wanted = if wanted.starts_with('/') { wanted.to_owned() } else { format!("/{wanted}") };
    let head = rewritten(method, &wanted, &target, request.headers);
    Ok(Some(Head { wanted: Wanted::Plain { head }, target, rest }))
}

/// Said between a program and its proxy, and nobody else's business.
const OF_THE_HOP: [&str; 5] =
    ["connection", "proxy-connection", "proxy-authorization", "keep-alive", "upgrade"];

/// The head as the target gets it: one request for one connection, with the host that was judged.
fn rewritten(method: &str, path: &str, target: &Target, headers: &[httparse::Header<'_>]) -> Vec<u8> {
    let host = match target.port {
        80 => target.to_string().trim_end_matches(":80").to_owned(),
        _ => target.to_string(),
    };
    let mut head = format!("{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n").into_bytes();
    for header in headers {
        let ours = header.name.eq_ignore_ascii_case("host");
        if ours || OF_THE_HOP.iter().any(|name| header.name.eq_ignore_ascii_case(name)) {
            continue;
        }
        head.extend_from_slice(header.name.as_bytes());
        head.extend_from_slice(b": ");
        head.extend_from_slice(header.value);
        head.extend_from_slice(b"\r\n");
    }
    head.extend_from_slice(b"\r\n");
    head
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn of(text: &str) -> Result<Head, BadHead> {
        read(&mut text.as_bytes()).await
    }

    #[tokio::test]
    async fn both_kinds_of_request_are_read_and_what_follows_is_kept() {
        let head = of("CONNECT Pypi.org:443 HTTP/1.1\r\nHost: x\r\n\r\nhello").await.unwrap();
        assert!(matches!(head.wanted, Wanted::Tunnel));
        assert_eq!((head.target.to_string().as_str(), head.rest.as_slice()), ("pypi.org:443", &b"hello"[..]));

        let plain = "GET http://deb.example:8080/a?b=c HTTP/1.1\r\nHost: other.example\r\nProxy-Authorization: Basic x\r\n\
                     Accept: */*\r\nConnection: keep-alive\r\n\r\n";
        let head = of(plain).await.unwrap();
        let Wanted::Plain { head: sent } = head.wanted else { panic!() };
        let sent = String::from_utf8(sent).unwrap();
        assert_eq!(
            sent, "GET /a?b=c HTTP/1.1\r\nHost: deb.example:8080\r\nConnection: close\r\nAccept: */*\r\n\r\n",
            "the host that was judged is the host that is named"
        );
        let Wanted::Plain { head } = of("GET http://deb.example HTTP/1.0\r\n\r\n").await.unwrap().wanted
        else {
            panic!()
        };
        assert!(head.starts_with(b"GET / HTTP/1.1\r\nHost: deb.example\r\n"));
    }

    #[tokio::test]
    async fn what_is_no_request_to_a_proxy_is_refused() {
        for (text, bad) in [
            ("GET / HTTP/1.1\r\n\r\n", BadHead::Nonsense("it names no absolute http address")),
            (
                "GET https://a.example/ HTTP/1.1\r\n\r\n",
                BadHead::Nonsense("it names no absolute http address"),
            ),
            ("\x16\x03\x01\x02", BadHead::Nonsense("it is not HTTP")),
            ("CONNECT nothing HTTP/1.1\r\n\r\n", BadHead::Target(BadTarget::Shape)),
            ("CONNECT 2130706433:80 HTTP/1.1\r\n\r\n", BadHead::Target(BadTarget::Host)),
            ("GET http://user@a.example/ HTTP/1.1\r\n\r\n", BadHead::Target(BadTarget::Host)),
            ("CONNECT a.example:443 HTTP/1.1\r\n", BadHead::Gone),
            ("", BadHead::Gone),
        ] {
            assert_eq!(of(text).await.unwrap_err(), bad, "{text:?}");
        }
        let long = format!("GET http://a.example/ HTTP/1.1\r\nx: {}\r\n\r\n", "y".repeat(HEAD_BYTES));
        assert_eq!(of(&long).await.unwrap_err(), BadHead::TooLong);
    }
}
