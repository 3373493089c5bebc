//! Going through the events one by one, with what was true before each.

use protocol::approval::{Approval, ApprovalState};
use protocol::check::DryRunState;
use protocol::merge::{CheckVerdict, EntryState, MergeEntry, ThrownRun};
use protocol::merge_history::{EntryDryRun, HistoryKind, HistoryStep};
use protocol::{Envelope, Event};
use std::collections::HashMap;

/// Most characters of what a check printed, and of a reason.
const MOST_TEXT: usize = 4_000;

pub(super) struct Walk<'a> {
    approvals: &'a [Approval],
    /// The entry as the last event had it.
    before: Option<MergeEntry>,
    steps: Vec<HistoryStep>,
    runs: u32,
    /// The run that is under way.
    open: Option<Run>,
}

struct Run {
    number: u32,
    candidate: Option<String>,
    /// How often each of its checks was begun.
    begun: HashMap<String, u32>,
}

impl<'a> Walk<'a> {
    pub(super) fn new(approvals: &'a [Approval]) -> Self {
        Self { approvals, before: None, steps: Vec::new(), runs: 0, open: None }
    }

    pub(super) fn end(self) -> (Vec<HistoryStep>, u32) {
        (self.steps, self.runs)
    }

    pub(super) fn take(&mut self, envelope: &Envelope) {
        let at = envelope.ts.as_str();
        match &envelope.event {
            Event::MergeQueued { entry } => {
                self.queued(at, entry, envelope.from.as_deref());
                self.before = Some((**entry).clone());
            }
            Event::MergeCandidate { entry } => {
                self.answered(entry);
                self.give_up(at, None);
                self.push(HistoryStep {
                    onto: entry.onto.clone(),
                    candidate: entry.candidate.clone(),
                    ahead: entry.ahead.clone(),
                    ..step(at, HistoryKind::Candidate)
                });
                self.before = Some((**entry).clone());
            }
            Event::MergeWaiting { entry, approval_id } => {
                self.push(HistoryStep {
                    text: entry.reason.as_deref().map(short),
                    because: entry.because.clone(),
                    approval_id: Some(approval_id.clone()),
                    ..step(at, HistoryKind::Asked)
                });
                self.before = Some((**entry).clone());
            }
            Event::MergeChecking { entry } => {
                self.answered(entry);
                self.checking(at, entry);
                self.before = Some((**entry).clone());
            }
            Event::CheckStarted { name, .. } => {
                if let Some(run) = &mut self.open {
                    *run.begun.entry(name.clone()).or_default() += 1;
                }
            }
            Event::CheckFinished { name, ok, duration_ms, reused, tail, .. } => {
                let verdict = self.verdict(name, *ok, *duration_ms, *reused, tail);
                let run = self.open.as_ref().map(|run| run.number);
                self.push(HistoryStep { check: Some(verdict), run, ..step(at, HistoryKind::Checked) });
            }
            Event::CheckCancelled { run } => {
                self.thrown_away(at, run);
            }
            Event::MergeReturned { entry, detail, .. } => {
                self.ended(at, entry, HistoryKind::Returned, Some(detail.as_str()));
            }
            Event::MergeFailed { entry, .. } => {
                let asked = self.before.as_ref().is_some_and(|e| e.state == EntryState::WaitingApproval);
                if !(asked && self.refused(entry)) {
                    self.ended(at, entry, HistoryKind::Parked, entry.reason.as_deref());
                }
                self.open = None;
                self.before = Some((**entry).clone());
            }
            Event::MergeRemoved { entry, reason } => {
                self.ended(at, entry, HistoryKind::Removed, Some(reason.as_str()));
            }
            Event::MergeLanded { entry } => {
                self.answered(entry);
                self.open = None;
                self.push(HistoryStep {
                    candidate: entry.landed_commit.clone(),
                    ..step(at, HistoryKind::Landed)
                });
                self.before = Some((**entry).clone());
            }
            Event::MergeQueueOrdered { how, by, .. } => {
                self.push(HistoryStep {
                    by: Some(by.clone()),
                    text: Some(how.clone()),
                    ..step(at, HistoryKind::Moved)
                });
            }
            Event::MergeDryRun { run } => self.dry_run(at, run),
            _ => {}
        }
    }

