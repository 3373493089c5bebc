//! Entries for tests.

use flow::because::Said;
use flow::merge::{Candidate, Decision, Input, Next, View, plan, step};
use protocol::ErrorCode;
use protocol::because::Because;
use protocol::merge::{EntryState, MergeEntry, Strategy};

pub fn id<T: serde::de::DeserializeOwned>(text: &str) -> T {
    serde_json::from_value(text.into()).unwrap()
}

/// A reason that says this.
pub fn said(text: &str) -> Said {
    Said::from(Because::Failed { error: ErrorCode::Internal, said: text.into() })
}

/// What policy says, with this sentence.
pub fn rule(text: &str) -> Because {
    Because::Rule { said: text.into() }
}

pub fn entry(n: usize) -> MergeEntry {
    MergeEntry {
        id: id(&format!("e-{n}")),
        completion_id: id(&format!("c-{n}")),
        job_id: id(&format!("j-{n}")),
        workspace_id: id("w"),
        session_id: id("dev"),
        title: format!("change {n}"),
        state: EntryState::Queued,
        commit_sha: format!("commit-{n}"),
        base: "base".into(),
        branch: format!("agent/w/{n}"),
        strategy: Strategy::CherryPick,
        target: "main_agents".into(),
        onto: None,
        candidate: None,
        tree: None,
        patch_hash: None,
        files: 1,
        additions: 1,
        deletions: 0,
        risky: Vec::new(),
        verified: true,
        position: None,
        reason: None,
        because: None,
        approval_id: None,
        checks: Vec::new(),
        landed_commit: None,
        created_at: String::new(),
        updated_at: String::new(),
        landed_at: None,
        kind: Default::default(),
        reverts: None,
        reverted_by: None,
        repair: None,
        ahead: None,
        slot: None,
        checking_since: None,
        doubt: None,
        priority: Default::default(),
        next: false,
        depends_on: None,
        runs: 0,
        thrown_away: 0,
    }
}

pub fn candidate(onto: &str, commit: &str) -> Candidate {
    Candidate {
        onto: onto.into(),
        ahead: None,
        commit: commit.into(),
        tree: format!("tree-{commit}"),
        strategy: Strategy::CherryPick,
        patch_hash: "patch".into(),
        files: 1,
        additions: 1,
        deletions: 0,
        risky: Vec::new(),
    }
}

/// Entries that stand on one another from the tip on: entry `n` has the candidate `c-n`.
pub fn chain(states: &[EntryState]) -> Vec<MergeEntry> {
    let link = |(n, state): (usize, &EntryState)| MergeEntry {
        state: *state,
        onto: Some(if n == 0 { "tip".into() } else { format!("c-{}", n - 1) }),
        ahead: (n > 0).then(|| id(&format!("e-{}", n - 1))),
        candidate: Some(format!("c-{n}")),
        tree: Some(format!("t-{n}")),
        patch_hash: Some(format!("p-{n}")),
        ..entry(n)
    };
    states.iter().enumerate().map(link).collect()
}

/// A view of four slots and a window of eight, with the checking ones at work.
pub struct Look {
    pub entries: Vec<MergeEntry>,
    pub held: Vec<protocol::EntryId>,
    pub running: Vec<protocol::EntryId>,
    pub tip: String,
    pub due: Vec<protocol::EntryId>,
    pub free: u32,
    pub window: u32,
    pub strategy: Strategy,
    pub paused: bool,
    pub confirmed: bool,
}

impl Look {
    pub fn at(entries: Vec<MergeEntry>) -> Self {
        let at_work = |e: &&MergeEntry| e.state == EntryState::Checking && e.doubt.is_none();
        let running: Vec<_> = entries.iter().filter(at_work).map(|e| e.id.clone()).collect();
        let free = 4 - running.len() as u32;
        Self {
            entries,
            held: Vec::new(),
            running,
            tip: "tip".into(),
            due: Vec::new(),
            free,
            window: 8,
            strategy: Strategy::CherryPick,
            paused: false,
            confirmed: true,
        }
    }

    pub fn view(&self) -> View<'_> {
        View {
            tip: &self.tip,
            entries: &self.entries,
            held: &self.held,
            retry_held: true,
            running: &self.running,
            due: &self.due,
            free: self.free,
            window: self.window,
            strategy: self.strategy,
            paused: self.paused,
            checks_confirmed: self.confirmed,
        }
    }

    pub fn plan(&self) -> Vec<Decision> {
        plan(&self.view())
    }
}

/// The entry after an input that moves it.
pub fn after(entry: &MergeEntry, input: Input) -> MergeEntry {
    match step(entry, input) {
        Next::Entry(next) => *next,
        other => panic!("it moves: {other:?}"),
    }
}
