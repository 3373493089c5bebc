//! Which events are worth telling, and which parts of what is known they make old. Pure.

use client::StreamEvent;
use protocol::budget::BudgetStanding;
use protocol::merge::MergeEntry;
use protocol::request::RequestStatus;
use protocol::{ApprovalId, Envelope, Event, JobId, PublishId, RequestId, SessionId, WorkspaceId};

use protocol::limit::{self, Stop};

/// Something that happened and that somebody may want to be told.
#[derive(Debug, Clone, PartialEq)]
pub struct Fact {
    pub cursor: i64,
    pub session: SessionId,
    pub what: What,
}

#[derive(Debug, Clone, PartialEq)]
pub enum What {
    Landed {
        title: String,
        job: JobId,
        workspace: WorkspaceId,
    },
    /// A job ended with an answer. Whether it left a commit is asked afterwards: then its landing is the end.
    Reported {
        job: JobId,
        summary: String,
    },
    JobFailed {
        job: JobId,
        message: String,
        /// What stopped it, where the server says.
        code: Option<String>,
    },
    /// Checks failed or it no longer fits; the job repairs it if it may.
    CameBack {
        title: String,
        job: JobId,
        reason: String,
    },
    /// It waits for a person. After a person's own no there is nothing to tell.
    Parked {
        title: String,
        job: JobId,
        reason: String,
        asked: Option<ApprovalId>,
    },
    /// A job was put aside at a limit, to go on later.
    JobWaits {
        job: JobId,
        /// Of the job, once it is known.
        title: String,
        why: String,
    },
    /// A budget is used up, or nearly.
    Budget {
        standing: BudgetStanding,
        reached: bool,
        job: Option<JobId>,
    },
    /// A request could not be planned. Whether a limit was in its way is asked afterwards.
    RequestFailed {
        request: RequestId,
        /// What was asked for, and the reason, once they are known.
        prompt: String,
        why: String,
    },
    WaitsForModel {
        understood: String,
        why: String,
    },
    /// A push, or the pull request after it, came to its end.
    Published {
        head: String,
        /// The link, or what was said.
        detail: String,
        how: Ended,
    },
    /// A worker's process keeps ending by itself.
    WorkerTrouble {
        worker: String,
        in_row: u32,
        /// What it said last.
        cause: String,
    },
}

/// How a publication ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ended {
    /// Whether a pull request is still to come is asked afterwards: then this is not the end.
    Pushed {
        publish: PublishId,
    },
    Opened,
    /// The branch is there; a person opens the pull request.
    ByHand,
    Failed,
}

/// Parts of a snapshot.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Parts {
    pub approvals: bool,
    pub activity: bool,
    pub sessions: bool,
    pub spaces: bool,
    pub switches: bool,
}

impl Parts {
    pub const ALL: Self =
        Self { approvals: true, activity: true, sessions: true, spaces: true, switches: true };
    /// What is looked at now and then even when nobody said that it changed.
    pub const AGEING: Self =
        Self { approvals: true, activity: true, sessions: true, spaces: false, switches: true };

    pub fn any(self) -> bool {
        self != Self::default()
    }

    pub fn with(self, other: Self) -> Self {
        Self {
            approvals: self.approvals || other.approvals,
            activity: self.activity || other.activity,
            sessions: self.sessions || other.sessions,
            spaces: self.spaces || other.spaces,
            switches: self.switches || other.switches,
        }
    }
}

/// What an event of this kind makes old. A job's log, the bulk of all events, is nothing to us.
pub fn parts(kind: &str) -> Parts {
    let none = Parts::default();
    match kind {
        "approval_required" | "approved" | "denied" | "approval.changed" => {
            Parts { approvals: true, activity: true, ..none }
        }
        "message" => Parts { sessions: true, activity: true, ..none },
        "config.changed" => Parts { switches: true, ..none },
        "workspace.changed" => Parts { spaces: true, activity: true, ..none },
        "job_enqueued" | "job_claimed" | "job_completed" | "job_failed" | "job.requeued"
        | "job.cancelled" | "job.waiting" | "job.resumed" | "request.changed" | "request.waiting"
        | "plan.ready" => Parts { activity: true, ..none },
        kind if kind.starts_with("merge.") || kind.starts_with("system.") => Parts { activity: true, ..none },
        _ => none,
    }
}

