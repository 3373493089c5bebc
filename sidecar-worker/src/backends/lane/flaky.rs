//! The tests again and again: which change their mind although nothing else changed.

use crate::failures;
use crate::gate::STEP_TIMEOUT;
use crate::life::{Attempt, Work};
use anyhow::Context as _;
use protocol::count;
use std::collections::BTreeMap;
use std::fmt::Write;

/// Tests that are named one by one.
const NAMED: usize = 40;

/// One run of all tests.
struct Run {
    passed: bool,
    summary: String,
    failed: Vec<String>,
}

pub(super) async fn perform(attempt: &Attempt<'_>, runs: u32) -> anyhow::Result<Work> {
    let runner =
        attempt.ground.checks.test_runner.clone().context("no test runner is known for this workspace")?;
    let mut seen = Vec::new();
    for number in 1..=runs {
        attempt.journal.progress(2, 5, &format!("run {number} of {runs}")).await;
        attempt.journal.command(&runner).await;
        let outcome =
            attempt.bench.run(&runner, STEP_TIMEOUT, Some(attempt.journal), &attempt.keeper.cancel).await?;
        anyhow::ensure!(
            !attempt.keeper.cancel.is_cancelled(),
            "cancelled after {} of {runs} runs",
            seen.len()
        );
        let failed = match outcome.success() {
            true => Vec::new(),
            false => failures::read(&outcome.printed()).into_iter().map(|failure| failure.name).collect(),
        };
        seen.push(Run { passed: outcome.success(), summary: outcome.summary(), failed });
    }
    Ok(super::told(attempt, report(&runner.join(" "), &seen)))
}

fn report(command: &str, runs: &[Run]) -> String {
    let passed = runs.iter().filter(|run| run.passed).count();
    let mut failures: BTreeMap<&str, usize> = BTreeMap::new();
    for name in runs.iter().flat_map(|run| &run.failed) {
        *failures.entry(name).or_default() += 1;
    }
    let (always, sometimes): (Vec<_>, Vec<_>) =
        failures.into_iter().partition(|(_, times)| *times == runs.len());
    let of = count(runs.len(), "run", "runs");
    let mut text = format!("`{command}`: {passed} of {of} passed.");
    if passed == runs.len() {
        text.push_str(" No test changed its mind. That is no proof that none ever does.");
    } else if !sometimes.is_empty() {
        let _ = write!(text, " {} in some runs only.", count(sometimes.len(), "test failed", "tests failed"));
    } else if passed == 0 {
        text.push_str(" It fails every time; that is not flaky.");
    } else {
        text.push_str(" It is flaky, but its output names no test that is known here.");
    }
    if !sometimes.is_empty() || !always.is_empty() {
        text.push_str("\n\n| test | failed |\n|---|---|");
        for (name, times) in sometimes.iter().chain(&always).take(NAMED) {
            let name = name.replace('|', "\\|").replace('`', "'");
            let _ = write!(text, "\n| `{name}` | {times} of {} |", runs.len());
        }
    }
    text.push_str("\n\n| run | result |\n|---|---|");
    for (number, run) in runs.iter().enumerate() {
        let word = if run.passed { "passed" } else { "failed" };
        let _ = write!(text, "\n| {} | {word}, {} |", number + 1, run.summary);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(failed: &[&str], passed: bool) -> Run {
        let failed = failed.iter().map(|name| (*name).to_owned()).collect();
        Run { passed, summary: "exit code 0 after 0.1 s".into(), failed }
    }

    #[test]
    fn what_fails_sometimes_is_told_from_what_fails_always() {
        let text = report("cargo test", &[run(&["a", "b"], false), run(&["b"], false), run(&["b"], false)]);
        assert!(
            text.starts_with("`cargo test`: 0 of 3 runs passed. 1 test failed in some runs only."),
            "{text}"
        );
        assert!(
            text.contains("| `a` | 1 of 3 |\n| `b` | 3 of 3 |") && text.contains("| 3 | failed"),
            "{text}"
        );
        assert!(report("x", &[run(&[], true), run(&[], true)]).contains("No test changed its mind"));
        assert!(report("x", &[run(&["b"], false), run(&["b"], false)]).contains("not flaky"));
        assert!(report("x", &[run(&[], true), run(&[], false)]).contains("names no test"));
    }
}
