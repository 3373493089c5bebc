//! A person's own work on its way back: no backend touches it, and it passes the same gate as everybody's.

use super::handing::Handed;
use super::{Attempt, End, STEPS, Work, failed, not_valid};
use crate::gate;
use anyhow::Context as _;
use protocol::job::{CheckResult, VerifiedLine, failure};
use protocol::taken::ByHand;

impl Attempt<'_> {
    pub(super) async fn by_hand(&self, by_hand: &ByHand) -> anyhow::Result<End> {
        self.journal.progress(2, STEPS, "taking in what was handed back").await;
        self.journal.say(format!("{} did this by hand; it is checked as it is.", by_hand.by)).await;
        let commit = self.task.resume_commit.as_deref().context("nothing was handed back")?;
        let cancel = &self.keeper.cancel;
        let merged = self.bench.try_git(&["merge", "--squash", "--no-commit", commit], cancel).await?;
        if !merged.success() {
            let why = "What was handed back does not continue the commit this job stands on.";
            return Ok(failed(failure::NOT_VALID, why, None));
        }
        self.journal.progress(3, STEPS, "validating").await;
        let judged = gate::validate(self.bench, self.task, self.journal, cancel).await?;
        if !judged.passed() {
            return Ok(not_valid(judged, Vec::new()));
        }
        let work = Work { message: by_hand.message.clone(), report: None, artifacts: Vec::new() };
        match self.hand_over(&work).await? {
            Handed::Commit(sha) => {
                let mut judged = self.tests_alone(judged, &sha).await?;
                judged.lines.insert(
                    0,
                    VerifiedLine {
                        what: "The change stays inside its scope".into(),
                        result: CheckResult::NotChecked,
                        detail: Some(
                            "A person made it; what a plan allows a worker does not bind them.".into(),
                        ),
                    },
                );
                Ok(End::Commit { sha, work, judged, review: None })
            }
            Handed::Nothing => {
                let why = "What was handed back changes nothing.";
                Ok(failed(failure::NOT_VALID, why, None))
            }
            Handed::Refused(error) => Ok(failed(error.code.as_str(), &error.message, None)),
        }
    }
}
