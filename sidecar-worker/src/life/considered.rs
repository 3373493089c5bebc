//! One more round because of an opinion, and going back to what passed before when nothing better comes of it: an
//! opinion may improve a change, and can never cost one that passed.

use super::handing::{Handed, scope_passed};
use super::{Attempt, End, Work, failed};
use crate::gate::Judged;
use crate::review::concerns;
use protocol::review::Review;
use std::time::Duration;

/// A change that passed our gate before its worker was shown an opinion.
pub(super) struct Before {
    pub sha: String,
    pub work: Work,
    pub judged: Judged,
    pub review: Review,
}

impl Before {
    /// What came of the opinion, for the one after it.
    pub(super) fn led_to(&self) -> String {
        let said = self.review.verdict.map(|verdict| verdict.as_str()).unwrap_or_default();
        format!("Its first opinion ({said}) led to one more round of work; this is about what came of it.")
    }
}

impl Attempt<'_> {
    /// What is left of the attempt's time.
    pub(crate) fn left(&self) -> Duration {
        self.ends.saturating_duration_since(tokio::time::Instant::now())
    }

    /// The concerns the worker is to be shown, where that was chosen.
    pub(super) fn to_consider(&self, review: &Review) -> Option<String> {
        let wanted = self.ground.reviewer.as_ref().is_some_and(|reviewer| reviewer.revises);
        if wanted { concerns(review) } else { None }
    }

    /// Hands over what passed before.
    pub(super) async fn back_to(&self, before: Before, why: &str) -> anyhow::Result<End> {
        let Before { sha, work, judged, mut review } = before;
        let why = why.trim_end_matches('.');
        self.journal.say(format!("The round for the opinion is undone: {why}.")).await;
        let cancel = &self.keeper.cancel;
        self.bench.git(&["reset", "--quiet", "--hard", &sha], cancel).await?;
        self.bench.git(&["clean", "-ffdq"], cancel).await?;
        review.led_to = Some(format!("One more round of work, which was undone: {why}."));
        match self.send(sha).await? {
            Handed::Commit(sha) => {
                let judged = self.tests_alone(scope_passed(judged), &sha).await?;
                Ok(End::Commit { sha, work, judged, review: Some(review) })
            }
            Handed::Refused(error) => Ok(failed(error.code.as_str(), &error.message, None)),
            Handed::Nothing => Ok(failed(protocol::job::failure::FAILED, "Nothing was handed over.", None)),
        }
    }
}
