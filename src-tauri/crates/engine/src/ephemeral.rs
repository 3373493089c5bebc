//! Frames that need not survive: a slow or absent reader simply misses them.

use protocol::Event;
use protocol::ops::Permission;
use serde_json::Value;
use std::sync::Arc;
use tokio::sync::broadcast;

pub struct Ephemeral {
    sender: broadcast::Sender<Frame>,
}

/// One of them, and what its reader has to be allowed.
#[derive(Debug, Clone)]
pub struct Frame {
    pub scope: Permission,
    pub text: Arc<str>,
}

/// A reader of ephemeral frames.
pub struct Frames {
    receiver: broadcast::Receiver<Frame>,
    missed: u64,
}

impl Ephemeral {
    pub(crate) fn new() -> Self {
        Self { sender: broadcast::channel(256).0 }
    }

    pub(crate) fn send(&self, frame: Value) {
        let scope = Event::scope_of_now(frame["type"].as_str().unwrap_or_default());
        // Nobody listening is the normal case.
        let _ = self.sender.send(Frame { scope, text: frame.to_string().into() });
    }

    pub(crate) fn listen(&self) -> Frames {
        Frames { receiver: self.sender.subscribe(), missed: 0 }
    }
}

impl Frames {
    /// The next frame; frames missed while being slow are skipped.
    pub async fn recv(&mut self) -> Result<Frame, ()> {
        loop {
            match self.receiver.recv().await {
                Ok(frame) => return Ok(frame),
                Err(broadcast::error::RecvError::Lagged(missed)) => self.missed += missed,
                Err(broadcast::error::RecvError::Closed) => return Err(()),
            }
        }
    }

    /// How many frames were skipped since this was last asked.
    pub fn missed(&mut self) -> u64 {
        std::mem::take(&mut self.missed)
    }
}
