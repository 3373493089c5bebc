//! What a message has become so far, read from the session's events; others' work in the session is passed over.

use client::StreamEvent;
use serde_json::Value;

/// Whose a question is.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Asked {
    /// Of this request, its job or its change.
    Ours,
    /// Of the whole workspace: this request may wait for it too, but the answer is not given for it alone.
    InTheWay,
    Foreign,
}

#[derive(Default)]
pub(super) struct Following {
    request: Option<String>,
    job: Option<String>,
    /// The newest candidate of its change.
    candidate: Option<String>,
    /// The planned job waits for the workspace's set-up.
    set_up: bool,
    reported: bool,
}

fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

impl Following {
    pub(super) fn of(request: Option<String>) -> Self {
        Self { request, ..Self::default() }
    }

    /// Whose question an `approval_required` is.
    pub(super) fn asked(&self, event: &StreamEvent) -> Asked {
        let details = &event.payload()["details"];
        let about = text(&event.envelope["correlationId"]);
        let same = |one: &Option<String>, other: Option<String>| one.is_some() && *one == other;
        if same(&self.request, about) || same(&self.job, text(&details["jobId"])) {
            return Asked::Ours;
        }
        match event.payload()["action"].as_str() {
            Some("setup.network" | "image.build") => match text(&details["candidate"]) {
                // The ground of every job that starts now, and the one thing ours waits for.
                None if self.set_up && self.job.is_none() => Asked::Ours,
                Some(candidate) if self.candidate.as_ref() == Some(&candidate) => Asked::Ours,
                _ => Asked::InTheWay,
            },
            Some("workspace.trust") => Asked::InTheWay,
            _ => Asked::Foreign,
        }
    }

    /// The exit code, once this event ends the matter.
    pub(super) fn read(&mut self, event: &StreamEvent) -> Option<u8> {
        let payload = event.payload();
        let named = |key: &str| text(&payload[key]);
        let entry = &payload["entry"];
        let ours = self.job.is_some() && (named("jobId") == self.job || text(&entry["jobId"]) == self.job);
        if ours && entry.is_object() {
            self.candidate = text(&entry["candidate"]);
        }
        match event.kind() {
            "assistant_message" if self.request.is_none() => Some(0),
            "plan.ready" if named("requestId") == self.request => {
                self.job = named("jobId");
                None
            }
            // RemoteBuddy says something about a planned request only while its job waits for the set-up.
            "buddy.status" if named("requestId") == self.request => {
                self.set_up |= event.envelope["from"] == "remotebuddy";
                None
            }
            "request.changed" if named("requestId") == self.request => match payload["status"].as_str() {
                Some("failed" | "cancelled" | "waiting_for_model") => Some(1),
                // The buddies' own words follow; another planner's end is the end.
                Some("completed")
                    if matches!(event.envelope["from"].as_str(), Some("remotebuddy" | "localbuddy")) =>
                {
                    self.reported = true;
                    None
                }
                Some("completed") => Some(0),
                _ => None,
            },
            "job_failed" | "job.cancelled" | "merge.entry.failed" | "merge.entry.removed" if ours => Some(1),
            "merge.entry.returned" if ours => Some(1),
            "merge.entry.landed" if ours => Some(0),
            // A job that hands nothing over ends with its report; one that does announces its diff first.
            "job_completed" if ours => {
                self.reported = true;
                None
            }
            "job.diff" if ours => {
                self.reported = false;
                None
            }
            "assistant_message" if self.reported => Some(0),
            _ => None,
        }
    }
}

/// How whoever waits learns why it ended in vain.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Why {
    /// The crew's next words say it; they are written together with the event.
    Follows,
    Said(String),
}

