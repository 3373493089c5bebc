//! The connection of one node: what goes out on it, what is waited for, and the relays whose bytes come in on it.
//!
//! Nothing here waits for a node. What cannot be queued for it any more breaks its connection; it comes back, and what
//! passed through the old one goes on over the new one.

use super::relay::Relay;
use protocol::gateway::{Head, ServerFrame};
use protocol::node::NodeAsk;
use protocol::{ApiError, DeviceId, ErrorCode};
use serde_json::Value;
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};

/// Frames that may wait for one node.
const WAITING: usize = 4096;
/// How long an answer of a node is waited for.
const PATIENCE: Duration = Duration::from_secs(20);

/// What is sent to a node.
#[derive(Debug)]
pub enum ToNode {
    Frame(Box<ServerFrame>),
    Bytes(Vec<u8>),
}

pub(crate) struct Line {
    pub(crate) node: DeviceId,
    /// Who it is in logs and lists.
    pub(crate) name: String,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// Gone once the connection is.
    out: Option<mpsc::Sender<ToNode>>,
    last_ask: u32,
    asks: HashMap<u32, oneshot::Sender<Result<Value, ApiError>>>,
    last_stream: u32,
    relays: BTreeMap<u32, Arc<Relay>>,
}

impl Line {
    /// The line, and what is to be sent on it.
    pub(crate) fn new(node: DeviceId, name: String) -> (Arc<Self>, mpsc::Receiver<ToNode>) {
        let (out, sending) = mpsc::channel(WAITING);
        let state = Mutex::new(State { out: Some(out), ..State::default() });
        (Arc::new(Self { node, name, state }), sending)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn is_open(&self) -> bool {
        self.lock().out.is_some()
    }

    /// Whether two handles are the same connection.
    pub(crate) fn is(self: &Arc<Self>, other: &Arc<Self>) -> bool {
        Arc::ptr_eq(self, other)
    }

    /// Ends it: whoever waits for an answer is told, and relays wait for the next connection.
    pub(crate) fn close(&self) {
        let (asks, relays) = {
            let mut state = self.lock();
            state.out = None;
            (std::mem::take(&mut state.asks), std::mem::take(&mut state.relays))
        };
        for waiting in asks.into_values() {
            let _ = waiting.send(Err(away(&self.name)));
        }
        for relay in relays.into_values() {
            relay.cut_off(self);
        }
    }

    fn queue(&self, state: &mut State, frame: ToNode) -> Result<(), ApiError> {
        let sent = state.out.as_ref().is_some_and(|out| out.try_send(frame).is_ok());
        if !sent {
            // Either it is gone, or so much waits for it that it does not read: its reader sees the end.
            state.out = None;
            return Err(away(&self.name));
        }
        Ok(())
    }

    /// Asks, and waits for the answer in what is returned.
    pub(crate) fn ask(
        self: &Arc<Self>,
        ask: NodeAsk,
    ) -> impl Future<Output = Result<Value, ApiError>> + Send + use<> {
        let (tell, told) = oneshot::channel();
        let queued = {
            let mut state = self.lock();
            state.last_ask = state.last_ask.wrapping_add(1);
            let id = state.last_ask;
            state.asks.insert(id, tell);
            self.queue(&mut state, ToNode::Frame(Box::new(ServerFrame::Ask { id, ask }))).map(|()| id)
        };
        let line = self.clone();
        async move {
            let id = queued?;
            match tokio::time::timeout(PATIENCE, told).await {
                Ok(Ok(answer)) => answer,
                Ok(Err(_)) => Err(away(&line.name)),
                Err(_) => {
                    line.lock().asks.remove(&id);
                    Err(ApiError::new(ErrorCode::Timeout, format!("{} does not answer.", line.name)))
                }
            }
        }
    }

    /// The node's answer to an ask.
    pub(crate) fn answered(&self, id: u32, answer: Result<Value, ApiError>) {
        let waiting = self.lock().asks.remove(&id);
        if let Some(waiting) = waiting {
            let _ = waiting.send(answer);
        }
    }

    /// A handle for a relay's bytes, which come from now on.
    pub(crate) fn begin(&self, relay: &Arc<Relay>) -> Result<u32, ApiError> {
        let mut state = self.lock();
        if state.out.is_none() {
            return Err(away(&self.name));
        }
        state.last_stream = state.last_stream.wrapping_add(1);
        let stream = state.last_stream;
        state.relays.insert(stream, relay.clone());
        Ok(stream)
    }

    pub(crate) fn end(&self, stream: u32) {
        self.lock().relays.remove(&stream);
    }

    pub(crate) fn relay(&self, stream: u32) -> Option<Arc<Relay>> {
        self.lock().relays.get(&stream).cloned()
    }

    pub(crate) fn send(&self, head: Head, payload: &[u8]) -> Result<(), ApiError> {
        let mut state = self.lock();
        self.queue(&mut state, ToNode::Bytes(head.frame(payload)))
    }
}

pub(crate) fn away(name: &str) -> ApiError {
    ApiError::new(ErrorCode::NodeAway, format!("{name} is not connected now. What runs there goes on."))
}
