//! Whether work stopped at a limit and not at a fault: then it goes on with patience or money, and nothing is to mend.
//! Pure, and the one place that decides it.

use protocol::job::WaitReason;
use protocol::request::RequestStatus;

/// What stopped, with the reason the server gives.
#[derive(Debug, Clone, Copy)]
pub enum Stop<'a> {
    /// A job that was put aside to go on later.
    Wait(WaitReason),
    Request {
        status: RequestStatus,
        why: &'a str,
    },
    /// A failed job, or an entry of the merge queue that waits for a person.
    Work {
        why: &'a str,
    },
}

/// What our own loop writes in brackets at the end of its reason.
const CODES: [&str; 4] = ["(limit)", "(quota)", "(model.quota)", "(model.rate_limited)"];
/// What is said of a provider's limits, and of the time a job may take.
const SAYINGS: [&str; 3] = [
    "usage limit at the provider is reached",
    "the model server asks to slow down",
    "ran out of its time budget",
];

pub fn stopped(stop: Stop<'_>) -> bool {
    match stop {
        Stop::Wait(WaitReason::Quota | WaitReason::Budget) => true,
        // A person knows what they asked for.
        Stop::Wait(WaitReason::Paused) => false,
        Stop::Request { status: RequestStatus::Failed, why } | Stop::Work { why } => {
            let last = why.trim_end().lines().next_back().unwrap_or_default();
            CODES.iter().any(|code| last.ends_with(code)) || SAYINGS.iter().any(|said| why.contains(said))
        }
        // Waiting for a model is told by an event of its own; the rest goes on, or ended as somebody wanted.
        Stop::Request { .. } => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const QUOTA: &str = "the usage limit at the provider is reached: resets at noon";

    #[test]
    fn a_job_that_used_up_what_it_may_use_stopped_at_a_limit() {
        for why in [
            "The agent did not finish: All allowed tokens are used. (limit)",
            "Tidy up: The agent did not finish: later (quota)",
            "The agent did not finish: the model server asks to slow down: soon (model.rate_limited)",
            "It ran out of its time budget (timed out).",
            QUOTA,
        ] {
            assert!(stopped(Stop::Work { why }), "{why}");
        }
        for why in [
            "",
            "The agent did not finish: The same actions over and over. (stuck)",
            "Raise the (limit) of the parser: Our own gate does not pass: cargo test.",
            "the model server refused the key (401): no",
        ] {
            assert!(!stopped(Stop::Work { why }), "{why}");
        }
    }

    #[test]
    fn a_job_that_was_put_aside_waits_for_a_limit_unless_a_person_asked_for_it() {
        let told: Vec<_> = WaitReason::ALL.iter().filter(|reason| stopped(Stop::Wait(**reason))).collect();
        assert_eq!(told, [&WaitReason::Quota, &WaitReason::Budget]);
    }

    #[test]
    fn a_request_stopped_at_a_limit_only_when_it_ended_so() {
        let of = |status| stopped(Stop::Request { status, why: QUOTA });
        assert!(of(RequestStatus::Failed));
        for status in RequestStatus::ALL.iter().filter(|status| **status != RequestStatus::Failed) {
            assert!(!of(*status), "{status}");
        }
    }
}
