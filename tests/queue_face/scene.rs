//! A repository whose check waits for signs in a folder of the test, a server on it, and its command line.

use protocol::merge::{EntryParams, MergeEntry, MergeQueue};
use protocol::ops::{Nothing, typed};
use protocol::{EntryId, ErrorCode};
use serde_json::{Value, json};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Output;
use testkit::world::{RunningServer, Start, TestRepo, program};

/// Notes that it began, waits until it may end, and fails on what it calls bad. What it checks is told by the files
/// that differ from the first commit: `a`, or `ab` for a change of `b` on top of one of `a`. The branch as it was
/// passes at once.
const CHECK: &str = r#"
of=
for f in a b c d; do if grep -q -e two -e bad src/$f.txt; then of=$of$f; fi; done
test -n "$of" || exit 0
echo "$of" >> "$SIGNS/begun"
while ! test -e "$SIGNS/go-$of" && ! test -e "$SIGNS/go"; do sleep 0.02; done
echo "$of" >> "$SIGNS/ended"
if grep -q bad src/a.txt; then echo "a.txt is bad"; exit 1; fi
"#;

pub struct Scene {
    pub repo: TestRepo,
    pub data: tempfile::TempDir,
    signs: tempfile::TempDir,
    pub server: Option<RunningServer>,
    slots: u32,
}

impl Scene {
    pub fn new(slots: u32) -> Self {
        let signs = tempfile::tempdir().unwrap();
        let script = format!("#!/bin/sh\nSIGNS={}\n{CHECK}", signs.path().display());
        let tool = signs.path().join("tern-look");
        std::fs::write(&tool, script).unwrap();
        std::fs::set_permissions(&tool, std::fs::Permissions::from_mode(0o755)).unwrap();
        let config = format!(
            "[merge]\nslots = {slots}\nflakyRetries = 0\nfixUps = 0\n\n[[check]]\nname = \"look\"\nrun = {}\ntimeoutS = 600\n",
            json!(["tern-look"])
        );
        let repo = TestRepo::with(&[
            ("src/a.txt", "one\n"),
            ("src/b.txt", "one\n"),
            ("src/c.txt", "one\n"),
            ("src/d.txt", "one\n"),
            (".pilothouse/config.toml", &config),
        ]);
        let mut scene = Self { repo, data: tempfile::tempdir().unwrap(), signs, server: None, slots };
        scene.start();
        scene
    }

    pub fn start(&mut self) {
        let path = format!("{}:{}", self.signs.path().display(), std::env::var("PATH").unwrap());
        let start = Start::on(self.data.path(), self.repo.path())
            .flag("--trust")
            .flag("--sandbox")
            .flag("host")
            .env("PATH", &path)
            .env("PILOTHOUSE_MERGE_SLOTS", &self.slots.to_string());
        self.server = Some(RunningServer::start(&start));
    }

    pub fn server(&self) -> &RunningServer {
        self.server.as_ref().unwrap()
    }

    /// Lets the checks of one change end, or all of them.
    pub fn let_end(&self, which: Option<&str>) {
        std::fs::write(self.sign(which), "").unwrap();
    }

    pub fn hold(&self, which: Option<&str>) {
        std::fs::remove_file(self.sign(which)).unwrap();
    }

    fn sign(&self, which: Option<&str>) -> PathBuf {
        self.signs.path().join(which.map(|which| format!("go-{which}")).unwrap_or("go".into()))
    }

    /// What was begun to be checked so far, in order.
    pub fn begun(&self) -> Vec<String> {
        lines(&self.signs.path().join("begun"))
    }

    /// Waits until so many runs have begun.
    pub async fn until_begun(&self, n: usize) -> Vec<String> {
        let look = || async {
            let begun = self.begun();
            (begun.len() >= n).then_some(begun)
        };
        self.server().eventually(&format!("{n} runs begun"), look).await
    }

