use super::*;
use protocol::approval::ApprovalState;
use protocol::merge::{EntryState, MergeEntry, ThrownReason, ThrownRun};
use protocol::{Event, SessionId};
use serde_json::json;

fn entry(state: EntryState) -> MergeEntry {
    serde_json::from_value(json!({
        "id": "e-2", "completionId": "c-2", "jobId": "j-2", "workspaceId": "tern", "sessionId": "dev", "title": "A change",
        "state": state, "commitSha": "c".repeat(40), "base": "b".repeat(40), "branch": "agent/w/j-2",
        "strategy": "cherry_pick", "target": "main_agents", "onto": null, "candidate": null, "tree": null,
        "patchHash": null, "files": 1, "additions": 1, "deletions": 0, "risky": [], "verified": true, "position": null,
        "reason": null, "approvalId": null, "checks": [], "landedCommit": null, "createdAt": "t0", "updatedAt": "t0",
        "landedAt": null
    }))
    .unwrap()
}

fn built(state: EntryState, candidate: &str) -> MergeEntry {
    MergeEntry { onto: Some("tip".into()), candidate: Some(candidate.into()), ..entry(state) }
}

struct Log(Vec<Envelope>);

impl Log {
    fn new() -> Self {
        Self(Vec::new())
    }

    fn with(mut self, event: Event) -> Self {
        let ts = format!("t{}", self.0.len() + 1);
        self.0.push(Envelope {
            protocol_version: "0.1.0".into(),
            id: ts.clone(),
            ts,
            session_id: SessionId::parse("dev").unwrap(),
            event,
            trace_id: None,
            from: Some("merge".into()),
            to: None,
            correlation_id: Some("e-2".into()),
            parent_id: None,
            turn_id: None,
        });
        self
    }

    fn queued(self, entry: MergeEntry) -> Self {
        self.with(Event::MergeQueued { entry: Box::new(entry) })
    }

    fn candidate(self, entry: MergeEntry) -> Self {
        self.with(Event::MergeCandidate { entry: Box::new(entry) })
    }

    fn checking(self, entry: MergeEntry) -> Self {
        self.with(Event::MergeChecking { entry: Box::new(entry) })
    }

    fn check_begins(self, name: &str) -> Self {
        let id = entry(EntryState::Checking).id;
        self.with(Event::CheckStarted {
            entry_id: id,
            name: name.into(),
            run: vec!["sh".into()],
            tree: "tree".into(),
        })
    }

    fn check_ends(self, name: &str, ok: bool) -> Self {
        self.with(Event::CheckFinished {
            entry_id: entry(EntryState::Checking).id,
            name: name.into(),
            ok,
            duration_ms: 1_200,
            reused: false,
            tail: "what it printed".into(),
        })
    }

    fn cancelled(self, reason: ThrownReason) -> Self {
        let run = ThrownRun {
            entry_id: entry(EntryState::Checking).id,
            title: "A change".into(),
            tree: "tree".into(),
            slot: 1,
            reason,
            blamed: Some(serde_json::from_value(json!("e-1")).unwrap()),
            duration_ms: 700,
            at: "t".into(),
        };
        self.with(Event::CheckCancelled { run: Box::new(run) })
    }

    fn read(&self) -> Read {
        super::read(&self.0, &[])
    }
}

fn kinds(read: &Read) -> Vec<HistoryKind> {
    read.steps.iter().map(|step| step.kind).collect()
}

fn approval(state: ApprovalState) -> Approval {
    serde_json::from_value(json!({
        "id": "a-1", "workspaceId": "tern", "sessionId": "dev", "action": "land", "summary": "Land it", "details": {},
        "hash": "h", "risk": "low", "why": "The profile asks.", "askedBy": "merge", "subject": "e-2", "state": state,
        "decidedBy": "anna", "decidedAt": "t-decided", "createdAt": "t0", "expiresAt": null
    }))
    .unwrap()
}

#[test]
fn an_entry_that_lands_is_told_from_its_arrival_to_its_commit() {
    let landed = MergeEntry { landed_commit: Some("abc".into()), ..built(EntryState::Landed, "k1") };
    let log = Log::new()
        .queued(entry(EntryState::Queued))
        .candidate(built(EntryState::Queued, "k1"))
        .queued(MergeEntry { reason: Some("A rule allows it.".into()), ..built(EntryState::Approved, "k1") })
        .checking(built(EntryState::Checking, "k1"))
        .check_begins("test")
        .check_ends("test", true)
        .checking(built(EntryState::Landing, "k1"))
        .with(Event::MergeLanded { entry: Box::new(landed) });
    let read = log.read();
    use HistoryKind::{Approved, Candidate, Checked, Checking, Landed, Queued};
    assert_eq!(kinds(&read), [Queued, Candidate, Approved, Checking, Checked, Landed]);
    assert_eq!((read.runs, read.thrown_away, read.dropped), (1, 0, 0));
    assert_eq!(read.steps[2].text.as_deref(), Some("A rule allows it."));
    let check = read.steps[4].check.as_ref().unwrap();
    assert_eq!((check.state.as_str(), check.duration_ms, check.tail.as_str()), ("passed", Some(1_200), ""));
    assert_eq!(read.steps[5].candidate.as_deref(), Some("abc"));
}

