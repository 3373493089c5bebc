//! A server with a queue that stands still until everything is lined up.

use crate::records::Records;
use protocol::EntryId;
use protocol::merge::{EntryState, MergeEntry, MergeQueue};
use protocol::ops::typed;
use serde_json::{Value, json};
use std::path::Path;
use testkit::world::{RunningServer, Start, TestRepo};

/// Everything lands without being asked about; said by a rule, because a profile that lets verified work land runs the
/// check in the job as well.
const POLICY: &str =
    "[[rule]]\nid = \"lands\"\neffect = \"allow\"\nkinds = [\"land\", \"recipe.first_use\"]\n";

/// Numbers of changes that are lined up one by one, with files of their own.
const SPARE: std::ops::Range<usize> = 100..104;

pub struct Scene {
    pub server: RunningServer,
    pub repo: TestRepo,
    pub records: Records,
    pub start: Start,
    data: tempfile::TempDir,
    _home: tempfile::TempDir,
}

impl Scene {
    /// Lines up one change after the other: `changes[n]` is what change `n` writes behind its number, into the file of
    /// its number or of the one before the `@`.
    pub async fn lined_up(slots: usize, changes: &[&str]) -> Self {
        Self::lined_up_with(slots, changes, |start| start).await
    }

    /// The same by a server that is started in another way.
    pub async fn lined_up_with(slots: usize, changes: &[&str], with: impl FnOnce(Start) -> Start) -> Self {
        let check = |records: &Path| json!(["sh", records.join("check.sh"), records]);
        Self::lined_up_by(slots, changes, check, with).await
    }

    /// The same with another check: `check` gets the folder of the records and gives the command.
    pub async fn lined_up_by(
        slots: usize,
        changes: &[&str],
        check: impl FnOnce(&Path) -> Value,
        with: impl FnOnce(Start) -> Start,
    ) -> Self {
        let records = Records::new();
        let numbers = (0..changes.len()).chain(SPARE);
        let files: Vec<_> = numbers.map(|n| (format!("changes/{n}.txt"), String::new())).collect();
        let run = check(records.path());
        let config = format!("[[check]]\nname = \"merged tree\"\nrun = {run}\ntimeoutS = 600\n");
        let fixed =
            [("README.md", "# Tern\n"), (".gitignore", "target\n"), (".pilothouse/config.toml", &config)];
        let files: Vec<_> =
            fixed.into_iter().chain(files.iter().map(|(p, t)| (p.as_str(), t.as_str()))).collect();
        let repo = TestRepo::with(&files);
        let (data, home) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        std::fs::write(home.path().join("policy.toml"), POLICY).unwrap();
        let start = Start::on(data.path(), repo.path())
            .flag("--trust")
            .flag("--sandbox")
            .flag("host")
            .workers(2)
            .env("PILOTHOUSE_CONFIG_DIR", &home.path().to_string_lossy())
            .env("PILOTHOUSE_MERGE_SLOTS", &slots.to_string())
            .env("PILOTHOUSE_MERGE_FIX_UPS", "0");
        let start = with(start);
        let server = RunningServer::start(&start);
        let scene = Self { server, repo, records, start, data, _home: home };
        scene.pause(true).await;
        for (n, change) in changes.iter().enumerate() {
            let own = n.to_string();
            let (file, text) = change.split_once('@').unwrap_or((&own, change));
            scene.say(&format!("/append changes/{file}.txt \"{n} {text}\"")).await;
            scene.until(|queue| queue.entries.len() == n + 1).await;
        }
        scene
    }

    pub fn data(&self) -> &Path {
        self.data.path()
    }

    /// The same world with a new server on it.
    pub fn started_again(self) -> Self {
        self.killed_while(|_| ())
    }

    /// A new server on it, after something happened to the data folder that no server saw.
    pub fn killed_while(self, meanwhile: impl FnOnce(&Path)) -> Self {
        let Self { server, repo, records, start, data, _home } = self;
        server.kill();
        meanwhile(data.path());
        let server = RunningServer::start(&start);
        Self { server, repo, records, start, data, _home }
    }

    async fn say(&self, text: &str) {
        let body = json!({ "text": text });
        self.server.client.send("POST", "/sessions/dev/message", Some(body)).await.unwrap();
    }

    /// Lines up a change of a task: what comes of the same task builds on what came of it before.
    pub async fn line_up(&self, task: &str, n: usize, text: &str) {
        let before = self.queue().await.entries.len();
        let file = format!("changes/{n}.txt");
        let params = json!({
            "schemaVersion": 2, "lane": "deterministic", "title": format!("Change {n}"), "instruction": "",
            "deterministic": { "kind": "append", "file": file, "text": format!("{n} {text}") },
            "planning": {
                "intent": "apply", "riskLevel": "low",
                "scope": { "readAnywhere": true, "writeGlobs": [file], "maxFilesToEdit": 1 },
                "acceptanceCriteria": [], "validationSteps": [],
                "queuePriority": "interactive", "queueWaitBudgetMs": 20000, "executionBudgetMs": 120000,
                "finalizationBudgetMs": 60000,
            },
        });
        let job = json!({ "taskId": task, "kind": "task.execute", "sessionId": "dev", "params": params });
        self.server.client.send("POST", "/jobs/enqueue", Some(job)).await.unwrap();
        self.until(|queue| queue.entries.len() == before + 1).await;
    }

    pub async fn pause(&self, paused: bool) {
        self.set(json!({ "mergePaused": paused })).await;
    }

