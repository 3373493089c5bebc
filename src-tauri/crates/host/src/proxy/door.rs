//! The proxy behind a cell's door: one for each place where commands run.

use super::{Judge, Limits, Way, serve};
use crate::cell::{Answering, Door, Stream};
use std::sync::Arc;
use tokio::sync::Semaphore;

/// Connections at the same time. A program that opens more waits.
const AT_ONCE: usize = 64;

/// Serves what comes through the door, as its judge decides, by its way.
pub struct ProxyDoor {
    judge: Arc<dyn Judge>,
    way: Arc<dyn Way>,
    places: Arc<Semaphore>,
}

impl ProxyDoor {
    pub fn new(judge: Arc<dyn Judge>, way: Arc<dyn Way>) -> Arc<Self> {
        Arc::new(Self { judge, way, places: Arc::new(Semaphore::new(AT_ONCE)) })
    }
}

impl Door for ProxyDoor {
    fn answer(&self, connection: Stream) -> Answering {
        let (judge, way, places) = (self.judge.clone(), self.way.clone(), self.places.clone());
        Box::pin(async move {
            let Ok(_place) = places.acquire_owned().await else { return };
            serve(connection, judge, way, Limits::default()).await;
        })
    }
}
