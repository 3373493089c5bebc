//! Keeps the conversation inside the model's window.
//!
//! Only old observations are shortened, to one line each. The task (the first message) and the newest turns are
//! never touched. Shortening goes further down than it must, so that it happens seldom: every change of old
//! history voids the provider's cache.

use crate::model::Message;

/// Turns at the end that are kept whole.
pub(super) const KEPT_TURNS: usize = 6;
/// Above this share of the window, in percent, shortening starts; it stops at the second.
const START: u64 = 70;
const STOP: u64 = 45;
const STUB: &str = "[old output left out";

#[derive(Debug, PartialEq, Eq)]
pub(super) struct Trimmed {
    pub stubbed: usize,
    pub before: u64,
    pub after: u64,
}

/// Reckons tokens from characters, corrected by what the server reported.
#[derive(Debug, Clone, Copy)]
pub(super) struct Gauge {
    /// Tokens of a thousand characters.
    per_thousand: u64,
}

impl Default for Gauge {
    fn default() -> Self {
        Self { per_thousand: 280 }
    }
}

impl Gauge {
    pub fn tokens(self, chars: usize) -> u64 {
        (chars as u64).saturating_mul(self.per_thousand).div_ceil(1000)
    }

    /// Learns from one exchange. Short ones say more about wrapping than about text.
    pub fn learn(&mut self, chars: usize, tokens: u64) {
        if chars > 4_000 && tokens > 0 {
            self.per_thousand = (tokens.saturating_mul(1000) / chars as u64).clamp(200, 900);
        }
    }
}

/// Shortens old observations when the conversation holds too much of the window. `fixed` is the length of what
/// is sent besides the messages; `keep` is how many turns stay whole; `force` shortens whatever may be.
pub(super) fn trim(
    messages: &mut [Message],
    fixed: usize,
    window: u64,
    gauge: Gauge,
    keep: usize,
    force: bool,
) -> Option<Trimmed> {
    let mut chars = fixed + messages.iter().map(Message::chars).sum::<usize>();
    let before = gauge.tokens(chars);
    if !force && before.saturating_mul(100) <= window.saturating_mul(START) {
        return None;
    }
    let end = first_kept(messages, keep);
    let mut stubbed = 0;
    for message in messages.iter_mut().take(end).skip(1) {
        if !force && gauge.tokens(chars).saturating_mul(100) <= window.saturating_mul(STOP) {
            break;
        }
        if let Message::Tool { text, name, .. } = message
            && !text.starts_with(STUB)
        {
            let first = text.lines().next().filter(|line| line.starts_with("exit code")).unwrap_or("");
            let stub = format!("{STUB}: {name}, {} characters {first}]", text.chars().count());
            if stub.len() < text.len() {
                chars -= text.len() - stub.len();
                *text = stub;
                stubbed += 1;
            }
        }
    }
    (stubbed > 0).then(|| Trimmed { stubbed, before, after: gauge.tokens(chars) })
}

/// Index of the first message of the kept turns; a turn begins with what the model says.
fn first_kept(messages: &[Message], keep: usize) -> usize {
    let turns = messages.iter().enumerate().filter(|(_, m)| matches!(m, Message::Assistant { .. }));
    let starts: Vec<usize> = turns.map(|(index, _)| index).collect();
    match starts.len().checked_sub(keep) {
        Some(0) | None => 0,
        Some(old) => starts[old],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn history(turns: usize) -> Vec<Message> {
        let mut out = vec![Message::user("task ".repeat(100))];
        for turn in 0..turns {
            out.push(Message::assistant(format!("turn {turn}")));
            out.push(Message::Tool {
                call_id: turn.to_string(),
                name: "bash".into(),
                text: format!("exit code 0\n{}", "x".repeat(1_000)),
                failed: false,
            });
        }
        out
    }

    fn stubs(messages: &[Message]) -> Vec<usize> {
        let stubbed = |m: &Message| matches!(m, Message::Tool { text, .. } if text.starts_with(STUB));
        messages.iter().enumerate().filter(|(_, m)| stubbed(m)).map(|(index, _)| index / 2 - 1).collect()
    }

    #[test]
    fn nothing_happens_below_the_mark() {
        let mut messages = history(10);
        assert_eq!(trim(&mut messages, 0, 100_000, Gauge::default(), KEPT_TURNS, false), None);
    }

    #[test]
    fn the_oldest_observations_go_first_and_the_task_and_last_turns_stay() {
        let mut messages = history(10);
        let trimmed = trim(&mut messages, 0, 4_000, Gauge::default(), KEPT_TURNS, false).unwrap();
        assert_eq!(stubs(&messages), [0, 1, 2, 3]);
        assert_eq!(trimmed.stubbed, 4);
        assert!(trimmed.after < trimmed.before);
        assert_eq!(messages[0], history(0)[0]);
        assert!(
            matches!(&messages[2], Message::Tool { text, .. } if text.contains("1012 characters exit code 0"))
        );
        assert_eq!(trim(&mut messages, 0, 4_000, Gauge::default(), KEPT_TURNS, false), None);
    }

    #[test]
    fn a_forced_trim_leaves_only_the_turns_it_is_told_to() {
        let mut messages = history(10);
        trim(&mut messages, 0, 1_000_000, Gauge::default(), 2, true).unwrap();
        assert_eq!(stubs(&messages), [0, 1, 2, 3, 4, 5, 6, 7]);
        assert!(trim(&mut history(2), 0, 10, Gauge::default(), 2, true).is_none());
    }
}