    /// The event of everything that has none of its own.
    fn queued(&mut self, at: &str, entry: &MergeEntry, from: Option<&str>) {
        self.answered(entry);
        let Some(before) = self.before.clone() else {
            let by = from.map(str::to_owned);
            return self.push(HistoryStep { by, ..step(at, HistoryKind::Queued) });
        };
        let again = matches!(
            before.state,
            EntryState::Returned | EntryState::Failed | EntryState::Removed | EntryState::Parked
        );
        if again && entry.state == EntryState::Queued {
            return self.push(step(at, HistoryKind::Retried));
        }
        if before.state == EntryState::Queued && entry.state == EntryState::Approved {
            return self.push(HistoryStep {
                by: Some("policy".into()),
                text: entry.reason.as_deref().map(short),
                because: entry.because.clone(),
                ..step(at, HistoryKind::Approved)
            });
        }
        let idle = matches!(entry.state, EntryState::Queued | EntryState::Approved);
        if idle && self.open.is_some() {
            self.give_up(at, Some(entry));
            if entry.reason.is_none() {
                return;
            }
        }
        if let Some(reason) = entry.reason.as_deref().filter(|_| entry.reason != before.reason) {
            let (text, because) = (Some(short(reason)), entry.because.clone());
            self.push(HistoryStep { text, because, ..step(at, HistoryKind::Waits) });
        }
    }

    fn checking(&mut self, at: &str, entry: &MergeEntry) {
        if self.open.as_ref().is_some_and(|run| run.candidate == entry.candidate) {
            return;
        }
        self.give_up(at, None);
        // The end of a run is stored as an event of checking too; it begins none.
        if entry.state != EntryState::Checking {
            return;
        }
        self.runs += 1;
        self.open =
            Some(Run { number: self.runs, candidate: entry.candidate.clone(), begun: HashMap::new() });
        self.push(HistoryStep {
            run: Some(self.runs),
            onto: entry.onto.clone(),
            candidate: entry.candidate.clone(),
            ahead: entry.ahead.clone(),
            ..step(at, HistoryKind::Checking)
        });
    }

    /// A run that ended without a verdict, and nobody says why but the entry's own reason.
    fn give_up(&mut self, at: &str, now: Option<&MergeEntry>) {
        let Some(run) = self.open.take() else { return };
        self.push(HistoryStep {
            run: Some(run.number),
            candidate: run.candidate,
            text: now.and_then(|entry| entry.reason.as_deref()).map(short),
            because: now.and_then(|entry| entry.because.clone()),
            ..step(at, HistoryKind::ThrownAway)
        });
    }

    fn thrown_away(&mut self, at: &str, thrown: &ThrownRun) {
        // Whichever of the two events of one transaction came first, it is one step.
        let last = self.steps.iter().rposition(|s| s.kind == HistoryKind::ThrownAway && s.took_ms.is_none());
        let told = match (self.open.take(), last) {
            (Some(run), _) => HistoryStep {
                run: Some(run.number),
                candidate: run.candidate,
                ..step(at, HistoryKind::ThrownAway)
            },
            (None, Some(place)) => self.steps.remove(place),
            (None, None) => HistoryStep { run: Some(self.runs), ..step(at, HistoryKind::ThrownAway) },
        };
        self.push(HistoryStep {
            thrown: Some(thrown.reason),
            blamed: thrown.blamed.clone(),
            took_ms: Some(thrown.duration_ms),
            ..told
        });
    }

