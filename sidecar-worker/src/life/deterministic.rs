//! The lane without a model: what it does, then the gate, then the hand-over.

use super::handing::{Handed, scope_passed};
use super::{Attempt, End, STEPS, Work, failed, not_valid};
use crate::backends::lane;
use crate::gate::{self, Judged};
use protocol::fenced;
use protocol::job::{CheckResult, failure};

impl Attempt<'_> {
    pub(super) async fn deterministic(&self) -> anyhow::Result<End> {
        self.journal.progress(2, STEPS, "editing").await;
        let mut work = match lane::perform(self).await {
            Ok(work) => work,
            Err(refused) => return Ok(failed(failure::REFUSED, &format!("{refused:#}"), None)),
        };
        self.journal.progress(3, STEPS, "validating").await;
        let judged = gate::validate(self.bench, self.task, self.journal, &self.keeper.cancel).await?;
        if self.task.planning.scope.write_globs.is_empty() {
            // A question was asked; a failing test is its answer, not a failure of the job.
            let mut summary = answer(&work, &judged);
            if let Some(told) = lane::tell_tests(self, &judged).await? {
                work.artifacts.push(told.artifact);
                if !judged.passed() {
                    summary = format!("{}\n\n{summary}", told.text);
                }
            }
            return Ok(End::Report { summary, judged, artifacts: work.artifacts });
        }
        if !judged.passed() {
            return Ok(not_valid(judged, work.artifacts));
        }
        match self.hand_over(&work).await? {
            Handed::Nothing => Ok(End::Report {
                summary: work.report.clone().unwrap_or_else(|| "Nothing had to change.".into()),
                judged,
                artifacts: work.artifacts,
            }),
            Handed::Commit(sha) => {
                let judged = self.tests_alone(scope_passed(judged), &sha).await?;
                Ok(End::Commit { sha, work, judged, review: None })
            }
            Handed::Refused(error) => Ok(failed(error.code.as_str(), &error.message, None)),
        }
    }
}

/// What a read-only job found, with the results of its commands, which stand before everything else that was judged.
fn answer(work: &Work, judged: &Judged) -> String {
    let mut text = String::new();
    for line in judged.lines.iter().take(judged.outputs.len()) {
        let word = if line.result == CheckResult::Passed { "passed" } else { "failed" };
        text.push_str(&format!("`{}` {word}.\n\n", line.what));
        if let Some(detail) = &line.detail {
            text.push_str(&format!("{}\n\n", fenced("", detail)));
        }
    }
    match &work.report {
        Some(report) if text.is_empty() => report.clone(),
        _ => text.trim_end().to_owned(),
    }
}
