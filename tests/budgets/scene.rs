//! A repository with one failing test, a scripted model for planner and workers, and budgets given by variables.

use serde_json::{Value, json};
use testkit::model_server::{ModelServer, Script, Step, Task, When};
use testkit::world::{RunningServer, Start, TestRepo};

/// Every scripted call uses this much: 100 tokens in, of which 40 came from a cache, and 20 out.
pub const TOKENS_OF_A_CALL: u64 = 120;

pub struct Scene {
    pub server: RunningServer,
    pub model: ModelServer,
    pub repo: TestRepo,
    pub data: tempfile::TempDir,
    start: Start,
}

pub fn planner() -> When {
    When::system("RemoteBuddy")
}

pub fn worker() -> When {
    When::tool("bash")
}

pub fn plan() -> Step {
    let task = Task {
        says: "I will write it.",
        title: "Write the notes",
        instruction: "Write notes/a.txt and notes/b.txt.",
        write_globs: &["notes/**"],
        most_files: 4,
        accepted: "Both notes are there",
        proven_by: &[&["test", "-s", "notes/a.txt"], &["test", "-s", "notes/b.txt"]],
    };
    Step::json(task.plan()).when(planner())
}

pub fn write(path: &str) -> Step {
    Step::call("edit", json!({ "path": path, "old": "", "new": "written\n" })).when(worker())
}

pub fn look() -> Step {
    Step::call("bash", json!({ "command": "ls notes" })).when(worker())
}

pub fn finish() -> Step {
    Step::call("finish", json!({ "summary": "both are written", "confidence": "high" })).when(worker())
}

impl Scene {
    pub fn of(steps: impl IntoIterator<Item = Step>, variables: &[(&str, &str)]) -> Self {
        Self::with_workers(1, steps, variables)
    }

    pub fn with_workers(
        workers: usize,
        steps: impl IntoIterator<Item = Step>,
        variables: &[(&str, &str)],
    ) -> Self {
        let config = "[[check]]\nname = \"there\"\nrun = [\"test\", \"-s\", \"README.md\"]\n";
        let repo = TestRepo::with(&[("README.md", "notes\n"), (".pilothouse/config.toml", config)]);
        let data = tempfile::tempdir().unwrap();
        let model = ModelServer::start(Script::new(steps)).unwrap();
        let mut start = Start::on(data.path(), repo.path()).flag("--trust").workers(workers);
        for role in ["REMOTEBUDDY", "WORKERS"] {
            start = start.model(role, &model.base_url(), "openai");
        }
        for (name, value) in variables {
            start = start.env(name, value);
        }
        Self { server: RunningServer::start(&start), model, repo, data, start }
    }

    /// `kill -9`, then the same again.
    pub fn restarted(self) -> Self {
        let Self { server, model, repo, data, start } = self;
        server.kill();
        Self { server: RunningServer::start(&start), model, repo, data, start }
    }

    /// The same with other workers and more variables.
    pub fn restarted_with(mut self, workers: usize, variables: &[(&str, &str)]) -> Self {
        self.start = self.start.workers(workers);
        for (name, value) in variables {
            self.start = self.start.env(name, value);
        }
        self.restarted()
    }

    /// The owner posts; it must be taken.
    pub async fn post(&self, path: &str, body: Value) -> Value {
        let answer = self.server.owner("POST", path).json(&body).send().await;
        assert!((200..300).contains(&answer.status), "{path}: {}", answer.json());
        answer.json()
    }

    pub async fn get(&self, path: &str) -> Value {
        let answer = self.server.owner("GET", path).send().await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.json());
        answer.json()
    }

    pub async fn job(&self, id: &str) -> Value {
        self.get(&format!("/jobs/{id}")).await["job"].clone()
    }

    /// Sends the task; the cursor before it and its job.
    pub async fn task(&self) -> (i64, String) {
        let sent = self.server.say("dev", "please write both notes in your own words").await;
        let planned = self.server.first("dev", sent.cursor, "plan.ready").await;
        (sent.cursor, planned.payload()["jobId"].as_str().unwrap().to_owned())
    }

    /// Answers the landing and waits for it.
    pub async fn lands(&self, after: i64) {
        self.server.approve_next("dev", after, "land").await;
        self.server.first("dev", after, "merge.entry.landed").await;
        for name in ["a", "b"] {
            assert_eq!(self.repo.git(&["show", &format!("main_agents:notes/{name}.txt")]).trim(), "written");
        }
    }
}