/// Why this event ended the matter in vain.
pub(super) fn why(event: &StreamEvent) -> Why {
    let payload = event.payload();
    let named = |key: &str| payload[key].as_str().unwrap_or_default();
    let by_us = matches!(
        event.envelope["from"].as_str(),
        Some("remotebuddy" | "localbuddy" | "server:stale-claim-recovery")
    );
    match (event.kind(), named("status")) {
        ("job_failed", _) => Why::Follows,
        ("request.changed", "failed" | "waiting_for_model") if by_us => Why::Follows,
        ("request.changed", status) => Why::Said(format!("The request ended: {}.", status.replace('_', " "))),
        ("job.cancelled", _) => Why::Said(format!("The job was cancelled by {}.", named("by"))),
        _ => {
            let title = payload["entry"]["title"].as_str().unwrap_or("The change");
            Why::Said(format!("{title} did not land: {}", named("reason")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn event(kind: &str, payload: Value) -> StreamEvent {
        StreamEvent {
            cursor: 1,
            envelope: json!({ "type": kind, "from": "remotebuddy", "payload": payload }),
        }
    }

    fn question(action: &str, about: &str, details: Value) -> StreamEvent {
        let payload = json!({ "approvalId": "a", "action": action, "summary": "?", "details": details });
        let envelope = json!({ "type": "approval_required", "correlationId": about, "payload": payload });
        StreamEvent { cursor: 1, envelope }
    }

    fn planned() -> Following {
        let mut following = Following::of(Some("r1".into()));
        following.read(&event("plan.ready", json!({ "requestId": "r1", "jobId": "j1" })));
        following
    }

    #[test]
    fn a_question_is_ours_by_its_request_its_job_or_its_candidate() {
        let mut ours = planned();
        assert_eq!(ours.asked(&question("recipe.first_use", "r1", json!({}))), Asked::Ours);
        assert_eq!(ours.asked(&question("land", "e1", json!({ "jobId": "j1" }))), Asked::Ours);
        let network = question("setup.network", "setup:w:d", json!({ "candidate": "c1" }));
        assert_eq!(ours.asked(&network), Asked::InTheWay);
        let entry = json!({ "entry": { "jobId": "j1", "candidate": "c1" } });
        ours.read(&event("merge.entry.candidate", entry));
        assert_eq!(ours.asked(&network), Asked::Ours);
    }

    #[test]
    fn what_others_in_the_session_are_asked_is_not_ours() {
        let ours = planned();
        for (action, about, details) in [
            ("recipe.first_use", "r2", json!({})),
            ("land", "e2", json!({ "jobId": "j2" })),
            ("other", "call", json!({ "kind": "tool" })),
        ] {
            assert_eq!(ours.asked(&question(action, about, details)), Asked::Foreign, "{action}");
        }
        assert_eq!(ours.asked(&question("workspace.trust", "w", json!({}))), Asked::InTheWay);
        let unplanned = Following::of(None);
        assert_eq!(
            unplanned.asked(&question("land", "e2", json!({}))),
            Asked::Foreign,
            "nothing equals nothing"
        );
    }

    #[test]
    fn the_network_of_the_workspace_is_ours_only_while_our_job_waits_for_it() {
        let mut ours = Following::of(Some("r1".into()));
        let network = question("setup.network", "setup:w:d", json!({ "candidate": null }));
        assert_eq!(ours.asked(&network), Asked::InTheWay);
        ours.read(&event("buddy.status", json!({ "requestId": "r1", "message": "set-up first" })));
        assert_eq!(ours.asked(&network), Asked::Ours);
        ours.read(&event("plan.ready", json!({ "requestId": "r1", "jobId": "j1" })));
        assert_eq!(ours.asked(&network), Asked::InTheWay);
    }
    #[test]
    fn why_it_ended_in_vain_is_said_by_the_crew_or_by_the_event() {
        let said = |text: &str| Why::Said(text.to_owned());
        assert_eq!(why(&event("job_failed", json!({ "jobId": "j1" }))), Why::Follows);
        for status in ["failed", "waiting_for_model"] {
            assert_eq!(why(&event("request.changed", json!({ "status": status }))), Why::Follows);
        }
        let mut theirs = event("request.changed", json!({ "status": "failed" }));
        theirs.envelope["from"] = json!("another planner");
        assert_eq!(why(&theirs), said("The request ended: failed."));
        let cancelled = event("request.changed", json!({ "status": "cancelled" }));
        assert_eq!(why(&cancelled), said("The request ended: cancelled."));
        let cancelled = event("job.cancelled", json!({ "jobId": "j1", "by": "the owner" }));
        assert_eq!(why(&cancelled), said("The job was cancelled by the owner."));
        let returned = json!({ "entry": { "title": "Round prices" }, "reason": "the tests failed" });
        assert_eq!(
            why(&event("merge.entry.returned", returned)),
            said("Round prices did not land: the tests failed")
        );
    }
}
