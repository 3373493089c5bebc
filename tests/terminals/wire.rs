//! A client of the gateway in the fewest words, as docs/PROTOCOL.md tells it.

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use std::collections::VecDeque;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{self, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

const PATIENCE: Duration = Duration::from_secs(120);

pub struct Wire {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    /// Came while something else was waited for.
    kept: VecDeque<Frame>,
    last: u32,
}

#[derive(Debug)]
pub enum Frame {
    Text(Value),
    Binary {
        kind: u8,
        replay: bool,
        stream: u32,
        offset: u64,
        bytes: Vec<u8>,
    },
    /// With its code.
    Closed(u16),
}

pub const OUTPUT: u8 = 0;
pub const INPUT: u8 = 1;
pub const ACK: u8 = 2;
pub const SNAPSHOT: u8 = 3;
pub const EXIT: u8 = 4;

/// A request for `/v1/ws` with these headers.
pub async fn knock(url: &str, headers: &[(&'static str, &str)]) -> Result<Wire, Box<tungstenite::Error>> {
    let mut request = format!("{}/v1/ws", url.replace("http:", "ws:")).into_client_request().unwrap();
    for (name, value) in headers {
        request.headers_mut().insert(*name, value.parse().unwrap());
    }
    let (socket, _) = tokio_tungstenite::connect_async(request).await?;
    Ok(Wire::over(socket))
}

impl Wire {
    /// Over a connection made elsewhere.
    #[allow(dead_code)]
    pub fn over(socket: WebSocketStream<MaybeTlsStream<TcpStream>>) -> Self {
        Self { socket, kept: VecDeque::new(), last: 0 }
    }

    /// Connected, with a token in the first frame.
    pub async fn open(url: &str, token: &str) -> Self {
        Self::welcomed(url, token).await.0
    }

    /// The same, with the welcome.
    pub async fn welcomed(url: &str, token: &str) -> (Self, Value) {
        let mut wire = knock(url, &[]).await.unwrap();
        assert_eq!(wire.frame().await.text()["t"], "hello");
        wire.say(connect(token)).await;
        let welcome = wire.frame().await.text();
        assert_eq!(welcome["t"], "welcome", "{welcome}");
        (wire, welcome)
    }

    pub async fn say(&mut self, frame: Value) {
        self.socket.send(Message::text(frame.to_string())).await.unwrap();
    }

    pub async fn send(&mut self, message: Message) {
        self.socket.send(message).await.unwrap();
    }

    /// False when the connection was closed already.
    pub async fn try_send(&mut self, message: Message) -> bool {
        self.socket.send(message).await.is_ok()
    }

    pub async fn binary(&mut self, kind: u8, stream: u32, offset: u64, payload: &[u8]) {
        let mut frame = vec![1, kind, 0, 0];
        frame.extend(stream.to_be_bytes());
        frame.extend(offset.to_be_bytes());
        frame.extend(payload);
        self.send(Message::binary(frame)).await;
    }

    /// The next frame, whatever it is.
    pub async fn frame(&mut self) -> Frame {
        if let Some(kept) = self.kept.pop_front() {
            return kept;
        }
        self.read().await
    }

    async fn read(&mut self) -> Frame {
        loop {
            let next = tokio::time::timeout(PATIENCE, self.socket.next()).await.expect("nothing came");
            match next {
                Some(Ok(Message::Text(text))) => return Frame::Text(serde_json::from_str(&text).unwrap()),
                Some(Ok(Message::Binary(frame))) => {
                    let number = |from: usize, to: usize| {
                        frame[from..to].iter().fold(0_u64, |all, byte| all << 8 | u64::from(*byte))
                    };
                    return Frame::Binary {
                        kind: frame[1],
                        replay: frame[3] & 1 == 1,
                        stream: number(4, 8) as u32,
                        offset: number(8, 16),
                        bytes: frame[16..].to_vec(),
                    };
                }
                Some(Ok(Message::Close(frame))) => return Frame::Closed(frame.map_or(0, |f| f.code.into())),
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return Frame::Closed(0),
            }
        }
    }

    /// Calls a method; frames that come before the answer are kept for later.
    pub async fn call(&mut self, method: &str, params: Value) -> Result<Value, Value> {
        self.last += 1;
        let id = self.last;
        self.say(json!({ "t": "req", "id": id, "method": method, "params": params })).await;
        self.answer(id).await
    }

    pub async fn answer(&mut self, id: u32) -> Result<Value, Value> {
        loop {
            match self.read().await {
                Frame::Text(frame) if frame["t"] == "res" && frame["id"] == id => {
                    return if frame["ok"] == true {
                        Ok(frame["result"].clone())
                    } else {
                        Err(frame["error"].clone())
                    };
                }
                Frame::Closed(code) => panic!("closed with {code}"),
                other => self.kept.push_back(other),
            }
        }
    }

    /// The output of a stream until it contains `end`, acknowledged; also what a picture draws.
    pub async fn shown(&mut self, stream: u32, end: &str) -> String {
        let mut all: Vec<u8> = Vec::new();
        // Looked for in what is new alone, with as much before it as it is long.
        let mut looked = 0;
        while !all[looked..].windows(end.len()).any(|part| part == end.as_bytes()) {
            looked = all.len().saturating_sub(end.len());
            match self.frame().await {
                Frame::Binary { kind: OUTPUT, stream: s, offset, bytes, .. } if s == stream => {
                    all.extend_from_slice(&bytes);
                    self.binary(ACK, stream, offset + bytes.len() as u64, &[]).await;
                }
                Frame::Binary { kind: SNAPSHOT, stream: s, bytes, .. } if s == stream => all.extend(bytes),
                Frame::Binary { kind: EXIT, stream: s, .. } if s == stream => {
                    panic!("ended: {}", String::from_utf8_lossy(&all))
                }
                Frame::Closed(code) => panic!("closed with {code}"),
                _ => {}
            }
        }
        String::from_utf8_lossy(&all).into_owned()
    }

    /// The end of a stream: its offset, and what is said of it.
    pub async fn exit(&mut self, stream: u32) -> (u64, Value) {
        loop {
            match self.frame().await {
                Frame::Binary { kind: EXIT, stream: s, offset, bytes, .. } if s == stream => {
                    return (offset, serde_json::from_slice(&bytes).unwrap());
                }
                Frame::Binary { kind: OUTPUT, stream: s, offset, bytes, .. } => {
                    self.binary(ACK, s, offset + bytes.len() as u64, &[]).await;
                }
                Frame::Closed(code) => panic!("closed with {code}"),
                _ => {}
            }
        }
    }

    /// The code of the close; what comes before it is left out.
    pub async fn closed(&mut self) -> u16 {
        loop {
            if let Frame::Closed(code) = self.frame().await {
                return code;
            }
        }
    }
}

pub fn connect(token: &str) -> Value {
    json!({ "t": "connect", "versions": [1, 1], "client": { "name": "test" }, "token": token })
}

impl Frame {
    pub fn text(self) -> Value {
        match self {
            Frame::Text(value) => value,
            other => panic!("{other:?}"),
        }
    }
}