#[test]
fn a_run_that_was_thrown_away_is_one_step_whichever_event_comes_first() {
    let begun = || {
        Log::new()
            .queued(entry(EntryState::Queued))
            .candidate(built(EntryState::Approved, "k1"))
            .checking(built(EntryState::Checking, "k1"))
            .check_begins("test")
    };
    let logs = [
        begun().cancelled(ThrownReason::AheadFailed).queued(built(EntryState::Approved, "k1")),
        begun().queued(built(EntryState::Approved, "k1")).cancelled(ThrownReason::AheadFailed),
    ];
    for log in logs {
        let read = log.candidate(built(EntryState::Approved, "k2")).read();
        let thrown: Vec<_> = read.steps.iter().filter(|s| s.kind == HistoryKind::ThrownAway).collect();
        assert_eq!(thrown.len(), 1, "{:?}", kinds(&read));
        assert_eq!(thrown[0].thrown, Some(ThrownReason::AheadFailed));
        assert_eq!((thrown[0].run, thrown[0].took_ms), (Some(1), Some(700)));
        assert_eq!(thrown[0].blamed.as_ref().map(|id| id.as_str()), Some("e-1"));
        assert_eq!(read.steps.last().unwrap().candidate.as_deref(), Some("k2"));
        assert_eq!(read.thrown_away, 1);
    }
}

#[test]
fn a_second_candidate_in_checking_is_a_second_run() {
    let log = Log::new()
        .queued(entry(EntryState::Queued))
        .checking(built(EntryState::Checking, "k1"))
        .checking(built(EntryState::Checking, "k1"))
        .cancelled(ThrownReason::Reordered)
        .checking(built(EntryState::Checking, "k2"));
    let read = log.read();
    assert_eq!((read.runs, read.thrown_away), (2, 1));
}

#[test]
fn a_check_that_was_begun_twice_in_a_run_says_that_it_was_retried() {
    let log = Log::new()
        .checking(built(EntryState::Checking, "k1"))
        .check_begins("test")
        .check_begins("test")
        .check_ends("test", false);
    let read = log.read();
    let check = read.steps.last().unwrap().check.clone().unwrap();
    assert!(check.flaky_retry);
    assert_eq!(check.tail, "what it printed");
}

#[test]
fn an_answer_is_told_with_who_gave_it_and_when() {
    let asked = MergeEntry {
        approval_id: Some(approval(ApprovalState::Approved).id),
        ..built(EntryState::WaitingApproval, "k1")
    };
    let wait =
        Event::MergeWaiting { entry: Box::new(asked), approval_id: approval(ApprovalState::Approved).id };
    let yes = Log::new().with(wait.clone()).queued(built(EntryState::Approved, "k1"));
    let told = super::read(&yes.0, &[approval(ApprovalState::Approved)]);
    assert_eq!(kinds(&told), [HistoryKind::Asked, HistoryKind::Approved]);
    assert_eq!(told.steps[1].by.as_deref(), Some("anna"));
    assert_eq!(told.steps[1].at, "t-decided");

    let parked = MergeEntry { reason: Some("Denied by anna.".into()), ..entry(EntryState::Parked) };
    let no = Log::new().with(wait).with(Event::MergeFailed {
        entry: Box::new(parked),
        reason: "merge.parked".into(),
        detail: "Denied by anna.".into(),
    });
    let told = super::read(&no.0, &[approval(ApprovalState::Denied)]);
    assert_eq!(kinds(&told), [HistoryKind::Asked, HistoryKind::Denied]);
    assert_eq!(told.steps[1].text.as_deref(), Some("Denied by anna."));
}

#[test]
fn a_reason_is_told_once_and_taking_it_up_again_is_a_step_of_its_own() {
    let waits = MergeEntry { reason: Some("The disk is full.".into()), ..built(EntryState::Approved, "k1") };
    let log = Log::new()
        .queued(entry(EntryState::Queued))
        .queued(waits.clone())
        .queued(waits)
        .with(Event::MergeRemoved {
            entry: Box::new(entry(EntryState::Removed)),
            reason: "Removed by anna.".into(),
        })
        .queued(entry(EntryState::Queued));
    use HistoryKind::{Queued, Removed, Retried};
    let read = log.read();
    assert_eq!(kinds(&read)[0], Queued);
    assert_eq!(read.steps.iter().filter(|s| s.text.as_deref() == Some("The disk is full.")).count(), 1);
    assert_eq!(kinds(&read)[kinds(&read).len() - 2..], [Removed, Retried]);
}

#[test]
fn too_many_steps_lose_their_middle_and_say_how_many() {
    let mut log = Log::new().queued(entry(EntryState::Queued));
    for n in 0..500 {
        log = log.candidate(built(EntryState::Queued, &format!("k{n}")));
    }
    let read = log.read();
    assert_eq!((read.steps.len(), read.dropped), (MOST_STEPS, 101));
    assert_eq!(read.steps[0].kind, HistoryKind::Queued);
    assert_eq!(read.steps.last().unwrap().candidate.as_deref(), Some("k499"));
}
