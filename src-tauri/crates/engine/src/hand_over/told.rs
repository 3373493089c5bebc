//! What intake itself found out about a hand-over, as lines among what was and was not verified.

use super::Taken;
use protocol::job::{CheckResult, VerifiedLine};
use repo::RiskyPath;

/// Paths that are named; the entry and the diff have all of them.
const NAMED: usize = 20;

impl Taken {
    /// Whether the change touches paths that always ask.
    pub(crate) fn risky_line(&self) -> VerifiedLine {
        let risky: Vec<_> = self.intake.risky.iter().map(risky_text).collect();
        if risky.is_empty() {
            let what =
                "It touches no risky path: no build, CI, hook or package script, no link out of the tree";
            return VerifiedLine { what: what.into(), result: CheckResult::Passed, detail: None };
        }
        let mut detail = risky.iter().take(NAMED).cloned().collect::<Vec<_>>().join("\n");
        if risky.len() > NAMED {
            detail.push_str(&format!("\nand {} more", risky.len() - NAMED));
        }
        let what = "It touches risky paths; a person looks at them".to_owned();
        VerifiedLine { what, result: CheckResult::NotChecked, detail: Some(detail) }
    }
}

/// `path: why`, as the queue keeps it.
pub(super) fn risky_text(risky: &RiskyPath) -> String {
    let why = serde_json::to_value(risky.reason).ok();
    let why = why.as_ref().and_then(|why| why.as_str()).unwrap_or_default();
    format!("{}: {}", risky.path, why.replace('_', " "))
}
