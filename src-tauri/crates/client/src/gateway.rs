//! The WebSocket of the server, for what needs a connection of its own: terminals above all.

use crate::Client;
use crate::wire::{self, Socket, broken};
use futures_util::{SinkExt, StreamExt};
use protocol::device::DeviceProof;
use protocol::gateway::{ClientFrame, ClientNote, Head, ServerFrame, VERSIONS};
use protocol::ops::typed::Typed;
use protocol::{ApiError, ErrorCode};
use serde_json::Value;
use std::collections::VecDeque;
use std::time::Duration;
use tokio::time::{Instant, timeout, timeout_at};
use tokio_tungstenite::tungstenite::Message;

/// The server lets itself be heard every 15 s; three times that is no server any more.
const SILENCE: Duration = Duration::from_secs(45);
/// Frames kept while an answer is waited for.
const KEPT: usize = 1024;

/// Something the server sent that is no answer.
#[derive(Debug, Clone, PartialEq)]
pub enum Incoming {
    Frame(Box<ServerFrame>),
    Binary(Head, Vec<u8>),
}

/// A connection. One task uses it.
pub struct Gateway {
    socket: Socket,
    last: u32,
    kept: VecDeque<Incoming>,
    /// When anything last came, a ping as well.
    heard: Instant,
    /// How long it may be silent, and how long one frame may take to be taken.
    silence: Duration,
}

impl Client {
    /// Connects as `name`. The token goes in a header and in the first frame.
    pub async fn gateway(&self, name: &str) -> Result<Gateway, ApiError> {
        let note = ClientNote {
            name: name.to_owned(),
            version: Some(env!("CARGO_PKG_VERSION").to_owned()),
            kind: Some("cli".to_owned()),
        };
        // Said before the first frame too: a crowd of strangers at the door keeps nobody out who is known.
        let socket = wire::open(&self.url, self.tls.clone(), Some(&self.token)).await?;
        Gateway::begin(socket, note, |_, _| Ok((Some(self.token.clone()), None))).await
    }
}

impl Gateway {
    /// Says who is there: `proof` is given the server's id and its challenge, and answers a token or a signature.
    pub(crate) async fn begin(
        socket: Socket,
        note: ClientNote,
        proof: impl FnOnce(&str, &str) -> Result<(Option<String>, Option<DeviceProof>), ApiError>,
    ) -> Result<Self, ApiError> {
        let mut gateway = Self::over(socket);
        let (token, device) = match gateway.read().await? {
            Incoming::Frame(frame) => match *frame {
                ServerFrame::Hello { server_id, challenge, .. } => proof(&server_id, &challenge)?,
                other => return Err(broken(&format!("instead of a hello came {other:?}"))),
            },
            Incoming::Binary(..) => return Err(broken("bytes came before the hello")),
        };
        gateway.say(&ClientFrame::Connect { versions: VERSIONS, client: note, token, device }).await?;
        match gateway.read().await? {
            Incoming::Frame(frame) => match *frame {
                ServerFrame::Welcome { .. } => Ok(gateway),
                ServerFrame::Reject { error, .. } => Err(error),
                other => Err(broken(&format!("instead of a welcome came {other:?}"))),
            },
            Incoming::Binary(..) => Err(broken("bytes came before the welcome")),
        }
    }

    fn over(socket: Socket) -> Self {
        Self { socket, last: 0, kept: VecDeque::new(), heard: Instant::now(), silence: SILENCE }
    }

    /// Calls a method over this connection; what comes before its answer is kept for [`Gateway::next`].
    pub async fn call<M: Typed>(&mut self, _: M, params: &M::Params) -> Result<M::Reply, ApiError> {
        let name = M::METHOD.operation().name;
        self.last += 1;
        let id = self.last;
        let unreadable = |e: serde_json::Error| ApiError::new(ErrorCode::Internal, format!("{name}: {e}"));
        let params = match serde_json::to_value(params).map_err(unreadable)? {
            Value::Object(params) => params,
            _ => return Err(ApiError::bad("parameters are an object")),
        };
        self.say(&ClientFrame::Req { id, method: name.to_owned(), params, idem: None }).await?;
        loop {
            match self.read().await? {
                Incoming::Frame(frame) => match *frame {
                    ServerFrame::Res { id: of, result, error, .. } if of == id => {
                        return match error {
                            Some(error) => Err(error),
                            None => serde_json::from_value(result.unwrap_or_default()).map_err(unreadable),
                        };
                    }
                    other => self.keep(Incoming::Frame(Box::new(other)))?,
                },
                binary => self.keep(binary)?,
            }
        }
    }

    /// Asks without waiting; its answer comes as a frame like any other.
    pub async fn ask<M: Typed>(&mut self, _: M, params: &M::Params) -> Result<(), ApiError> {
        self.last += 1;
        let params = serde_json::to_value(params).unwrap_or_default();
        let params = params.as_object().cloned().unwrap_or_default();
        let method = M::METHOD.operation().name.to_owned();
        self.say(&ClientFrame::Req { id: self.last, method, params, idem: None }).await
    }

    fn keep(&mut self, incoming: Incoming) -> Result<(), ApiError> {
        if self.kept.len() >= KEPT {
            return Err(broken("an answer is missing"));
        }
        self.kept.push_back(incoming);
        Ok(())
    }

