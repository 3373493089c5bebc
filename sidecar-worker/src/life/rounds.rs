//! Rounds of a backend: its run, the gate, an opinion, the hand-over, and what each of them sends back.

use super::considered::Before;
use super::handing::{Handed, scope_passed};
use super::{Attempt, End, STEPS, Work, not_valid};
use crate::backends::{self, Backend as _};
use crate::gate;
use crate::review::Reviewer;

/// Rounds in which a backend may mend what the gate found.
const REVISIONS: u32 = 2;

impl Attempt<'_> {
    pub(super) async fn with_agent(&self) -> anyhow::Result<End> {
        self.journal.progress(2, STEPS, "working").await;
        let restored = self.restore().await?;
        self.bench.begun().await?;
        let mut agent = backends::begin(self, &restored).await?;
        let mut round = 0;
        let (mut reviewer, mut before) = (Reviewer::default(), None);
        loop {
            let outcome = agent.run().await;
            let artifacts = agent.take_artifacts();
            if let Err(stop) = outcome {
                if let (None, Some(before)) = (&stop.pause, before.take()) {
                    return self.back_to(before, &stop.message).await;
                }
                return Ok(match stop.pause {
                    Some(pause) => End::Parked(self.put_aside(pause, artifacts).await),
                    None => End::Failed {
                        code: stop.code,
                        message: stop.message,
                        detail: None,
                        lines: Vec::new(),
                        artifacts,
                    },
                });
            }
            if self.told(&mut agent).await? {
                continue;
            }
            self.journal.progress(3, STEPS, "validating").await;
            let mut judged = gate::validate(self.bench, self.task, self.journal, &self.keeper.cancel).await?;
            let report = agent.claimed();
            let message = backends::commit_message(&self.task.title, report.as_deref());
            let work = Work { message, report, artifacts };
            if judged.passed() {
                if self.told(&mut agent).await? {
                    continue;
                }
                let made = self.commit(&work).await?;
                let mut review = match &made {
                    Some(sha) => reviewer.opinion(self, sha, &judged).await,
                    None => None,
                };
                // One more round, once; the change as it was is kept for when nothing better comes of it.
                if let (Some(sha), Some(opinion), None) = (&made, &review, &before)
                    && let Some(concerns) = self.to_consider(opinion)
                {
                    self.journal.say("One more round because of the reviewer's opinion.").await;
                    self.journal.progress(2, STEPS, "considering an opinion").await;
                    agent.consider(&concerns)?;
                    let (sha, review) = (sha.clone(), opinion.clone());
                    before = Some(Before { sha, work, judged, review });
                    continue;
                }
                if let (Some(review), Some(before)) = (&mut review, &before) {
                    review.led_to = Some(before.led_to());
                }
                let handed = match made {
                    Some(sha) => self.send(sha).await?,
                    None => Handed::Nothing,
                };
                match handed {
                    Handed::Commit(sha) => {
                        let judged = self.tests_alone(scope_passed(judged), &sha).await?;
                        return Ok(End::Commit { sha, work, judged, review });
                    }
                    Handed::Nothing if self.task.planning.scope.write_globs.is_empty() => {
                        let summary = work
                            .report
                            .clone()
                            .map(|said| format!("The worker reports (not verified):\n\n{said}"))
                            .unwrap_or_else(|| "The worker reported nothing.".into());
                        return Ok(End::Report { summary, judged, artifacts: work.artifacts });
                    }
                    Handed::Nothing => {
                        judged.findings.push(("Change".into(), unchanged(work.report.as_deref())));
                    }
                    Handed::Refused(error) => judged.findings.push(("Hand-over".into(), error.message)),
                }
            }
            if round >= REVISIONS {
                return match before {
                    Some(before) => self.back_to(before, "what came of it does not pass our own gate").await,
                    None => Ok(not_valid(judged, work.artifacts)),
                };
            }
            round += 1;
            self.journal
                .say(format!(
                    "Revision {round} of {REVISIONS}: {}",
                    judged.findings.iter().map(|(what, _)| what.as_str()).collect::<Vec<_>>().join(", ")
                ))
                .await;
            self.journal.progress(2, STEPS, "revising").await;
            agent.revise(round, REVISIONS, &judged.findings)?;
        }
    }

    /// Whether a person said something that the backend has to be told before its work is judged.
    async fn told(&self, agent: &mut backends::Working<'_>) -> anyhow::Result<bool> {
        // Whoever stops the job leaves what was said to its next attempt.
        if self.keeper.cancel.is_cancelled() {
            return Ok(false);
        }
        let said = self.keeper.inbox.take();
        if said.is_empty() {
            return Ok(false);
        }
        self.journal.say("[told it what you said; it goes on]").await;
        self.journal.progress(2, STEPS, "working").await;
        agent.told(&said)?;
        Ok(true)
    }
}

/// A task that asks for a change got none. Why is worth knowing: it may be done already, or be impossible.
fn unchanged(said: Option<&str>) -> String {
    let what = "Nothing was changed, but the task asks for a change.";
    match said {
        Some(said) => format!("{what} The worker says (not verified):\n\n{}", gate::ends(said)),
        None => what.into(),
    }
}
