//! The verdicts of an entry while its checks run, as they are shown.

use flow::because::Said;
use flow::merge::{Input, Returned};
use host::redact::Redactor;
use host::spawn::Outcome;
use protocol::because::{Absent, Because};
use protocol::check::Check;
use protocol::merge::CheckVerdict;
use store::StoredVerdict;

pub(crate) fn waiting(check: &Check) -> CheckVerdict {
    CheckVerdict {
        name: check.name.clone(),
        run: check.run.clone(),
        group: check.group.clone(),
        timeout_s: Some(check.timeout_s),
        state: "waiting".into(),
        reason: None,
        because: None,
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

pub(super) fn failed(check: &Check, verdict: &StoredVerdict, absent: Vec<Absent>) -> Input {
    let network = flow::returned::wants_network(&verdict.tail);
    let said =
        Said::from(Because::CheckFailed { check: check.name.clone(), network, absent }).and(&verdict.tail);
    Input::GiveBack { why: Returned::CheckFailed, said }
}

pub(super) fn edited(check: &Check, paths: Vec<String>) -> Input {
    let said = Because::CheckEdited { check: check.name.clone(), paths }.into();
    Input::GiveBack { why: Returned::EditedTree, said }
}

/// What tells of an error in both streams, and their end; without colours and secrets.
pub(crate) fn output(outcome: &Outcome, check: &Check, redactor: &Redactor) -> String {
    let mut tail = flow::returned::trimmed(&redactor.text(&outcome.printed())).text;
    if outcome.timed_out() {
        tail.push_str(&format!("\nIt timed out after {} s.", check.timeout_s));
    }
    tail
}