/// What an event says that is worth telling.
pub fn of(event: &StreamEvent) -> Option<Fact> {
    let told = matches!(
        event.kind(),
        "merge.entry.landed"
            | "merge.entry.returned"
            | "merge.entry.failed"
            | "job_completed"
            | "job_failed"
            | "job.waiting"
            | "budget.near"
            | "request.waiting"
            | "request.changed"
            | "git.push.succeeded"
            | "git.push.failed"
            | "git.pr.succeeded"
            | "git.pr.manual"
            | "git.pr.failed"
            | "worker.trouble"
    );
    if !told {
        return None;
    }
    // A newer server may say things this build has no words for.
    let envelope: Envelope = serde_json::from_value(event.envelope.clone()).ok()?;
    let of_entry = |entry: &MergeEntry| (entry.title.clone(), entry.job_id.clone());
    let what = match envelope.event {
        Event::MergeLanded { entry } => {
            let (title, job) = of_entry(&entry);
            What::Landed { title, job, workspace: entry.workspace_id }
        }
        Event::MergeReturned { entry, reason, detail } => {
            let (title, job) = of_entry(&entry);
            What::CameBack {
                title,
                job,
                reason: entry.reason.unwrap_or_else(|| first_line(&detail, &reason)),
            }
        }
        Event::MergeFailed { entry, reason, detail } => {
            let (title, job) = of_entry(&entry);
            What::Parked { title, job, reason: first_line(&detail, &reason), asked: entry.approval_id }
        }
        Event::JobCompleted { job_id, summary, .. } => {
            What::Reported { job: job_id, summary: summary.unwrap_or_default() }
        }
        Event::JobFailed { job_id, message, code, .. } => What::JobFailed { job: job_id, message, code },
        Event::JobWaiting { job_id, wait } if limit::stopped(Stop::Wait(wait.reason)) => {
            What::JobWaits { job: job_id, title: String::new(), why: wait.detail }
        }
        Event::BudgetNear { standing, reached, job_id, .. } => {
            What::Budget { standing, reached, job: job_id }
        }
        Event::RequestChanged { request_id, status: RequestStatus::Failed } => {
            What::RequestFailed { request: request_id, prompt: String::new(), why: String::new() }
        }
        Event::RequestWaiting { understood, why, .. } => What::WaitsForModel { understood, why },
        Event::GitPushSucceeded { head_branch, remote, publish_id, .. } => {
            What::Published { head: head_branch, detail: remote, how: Ended::Pushed { publish: publish_id } }
        }
        Event::GitPrSucceeded { head_branch, pr_url, .. } => {
            What::Published { head: head_branch, detail: pr_url, how: Ended::Opened }
        }
        Event::GitPrManual { head_branch, manual_pr_url, .. } => {
            What::Published { head: head_branch, detail: manual_pr_url, how: Ended::ByHand }
        }
        Event::GitPushFailed { head_branch, error, .. } | Event::GitPrFailed { head_branch, error, .. } => {
            What::Published { head: head_branch, detail: first_line(&error, ""), how: Ended::Failed }
        }
        Event::WorkerTrouble { worker_id, in_row, cause } => {
            What::WorkerTrouble { worker: worker_id, in_row, cause }
        }
        _ => return None,
    };
    Some(Fact { cursor: event.cursor, session: envelope.session_id, what })
}

