//! Who is at a terminal, and who of them is in control. Pure: times and names come in.
//!
//! Somebody who leaves is gone. Somebody whose connection is cut keeps their seat for a while: they can take it up
//! again from another connection, with everything they had, and until then nobody slips into control.

use crate::TerminalError;

/// Most seats of one terminal.
const MOST: usize = 64;
/// How long a seat is kept after a cut, in milliseconds.
pub(crate) const KEPT_MS: u64 = 30_000;

/// Somebody at a terminal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Who {
    /// Tells people apart: a seat is taken up again by the same one only.
    pub key: String,
    /// Shown to the others.
    pub label: String,
    /// Whether they may be in control at all.
    pub may_write: bool,
}

#[derive(Debug)]
struct Seat {
    id: String,
    who: Who,
    /// Counts connections: only the newest one sits here.
    turn: u32,
    /// Since when nobody does.
    cut_at: Option<u64>,
    /// Output taken in, as an offset.
    acked: u64,
    /// Bytes of input accepted, and handed to the program.
    accepted: u64,
    written: u64,
}

#[derive(Debug, Default)]
pub(crate) struct Seats {
    seats: Vec<Seat>,
    /// Id of the seat in control.
    control: Option<String>,
}

impl Seats {
    /// A new seat; in control if nobody is and it may be.
    pub(crate) fn sit(&mut self, id: &str, who: Who, view_only: bool, at: u64) -> Result<(), TerminalError> {
        if self.seats.len() >= MOST {
            return Err(TerminalError::Crowded(MOST));
        }
        if self.control.is_none() && who.may_write && !view_only {
            self.control = Some(id.to_owned());
        }
        let id = id.to_owned();
        self.seats.push(Seat { id, who, turn: 0, cut_at: None, acked: at, accepted: 0, written: 0 });
        Ok(())
    }

    /// Takes a seat up again, from whatever connection had it; its new turn. What `who` may do counts as it is now:
    /// whoever may not type any more is not in control any more either.
    pub(crate) fn again(&mut self, id: &str, who: &Who, at: Option<u64>) -> Option<u32> {
        let seat = self.seats.iter_mut().find(|seat| seat.id == id && seat.who.key == who.key)?;
        seat.who = who.clone();
        seat.turn += 1;
        seat.cut_at = None;
        // What was on its way when the connection broke is sent again: it has not been taken in.
        seat.acked = at.unwrap_or(seat.acked);
        let turn = seat.turn;
        if !who.may_write && self.controls(id) {
            self.control = None;
        }
        Some(turn)
    }

    /// Whether this turn of a seat is the one that counts.
    pub(crate) fn holds(&self, id: &str, turn: u32) -> bool {
        self.seats.iter().any(|seat| seat.id == id && seat.turn == turn)
    }

    pub(crate) fn cut(&mut self, id: &str, turn: u32, now: u64) {
        if let Some(seat) = self.seats.iter_mut().find(|seat| seat.id == id && seat.turn == turn) {
            seat.cut_at = Some(now);
        }
    }

    pub(crate) fn leave(&mut self, id: &str, turn: u32) {
        if self.holds(id, turn) {
            self.remove(|seat| seat.id == id);
        }
    }

    /// Gives up every seat of somebody, connected or cut; which they were.
    pub(crate) fn give_up(&mut self, key: &str) -> Vec<String> {
        let theirs = |seat: &Seat| seat.who.key == key;
        let gone = self.seats.iter().filter(|seat| theirs(seat)).map(|seat| seat.id.clone()).collect();
        self.remove(theirs);
        gone
    }

    /// Gives up seats that were cut too long ago; whether there were any.
    pub(crate) fn expire(&mut self, now: u64) -> bool {
        let before = self.seats.len();
        self.remove(|seat| seat.cut_at.is_some_and(|at| now.saturating_sub(at) >= KEPT_MS));
        self.seats.len() < before
    }

    /// When the next seat is given up.
    pub(crate) fn expires_at(&self) -> Option<u64> {
        self.seats.iter().filter_map(|seat| seat.cut_at).min().map(|at| at + KEPT_MS)
    }

