//! Push and pull request: what a person or a job asks for, and what is shown of it.

use crate::publish::{Wish, reply};
use crate::{Caller, Engine, Principal, Reply, ask};
use protocol::approval::ApprovalState;
use protocol::ops::Done;
use protocol::policy::ActorKind;
use protocol::publish::{
    PrCheckState, PrChecks, PublishChecksParams, PublishFixCheck, PublishJob, PublishParams, PublishReason,
    PublishRun, PublishShowParams, PublishShown, PublishStage,
};
use protocol::request::EnqueueRequest;
use protocol::{ApiError, ErrorCode};
use store::QueueName;

impl Engine {
    /// Publishes, and answers when it is done or when a person is asked first.
    pub async fn publish_run(&self, caller: Caller, p: PublishRun) -> Reply {
        let wish = Wish {
            session: p.session_id,
            title: p.title,
            body: p.body,
            base: p.base_branch,
            head: p.head_branch,
            create_pr: p.create_pr,
            force: p.force,
            actor: ActorKind::Person,
            by: caller.who.label(),
            landing: false,
        };
        self.published(caller, wish).await
    }

    /// The same for a running job: policy asks a person unless a rule says otherwise.
    pub async fn jobs_publish(&self, caller: Caller, p: PublishJob) -> Reply {
        caller.require_job(p.id.as_str())?;
        let (id, token) = (p.id.to_string(), p.claim_token);
        let job = self
            .store
            .read(move |tx| tx.require_claim(QueueName::Jobs, &id, &token).and_then(|()| tx.job(&id)))
            .await?;
        let Some(session) = job.session_id else {
            return Err(ApiError::new(ErrorCode::Forbidden, "This job belongs to no conversation."));
        };
        let by = match &caller.who {
            Principal::Job { .. } => caller.who.label(),
            _ => format!("job {}", job.id),
        };
        let wish = Wish {
            session,
            title: p.title,
            body: p.body,
            base: p.base_branch,
            head: p.head_branch,
            create_pr: p.create_pr,
            force: p.force,
            actor: ActorKind::Worker,
            by,
            landing: false,
        };
        self.published(caller, wish).await
    }

    async fn published(&self, caller: Caller, wish: Wish) -> Reply {
        let id = self.ask_to_publish(wish, caller.idempotency).await?;
        let row = self.publish_settled(&id).await?;
        serde_json::to_value(reply::of(&row.shown))
            .map_err(|e| ApiError::new(ErrorCode::Internal, e.to_string()))
    }

    pub async fn publish_show(&self, p: PublishShowParams) -> Result<PublishShown, ApiError> {
        let id = p.session_id.clone();
        let read = self.store.read(move |tx| {
            tx.require_session(&id)?;
            Ok((tx.publishes_of(id.as_str())?, tx.session_capabilities(id.as_str())?))
        });
        let (rows, capabilities) = read.await?;
        let switches = crate::publish::switches(capabilities.as_ref());
        let mut recent: Vec<_> = rows.into_iter().map(|row| row.shown).collect();
        for shown in recent.iter_mut().filter(|shown| shown.stage == PublishStage::Pushing) {
            shown.progress = self.publish_progress(&shown.id);
        }
        Ok(PublishShown {
            session_id: p.session_id,
            push_enabled: switches.push,
            pr_enabled: switches.pr,
            latest: recent.first().cloned().map(Box::new),
            recent,
        })
    }

    /// Ends a push that runs, or one that waits. A pull request that is being opened is not stopped.
    pub async fn publish_cancel(&self, caller: Caller, p: PublishParams) -> Reply {
        let id = p.publish_id.to_string();
        let row = self.store.read(move |tx| tx.publish(&id)).await?;
        let ok = match row.shown.stage {
            PublishStage::Done | PublishStage::Opening => false,
            PublishStage::Pushing => self.cancel_push(&p.publish_id),
            PublishStage::Queued | PublishStage::Waiting => {
                self.cancel_push(&p.publish_id);
                // It has ended before its question is closed: whoever waits for the answer takes that for a no.
                let text = format!("{} cancelled it.", caller.who.label());
                self.fail_publish(&row.shown, PublishReason::Cancelled, &text, None).await?;
                if let Some(approval) = row.shown.approval_id.clone() {
                    let close = self.store.write(move |tx| {
                        let approval = tx.approval(approval.as_str())?;
                        match approval.state {
                            ApprovalState::Pending => ask::close(tx, approval, ApprovalState::Superseded),
                            _ => Ok(()),
                        }
                    });
                    close.await?;
                }
                true
            }
        };
        self.change(caller, move |_| Ok(Done { ok })).await
    }

    pub async fn publish_checks(&self, p: PublishChecksParams) -> Result<PrChecks, ApiError> {
        let of = self.publication_with_pr(&p.session_id, p.publish_id).await?;
        if p.watch {
            self.watch_checks(&of.id);
        }
        self.read_checks(&of).await
    }

    /// A request to mend what a failing check found.
    pub async fn publish_fix_check(&self, caller: Caller, p: PublishFixCheck) -> Reply {
        let of = self.publication_with_pr(&p.session_id, p.publish_id).await?;
        let fails = |state: PrCheckState| matches!(state, PrCheckState::Failed | PrCheckState::Cancelled);
        let checks = of.checks.as_deref().map(|checks| checks.checks.as_slice()).unwrap_or_default();
        let Some(check) = checks.iter().find(|check| check.name == p.check) else {
            return Err(ApiError::new(
                ErrorCode::NotFound,
                "The pull request has no check of this name. Read its checks first.",
            ));
        };
        if !fails(check.state) {
            return Err(ApiError::new(
                ErrorCode::Conflict,
                format!("This check is {}, there is nothing to mend.", check.state),
            ));
        }
        let url = of.pr.as_ref().map(|pr| pr.url.clone()).unwrap_or_default();
        let prompt = flow::publish::checks::request(check, &url, &of.head_branch);
        let request = EnqueueRequest {
            session_id: p.session_id,
            prompt,
            priority: None,
            queue_wait_budget_ms: None,
            target_worker_id: None,
        };
        self.requests_enqueue(caller, request).await
    }
}
