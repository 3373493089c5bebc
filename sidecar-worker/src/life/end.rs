//! Telling the server how a job ended.

use super::End;
use crate::gate::Judged;
use crate::insist::insist;
use client::Client;
use protocol::ApiError;
use protocol::event::Artifact;
use protocol::job::{CompleteJob, FailJob, HandOver, Job};
use protocol::ops::typed;
use protocol::worker::EffectiveIsolation;

pub(super) async fn report(
    client: &Client,
    job: &Job,
    token: &str,
    end: End,
    isolation: Option<EffectiveIsolation>,
) {
    let key = format!("end-{token}");
    // A finished job's end is owed even when its time is over, so nothing stops this but the server's answer.
    let sent = insist(std::future::pending(), || send_end(client, job, token, &key, &end, &isolation)).await;
    if let Err(error) = sent {
        tracing::warn!(job = %job.id, %error, "the end was not taken");
    }
}

async fn send_end(
    client: &Client,
    job: &Job,
    token: &str,
    key: &str,
    end: &End,
    isolation: &Option<EffectiveIsolation>,
) -> Result<(), ApiError> {
    let finished = match end {
        End::Failed { code, message, detail, lines, artifacts } => {
            let fail = FailJob {
                id: job.id.clone(),
                claim_token: token.to_owned(),
                message: message.clone(),
                code: Some(code.clone()),
                detail: detail.clone(),
                artifacts: artifacts.clone(),
                verification: lines.clone(),
                isolation: isolation.clone(),
            };
            return client.call(typed::JobsFail, &fail, Some(key)).await.map(drop);
        }
        End::Parked(parked) => {
            let park = parked.call(job, token, isolation.clone());
            return client.call(typed::JobsPark, &park, Some(key)).await.map(drop);
        }
        End::Report { summary, judged, artifacts } => {
            complete(job, token, summary, None, judged, artifacts, isolation)
        }
        End::Commit { sha, work, judged, review } => {
            let hand_over = handed(job, sha, &work.message);
            let summary = work.report.as_ref().unwrap_or(&work.message);
            let whole = complete(job, token, summary, Some(hand_over), judged, &work.artifacts, isolation);
            CompleteJob { review: review.clone().map(Box::new), ..whole }
        }
    };
    client.call(typed::JobsComplete, &finished, Some(key)).await.map(drop)
}

/// An uploaded commit on the job's branch.
pub(crate) fn handed(job: &Job, sha: &str, message: &str) -> HandOver {
    let worker = job.worker_id.as_deref().unwrap_or_default();
    HandOver {
        commit_sha: sha.to_owned(),
        branch: repo::agent_branch(worker, job.id.as_str()).unwrap_or_default(),
        message: message.to_owned(),
        pr_title: None,
        pr_body: None,
    }
}

fn complete(
    job: &Job,
    token: &str,
    summary: &str,
    hand_over: Option<HandOver>,
    judged: &Judged,
    artifacts: &[Artifact],
    isolation: &Option<EffectiveIsolation>,
) -> CompleteJob {
    CompleteJob {
        id: job.id.clone(),
        claim_token: token.to_owned(),
        summary: Some(summary.to_owned()),
        artifacts: artifacts.to_vec(),
        duration_ms: None,
        hand_over,
        verified: Some(judged.proven),
        verification: judged.lines.clone(),
        review: None,
        isolation: isolation.clone(),
    }
}
