//! From the clone to the server: a commit, its bundle, and what the tests of the change prove.

use super::{Attempt, STEPS, Work};
use crate::gate::{self, Judged};
use crate::insist::insist;
use crate::tests_alone::TestsAlone;
use protocol::job::{CheckResult, VerifiedLine};
use protocol::{ApiError, ErrorCode};

/// What became of a change.
pub(super) enum Handed {
    Nothing,
    Commit(String),
    Refused(ApiError),
}

impl Attempt<'_> {
    pub(super) async fn hand_over(&self, work: &Work) -> anyhow::Result<Handed> {
        match self.commit(work).await? {
            Some(sha) => self.send(sha).await,
            None => Ok(Handed::Nothing),
        }
    }

    /// The work as one commit; none when nothing changed.
    pub(super) async fn commit(&self, work: &Work) -> anyhow::Result<Option<String>> {
        self.journal.progress(4, STEPS, "handing over").await;
        gate::commit(self.bench, &work.message, &self.keeper.cancel).await
    }

    /// Bundles and uploads; the server's intake is the last word on scope and content.
    pub(super) async fn send(&self, sha: String) -> anyhow::Result<Handed> {
        let cancel = &self.keeper.cancel;
        let bytes = gate::bundle(self.bench, cancel).await?;
        let send = || self.client.put_bundle(self.job.id.as_str(), self.claim_token, bytes.clone());
        match insist(cancel.cancelled(), send).await {
            Ok(_) => Ok(Handed::Commit(sha)),
            Err(error)
                if matches!(
                    error.code,
                    ErrorCode::OutOfScope | ErrorCode::BundleInvalid | ErrorCode::TooLarge
                ) =>
            {
                self.journal.say(format!("Refused by the server: {}", error.message)).await;
                Ok(Handed::Refused(error))
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Adds what the tests of the change prove, now that the change itself is handed over.
    pub(super) async fn tests_alone(&self, mut judged: Judged, handed: &str) -> anyhow::Result<Judged> {
        if !judged.proven {
            return Ok(judged);
        }
        self.journal.progress(5, STEPS, "trying the tests alone").await;
        let alone = TestsAlone {
            bench: self.bench,
            steps: &self.task.planning.validation_steps,
            handed,
            journal: self.journal,
            cancel: &self.keeper.cancel,
        };
        match alone.line().await {
            Ok(line) => judged.lines.extend(line),
            // Whoever stopped the job decides how it ends.
            Err(_) if self.keeper.cancel.is_cancelled() => {}
            Err(error) => return Err(error),
        }
        match alone.altered().await {
            Ok(None) => {}
            Ok(Some(line)) => {
                judged.proven = false;
                judged.lines.push(line);
            }
            Err(_) if self.keeper.cancel.is_cancelled() => {}
            Err(why) => {
                judged.proven = false;
                judged.lines.push(VerifiedLine {
                    what: "Whether the change passes with the tests as they were".into(),
                    result: CheckResult::NotChecked,
                    detail: Some(format!("It could not be found out: {why:#}.")),
                });
            }
        }
        Ok(judged)
    }
}

pub(super) fn scope_passed(mut judged: Judged) -> Judged {
    judged.lines.insert(
        0,
        VerifiedLine {
            what: "The change stays inside its scope".into(),
            result: CheckResult::Passed,
            detail: None,
        },
    );
    judged
}
