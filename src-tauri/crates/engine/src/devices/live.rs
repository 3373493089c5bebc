//! Who is connected, so that a device that is revoked is gone at once.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;
use tokio::sync::watch;

/// Why connections of a device end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    Revoked,
    /// It may do less than when it connected, or is another one by its key: it comes back, to nothing it had.
    Lessened,
    /// What it may do or how it proves itself is not what it was when it connected: it comes back.
    Changed,
}

/// Devices that have something open.
#[derive(Default)]
pub(crate) struct Live {
    here: Arc<Mutex<HashMap<String, Weak<Here>>>>,
}

struct Here {
    id: String,
    end: watch::Sender<Option<Ending>>,
    /// Where it is listed.
    list: Arc<Mutex<HashMap<String, Weak<Here>>>>,
}

impl Drop for Here {
    fn drop(&mut self) {
        let mut list = self.list.lock().unwrap_or_else(PoisonError::into_inner);
        // Another one may have taken its place by now.
        if list.get(&self.id).is_some_and(|listed| listed.strong_count() == 0) {
            list.remove(&self.id);
        }
    }
}

/// One connection or stream. Dropped when it is closed.
pub struct Connected {
    here: Option<Arc<Here>>,
    /// It proves itself anew after this time.
    longest: Option<Duration>,
}

impl Connected {
    /// Of somebody who is no device, and is never sent away.
    pub(crate) fn of_nobody() -> Self {
        Self { here: None, longest: None }
    }

    /// Bounds how long it lasts from now on.
    pub(crate) fn at_most(mut self, time: Duration) -> Self {
        self.longest = Some(time);
        self
    }

    /// Resolves when it has to be closed.
    pub async fn ended(&self) -> Ending {
        let over = async {
            match self.longest {
                Some(time) => tokio::time::sleep(time).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            ending = self.told() => ending,
            () = over => Ending::Changed,
        }
    }

    async fn told(&self) -> Ending {
        if let Some(here) = &self.here {
            let mut end = here.end.subscribe();
            if let Ok(ending) = end.wait_for(Option::is_some).await
                && let Some(ending) = *ending
            {
                return ending;
            }
        }
        std::future::pending().await
    }
}

impl Live {
    pub(crate) fn enter(&self, id: &str) -> Connected {
        let mut list = self.here.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(here) = list.get(id).and_then(Weak::upgrade) {
            return Connected { here: Some(here), longest: None };
        }
        let here = Arc::new(Here { id: id.to_owned(), end: watch::channel(None).0, list: self.here.clone() });
        list.insert(id.to_owned(), Arc::downgrade(&here));
        Connected { here: Some(here), longest: None }
    }

    pub(crate) fn is_here(&self, id: &str) -> bool {
        let list = self.here.lock().unwrap_or_else(PoisonError::into_inner);
        list.get(id).is_some_and(|here| here.strong_count() > 0)
    }

    /// Ends whatever the device has open. What it opens from now on is not meant.
    pub(crate) fn end(&self, id: &str, ending: Ending) {
        let listed = self.here.lock().unwrap_or_else(PoisonError::into_inner).remove(id);
        if let Some(here) = listed.and_then(|here| here.upgrade()) {
            here.end.send_replace(Some(ending));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn everything_a_device_has_open_ends_at_once_and_nothing_else_does() {
        let live = Live::default();
        let (socket, stream, other) = (live.enter("phone"), live.enter("phone"), live.enter("laptop"));
        live.end("phone", Ending::Revoked);
        assert_eq!(socket.ended().await, Ending::Revoked);
        assert_eq!(stream.ended().await, Ending::Revoked);
        let waiting = tokio::time::timeout(std::time::Duration::ZERO, other.ended()).await;
        assert!(waiting.is_err(), "another device stays");
        assert!(!live.is_here("phone"));
        assert!(live.is_here("laptop"));
    }

    #[tokio::test]
    async fn a_connection_of_a_session_does_not_outlast_it_by_far() {
        let live = Live::default();
        let bounded = live.enter("phone").at_most(Duration::ZERO);
        assert_eq!(bounded.ended().await, Ending::Changed);
    }

    #[tokio::test]
    async fn a_device_that_comes_back_is_listed_beside_what_is_still_ending() {
        let live = Live::default();
        let old = live.enter("phone");
        live.end("phone", Ending::Changed);
        let new = live.enter("phone");
        drop(old);
        assert!(live.is_here("phone"));
        drop(new);
        assert!(!live.is_here("phone"));
        assert!(live.here.lock().unwrap().is_empty(), "nothing is left behind");
    }
}
