//! A client of `/v1/ws` that blocks: one connection, any number of terminals.

use crate::http::Address;
use anyhow::{Context, bail};
use protocol::gateway::{Head, Kind};
use serde_json::{Value, json};
use std::net::TcpStream;
use std::time::Duration;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{self, Bytes, Message, WebSocket};

const PATIENCE: Duration = Duration::from_secs(120);
/// Output is acknowledged when so many bytes were seen.
const ACK_EVERY: u64 = 64 * 1024;

/// Where clients come from.
#[derive(Clone)]
pub struct Desk {
    pub address: Address,
}

impl Desk {
    pub fn connect(&self) -> anyhow::Result<Client> {
        let stream = TcpStream::connect(&self.address.host)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        let url = format!("ws://{}/v1/ws", self.address.host);
        let (socket, _) =
            tungstenite::client::client_with_config(url, stream, Some(WebSocketConfig::default()))
                .map_err(|error| anyhow::anyhow!("the handshake failed: {error}"))?;
        let mut client = Client { socket, last: 0 };
        client.text()?;
        client.say(&json!({
            "t": "connect", "versions": [1, 1], "client": { "name": "bench" }, "token": self.address.token,
        }))?;
        let welcome = client.text()?;
        anyhow::ensure!(welcome["t"] == "welcome", "not welcome: {welcome}");
        Ok(client)
    }

    /// A new terminal; its id.
    pub fn open(&self) -> anyhow::Result<String> {
        let mut connection = self.address.connect()?;
        let answer: Value = serde_json::from_slice(connection.call("/v1/rpc/terminals.open", "{}")?)?;
        Ok(answer["terminal"]["id"].as_str().context("an id")?.to_owned())
    }

    /// So many of them, each with a connection of its own.
    pub fn many(&self, count: usize) -> anyhow::Result<Vec<(String, Client, Held)>> {
        let mut open: Vec<(String, Client, Held)> = Vec::with_capacity(count);
        while open.len() < count {
            open.push(self.quiet()?);
            if open.len() % 10 == 0 {
                open.iter_mut().try_for_each(|(_, client, _)| client.breathe())?;
            }
        }
        Ok(open)
    }

    /// A new terminal that says nothing by itself and echoes nothing, attached, with its prompt shown.
    pub fn quiet(&self) -> anyhow::Result<(String, Client, Held)> {
        let id = self.open()?;
        let mut client = self.connect()?;
        let mut held = client.attach(&id, json!({ "after": 0 }))?;
        client.run(&mut held, "stty -echo")?;
        Ok((id, client, held))
    }
}

/// One terminal of a connection.
pub struct Held {
    pub stream: u32,
    pub seat: String,
    /// Output seen, as an offset.
    pub seen: u64,
    acked: u64,
    typed: u64,
}

pub struct Client {
    socket: WebSocket<TcpStream>,
    last: u32,
}

/// What came.
pub enum Came {
    Text(Value),
    Binary(Head, Bytes),
}

impl Client {
    pub fn next(&mut self) -> anyhow::Result<Came> {
        loop {
            match self.socket.read()? {
                Message::Text(text) => return Ok(Came::Text(serde_json::from_str(&text)?)),
                Message::Binary(frame) => {
                    let (head, payload) = Head::decode(&frame)?;
                    let payload = frame.slice(frame.len() - payload.len()..);
                    return Ok(Came::Binary(head, payload));
                }
                Message::Close(frame) => bail!("closed: {frame:?}"),
                _ => {}
            }
        }
    }

    fn text(&mut self) -> anyhow::Result<Value> {
        loop {
            if let Came::Text(value) = self.next()? {
                return Ok(value);
            }
        }
    }

    fn say(&mut self, frame: &Value) -> anyhow::Result<()> {
        Ok(self.socket.send(Message::text(frame.to_string()))?)
    }

    fn frame(&mut self, kind: Kind, stream: u32, offset: u64, payload: &[u8]) -> anyhow::Result<()> {
        let frame = Head { kind, replay: false, stream, offset }.frame(payload);
        Ok(self.socket.send(Message::binary(frame))?)
    }

    /// Lets the server hear something: whoever is silent for long is taken for gone.
    pub fn breathe(&mut self) -> anyhow::Result<()> {
        self.say(&json!({ "t": "ping" }))
    }

