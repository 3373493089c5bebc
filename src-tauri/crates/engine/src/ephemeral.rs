//! Frames that need not survive: a slow or absent reader simply misses them.

use serde_json::Value;
use std::sync::Arc;
use tokio::sync::broadcast;

pub struct Ephemeral {
    sender: broadcast::Sender<Arc<str>>,
}

/// A reader of ephemeral frames.
pub struct Frames {
    receiver: broadcast::Receiver<Arc<str>>,
    missed: u64,
}

impl Ephemeral {
    pub(crate) fn new() -> Self {
        Self { sender: broadcast::channel(256).0 }
    }

    pub(crate) fn send(&self, frame: Value) {
        // Nobody listening is the normal case.
        let _ = self.sender.send(frame.to_string().into());
    }

    pub(crate) fn listen(&self) -> Frames {
        Frames { receiver: self.sender.subscribe(), missed: 0 }
    }
}

impl Frames {
    /// The next frame; frames missed while being slow are skipped.
    pub async fn recv(&mut self) -> Result<Arc<str>, ()> {
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