    pub(crate) fn take_control(&mut self, id: &str) -> Result<(), TerminalError> {
        match self.seat(id) {
            Some(seat) if seat.who.may_write => {
                self.control = Some(id.to_owned());
                Ok(())
            }
            Some(_) => Err(self.not_controlled()),
            None => Err(TerminalError::Left),
        }
    }

    pub(crate) fn controls(&self, id: &str) -> bool {
        self.control.as_deref() == Some(id)
    }

    /// Why whoever is not in control may not type.
    pub(crate) fn require_control(&self, id: &str) -> Result<(), TerminalError> {
        if self.controls(id) { Ok(()) } else { Err(self.not_controlled()) }
    }

    fn not_controlled(&self) -> TerminalError {
        match self.controller() {
            Some(who) => TerminalError::NotControlled { who: who.label.clone() },
            None => TerminalError::Uncontrolled,
        }
    }

    pub(crate) fn controller(&self) -> Option<&Who> {
        self.seat(self.control.as_deref()?).map(|seat| &seat.who)
    }

    /// How far whoever is in control has come: the program waits for them and for nobody else.
    pub(crate) fn waits_for(&self) -> Option<u64> {
        self.seat(self.control.as_deref()?).map(|seat| seat.acked)
    }

    /// Seats with a connection.
    pub(crate) fn present(&self) -> usize {
        self.seats.iter().filter(|seat| seat.cut_at.is_none()).count()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.seats.is_empty()
    }

    /// Output before `offset` was taken in.
    pub(crate) fn ack(&mut self, id: &str, offset: u64) {
        if let Some(seat) = self.seat_mut(id) {
            seat.acked = seat.acked.max(offset);
        }
    }

    pub(crate) fn acked(&self, id: &str) -> u64 {
        self.seat(id).map_or(0, |seat| seat.acked)
    }

    /// How much of input that begins at `offset` is new; it counts as accepted from now on.
    pub(crate) fn accept(&mut self, id: &str, offset: u64, length: usize) -> Result<usize, TerminalError> {
        let seat = self.seat_mut(id).ok_or(TerminalError::Left)?;
        if offset > seat.accepted {
            return Err(TerminalError::InputGap { expected: seat.accepted, found: offset });
        }
        let known = usize::try_from(seat.accepted - offset).unwrap_or(usize::MAX).min(length);
        seat.accepted += (length - known) as u64;
        Ok(length - known)
    }

    pub(crate) fn accepted(&self, id: &str) -> u64 {
        self.seat(id).map_or(0, |seat| seat.accepted)
    }

    /// The program was given so many bytes of this seat's input.
    pub(crate) fn wrote(&mut self, id: &str, bytes: usize) {
        if let Some(seat) = self.seat_mut(id) {
            seat.written += bytes as u64;
        }
    }

    pub(crate) fn written(&self, id: &str) -> u64 {
        self.seat(id).map_or(0, |seat| seat.written)
    }

    fn seat(&self, id: &str) -> Option<&Seat> {
        self.seats.iter().find(|seat| seat.id == id)
    }

    fn seat_mut(&mut self, id: &str) -> Option<&mut Seat> {
        self.seats.iter_mut().find(|seat| seat.id == id)
    }