    /// Sends a change of one file and approves it; its entry.
    pub async fn approved(&self, file: &str, to: &str) -> String {
        let sent = self.server().say("dev", &format!("/replace one {to} src/{file}.txt")).await;
        let question = self.server().approve_next("dev", sent.cursor, "land").await;
        let entry = question.payload()["details"]["entryId"].as_str().unwrap().to_owned();
        self.state(&entry, "approved").await;
        entry
    }

    /// Waits until an entry is in a state; later ones of the way to landing count as well.
    pub async fn state(&self, entry: &str, state: &str) -> MergeEntry {
        let order = ["queued", "waiting_approval", "approved", "checking", "landing", "landed"];
        let at = |word: &str| order.iter().position(|known| *known == word);
        let wanted = at(state);
        let look = || async {
            let entry = self.entry(entry).await;
            let now = entry.state.as_str();
            (now == state || (at(now) > wanted && wanted.is_some())).then_some(entry)
        };
        let what = format!("{entry} is {state}");
        let waits = self.server().eventually(&what, look);
        match tokio::time::timeout(std::time::Duration::from_secs(110), waits).await {
            Ok(entry) => entry,
            Err(_) => panic!("{entry} is not {state}: {:#?}; begun {:?}", self.queue().await, self.begun()),
        }
    }

    pub async fn entry(&self, id: &str) -> MergeEntry {
        let params = EntryParams { id: EntryId::parse(id).unwrap() };
        self.server().client.call(typed::MergeEntryGet, &params, None).await.unwrap()
    }

    pub async fn queue(&self) -> MergeQueue {
        let mut all = self.server().client.call(typed::MergeQueueShow, &Nothing {}, None).await.unwrap();
        all.queues.remove(0)
    }

    /// What the command line prints; it must succeed.
    pub async fn cli(&self, args: &[&str]) -> String {
        let output = self.run(args).await;
        assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    pub async fn cli_json(&self, args: &[&str]) -> Value {
        let printed = self.cli(&[args, &["--json"]].concat()).await;
        let line = printed.lines().last().unwrap_or_default();
        serde_json::from_str(line).unwrap_or_else(|_| panic!("{printed}"))
    }

    /// The code with which the command line is refused.
    pub async fn refused(&self, args: &[&str]) -> ErrorCode {
        let output = self.run(&[args, &["--json"]].concat()).await;
        assert_eq!(output.status.code(), Some(1), "{args:?}");
        let error: Value = serde_json::from_slice(&output.stdout).unwrap();
        ErrorCode::from_word(error["code"].as_str().unwrap()).unwrap()
    }

    pub async fn run(&self, args: &[&str]) -> Output {
        let mut command = std::process::Command::new(program("pilothouse"));
        command.args(args).arg("--data").arg(self.data.path());
        command.env("PILOTHOUSE_CONFIG_DIR", self.data.path().join("no-settings"));
        tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap()
    }

    pub fn landed_nothing(&self) -> bool {
        !self.repo.try_git(&["rev-parse", "--verify", "--quiet", "main_agents"]).0
    }

    /// Titles on the integration branch beyond the first commit, oldest first.
    pub fn landed(&self) -> Vec<String> {
        let log = self.repo.git(&["log", "--reverse", "--format=%s", "main..main_agents"]);
        log.lines().map(str::to_owned).collect()
    }
}

fn lines(path: &Path) -> Vec<String> {
    std::fs::read_to_string(path).unwrap_or_default().lines().map(str::to_owned).collect()
}

/// The sum of a number over buckets: what is counted by the day may be of two, where midnight comes in between.
pub fn sum(buckets: &Value, key: &str) -> u64 {
    buckets.as_array().unwrap().iter().map(|bucket| bucket[key].as_u64().unwrap()).sum()
}

/// Kinds of the steps of a history, in order.
pub fn kinds(history: &Value) -> Vec<&str> {
    history["steps"].as_array().unwrap().iter().map(|step| step["kind"].as_str().unwrap()).collect()
}