    /// What comes next. An error means that the connection is gone. Dropping the future loses nothing.
    pub async fn next(&mut self) -> Result<Incoming, ApiError> {
        match self.kept.pop_front() {
            Some(kept) => Ok(kept),
            None => self.read().await,
        }
    }

    pub async fn send(&mut self, head: Head, payload: &[u8]) -> Result<(), ApiError> {
        self.write(Message::binary(head.frame(payload))).await
    }

    /// Any frame, for who counts requests itself.
    pub async fn say(&mut self, frame: &ClientFrame) -> Result<(), ApiError> {
        self.write(Message::text(serde_json::to_string(frame).unwrap_or_default())).await
    }

    async fn write(&mut self, message: Message) -> Result<(), ApiError> {
        // Whoever writes does not listen meanwhile: a dead line must not hold it for good.
        let sent = timeout(self.silence, self.socket.send(message)).await;
        sent.map_err(|_| broken("it takes nothing"))?.map_err(|e| broken(&e.to_string()))
    }

    async fn read(&mut self) -> Result<Incoming, ApiError> {
        loop {
            // From when something last came, not from when it was last asked: a loop that also does other things asks
            // anew each time, and would never find out.
            let next = timeout_at(self.heard + self.silence, self.socket.next()).await;
            let next = next.map_err(|_| broken("it is silent"))?;
            self.heard = Instant::now();
            match next {
                Some(Ok(Message::Text(text))) => {
                    // A newer server may say more than this client knows.
                    if let Ok(frame) = serde_json::from_str(&text) {
                        return Ok(Incoming::Frame(Box::new(frame)));
                    }
                }
                Some(Ok(Message::Binary(bytes))) => {
                    if let Ok((head, payload)) = Head::decode(&bytes) {
                        return Ok(Incoming::Binary(head, payload.to_vec()));
                    }
                }
                Some(Ok(Message::Close(frame))) => {
                    let why = frame.map(|f| f.reason.to_string()).filter(|why| !why.is_empty());
                    return Err(broken(&why.unwrap_or_else(|| "it was closed".to_owned())));
                }
                Some(Ok(_)) => {}
                Some(Err(e)) => return Err(broken(&e.to_string())),
                None => return Err(broken("it was closed")),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::Wire;
    use tokio::io::DuplexStream;
    use tokio_tungstenite::WebSocketStream;
    use tokio_tungstenite::tungstenite::protocol::Role;

    /// Other things a loop has to do while it listens.
    const OFTEN: Duration = Duration::from_millis(5);
    const LONG: Duration = Duration::from_secs(60);

    /// Both ends of a line that holds so many bytes.
    async fn line(bytes: usize) -> (Gateway, WebSocketStream<DuplexStream>) {
        let (near, far) = tokio::io::duplex(bytes);
        let near: Box<dyn Wire> = Box::new(near);
        let near = WebSocketStream::from_raw_socket(near, Role::Client, None).await;
        let far = WebSocketStream::from_raw_socket(far, Role::Server, None).await;
        (Gateway::over(near), far)
    }

    /// Listens as a loop does that has something else to do again and again.
    async fn listen(gateway: &mut Gateway) -> Result<Incoming, ApiError> {
        let mut often = tokio::time::interval(OFTEN);
        let listening = async {
            loop {
                tokio::select! {
                    biased;
                    _ = often.tick() => {}
                    next = gateway.next() => return next,
                }
            }
        };
        timeout(LONG, listening).await.expect("it finds out")
    }

    #[tokio::test]
    async fn who_is_silent_for_too_long_is_given_up_however_often_it_is_listened_to() {
        let (mut gateway, mut far) = line(1024).await;
        assert_eq!(gateway.silence, Duration::from_secs(45), "what docs/PROTOCOL.md says");
        gateway.heard -= Duration::from_millis(44_900);
        let error = listen(&mut gateway).await.unwrap_err();
        assert!(error.code == ErrorCode::Unavailable && error.message.contains("silent"), "{error:?}");

        // Any word begins it anew, also one that is none of the protocol's.
        far.send(Message::Ping(vec![1].into())).await.unwrap();
        let heard = Instant::now();
        gateway.silence = Duration::from_millis(200);
        gateway.heard = heard;
        listen(&mut gateway).await.unwrap_err();
        assert!(gateway.heard > heard, "the ping counts");
        // What waits to be read is read first, however long nobody looked.
        gateway.heard -= LONG;
        let frame = serde_json::to_string(&ServerFrame::Pong {}).unwrap();
        far.send(Message::text(frame)).await.unwrap();
        assert_eq!(listen(&mut gateway).await.unwrap(), Incoming::Frame(Box::new(ServerFrame::Pong {})));
    }

    #[tokio::test]
    async fn who_takes_nothing_is_given_up() {
        let (mut gateway, _far) = line(64).await;
        gateway.silence = Duration::from_millis(50);
        let head = Head { kind: protocol::gateway::Kind::Input, replay: false, stream: 1, offset: 0 };
        let error = timeout(LONG, gateway.send(head, &[b'x'; 4096])).await.unwrap().unwrap_err();
        assert!(error.message.contains("takes nothing"), "{error:?}");
    }
}
