//! What was read of a program and is not shown yet: a bounded buffer between the thread that reads and the one that shows.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// Most bytes that wait.
const MOST: usize = 64 * 1024;

#[derive(Debug, Default)]
struct Held {
    bytes: Vec<u8>,
    closed: bool,
}

#[derive(Debug, Default)]
pub(crate) struct Inbox {
    held: Mutex<Held>,
    /// Rung at every change.
    bell: Condvar,
}

impl Inbox {
    fn wait(&self, until: impl Fn(&Held) -> bool) -> MutexGuard<'_, Held> {
        let held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        self.bell.wait_while(held, |held| !until(held)).unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a piece, once there is room for it. One that is larger than all room waits until the rest was taken; once it
    /// is closed there is room for anything, since nobody may be there any more to make some.
    pub(crate) fn push(&self, piece: &[u8]) {
        let fits =
            |held: &Held| held.closed || held.bytes.is_empty() || held.bytes.len() + piece.len() <= MOST;
        self.wait(fits).bytes.extend_from_slice(piece);
        self.bell.notify_all();
    }

    /// Nothing more comes.
    pub(crate) fn close(&self) {
        self.wait(|_| true).closed = true;
        self.bell.notify_all();
    }

    /// Everything that waits, as soon as anything does; none when nothing more comes.
    pub(crate) fn take(&self) -> Option<Vec<u8>> {
        let mut held = self.wait(|held| held.closed || !held.bytes.is_empty());
        let taken = std::mem::take(&mut held.bytes);
        drop(held);
        self.bell.notify_all();
        (!taken.is_empty()).then_some(taken)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_comes_out_in_order_and_never_more_than_the_most_at_once() {
        let inbox = Inbox::default();
        let all: Vec<u8> = (0..1_000_000_u32).map(|n| n.to_le_bytes()[0]).collect();
        let came = std::thread::scope(|scope| {
            scope.spawn(|| {
                all.chunks(10_007).for_each(|piece| inbox.push(piece));
                inbox.close();
            });
            let mut came = Vec::new();
            while let Some(piece) = inbox.take() {
                assert!(piece.len() <= MOST);
                came.extend(piece);
            }
            came
        });
        assert_eq!(came, all);
        assert_eq!(inbox.take(), None);
    }

    #[test]
    fn one_that_is_larger_than_all_room_passes_alone() {
        let inbox = Inbox::default();
        inbox.push(&[1; MOST + 1]);
        assert_eq!(inbox.take().map(|all| all.len()), Some(MOST + 1));
    }
}
