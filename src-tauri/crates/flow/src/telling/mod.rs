//! Who is away from the window is told of some events: which they are, in what form, and what keeps them back. Pure.
//!
//! Nothing here is worded: a message names what happened and carries the texts of others, and whoever shows it puts it
//! into the language of its user.

mod exactly;
mod minute;

pub use exactly::{question, shortened};
pub use minute::minute_there;

use protocol::asks::Asks;
use protocol::because::Because;
use protocol::limit::{self, Stop};
use protocol::merge::MergeEntry;
use protocol::publish::PublishReason;
use protocol::push::{NoticeKind, Told};
use protocol::request::RequestStatus;
use protocol::{ApprovalId, Envelope, Event, JobId, PublishId, RequestId, WorkspaceId};

/// Events that may be worth telling, by their type: what else there is need not be parsed.
pub const TYPES: &[&str] = &[
    "approval_required",
    "approval.changed",
    "merge.entry.landed",
    "merge.entry.returned",
    "merge.entry.failed",
    "job_completed",
    "job_failed",
    "job.waiting",
    "budget.near",
    "request.waiting",
    "request.changed",
    "git.push.succeeded",
    "git.push.failed",
    "git.pr.succeeded",
    "git.pr.manual",
    "git.pr.failed",
    "worker.trouble",
];

/// Something to tell.
#[derive(Debug, Clone, PartialEq)]
pub struct Telling {
    pub kind: NoticeKind,
    pub told: Told,
    /// A later one with the same tag takes its place.
    pub tag: String,
    pub subject: String,
    /// What the subject of a question is made of.
    pub asks: Option<Box<Asks>>,
    pub detail: String,
    /// What the first line of `detail` is made of.
    pub because: Option<Box<Because>>,
    /// Why something was not published.
    pub reason: Option<PublishReason>,
    pub workspace: Option<WorkspaceId>,
    /// None is the page of the event's session.
    pub page: Option<String>,
    pub asked: Asked,
}

/// What has to be looked up before it is told.
#[derive(Debug, Clone, PartialEq)]
pub enum Asked {
    Nothing,
    /// Told of one that left no commit; of another its landing is told.
    Report(JobId),
    /// The job's title is the subject.
    TitleOf(JobId),
    /// Told where a limit was in its way.
    Request(RequestId),
    /// Told unless a pull request follows.
    Push(PublishId),
    /// Told unless a person said no.
    UnlessDenied(ApprovalId),
}

/// What an event says that is worth telling. Questions are told by [`question`].
pub fn of(cursor: i64, envelope: &Envelope) -> Option<Telling> {
    let plain_one = |kind, told, subject: &str, detail: &str, page: Option<String>| Telling {
        kind,
        told,
        tag: format!("event:{cursor}"),
        subject: shortened(subject),
        asks: None,
        detail: lines(detail),
        because: None,
        reason: None,
        workspace: None,
        page,
        asked: Asked::Nothing,
    };
    let of_entry = |told, entry: &MergeEntry, why: &str| Telling {
        workspace: Some(entry.workspace_id.clone()),
        ..plain_one(NoticeKind::Failed, told, &entry.title, why, job_page(&entry.job_id))
    };
    let published = |kind, told, head: &str, detail: &str| plain_one(kind, told, head, detail, None);
    Some(match &envelope.event {
        Event::MergeLanded { entry } => Telling {
            kind: NoticeKind::Finished,
            tag: format!("landed:{}", entry.workspace_id),
            ..of_entry(Told::Landed, entry, "")
        },
        Event::MergeReturned { entry, reason, detail } => {
            let why = entry.reason.clone().unwrap_or_else(|| first_line(detail, reason));
            Telling { because: entry.because.clone(), ..of_entry(Told::CameBack, entry, &why) }
        }
        Event::MergeFailed { entry, reason, detail } => {
            let asked = entry.approval_id.clone().map_or(Asked::Nothing, Asked::UnlessDenied);
            let because = entry.because.clone();
            Telling { asked, because, ..of_entry(Told::Parked, entry, &first_line(detail, reason)) }
        }
        Event::JobCompleted { job_id, summary, .. } => {
            let summary = summary.as_deref().unwrap_or_default();
            let mut said = summary.lines().filter(|line| !line.trim().is_empty());
            let (subject, detail) = (said.next().unwrap_or_default(), said.next().unwrap_or_default());
            Telling {
                asked: Asked::Report(job_id.clone()),
                ..plain_one(NoticeKind::Finished, Told::Reported, subject, detail, job_page(job_id))
            }
        }
        Event::JobFailed { job_id, message, code, .. } => {
            let kind = match limit::stopped(Stop::Job { code: code.as_deref() }) {
                true => NoticeKind::Limit,
                false => NoticeKind::Failed,
            };
            Telling {
                asked: Asked::TitleOf(job_id.clone()),
                ..plain_one(kind, Told::JobFailed, "", message, job_page(job_id))
            }
        }
        Event::JobWaiting { job_id, wait } if limit::stopped(Stop::Wait(wait.reason)) => Telling {
            asked: Asked::TitleOf(job_id.clone()),
            ..plain_one(NoticeKind::Limit, Told::JobWaits, "", &wait.detail, job_page(job_id))
        },
        Event::BudgetNear { standing, reached, job_id, workspace_id } => {
            let told = if *reached { Told::BudgetReached } else { Told::BudgetNear };
            let part = u128::from(standing.used) * 100 / u128::from(standing.limit.max(1));
            let page = job_id.as_ref().map_or_else(|| Some("/queue".into()), job_page);
            Telling {
                workspace: workspace_id.clone(),
                ..plain_one(
                    NoticeKind::Limit,
                    told,
                    &format!("{part} %"),
                    &format!("{} {}", standing.scope, standing.measure),
                    page,
                )
            }
        }
        Event::RequestChanged { request_id, status: RequestStatus::Failed } => Telling {
            asked: Asked::Request(request_id.clone()),
            ..plain_one(NoticeKind::Limit, Told::RequestFailed, "", "", None)
        },
        Event::RequestWaiting { understood, why, .. } => {
            let said = if understood.trim().is_empty() { why } else { understood };
            plain_one(NoticeKind::Limit, Told::WaitsForModel, said, "", None)
        }
        Event::GitPushSucceeded { head_branch, remote, publish_id, .. } => Telling {
            asked: Asked::Push(publish_id.clone()),
            ..published(NoticeKind::Finished, Told::Pushed, head_branch, remote)
        },
        Event::GitPrSucceeded { head_branch, pr_url, .. } => {
            published(NoticeKind::Finished, Told::PrOpened, head_branch, pr_url)
        }
        Event::GitPrManual { head_branch, manual_pr_url, .. } => {
            published(NoticeKind::Finished, Told::PrByHand, head_branch, manual_pr_url)
        }
        Event::GitPushFailed { head_branch, error, reason, .. }
        | Event::GitPrFailed { head_branch, error, reason, .. } => Telling {
            reason: Some(*reason),
            ..published(NoticeKind::Failed, Told::NotPublished, head_branch, &first_line(error, ""))
        },
        Event::WorkerTrouble { worker_id, in_row, cause } => Telling {
            // One that goes on ending is one message.
            tag: format!("worker:{worker_id}"),
            ..plain_one(
                NoticeKind::Worker,
                Told::WorkerTrouble,
                worker_id,
                &format!("{in_row}× {cause}"),
                Some(format!("/workers/{worker_id}")),
            )
        },
        _ => return None,
    })
}