    fn remove(&mut self, gone: impl Fn(&Seat) -> bool) {
        self.seats.retain(|seat| !gone(seat));
        if self.control.as_deref().is_some_and(|id| self.seat(id).is_none()) {
            self.control = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn who(key: &str) -> Who {
        Who { key: key.into(), label: key.into(), may_write: true }
    }

    fn two() -> Seats {
        let mut seats = Seats::default();
        seats.sit("a", who("ann"), false, 0).unwrap();
        seats.sit("b", who("bob"), false, 0).unwrap();
        seats
    }

    #[test]
    fn the_first_who_may_is_in_control_and_the_others_watch() {
        let mut seats = Seats::default();
        seats.sit("v", Who { may_write: false, ..who("vera") }, false, 0).unwrap();
        seats.sit("w", who("walt"), true, 0).unwrap();
        assert!(seats.controller().is_none());
        assert_eq!(seats.require_control("w"), Err(TerminalError::Uncontrolled));
        seats.sit("a", who("ann"), false, 0).unwrap();
        seats.sit("b", who("bob"), false, 0).unwrap();
        assert!(seats.controls("a"));
        assert_eq!(seats.require_control("b"), Err(TerminalError::NotControlled { who: "ann".into() }));
        assert!(seats.take_control("v").is_err());
    }

    #[test]
    fn control_is_taken_by_asking_and_never_falls_to_somebody_by_itself() {
        let mut seats = two();
        seats.take_control("b").unwrap();
        assert!(seats.controls("b") && !seats.controls("a"));
        seats.leave("b", 0);
        assert!(seats.controller().is_none() && seats.waits_for().is_none());
        seats.take_control("a").unwrap();
        assert!(seats.controls("a"));
        assert_eq!(seats.take_control("b"), Err(TerminalError::Left));
    }

    #[test]
    fn a_cut_seat_keeps_control_until_its_time_is_over() {
        let mut seats = two();
        seats.cut("a", 0, 1_000);
        assert!(!seats.expire(1_000 + KEPT_MS - 1));
        assert!(seats.controls("a") && seats.waits_for() == Some(0));
        assert_eq!((seats.present(), seats.expires_at()), (1, Some(1_000 + KEPT_MS)));
        assert!(seats.expire(1_000 + KEPT_MS));
        assert!(seats.controller().is_none() && !seats.holds("a", 0));
    }

    #[test]
    fn a_seat_is_taken_up_again_by_its_owner_alone_and_ends_its_old_connection() {
        let mut seats = two();
        seats.ack("a", 50);
        seats.cut("a", 0, 0);
        assert_eq!(seats.again("a", &who("bob"), Some(40)), None);
        assert_eq!(seats.again("a", &who("ann"), Some(40)), Some(1));
        assert!(seats.controls("a") && seats.holds("a", 1) && !seats.holds("a", 0));
        assert_eq!(seats.acked("a"), 40);
        // The old connection notices late, and no longer counts.
        seats.cut("a", 0, 9);
        seats.leave("a", 0);
        assert!(seats.holds("a", 1) && seats.expires_at().is_none());
    }

    #[test]
    fn whoever_may_not_type_any_more_comes_back_as_one_who_watches() {
        let mut seats = two();
        seats.cut("a", 0, 0);
        assert_eq!(seats.again("a", &Who { may_write: false, ..who("ann") }, None), Some(1));
        assert!(!seats.controls("a") && seats.controller().is_none() && seats.holds("a", 1));
        assert_eq!(seats.take_control("a"), Err(TerminalError::Uncontrolled));
        assert_eq!(seats.take_control("b"), Ok(()));
    }

    #[test]
    fn every_seat_of_somebody_is_given_up_whether_it_is_cut_or_not() {
        let mut seats = two();
        seats.sit("c", who("ann"), true, 0).unwrap();
        seats.cut("c", 0, 5);
        assert_eq!(seats.give_up("ann"), ["a", "c"]);
        assert!(seats.controller().is_none() && !seats.holds("a", 0) && seats.holds("b", 0));
        assert_eq!(seats.again("a", &who("ann"), None), None);
        assert!(seats.give_up("ann").is_empty());
    }

    #[test]
    fn input_is_accepted_once_whatever_is_sent_again() {
        let mut seats = two();
        assert_eq!(seats.accept("a", 0, 5), Ok(5));
        assert_eq!(seats.accept("a", 0, 5), Ok(0));
        assert_eq!(seats.accept("a", 3, 5), Ok(3));
        assert_eq!(seats.accept("a", 9, 1), Err(TerminalError::InputGap { expected: 8, found: 9 }));
        assert_eq!(seats.accepted("a"), 8);
        seats.wrote("a", 8);
        assert_eq!((seats.written("a"), seats.written("b")), (8, 0));
    }

    #[test]
    fn there_are_only_so_many_seats() {
        let mut seats = Seats::default();
        for n in 0..MOST {
            seats.sit(&n.to_string(), who("x"), false, 0).unwrap();
        }
        assert_eq!(seats.sit("more", who("x"), false, 0), Err(TerminalError::Crowded(MOST)));
    }
}
