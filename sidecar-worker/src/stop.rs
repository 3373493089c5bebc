//! Why work stopped before it was done, and putting it aside with what there is, so that it can go on later.

use crate::gate;
use crate::insist::insist;
use crate::keeper::Stopped;
use crate::life::{Attempt, handed};
use agent::Cancel;
use host::clock::{Clock as _, SystemClock};
use protocol::ErrorCode;
use protocol::event::Artifact;
use protocol::job::{HandOver, Job, ParkJob, PauseAsked, WaitReason};
use protocol::worker::EffectiveIsolation;

/// A backend that did not finish.
pub(crate) struct Stop {
    /// One sentence for people.
    pub message: String,
    /// The same as a stable word.
    pub code: String,
    /// Set when it can go on later.
    pub pause: Option<PauseAsked>,
}

impl Stop {
    /// It failed, and waiting would not help. `code` as in `FailJob`.
    pub(crate) fn failed(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self { message: message.into(), code: code.into(), pause: None }
    }

    /// The provider allows no more until `resets_at_ms`.
    pub(crate) fn quota(message: impl Into<String>, resets_at_ms: Option<i64>) -> Self {
        Self::waits(WaitReason::Quota, message.into(), resets_at_ms)
    }

    /// A budget of the user is used up.
    pub(crate) fn budget(message: impl Into<String>, resets_at_ms: Option<i64>) -> Self {
        Self::waits(WaitReason::Budget, message.into(), resets_at_ms)
    }

    fn waits(reason: WaitReason, message: String, resets_at_ms: Option<i64>) -> Self {
        let pause = PauseAsked { reason, detail: message.clone(), resets_at_ms };
        Self { message, code: reason.to_string(), pause: Some(pause) }
    }
}

/// In so many milliseconds, as a time.
pub(crate) fn from_now(retry_after_ms: Option<u64>) -> Option<i64> {
    let wait = i64::try_from(retry_after_ms?).ok()?;
    Some(SystemClock::new().now_ms().saturating_add(wait))
}

/// A job put aside.
pub(crate) struct Parked {
    pub pause: PauseAsked,
    pub work: Option<HandOver>,
    pub artifacts: Vec<Artifact>,
}

impl Parked {
    pub(crate) fn call(&self, job: &Job, token: &str, isolation: Option<EffectiveIsolation>) -> ParkJob {
        ParkJob {
            id: job.id.clone(),
            claim_token: token.to_owned(),
            reason: self.pause.reason,
            detail: self.pause.detail.clone(),
            resets_at_ms: self.pause.resets_at_ms,
            hand_over: self.work.clone(),
            artifacts: self.artifacts.clone(),
            isolation,
        }
    }
}

impl Attempt<'_> {
    /// Puts the job aside, with whatever was changed so far.
    pub(crate) async fn put_aside(&self, pause: PauseAsked, artifacts: Vec<Artifact>) -> Parked {
        let work = match self.keep_work().await {
            Ok(work) => work,
            Err(error) => {
                self.journal.say(format!("What was done so far is not kept: {error:#}")).await;
                None
            }
        };
        Parked { pause, work, artifacts }
    }

    /// Uploads what there is as it is: nobody judged it yet, so it is only kept.
    async fn keep_work(&self) -> anyhow::Result<Option<HandOver>> {
        // Whatever stopped the work has done so; keeping it is not to be stopped.
        let cancel = Cancel::new();
        let message = format!("Work so far: {}", self.task.title.trim());
        let Some(sha) = gate::commit(self.bench, &message, &cancel).await? else { return Ok(None) };
        let bytes = gate::bundle(self.bench, &cancel).await?;
        let lost = async {
            while self.keeper.stopped() != Stopped::LeaseLost {
                tokio::time::sleep(std::time::Duration::from_millis(200)).await;
            }
        };
        let send = || self.client.put_bundle(self.job.id.as_str(), self.claim_token, bytes.clone());
        match insist(lost, send).await {
            Ok(_) => Ok(Some(handed(self.job, &sha, &message))),
            Err(error) if error.code == ErrorCode::OutOfScope => {
                anyhow::bail!("it touches what it may not touch ({})", error.message)
            }
            Err(error) => Err(error.into()),
        }
    }
}
