//! Notices a model that does the same thing over and over.

use std::collections::VecDeque;
use std::hash::{DefaultHasher, Hash, Hasher};

use super::tools::ToolAction;

/// The same action this often in a row, or the same pair of actions with the same results, earns a nudge.
const ROUNDS: usize = 3;

#[derive(Debug, Default)]
pub(super) struct Repetition {
    /// Newest last: the action, and the action with its result.
    seen: VecDeque<(u64, u64)>,
    nudged: bool,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Notice {
    Fine,
    /// For the first time.
    Nudge,
    /// Again after the nudge.
    Stuck,
}

impl Repetition {
    /// After an action ran. A change of course makes a later repetition earn a nudge again.
    pub fn note(&mut self, action: &ToolAction, result: &str) -> Notice {
        let hash = |parts: &dyn Fn(&mut DefaultHasher)| {
            let mut hasher = DefaultHasher::new();
            parts(&mut hasher);
            hasher.finish()
        };
        let alone = hash(&|h| action.hash(h));
        let with_result = hash(&|h| {
            action.hash(h);
            result.hash(h);
        });
        self.seen.push_back((alone, with_result));
        if self.seen.len() > 2 * ROUNDS {
            self.seen.pop_front();
        }
        if !self.repeats() {
            self.nudged = false;
            Notice::Fine
        } else if std::mem::replace(&mut self.nudged, true) {
            Notice::Stuck
        } else {
            Notice::Nudge
        }
    }

    fn repeats(&self) -> bool {
        let same = self.seen.iter().rev().take(ROUNDS);
        let in_a_row =
            same.len() == ROUNDS && same.clone().all(|(a, _)| self.seen.back().is_some_and(|b| *a == b.0));
        let pairs = self.seen.len() == 2 * ROUNDS
            && self.seen.iter().zip(self.seen.iter().skip(2)).all(|(a, b)| a.1 == b.1);
        in_a_row || pairs
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::native::tools::BashCall;

    fn bash(command: &str) -> ToolAction {
        ToolAction::Bash(BashCall { command: command.into(), timeout_s: None })
    }

    fn notices(rows: &[(&str, &str)]) -> Vec<Notice> {
        let mut repetition = Repetition::default();
        rows.iter().map(|(command, result)| repetition.note(&bash(command), result)).collect()
    }

    #[test]
    fn the_third_same_action_is_nudged_and_the_fourth_is_stuck() {
        use Notice::{Fine, Nudge, Stuck};
        assert_eq!(
            notices(&[("ls", "1"), ("ls", "2"), ("ls", "3"), ("ls", "4")]),
            [Fine, Fine, Nudge, Stuck]
        );
        assert_eq!(
            notices(&[("ls", ""), ("ls", ""), ("ls", ""), ("pwd", ""), ("ls", ""), ("ls", ""), ("ls", "")]),
            [Fine, Fine, Nudge, Fine, Fine, Fine, Nudge]
        );
    }

    #[test]
    fn going_back_and_forth_is_noticed_only_when_nothing_changes() {
        let same = [("a", "x"), ("b", "y"), ("a", "x"), ("b", "y"), ("a", "x"), ("b", "y"), ("a", "x")];
        let noticed = notices(&same);
        assert_eq!(noticed[5..], [Notice::Nudge, Notice::Stuck]);
        let moving = [("a", "1"), ("b", "y"), ("a", "2"), ("b", "y"), ("a", "3"), ("b", "y")];
        assert!(notices(&moving).iter().all(|notice| *notice == Notice::Fine));
    }
}
