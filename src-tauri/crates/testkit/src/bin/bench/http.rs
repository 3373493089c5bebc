//! HTTP by hand over one kept connection: what the client costs must not hide what the server costs, since
//! both run on the same machine.

use anyhow::{Context, bail};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

/// Longer than any claim waits.
const PATIENCE: Duration = Duration::from_secs(60);

/// Where a server listens and the token it takes.
#[derive(Clone)]
pub struct Address {
    /// `127.0.0.1:PORT`.
    pub host: String,
    pub token: String,
}

impl Address {
    pub fn new(url: &str, token: &str) -> Self {
        Self { host: url.trim_start_matches("http://").to_owned(), token: token.to_owned() }
    }

    fn open(&self) -> anyhow::Result<TcpStream> {
        let stream = TcpStream::connect(&self.host).with_context(|| format!("connect to {}", self.host))?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        Ok(stream)
    }

    pub fn connect(&self) -> anyhow::Result<Connection> {
        Ok(Connection {
            stream: self.open()?,
            address: self.clone(),
            request: Vec::new(),
            answer: Vec::new(),
        })
    }

    /// An event stream from a cursor on, its head already read. What follows are chunks of frames.
    pub fn follow(&self, session: &str, after: i64) -> anyhow::Result<TcpStream> {
        let mut stream = self.open()?;
        let Address { host, token } = self;
        write!(
            stream,
            "GET /sessions/{session}/events?types=all&after={after} HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {token}\r\n\r\n"
        )?;
        let mut head = Vec::new();
        let mut byte = [0];
        while !head.ends_with(b"\r\n\r\n") {
            stream.read_exact(&mut byte).context("the head of an event stream")?;
            head.extend_from_slice(&byte);
        }
        match head.starts_with(b"HTTP/1.1 200") {
            true => Ok(stream),
            false => bail!("no event stream: {}", String::from_utf8_lossy(&head)),
        }
    }
}

/// One kept connection.
pub struct Connection {
    stream: TcpStream,
    address: Address,
    request: Vec<u8>,
    answer: Vec<u8>,
}

impl Connection {
    /// Sends a body; its answer is read by [`Self::receive`].
    pub fn send(&mut self, path: &str, body: &str) -> anyhow::Result<()> {
        let Address { host, token } = &self.address;
        self.request.clear();
        write!(
            self.request,
            "POST {path} HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {token}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        )?;
        Ok(self.stream.write_all(&self.request)?)
    }

    /// The answer's status and body.
    pub fn receive(&mut self) -> anyhow::Result<(u16, &[u8])> {
        self.answer.clear();
        loop {
            if let Some((head, length)) = head(&self.answer)?
                && self.answer.len() >= head + length
            {
                let status = std::str::from_utf8(self.answer.get(9..12).unwrap_or_default())?.parse()?;
                return Ok((status, self.answer.get(head..head + length).unwrap_or_default()));
            }
            let mut part = [0; 16 * 1024];
            let n = self.stream.read(&mut part).context("an answer")?;
            if n == 0 {
                bail!("the server closed the connection");
            }
            self.answer.extend_from_slice(part.get(..n).unwrap_or_default());
        }
    }

    /// One call that must succeed; its raw answer.
    pub fn call(&mut self, path: &str, body: &str) -> anyhow::Result<&[u8]> {
        self.send(path, body)?;
        let (status, answer) = self.receive()?;
        if !(200..300).contains(&status) {
            bail!("{path}: {status} {}", String::from_utf8_lossy(answer));
        }
        Ok(answer)
    }
}

/// Length of the head and of the body, once the head is whole.
fn head(answer: &[u8]) -> anyhow::Result<Option<(usize, usize)>> {
    let Some(end) = answer.windows(4).position(|w| w == b"\r\n\r\n") else { return Ok(None) };
    let text = std::str::from_utf8(answer.get(..end).unwrap_or_default())?.to_ascii_lowercase();
    let length = text.lines().find_map(|line| line.strip_prefix("content-length:"));
    let length = length.context("an answer without content-length")?.trim().parse()?;
    Ok(Some((end + 4, length)))
}
