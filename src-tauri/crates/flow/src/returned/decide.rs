//! Whether an entry that came back is mended by itself.

use crate::merge::Returned;
use protocol::Lane;
use protocol::returned::WayOut;

/// What is known of the change that came back.
#[derive(Debug, Clone, Copy)]
pub struct Try {
    /// None: not a task of ours, so nobody here knows how it was made.
    pub lane: Option<Lane>,
    /// A person made it.
    pub by_hand: bool,
    /// It was a person's wish to begin with, and nobody mends it unasked: taking something back.
    pub asks_first: bool,
    /// Which automatic try it was; 0 for the first change.
    pub number: u32,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Go {
    /// A worker mends it at once.
    Mend,
    /// A person says what becomes of it.
    Ask(Vec<WayOut>),
    /// There is nothing to mend.
    End,
}

/// `limit` is the number of automatic tries.
pub fn go(why: Returned, made: Try, limit: u32) -> Go {
    let repairable = match why {
        Returned::Conflict | Returned::CheckFailed | Returned::NotMended | Returned::EditedTree => true,
        Returned::Empty | Returned::StrategyRefused => false,
    };
    if !repairable {
        return Go::End;
    }
    let mends = match made.lane {
        _ if made.asks_first => false,
        Some(Lane::Worker) => made.number < limit,
        // A fixed edit is only worth repeating on a moved tip: it fails the same check again. A person's own would be
        // gone.
        Some(Lane::Deterministic) => why == Returned::Conflict && made.number < limit.min(1) && !made.by_hand,
        None => false,
    };
    if mends {
        return Go::Mend;
    }
    let mut ways = Vec::new();
    if made.lane.is_some() {
        ways.extend([WayOut::Agent, WayOut::TakeOver]);
    }
    ways.extend([WayOut::Retry, WayOut::Drop]);
    Go::Ask(ways)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn worker(number: u32) -> Try {
        Try { lane: Some(Lane::Worker), by_hand: false, asks_first: false, number }
    }

    fn asks(go: Go) -> bool {
        matches!(go, Go::Ask(ways) if ways.contains(&WayOut::Drop))
    }

    #[test]
    fn a_workers_change_is_mended_as_often_as_is_wanted_and_then_a_person_is_asked() {
        for why in [Returned::Conflict, Returned::CheckFailed, Returned::NotMended, Returned::EditedTree] {
            assert_eq!([0, 1].map(|number| go(why, worker(number), 2)), [Go::Mend, Go::Mend]);
            assert!(asks(go(why, worker(2), 2)));
            assert!(asks(go(why, worker(0), 0)), "none is wanted");
        }
    }

    #[test]
    fn fixed_code_is_repeated_once_and_only_on_a_branch_that_moved() {
        let fixed = Try { lane: Some(Lane::Deterministic), by_hand: false, asks_first: false, number: 0 };
        assert_eq!(go(Returned::Conflict, fixed, 2), Go::Mend);
        assert!(asks(go(Returned::Conflict, Try { number: 1, ..fixed }, 2)));
        assert!(asks(go(Returned::Conflict, Try { by_hand: true, ..fixed }, 2)));
        assert!(asks(go(Returned::CheckFailed, fixed, 2)));
    }

    #[test]
    fn what_a_person_takes_back_is_mended_when_they_say_so() {
        let revert = Try { asks_first: true, ..worker(0) };
        assert!(matches!(go(Returned::Conflict, revert, 2), Go::Ask(ways) if ways.contains(&WayOut::Agent)));
    }

    #[test]
    fn what_has_nothing_in_it_or_cannot_land_this_way_is_not_mended() {
        for why in [Returned::Empty, Returned::StrategyRefused] {
            assert_eq!(go(why, worker(0), 2), Go::End);
        }
    }

    #[test]
    fn a_change_from_elsewhere_can_be_tried_again_or_dropped_and_no_more() {
        let foreign = Try { lane: None, by_hand: false, asks_first: false, number: 0 };
        assert_eq!(go(Returned::CheckFailed, foreign, 2), Go::Ask(vec![WayOut::Retry, WayOut::Drop]));
    }
}