    fn verdict(&self, name: &str, ok: bool, duration_ms: u64, reused: bool, tail: &str) -> CheckVerdict {
        let begun = self.open.as_ref().and_then(|run| run.begun.get(name)).copied().unwrap_or(0);
        let known = self.before.as_ref().and_then(|entry| entry.checks.iter().find(|c| c.name == name));
        CheckVerdict {
            name: name.to_owned(),
            run: known.map(|check| check.run.clone()).unwrap_or_default(),
            group: known.and_then(|check| check.group.clone()),
            timeout_s: known.and_then(|check| check.timeout_s),
            state: if ok { "passed" } else { "failed" }.into(),
            reason: None,
            because: None,
            duration_ms: Some(duration_ms),
            reused,
            flaky_retry: begun > 1,
            // What a check that passed has printed is of no interest any more.
            tail: if ok { String::new() } else { short(tail) },
        }
    }

    fn ended(&mut self, at: &str, entry: &MergeEntry, kind: HistoryKind, text: Option<&str>) {
        self.answered(entry);
        self.open = None;
        let text = text.filter(|text| !text.is_empty()).map(short);
        // Told of the same moment as the text, unless it is asked about by now with another reason.
        let because = entry.because.clone().filter(|_| text.is_some());
        self.push(HistoryStep { text, because, onto: entry.onto.clone(), ..step(at, kind) });
        self.before = Some(entry.clone());
    }

    /// A question that the entry no longer waits for: what became of it.
    fn answered(&mut self, now: &MergeEntry) {
        let Some(before) = &self.before else { return };
        if before.state != EntryState::WaitingApproval || now.state == EntryState::WaitingApproval {
            return;
        }
        let Some(id) = before.approval_id.clone() else { return };
        let Some(approval) = self.approvals.iter().find(|approval| approval.id == id) else { return };
        let kind = match approval.state {
            ApprovalState::Approved => HistoryKind::Approved,
            ApprovalState::Denied => HistoryKind::Denied,
            ApprovalState::Expired | ApprovalState::Superseded | ApprovalState::Orphaned => {
                HistoryKind::Closed
            }
            ApprovalState::Pending => return,
        };
        let at = approval.decided_at.clone().unwrap_or_else(|| now.updated_at.clone());
        let by = approval.decided_by.clone();
        let text = (kind == HistoryKind::Closed).then(|| approval.state.to_string());
        self.push(HistoryStep { by, text, approval_id: Some(id), ..step(&at, kind) });
        if let Some(before) = &mut self.before {
            before.approval_id = None;
        }
    }

    /// Whether it was parked because its question was answered with no.
    fn refused(&mut self, now: &MergeEntry) -> bool {
        let steps = self.steps.len();
        self.answered(now);
        let told = self.steps.len() > steps;
        match self.steps.last_mut().filter(|_| told) {
            Some(last) if last.kind == HistoryKind::Denied => {
                last.text = now.reason.as_deref().map(short);
                last.because = now.because.clone();
                true
            }
            _ => false,
        }
    }

    fn dry_run(&mut self, at: &str, run: &EntryDryRun) {
        let over = matches!(run.state, DryRunState::Passed | DryRunState::Failed | DryRunState::Stopped);
        if !over {
            return;
        }
        self.push(HistoryStep {
            by: Some(run.by.clone()),
            text: run.reason.as_deref().map(short),
            because: run.because.clone(),
            onto: Some(run.onto.clone()).filter(|onto| !onto.is_empty()),
            candidate: Some(run.candidate.clone()).filter(|candidate| !candidate.is_empty()),
            check: run.checks.iter().find(|check| check.state == "failed").cloned(),
            dry_run: Some(run.state),
            ..step(at, HistoryKind::DryRun)
        });
    }

    fn push(&mut self, step: HistoryStep) {
        self.steps.push(step);
    }
}

pub(super) fn step(at: &str, kind: HistoryKind) -> HistoryStep {
    HistoryStep {
        at: at.to_owned(),
        kind,
        by: None,
        text: None,
        because: None,
        run: None,
        onto: None,
        candidate: None,
        ahead: None,
        check: None,
        thrown: None,
        blamed: None,
        took_ms: None,
        approval_id: None,
        dry_run: None,
    }
}

fn short(text: &str) -> String {
    match text.char_indices().nth(MOST_TEXT) {
        Some((at, _)) => format!("{}…", text.get(..at).unwrap_or_default()),
        None => text.to_owned(),
    }
}
