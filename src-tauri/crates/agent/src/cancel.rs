//! A one-way switch shared by everyone who works for one task.

use std::sync::Arc;

use tokio::sync::watch;

/// Cloning shares the switch. Once cancelled it stays cancelled.
#[derive(Debug, Clone)]
pub struct Cancel(Arc<watch::Sender<bool>>);

impl Default for Cancel {
    fn default() -> Self {
        Self::new()
    }
}

impl Cancel {
    pub fn new() -> Self {
        Self(Arc::new(watch::Sender::new(false)))
    }

    pub fn cancel(&self) {
        self.0.send_replace(true);
    }

    pub fn is_cancelled(&self) -> bool {
        *self.0.borrow()
    }

    /// Returns once cancelled, at once if it already is.
    pub async fn cancelled(&self) {
        // The sender lives in self, so waiting can only end with true.
        let _ = self.0.subscribe().wait_for(|cancelled| *cancelled).await;
    }
}
