//! Requests written byte by byte: what a well-behaved client would never send, answered as it stands.

use serde_json::Value;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

/// Longest wait for an answer or a frame.
const PATIENCE: Duration = Duration::from_secs(60);

/// A request to be sent; every part of it is taken as given.
#[derive(Clone)]
pub struct Call {
    address: String,
    verb: String,
    target: Vec<u8>,
    host: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    from: Option<std::net::IpAddr>,
}

/// What came back.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Call {
    /// `url` is the server's origin.
    pub fn new(url: &str, verb: &str, target: impl AsRef<[u8]>) -> Self {
        let address = url.trim_start_matches("http://").to_owned();
        let host = address.clone();
        Self {
            address,
            verb: verb.to_owned(),
            target: target.as_ref().to_owned(),
            host,
            headers: Vec::new(),
            body: Vec::new(),
            from: None,
        }
    }

    pub fn host(mut self, host: &str) -> Self {
        self.host = host.to_owned();
        self
    }

    /// From another address of this machine: on Linux all of 127.0.0.0/8 is.
    pub fn from(mut self, address: [u8; 4]) -> Self {
        self.from = Some(address.into());
        self
    }

    async fn connected(&self) -> TcpStream {
        let Some(from) = self.from else {
            return TcpStream::connect(&self.address).await.expect("the server listens");
        };
        let socket = tokio::net::TcpSocket::new_v4().expect("a socket");
        socket.bind((from, 0).into()).expect("an address of this machine");
        socket.connect(self.address.parse().expect("an address")).await.expect("the server listens")
    }

    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub fn bearer(self, token: &str) -> Self {
        self.header("authorization", &format!("Bearer {token}"))
    }

    pub fn body(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.body = bytes.into();
        self
    }

    pub fn json(self, value: &Value) -> Self {
        self.header("content-type", "application/json").body(value.to_string())
    }

    fn head(&self, version: &str) -> Vec<u8> {
        let mut head = format!("{} ", self.verb).into_bytes();
        head.extend_from_slice(&self.target);
        head.extend_from_slice(
            format!(" HTTP/{version}\r\nhost: {}\r\nconnection: close\r\n", self.host).as_bytes(),
        );
        if !self.body.is_empty() {
            head.extend_from_slice(format!("content-length: {}\r\n", self.body.len()).as_bytes());
        }
        for (name, value) in &self.headers {
            head.extend_from_slice(format!("{name}: {value}\r\n").as_bytes());
        }
        head.extend_from_slice(b"\r\n");
        head
    }

    /// Sends it and reads the answer; the body of an endless answer is left alone.
    pub async fn send(self) -> Answer {
        let shown = format!("{} {}", self.verb, String::from_utf8_lossy(&self.target));
        let exchange = async {
            let stream = self.connected().await;
            let (read, mut write) = stream.into_split();
            let (head, body) = (self.head("1.1"), self.body);
            // The server may answer and close before it has read everything.
            let sending = tokio::spawn(async move {
                let _ = write.write_all(&head).await;
                let _ = write.write_all(&body).await;
                write
            });
            let mut read = BufReader::new(read);
            let (status, headers) = head_of(&mut read).await;
            let length = value_of(&headers, "content-length").and_then(|v| v.parse().ok());
            let mut bytes = vec![0; length.unwrap_or(0)];
            read.read_exact(&mut bytes).await.expect("the whole body");
            drop(sending);
            Answer { status, headers, body: bytes }
        };
        tokio::time::timeout(PATIENCE, exchange).await.unwrap_or_else(|_| panic!("no answer to {shown}"))
    }

    /// Opens an endless answer.
    pub async fn follow(self) -> Frames {
        let mut stream = TcpStream::connect(&self.address).await.expect("the server listens");
        // 1.0 keeps chunk sizes out of the body.
        stream.write_all(&self.head("1.0")).await.expect("it is sent");
        let mut read = BufReader::new(stream);
        let (status, _) = head_of(&mut read).await;
        assert_eq!(status, 200, "the stream opens");
        Frames { read }
    }
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|e| panic!("{e}: {:?}", String::from_utf8_lossy(&self.body)))
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        value_of(&self.headers, name)
    }

    /// The error's code; empty when there is none.
    pub fn code(&self) -> String {
        serde_json::from_slice::<Value>(&self.body)
            .ok()
            .and_then(|v| v["code"].as_str().map(str::to_owned))
            .unwrap_or_default()
    }

    /// A refusal as the contract has it: a status of the 400s, a code and a sentence.
    #[track_caller]
    pub fn assert_refused(&self, what: &str) {
        let body = String::from_utf8_lossy(&self.body);
        assert!((400..500).contains(&self.status), "{what}: {} {body}", self.status);
        let value: Value = serde_json::from_slice(&self.body).unwrap_or_default();
        let told = |key: &str| value[key].as_str().is_some_and(|t| !t.is_empty());
        assert!(
            told("code") && told("message"),
            "{what}: {} without code and message: {body:?}",
            self.status
        );
    }
}

/// Server-sent events as they come.
pub struct Frames {
    read: BufReader<TcpStream>,
}

impl Frames {
    /// The next frame with its lines; none when the server ended the stream.
    pub async fn next(&mut self) -> Option<String> {
        let mut frame = String::new();
        loop {
            let mut line = String::new();
            let read = tokio::time::timeout(PATIENCE, self.read.read_line(&mut line)).await.expect("a frame");
            if read.unwrap_or(0) == 0 {
                return None;
            }
            if line == "\n" {
                return Some(frame);
            }
            frame.push_str(&line);
        }
    }

    /// The next event: its cursor from the `id:` line and its `{envelope, cursor}`.
    pub async fn event(&mut self) -> Option<(i64, Value)> {
        loop {
            let frame = self.next().await?;
            let line = |name: &str| frame.lines().find_map(|l| l.strip_prefix(name));
            if let (Some(id), Some(data)) = (line("id: "), line("data: ")) {
                return Some((
                    id.parse().expect("a cursor"),
                    serde_json::from_str(data).expect("one line of JSON"),
                ));
            }
        }
    }
}

async fn head_of(read: &mut (impl AsyncBufReadExt + Unpin)) -> (u16, Vec<(String, String)>) {
    let mut first = String::new();
    read.read_line(&mut first).await.expect("a status line");
    let status = first
        .split_whitespace()
        .nth(1)
        .and_then(|s| s.parse().ok())
        .unwrap_or_else(|| panic!("not a status line: {first:?}"));
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        read.read_line(&mut line).await.expect("a header");
        let Some((name, value)) = line.trim_end().split_once(':') else { return (status, headers) };
        headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
}

fn value_of<'a>(headers: &'a [(String, String)], name: &str) -> Option<&'a str> {
    headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
}
