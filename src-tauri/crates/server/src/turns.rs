//! One call at a time under one idempotency key: whoever asks again while the first call runs waits for it, and then
//! finds its answer. What happens under the key is not known here.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::OwnedMutexGuard;

/// Keys of calls that run or wait; others take no room.
#[derive(Clone, Default)]
pub(crate) struct Turns {
    keys: Arc<Mutex<HashMap<Name, Place>>>,
}

/// Who calls, and under which key.
type Name = (String, String);

struct Place {
    turn: Arc<tokio::sync::Mutex<()>>,
    /// Calls that have it or wait for it.
    calls: usize,
}

/// It lasts until it is dropped.
pub(crate) struct Turn {
    _held: OwnedMutexGuard<()>,
    _waiting: Waiting,
}

/// A call that has its turn or waits for it.
struct Waiting {
    all: Turns,
    name: Name,
}

impl Turns {
    pub(crate) async fn take(&self, actor: &str, key: &str) -> Turn {
        let name = (actor.to_owned(), key.to_owned());
        let turn = {
            let mut keys = self.keys();
            let place = keys.entry(name.clone()).or_insert_with(|| Place { turn: Arc::default(), calls: 0 });
            place.calls += 1;
            place.turn.clone()
        };
        // Counted out again when whoever waits gives up.
        let waiting = Waiting { all: self.clone(), name };
        Turn { _held: turn.lock_owned().await, _waiting: waiting }
    }

    fn keys(&self) -> MutexGuard<'_, HashMap<Name, Place>> {
        self.keys.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        let mut keys = self.all.keys();
        if let Some(place) = keys.get_mut(&self.name) {
            place.calls -= 1;
            if place.calls == 0 {
                keys.remove(&self.name);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt;

    #[tokio::test]
    async fn the_same_key_waits_and_another_one_or_somebody_else_does_not() {
        let turns = Turns::default();
        let first = turns.take("owner", "one").await;
        let mut second = Box::pin(turns.take("owner", "one"));
        assert!((&mut second).now_or_never().is_none());
        assert!(turns.take("owner", "two").now_or_never().is_some());
        assert!(turns.take("device:1", "one").now_or_never().is_some());
        drop(first);
        drop(second.await);
        assert!(turns.keys().is_empty(), "nothing is remembered of calls that are done");
    }

    #[tokio::test]
    async fn who_gives_up_waiting_leaves_nothing() {
        let turns = Turns::default();
        let first = turns.take("owner", "one").await;
        let mut second = Box::pin(turns.take("owner", "one"));
        assert!((&mut second).now_or_never().is_none());
        drop(second);
        drop(first);
        assert!(turns.keys().is_empty());
    }
}