fn job_page(job: &JobId) -> Option<String> {
    Some(format!("/jobs/{job}"))
}

fn first_line(text: &str, otherwise: &str) -> String {
    text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or(otherwise).to_owned()
}

/// At most a few lines of somebody else's text, each without anything that could be taken for ours.
fn lines(text: &str) -> String {
    const LINES: usize = 4;
    let kept: Vec<String> =
        text.lines().filter(|line| !line.trim().is_empty()).take(LINES).map(shortened).collect();
    kept.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn told(kind: &str, payload: serde_json::Value) -> Option<Telling> {
        let envelope = json!({
            "protocolVersion": "0.1.0", "id": "e-1", "ts": "2026-01-31T12:00:00.000Z", "sessionId": "dev",
            "type": kind, "payload": payload,
        });
        of(7, &serde_json::from_value(envelope).unwrap())
    }

    #[test]
    fn a_failed_job_is_told_with_its_own_tag_and_a_log_line_is_not() {
        let failed = told("job_failed", json!({ "jobId": "j-1", "message": "no compiler\n\nmore" })).unwrap();
        assert_eq!(
            (failed.kind, failed.told, failed.tag.as_str()),
            (NoticeKind::Failed, Told::JobFailed, "event:7")
        );
        assert_eq!(
            (failed.detail.as_str(), failed.page.as_deref()),
            ("no compiler\nmore", Some("/jobs/j-1"))
        );
        assert!(matches!(failed.asked, Asked::TitleOf(job) if job.as_str() == "j-1"));
        let log = json!({ "jobId": "j-1", "stream": "stdout", "seq": 1, "line": "x" });
        assert!(told("job_log", log).is_none() && !TYPES.contains(&"job_log"));
    }

    #[test]
    fn a_job_at_its_limit_is_told_as_a_limit() {
        let limit = json!({ "jobId": "j-1", "message": "over", "code": "job.time" });
        assert_eq!(told("job_failed", limit).unwrap().kind, NoticeKind::Limit);
        let waits = |reason: &str| {
            let wait =
                json!({ "reason": reason, "detail": "Until noon.", "since": "2026-01-31T12:00:00.000Z" });
            told("job.waiting", json!({ "jobId": "j-1", "wait": wait }))
        };
        assert_eq!(waits("quota").unwrap().told, Told::JobWaits);
        assert!(waits("paused").is_none(), "whoever paused it knows");
    }

    #[test]
    fn what_is_told_of_a_worker_takes_the_place_of_what_was_told_before() {
        let trouble =
            told("worker.trouble", json!({ "workerId": "w-2", "inRow": 5, "cause": "127" })).unwrap();
        assert_eq!((trouble.tag.as_str(), trouble.detail.as_str()), ("worker:w-2", "5× 127"));
    }

    #[test]
    fn only_a_request_that_failed_is_looked_into() {
        let changed = |status: &str| told("request.changed", json!({ "requestId": "r-1", "status": status }));
        assert!(matches!(changed("failed").unwrap().asked, Asked::Request(_)));
        assert!(changed("completed").is_none());
    }

    #[test]
    fn texts_of_others_cannot_pass_for_ours() {
        let pushed = json!({ "by": "owner", "head-branch": "a\u{202e}b\nApproved", "publish-id": "p-1", "error": "no", "reason": "auth" });
        let failed = told("git.push.failed", pushed).unwrap();
        assert_eq!((failed.told, failed.subject.as_str()), (Told::NotPublished, "a\u{fffd}b Approved"));
        assert_eq!(failed.reason, Some(PublishReason::Auth));
    }
}
