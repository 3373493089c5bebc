//! Whether work stopped at a limit and not at a fault: then it goes on with patience or money, and nothing is to mend.
//! The one place that decides it, for the server and for whoever follows one.

use crate::ErrorCode;
use crate::job::{WaitReason, failure};
use crate::request::RequestStatus;

/// What stopped, with the code the server gives. A server that gives none says nothing of a limit.
#[derive(Debug, Clone, Copy)]
pub enum Stop<'a> {
    /// A job that was put aside to go on later.
    Wait(WaitReason),
    Request {
        status: RequestStatus,
        code: Option<&'a str>,
    },
    /// A failed job.
    Job {
        code: Option<&'a str>,
    },
}

/// The agent's own steps, tokens or time, and the time of a job; then what providers and the user allow.
const LIMITS: [&str; 8] = [
    "limit",
    "agent.limit",
    "agent.rate_limited",
    failure::TIME,
    ErrorCode::ModelQuota.as_str(),
    ErrorCode::ModelRateLimited.as_str(),
    ErrorCode::BudgetReached.as_str(),
    "model.budget",
];

pub fn stopped(stop: Stop<'_>) -> bool {
    match stop {
        Stop::Wait(WaitReason::Quota | WaitReason::Budget) => true,
        // A person knows what they asked for.
        Stop::Wait(WaitReason::Paused | WaitReason::Taken) => false,
        Stop::Request { status: RequestStatus::Failed, code } | Stop::Job { code } => {
            code.is_some_and(|code| LIMITS.contains(&code))
        }
        // Waiting for a model is told by an event of its own; the rest goes on, or ended as somebody wanted.
        Stop::Request { .. } => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const QUOTA: Option<&str> = Some("model.quota");

    #[test]
    fn a_job_that_used_up_what_it_may_use_stopped_at_a_limit() {
        for code in
            ["limit", "job.time", "model.quota", "model.rate_limited", "budget.reached", "agent.limit"]
        {
            assert!(stopped(Stop::Job { code: Some(code) }), "{code}");
        }
        for code in ["", "stuck", "job.failed", "job.not_valid", "model.auth", "agent.memory", "limit "] {
            assert!(!stopped(Stop::Job { code: Some(code) }), "{code}");
        }
        assert!(!stopped(Stop::Job { code: None }), "an older server says nothing");
    }

    #[test]
    fn a_job_that_was_put_aside_waits_for_a_limit_unless_a_person_asked_for_it() {
        let told: Vec<_> = WaitReason::ALL.iter().filter(|reason| stopped(Stop::Wait(**reason))).collect();
        assert_eq!(told, [&WaitReason::Quota, &WaitReason::Budget]);
    }

    #[test]
    fn a_request_stopped_at_a_limit_only_when_it_ended_so() {
        let of = |status| stopped(Stop::Request { status, code: QUOTA });
        assert!(of(RequestStatus::Failed));
        for status in RequestStatus::ALL.iter().filter(|status| **status != RequestStatus::Failed) {
            assert!(!of(*status), "{status}");
        }
    }
}
