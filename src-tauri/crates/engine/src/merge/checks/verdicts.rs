//! The verdicts of an entry while its checks run, as they are shown.

use flow::merge::{Input, Returned};
use host::redact::Redactor;
use host::spawn::Outcome;
use protocol::check::Check;
use protocol::merge::CheckVerdict;
use store::StoredVerdict;

pub(crate) fn waiting(check: &Check) -> CheckVerdict {
    CheckVerdict {
        name: check.name.clone(),
        run: check.run.clone(),
        state: "waiting".into(),
        reason: None,
        duration_ms: None,
        reused: false,
        flaky_retry: false,
        tail: String::new(),
    }
}

pub(super) fn mark_running(verdicts: &mut [CheckVerdict], at: usize, retry: bool) {
    if let Some(v) = verdicts.get_mut(at) {
        v.state = "running".into();
        v.flaky_retry = retry;
    }
}

pub(crate) fn fill(
    verdicts: &mut [CheckVerdict],
    at: usize,
    verdict: &StoredVerdict,
    reused: bool,
    retry: bool,
) {
    if let Some(v) = verdicts.get_mut(at) {
        v.state = if verdict.ok { "passed" } else { "failed" }.into();
        v.duration_ms = Some(verdict.duration_ms);
        v.reused = reused;
        v.flaky_retry = retry;
        v.tail = verdict.tail.clone();
    }
}

pub(super) fn failed(check: &Check, verdict: &StoredVerdict) -> Input {
    let hint = flow::returned::hint(&verdict.tail).map(|hint| format!(" {hint}")).unwrap_or_default();
    let detail =
        format!("The check “{}” failed on the tree that would land.{hint}\n\n{}", check.name, verdict.tail);
    Input::GiveBack { why: Returned::CheckFailed, detail }
}

pub(super) fn edited(check: &Check, paths: &str) -> Input {
    Input::GiveBack {
        why: Returned::EditedTree,
        detail: format!(
            "The check “{}” changed the files it was checking: {paths}. A check must leave the tree as it is.",
            check.name
        ),
    }
}

/// What tells of an error in both streams, and their end; without colours and secrets.
pub(crate) fn output(outcome: &Outcome, check: &Check, redactor: &Redactor) -> String {
    let text = host::ansi::strip(&format!("{}{}", outcome.stdout.text(), outcome.stderr.text()));
    let mut tail = flow::returned::trimmed(&redactor.text(&text)).text;
    if outcome.timed_out() {
        tail.push_str(&format!("\nIt timed out after {} s.", check.timeout_s));
    }
    tail
}