fn first_line(text: &str, otherwise: &str) -> String {
    text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or(otherwise).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn event(kind: &str, payload: serde_json::Value) -> StreamEvent {
        let envelope = json!({
            "protocolVersion": "0.1.0", "id": "e-1", "ts": "2026-01-31T12:00:00.000Z", "sessionId": "dev",
            "type": kind, "payload": payload,
        });
        StreamEvent { cursor: 7, envelope }
    }

    #[test]
    fn a_failed_job_is_a_fact_and_its_log_is_not() {
        let fact =
            of(&event("job_failed", json!({ "jobId": "j-1", "message": "no compiler", "code": "job.time" })))
                .unwrap();
        assert_eq!((fact.cursor, fact.session.as_str()), (7, "dev"));
        assert!(
            matches!(fact.what, What::JobFailed { message, code, .. } if message == "no compiler" && code.as_deref() == Some("job.time"))
        );
        assert!(
            of(&event("job_log", json!({ "jobId": "j-1", "stream": "stdout", "seq": 1, "line": "x" })))
                .is_none()
        );
        assert!(!parts("job_log").any() && !parts("job.progress").any());
    }

    #[test]
    fn a_job_that_waits_is_a_fact_unless_a_person_paused_it() {
        let waiting = |reason: &str| {
            let wait =
                json!({ "reason": reason, "detail": "Until noon.", "since": "2026-01-31T12:00:00.000Z" });
            of(&event("job.waiting", json!({ "jobId": "j-1", "wait": wait })))
        };
        assert!(matches!(waiting("quota").unwrap().what, What::JobWaits { why, .. } if why == "Until noon."));
        assert!(waiting("budget").is_some() && waiting("paused").is_none());
    }

    #[test]
    fn the_end_of_a_publication_is_a_fact_and_its_steps_are_not() {
        let of = |kind: &str, more: serde_json::Value| {
            let mut payload = json!({ "by": "owner", "head-branch": "agents/x", "publish-id": "p-1" });
            payload.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            super::of(&event(kind, payload)).map(|fact| fact.what)
        };
        assert!(of("git.push.started", json!({ "force": false })).is_none());
        assert!(of("git.pr.started", json!({ "base-branch": "main" })).is_none());
        let failed = of("git.push.failed", json!({ "error": "no\nmore", "reason": "auth" })).unwrap();
        assert_eq!(
            failed,
            What::Published { head: "agents/x".into(), detail: "no".into(), how: Ended::Failed }
        );
        let opened = json!({ "pr-url": "https://h/7", "base-branch": "main", "reused": false });
        assert!(matches!(
            of("git.pr.succeeded", opened),
            Some(What::Published { how: Ended::Opened, detail, .. }) if detail == "https://h/7"
        ));
    }

    #[test]
    fn only_a_request_that_failed_is_looked_into() {
        let changed =
            |status: &str| of(&event("request.changed", json!({ "requestId": "r-1", "status": status })));
        assert!(
            matches!(changed("failed").unwrap().what, What::RequestFailed { request, .. } if request.as_str() == "r-1")
        );
        assert!(changed("completed").is_none() && changed("of_tomorrow").is_none());
    }

    #[test]
    fn a_worker_that_keeps_ending_is_a_fact() {
        let told = json!({ "workerId": "w-2", "inRow": 5, "cause": "exit code 127: no such library" });
        let fact = of(&event("worker.trouble", told)).unwrap();
        assert!(
            matches!(fact.what, What::WorkerTrouble { worker, in_row: 5, cause } if worker == "w-2" && cause.contains("library"))
        );
    }

    #[test]
    fn a_changed_choice_makes_the_switches_old() {
        assert_eq!(parts("config.changed"), Parts { switches: true, ..Parts::default() });
    }

    #[test]
    fn an_event_of_a_newer_server_is_passed_over() {
        assert!(of(&event("job_failed", json!({ "else": true }))).is_none());
        assert!(of(&event("job.novel", json!({}))).is_none());
        assert!(!parts("job.novel").any());
    }

    #[test]
    fn an_answer_makes_the_questions_old_and_a_landing_only_the_activity() {
        assert!(parts("approval.changed").approvals);
        let landing = parts("merge.entry.landed");
        assert!(landing.activity && !landing.approvals && !landing.spaces);
        assert!(parts("system.held").activity && parts("system.resumed").activity);
        assert!(parts("message").with(parts("workspace.changed")).spaces);
    }
}
