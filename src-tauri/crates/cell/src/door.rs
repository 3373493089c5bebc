//! What a program inside can reach: doors, each answered by somebody outside.

use std::pin::Pin;
use std::sync::Arc;

use crate::mux::Stream;
use crate::talk::DoorName;

/// What a door does with one connection; it is over when this is.
pub type Answering = Pin<Box<dyn Future<Output = ()> + Send + 'static>>;

/// Answers a connection that a program inside opened to one of its doors. What comes in is whatever the
/// program says: the door judges it.
pub trait Door: Send + Sync + 'static {
    fn answer(&self, connection: Stream) -> Answering;
}

/// The doors of a cell. One that is `None` does not exist: nothing listens for it inside.
#[derive(Clone, Default)]
pub struct Doors {
    /// Speaks HTTP as a proxy: CONNECT and absolute addresses.
    pub proxy: Option<Arc<dyn Door>>,
    /// Speaks HTTP as a model's endpoint.
    pub model: Option<Arc<dyn Door>>,
}

impl Doors {
    pub fn none() -> Self {
        Self::default()
    }

    pub fn is_empty(&self) -> bool {
        self.proxy.is_none() && self.model.is_none()
    }

    pub fn get(&self, name: DoorName) -> Option<&Arc<dyn Door>> {
        match name {
            DoorName::Proxy => self.proxy.as_ref(),
            DoorName::Model => self.model.as_ref(),
        }
    }

    /// The names of those that exist.
    pub fn names(&self) -> Vec<DoorName> {
        DoorName::ALL.into_iter().filter(|name| self.get(*name).is_some()).collect()
    }
}

impl std::fmt::Debug for Doors {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_list().entries(self.names()).finish()
    }
}
