//! What a publication is answered with.

use protocol::publish::{Publication, PublishReason, PublishReply, PublishStage, PublishStatus};

/// The answer so far; `status` and `message` are put in by who knows them.
pub(crate) fn blank(publication: &Publication, status: PublishStatus, message: &str) -> PublishReply {
    PublishReply {
        status,
        publish_id: publication.id.clone(),
        head_branch: publication.head_branch.clone(),
        base_branch: Some(publication.base_branch.clone()).filter(|base| !base.is_empty()),
        pr_url: None,
        manual_pr_url: None,
        message: message.to_owned(),
        reason: None,
        pushed: false,
        commit: publication.commit.clone(),
        approval_id: None,
        remote_said: None,
        retry_at: None,
    }
}

/// Ends a publication that did not succeed. What was pushed stays said.
pub(crate) fn fail(publication: &mut Publication, reason: PublishReason, message: &str) {
    let pushed = publication.stage == PublishStage::Opening;
    let mut reply = blank(publication, PublishStatus::Error, message);
    (reply.reason, reply.pushed) = (Some(reason), pushed);
    end(publication, reply);
}

pub(crate) fn end(publication: &mut Publication, reply: PublishReply) {
    publication.stage = PublishStage::Done;
    publication.progress = None;
    publication.result = Some(Box::new(reply));
}

/// What whoever waits is told: the result, or that a person is asked first.
pub(crate) fn of(publication: &Publication) -> PublishReply {
    if let Some(result) = &publication.result {
        return (**result).clone();
    }
    let text = "A person is asked first. It goes on by itself when the question is answered.";
    let mut reply = blank(publication, PublishStatus::Error, text);
    reply.reason = Some(PublishReason::ApprovalRequired);
    reply.approval_id.clone_from(&publication.approval_id);
    reply
}

/// What else is said of a failure.
#[derive(Debug, Clone, Default)]
pub(crate) struct Told {
    pub remote_said: Option<String>,
    /// Milliseconds since 1970.
    pub retry_at: Option<i64>,
    pub manual_pr_url: Option<String>,
}