    /// Calls a method; what comes before its answer is left out, so nothing may flow then.
    pub fn call(&mut self, method: &str, params: Value) -> anyhow::Result<Value> {
        self.last += 1;
        let id = self.last;
        self.say(&json!({ "t": "req", "id": id, "method": method, "params": params }))?;
        loop {
            let answer = self.text()?;
            if answer["t"] == "res" && answer["id"] == id {
                anyhow::ensure!(answer["ok"] == true, "{method}: {answer}");
                return Ok(answer["result"].clone());
            }
        }
    }

    pub fn attach(&mut self, id: &str, more: Value) -> anyhow::Result<Held> {
        let mut params = json!({ "id": id });
        for (name, value) in more.as_object().into_iter().flatten() {
            params[name] = value.clone();
        }
        let answer = self.call("terminals.attach", params)?;
        let number = |name: &str| answer[name].as_u64().unwrap_or_default();
        let seen = more["after"].as_u64().unwrap_or_default();
        Ok(Held {
            stream: number("stream") as u32,
            seat: answer["seat"].as_str().unwrap_or_default().to_owned(),
            seen,
            acked: seen,
            typed: number("inputOffset"),
        })
    }

    pub fn type_in(&mut self, held: &mut Held, text: &[u8]) -> anyhow::Result<()> {
        self.frame(Kind::Input, held.stream, held.typed, text)?;
        held.typed += text.len() as u64;
        Ok(())
    }

    /// The next output or picture of this terminal, acknowledged now and then.
    pub fn shown(&mut self, held: &mut Held) -> anyhow::Result<Bytes> {
        loop {
            let Came::Binary(head, payload) = self.next()? else { continue };
            if head.stream != held.stream {
                continue;
            }
            match head.kind {
                Kind::Output => {
                    held.seen = head.offset + payload.len() as u64;
                    if held.seen - held.acked >= ACK_EVERY {
                        held.acked = held.seen;
                        self.frame(Kind::Ack, held.stream, held.seen, &[])?;
                    }
                    return Ok(payload);
                }
                Kind::Snapshot => {
                    (held.seen, held.acked) = (head.offset, head.offset);
                    return Ok(payload);
                }
                Kind::Exit => bail!("the terminal has ended"),
                _ => {}
            }
        }
    }

    /// Reads until these bytes were shown; how many bytes that took.
    pub fn until(&mut self, held: &mut Held, end: &[u8]) -> anyhow::Result<u64> {
        let (mut tail, mut bytes) = (Vec::new(), 0);
        loop {
            let piece = self.shown(held)?;
            bytes += piece.len() as u64;
            // What is looked for may be cut in two.
            tail.extend_from_slice(piece.get(piece.len().saturating_sub(4096)..).unwrap_or_default());
            if tail.windows(end.len()).any(|part| part == end) {
                held.acked = held.seen;
                self.frame(Kind::Ack, held.stream, held.seen, &[])?;
                return Ok(bytes);
            }
            let keep = tail.len().saturating_sub(end.len());
            tail.drain(..keep);
        }
    }

    /// Reads what comes of two terminals until the first has shown a key.
    pub fn echoed(&mut self, held: &mut Held, beside: &mut Held) -> anyhow::Result<()> {
        loop {
            let Came::Binary(head, payload) = self.next()? else { continue };
            if head.kind != Kind::Output {
                continue;
            }
            let of = if head.stream == held.stream { &mut *held } else { &mut *beside };
            of.seen = head.offset + payload.len() as u64;
            if of.seen - of.acked >= ACK_EVERY {
                of.acked = of.seen;
                let (stream, seen) = (of.stream, of.seen);
                self.frame(Kind::Ack, stream, seen, &[])?;
            }
            if head.stream == held.stream && payload.contains(&b'x') {
                return Ok(());
            }
        }
    }

    /// Runs a command to its end; how many bytes it showed.
    pub fn run(&mut self, held: &mut Held, command: &str) -> anyhow::Result<u64> {
        self.type_in(held, format!("{command}; echo the-$((1+1))nd\n").as_bytes())?;
        self.until(held, b"the-2nd")
    }

    /// Ends the connection as a cut would.
    pub fn cut(self) {
        let _ = self.socket.get_ref().shutdown(std::net::Shutdown::Both);
    }
}
