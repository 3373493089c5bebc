//! The verdicts of an entry while its checks run, as they are shown.

use flow::merge::{Input, Returned};
use host::redact::Redactor;
use host::spawn::Outcome;
use protocol::check::Check;
use protocol::merge::CheckVerdict;
use store::StoredVerdict;

/// Bytes of output kept with a verdict.
const TAIL: usize = 4_000;

pub(crate) fn waiting(check: &Check) -> CheckVerdict {
    CheckVerdict {
        name: check.name.clone(),
        run: check.run.clone(),
        state: "waiting".into(),
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
    Input::GiveBack {
        why: Returned::CheckFailed,
        detail: format!("The check “{}” failed on the tree that would land.\n\n{}", check.name, verdict.tail),
    }
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

/// The end of both streams, without colours and secrets.
pub(crate) fn output(outcome: &Outcome, check: &Check, redactor: &Redactor) -> String {
    let text = host::ansi::strip(&format!("{}{}", outcome.stdout.text(), outcome.stderr.text()));
    let mut tail = tail(&redactor.text(&text));
    if outcome.timed_out() {
        tail.push_str(&format!("\nIt timed out after {} s.", check.timeout_s));
    }
    tail
}

fn tail(text: &str) -> String {
    let text = text.trim_end();
    match text.char_indices().rev().nth(TAIL) {
        Some((at, _)) => format!("…{}", text.get(at..).unwrap_or_default()),
        None => text.to_owned(),
    }
}
