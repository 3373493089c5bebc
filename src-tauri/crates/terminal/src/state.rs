//! What is true of a running terminal at this moment.

use protocol::terminal::TerminalEnd;

use crate::recording::Recording;
use crate::ring::Ring;
use crate::screen::Screen;
use crate::seats::Seats;

/// Bytes of output that are kept in memory.
const RING: usize = 4 * 1024 * 1024;
/// Most bytes of output that are not on the screen yet; far less than the ring keeps.
const UNDRAWN: u64 = 512 * 1024;
/// How far the program may be ahead of whoever is in control.
pub(crate) const AHEAD: u64 = 512 * 1024;

pub(crate) struct State {
    pub(crate) name: String,
    pub(crate) cols: u16,
    pub(crate) rows: u16,
    pub(crate) ring: Ring,
    /// Lags behind the output; see [`State::drawn`].
    screen: Screen,
    /// Bytes of output that are on it.
    drawn_to: u64,
    pub(crate) seats: Seats,
    pub(crate) recording: Option<Recording>,
    pub(crate) end: Option<TerminalEnd>,
    /// Why it is being ended, when it is.
    pub(crate) why: Option<&'static str>,
    /// Counts changes of what is shown of it in lists.
    pub(crate) version: u64,
    /// When something last happened in it, on the monotonic clock.
    pub(crate) active: u64,
    /// The reading thread waits for the program, not for a person.
    pub(crate) reading: bool,
    /// There is nothing more to read.
    pub(crate) drained: bool,
}

impl State {
    pub(crate) fn new(
        name: String,
        (cols, rows): (u16, u16),
        recording: Option<Recording>,
        now: u64,
    ) -> Self {
        Self {
            name,
            cols,
            rows,
            ring: Ring::new(RING),
            screen: Screen::new(cols, rows),
            drawn_to: 0,
            seats: Seats::default(),
            recording,
            end: None,
            why: None,
            version: 0,
            active: now,
            reading: false,
            drained: false,
        }
    }

    /// Whether more output may be read now.
    pub(crate) fn may_read(&self) -> bool {
        // Whoever ends it does not want to wait for anybody.
        self.why.is_some()
            || self.seats.waits_for().is_none_or(|acked| self.ring.end().saturating_sub(acked) < AHEAD)
    }

    /// Takes more output. It is drawn when somebody looks, or when there is much of it: of a flood only the end is
    /// worth the work.
    pub(crate) fn show(&mut self, bytes: &[u8]) {
        self.ring.push(bytes);
        if self.ring.end() - self.drawn_to >= UNDRAWN {
            self.drawn();
        }
    }

    /// The screen with all output on it.
    pub(crate) fn drawn(&mut self) -> &mut Screen {
        let fresh = self.ring.read(self.drawn_to, RING).unwrap_or_default();
        self.drawn_to = self.ring.end();
        self.screen.show(&fresh);
        &mut self.screen
    }

    /// Where a picture of the screen stands in the output.
    pub(crate) fn picture_at(&mut self) -> u64 {
        self.ring.end() - self.drawn().unfinished() as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seats::Who;

    fn state() -> State {
        State::new("t".into(), (80, 24), None, 0)
    }

    fn flood(state: &mut State) {
        while state.may_read() && state.ring.end() < 3 * AHEAD {
            state.ring.push(&[b'x'; 8192]);
        }
    }

    #[test]
    fn the_program_waits_for_whoever_is_in_control_and_for_nobody_else() {
        let mut state = state();
        let who = |key: &str| Who { key: key.into(), label: key.into(), may_write: true };
        flood(&mut state);
        assert_eq!(state.ring.end(), 3 * AHEAD);
        let mut state = self::state();
        state.seats.sit("a", who("ann"), false, 0).unwrap();
        state.seats.sit("b", who("bob"), false, 0).unwrap();
        flood(&mut state);
        assert_eq!(state.ring.end(), AHEAD);
        state.seats.ack("b", AHEAD);
        assert!(!state.may_read());
        state.seats.ack("a", AHEAD / 2);
        assert!(state.may_read());
        flood(&mut state);
        assert_eq!(state.ring.end(), AHEAD + AHEAD / 2);
    }

    #[test]
    fn a_picture_stands_before_what_is_unfinished() {
        let mut state = state();
        state.show(b"abc\x1b[3");
        assert_eq!(state.picture_at(), 3);
        assert_eq!(state.drawn().text(), "abc");
    }

    #[test]
    fn what_was_never_looked_at_is_on_the_screen_when_somebody_looks() {
        let mut state = state();
        for line in 0..100_000 {
            state.show(format!("line {line}\r\n").as_bytes());
        }
        state.show(b"here");
        let text = state.drawn().text();
        assert!(text.starts_with("line 99977\n") && text.ends_with("line 99999\nhere"), "{text}");
    }
}
