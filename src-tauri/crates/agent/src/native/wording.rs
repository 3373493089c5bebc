//! The few sentences the loop itself says to the model.

use super::limits::LimitKind;

pub(super) const EMPTY: &str =
    "Your reply was empty. Call one tool now; if the task is done or cannot be done, call `finish`.";

pub(super) const TEXT_INSTEAD: &str = "\
     You answered with text, and text alone does nothing here. To act, call one of the tools bash, read or edit. \
     If the task is done or cannot be done, call `finish` with a summary.";

pub(super) const CUT: &str =
    "Your reply was cut off because it was too long. Say less and make one smaller call.";

pub(super) const REPEATED: &str = "\
     [You have now done this several times and nothing new came of it. Do something different, or call `finish` \
     and say what is in the way.]";

pub(super) const NOT_RUN: &str = "Not run: the task had already ended.";
pub(super) const NOT_BEGUN: &str = "Not run: the work was interrupted before it.";
pub(super) const CUT_SHORT: &str =
    "The work was interrupted while this ran. How far it came is not known; what it had done stays done.";
pub(super) const TOO_MANY: &str = "Not run: too many calls in one reply. Make fewer at a time.";

pub(super) const ENVELOPE: &str = r#"

# How to act
You act by replying with exactly one JSON object and nothing else:
{"thought": "why, in one sentence", "action": "bash" | "read" | "edit" | "finish", "args": { … }}
- bash: {"command": "…", "timeout_s": 120}
- read: {"path": "…", "start": 1, "end": 80}
- edit: {"path": "…", "old": "exact text occurring once", "new": "…"}
- finish: {"summary": "…", "confidence": "low" | "medium" | "high"}
The result of your action is the next message."#;

pub(super) fn envelope_error(why: &str) -> String {
    format!(
        "That was not an action: {why} Reply with exactly one JSON object \
         {{\"thought\": …, \"action\": …, \"args\": {{…}}}} and nothing else."
    )
}

pub(super) fn call_error(why: &str) -> String {
    format!("This call was not run. {why}")
}

pub(super) fn wrap_up(limit: LimitKind) -> String {
    let what = match limit {
        LimitKind::Steps => "steps",
        LimitKind::Time => "time",
        LimitKind::Tokens | LimitKind::Money | LimitKind::Window => "budget",
    };
    format!(
        "Most of the {what} for this task is used. Wrap up now: make sure what you changed is whole, run the most \
         important check once, then call `finish` and say honestly what is done and what is not."
    )
}
