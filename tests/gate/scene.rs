//! A repository, a scripted model for every role, and what the tests ask the server.

use serde_json::{Value, json};
use testkit::model_server::{ModelServer, Script, Step, Task, When};
use testkit::world::{RunningServer, Start, TestRepo};

pub struct Scene {
    pub server: RunningServer,
    pub model: ModelServer,
    pub repo: TestRepo,
    data: tempfile::TempDir,
    start: Start,
}

fn planner() -> When {
    When::system("RemoteBuddy")
}

pub fn worker() -> When {
    When::tool("bash")
}

pub fn reviewer() -> When {
    When::system("You read one finished change")
}

/// A plan whose commands prove the work, or one that names none.
pub fn plan(validation: &[&[&str]]) -> Step {
    let task = Task {
        says: "I will write it.",
        title: "Write the notes",
        instruction: "Write notes/a.txt and notes/b.txt.",
        write_globs: &["notes/**"],
        most_files: 4,
        accepted: "Both notes are there",
        proven_by: validation,
    };
    Step::json(task.plan()).when(planner())
}

pub fn proven() -> Step {
    plan(&[&["test", "-s", "notes/a.txt"]])
}

pub fn write(path: &str, text: &str) -> Step {
    Step::call("edit", json!({ "path": path, "old": "", "new": text })).when(worker())
}

pub fn run(command: &str) -> Step {
    Step::call("bash", json!({ "command": command })).when(worker())
}

pub fn finish() -> Step {
    Step::call("finish", json!({ "summary": "it is written", "confidence": "high" })).when(worker())
}

impl Scene {
    pub fn of(workers: usize, steps: impl IntoIterator<Item = Step>, variables: &[(&str, &str)]) -> Self {
        Self::with(workers, &["REMOTEBUDDY", "WORKERS", "REVIEWER"], steps, variables)
    }

    pub fn with(
        workers: usize,
        roles: &[&str],
        steps: impl IntoIterator<Item = Step>,
        variables: &[(&str, &str)],
    ) -> Self {
        let config = "[[check]]\nname = \"there\"\nrun = [\"test\", \"-s\", \"README.md\"]\n";
        let repo = TestRepo::with(&[("README.md", "notes\n"), (".pilothouse/config.toml", config)]);
        let data = tempfile::tempdir().unwrap();
        let model = ModelServer::start(Script::new(steps)).unwrap();
        let mut start = Start::on(data.path(), repo.path()).flag("--trust").workers(workers);
        for role in roles {
            start = start.model(role, &model.base_url(), "openai");
        }
        for (name, value) in variables {
            start = start.env(name, value);
        }
        Self { server: RunningServer::start(&start), model, repo, data, start }
    }

    /// `kill -9`, then again with so many workers.
    pub fn restarted(self, workers: usize) -> Self {
        let Self { server, model, repo, data, start } = self;
        server.kill();
        let start = start.workers(workers);
        Self { server: RunningServer::start(&start), model, repo, data, start }
    }

    pub async fn post(&self, path: &str, body: Value) -> Value {
        let answer = self.server.owner("POST", path).json(&body).send().await;
        assert!((200..300).contains(&answer.status), "{path}: {}", answer.json());
        answer.json()
    }

    pub async fn job(&self, id: &str) -> Value {
        self.server.owner("GET", format!("/jobs/{id}")).send().await.json()["job"].clone()
    }

    /// Sends the task; the cursor before it and its job.
    pub async fn task(&self) -> (i64, String) {
        let sent = self.server.say("dev", "please write both notes in your own words").await;
        let planned = self.server.first("dev", sent.cursor, "plan.ready").await;
        (sent.cursor, planned.payload()["jobId"].as_str().unwrap().to_owned())
    }

    /// The job once it is completed.
    pub async fn completed(&self, after: i64, id: &str) -> Value {
        self.server.first("dev", after, "job_completed").await;
        let job = self.job(id).await;
        assert_eq!(job["status"], "completed", "{job}");
        job
    }

    pub async fn lands(&self, after: i64) {
        self.server.approve_next("dev", after, "land").await;
        self.server.first("dev", after, "merge.entry.landed").await;
    }

    /// A file as it landed, without its last line break.
    pub fn landed(&self, path: &str) -> String {
        self.repo.git(&["show", &format!("main_agents:{path}")]).trim_end().to_owned()
    }

    /// What the command line answers.
    pub fn cli(&self, args: &[&str]) -> String {
        let mut command = std::process::Command::new(testkit::world::program("pilothouse"));
        let output = command.arg("--data").arg(self.data.path()).args(args).output().unwrap();
        assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    pub async fn log(&self, id: &str) -> String {
        let logs = self.server.owner("GET", format!("/jobs/{id}/logs?limit=500")).send().await.json();
        let lines =
            logs["logs"].as_array().unwrap().iter().map(|line| line["message"].as_str().unwrap().to_owned());
        lines.collect::<Vec<_>>().join("\n")
    }
}