    /// Changes what the workspace is set to.
    pub async fn set(&self, mut change: Value) {
        let all = self.server.client.call(typed::WorkspaceList, &Default::default(), None).await.unwrap();
        change["id"] = json!(all.workspaces[0].id);
        let change = serde_json::from_value(change).unwrap();
        self.server.client.call(typed::WorkspaceUpdate, &change, None).await.unwrap();
    }

    pub async fn queue(&self) -> MergeQueue {
        let queues = self.server.client.call(typed::MergeQueueShow, &Default::default(), None).await.unwrap();
        queues.queues.into_iter().next().unwrap()
    }

    pub async fn until(&self, wanted: impl Fn(&MergeQueue) -> bool) -> MergeQueue {
        let look = || async { Some(self.queue().await).filter(&wanted) };
        self.server.eventually("the queue is as it is to be", look).await
    }

    /// Lets the queue go and waits until it is done.
    pub async fn let_go(&self) -> MergeQueue {
        self.pause(false).await;
        self.until(done).await
    }

    /// Waits until so many runs of the check have begun.
    pub async fn until_begun(&self, runs: usize) {
        let look = || async { (self.records.runs().len() >= runs).then_some(()) };
        self.server.eventually("the check runs", look).await;
    }

    pub async fn remove(&self, entry: &EntryId) {
        let body = json!({ "id": entry });
        self.server.client.send("POST", "/v1/rpc/merge.remove", Some(body)).await.unwrap();
    }

    /// What is proven by what the server says: numbers of the changes in each tree that landed or may.
    pub async fn proven(&self) -> Vec<Vec<usize>> {
        let queue = self.queue().await;
        let proven = |e: &&MergeEntry| matches!(e.state, EntryState::Landing | EntryState::Landed);
        let commits =
            queue.entries.iter().chain(&queue.recent).filter(proven).filter_map(|e| e.candidate.clone());
        commits.map(|commit| self.changes_in(&commit)).collect()
    }

    /// Numbers of the changes in the tree of a candidate, in their order.
    fn changes_in(&self, candidate: &str) -> Vec<usize> {
        let depot = std::fs::read_dir(self.data().join("depots")).unwrap().next().unwrap().unwrap().path();
        let depot = format!("--git-dir={}", depot.display());
        let text = self.repo.git(&[&depot, "grep", "-h", ".", candidate, "--", "changes"]);
        let mut changes: Vec<usize> =
            text.lines().map(|line| line.split(' ').next().unwrap().parse().unwrap()).collect();
        changes.sort_unstable();
        changes
    }

    /// Payloads of a kind of event, oldest first.
    pub async fn events(&self, kind: &str) -> Vec<Value> {
        let page = json!({ "sessionId": "dev", "after": 0, "limit": 1000 });
        let page = self.server.client.send("POST", "/v1/rpc/session.events", Some(page)).await.unwrap();
        let all = page["events"].as_array().unwrap();
        all.iter()
            .filter(|e| e["envelope"]["type"] == kind)
            .map(|e| e["envelope"]["payload"].clone())
            .collect()
    }

    /// Numbers of the changes on the branch, oldest landing first, each as often as it was landed.
    pub fn landed(&self) -> Vec<usize> {
        let log = self.repo.git(&["log", "--reverse", "--format=", "-p", "--unified=0", "main..main_agents"]);
        let added = log.lines().filter(|line| line.starts_with('+') && !line.starts_with("+++"));
        added.map(|line| line[1..].split(' ').next().unwrap().parse().unwrap()).collect()
    }

    /// Every commit of the branch is green by what is written in its tree, one commit for each change.
    pub fn assert_branch_is_green(&self) {
        for commit in self.repo.git(&["rev-list", "main..main_agents"]).lines() {
            let (_, text) = self.repo.try_git(&["grep", "-h", ".", commit, "--", "changes"]);
            assert!(!text.contains("fails"), "{commit} is red: {text}");
            let mut pairs: Vec<_> =
                text.lines().filter_map(|line| line.split(' ').find(|w| w.starts_with("pair-"))).collect();
            pairs.sort_unstable();
            assert!(pairs.windows(2).all(|two| two[0] != two[1]), "{commit} is red: {text}");
        }
        assert_eq!(self.repo.git(&["status", "--porcelain"]), "", "the user's files are as they were");
    }
}

/// The number of an entry's change.
pub fn number(entry: &MergeEntry) -> usize {
    let digits = |word: &str| word.parse().ok();
    entry
        .title
        .split(|c: char| !c.is_ascii_digit())
        .find_map(digits)
        .unwrap_or_else(|| panic!("{}", entry.title))
}

/// Nothing is left but what waits for a person: nobody mends by itself here.
pub fn done(queue: &MergeQueue) -> bool {
    queue.entries.iter().all(|e| e.state == EntryState::Parked)
}

/// Numbers of the changes that landed.
pub fn landed(queue: &MergeQueue) -> Vec<usize> {
    let mut of: Vec<usize> =
        queue.recent.iter().filter(|e| e.state == EntryState::Landed).map(number).collect();
    of.sort_unstable();
    of
}

/// Numbers of the changes that came back, and that a person is asked about.
pub fn blamed(queue: &MergeQueue) -> Vec<usize> {
    let mut of: Vec<usize> =
        queue.entries.iter().filter(|e| e.state == EntryState::Parked).map(number).collect();
    of.sort_unstable();
    of
}
