//! Input on its way to the program. The queue is bounded; whoever fills it has not waited for acknowledgements.

use std::collections::VecDeque;
use std::io::Write;
use std::sync::{Condvar, Mutex, PoisonError};

use protocol::terminal::INPUT_WINDOW;

use crate::TerminalError;
use crate::session::Session;

/// Most bytes that wait.
const MOST: usize = 2 * INPUT_WINDOW as usize;
/// Bytes written at once, so that an acknowledgement means something.
const PIECE: usize = 4096;

#[derive(Default)]
pub(crate) struct Input {
    queue: Mutex<Queue>,
    bell: Condvar,
}

#[derive(Default)]
struct Queue {
    /// With the seat they came from.
    pieces: VecDeque<(String, Vec<u8>)>,
    bytes: usize,
    closed: bool,
}

impl Input {
    /// Whether so many bytes fit.
    pub(crate) fn check_room(&self, bytes: usize) -> Result<(), TerminalError> {
        let queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        match queue.closed {
            true => Err(TerminalError::Ended),
            false if queue.bytes + bytes > MOST => Err(TerminalError::InputFull),
            false => Ok(()),
        }
    }

    pub(crate) fn push(&self, seat: &str, bytes: &[u8]) {
        let mut queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        queue.bytes += bytes.len();
        queue.pieces.extend(bytes.chunks(PIECE).map(|piece| (seat.to_owned(), piece.to_vec())));
        self.bell.notify_one();
    }

    /// What came from these seats and was not written yet never is.
    pub(crate) fn forget(&self, seats: &[String]) {
        let mut queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        queue.pieces.retain(|(seat, _)| !seats.contains(seat));
        queue.bytes = queue.pieces.iter().map(|(_, piece)| piece.len()).sum();
    }

    /// Nothing more is written.
    pub(crate) fn close(&self) {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner).closed = true;
        self.bell.notify_all();
    }

    /// The next piece; none once it is closed. Blocks.
    fn next(&self) -> Option<(String, Vec<u8>)> {
        let queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        let mut queue = self
            .bell
            .wait_while(queue, |queue| queue.pieces.is_empty() && !queue.closed)
            .unwrap_or_else(PoisonError::into_inner);
        if queue.closed {
            return None;
        }
        let piece = queue.pieces.pop_front()?;
        queue.bytes -= piece.1.len();
        Some(piece)
    }
}

/// Writes what is typed until the terminal ends.
pub(crate) fn write_all(session: &Session, mut to: Box<dyn Write + Send>) {
    while let Some((seat, piece)) = session.input.next() {
        if to.write_all(&piece).and_then(|()| to.flush()).is_err() {
            session.input.close();
            return;
        }
        session.with(|state| state.seats.wrote(&seat, piece.len()));
        session.tell();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_seat_has_left_behind_is_forgotten_and_makes_room_again() {
        let input = Input::default();
        input.push("gone", &vec![b'x'; MOST - 4]);
        input.push("here", b"mine");
        assert_eq!(input.check_room(1), Err(TerminalError::InputFull));
        input.forget(&["gone".to_owned()]);
        assert_eq!(input.check_room(MOST - 4), Ok(()));
        assert_eq!(input.next(), Some(("here".to_owned(), b"mine".to_vec())));
    }
}
