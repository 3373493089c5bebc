//! A repository, a scripted model for planner and workers, and a server whose workers can change from start to start.

use serde_json::{Value, json};
use testkit::model_server::{ModelServer, Script, Step, When};
use testkit::world::{RunningServer, Start, TestRepo};

/// The server ends before its folders go.
pub struct Scene {
    pub server: RunningServer,
    pub model: ModelServer,
    pub repo: TestRepo,
    pub data: tempfile::TempDir,
    start: Start,
}

pub fn plan() -> Step {
    let plan = json!({
        "schemaVersion": 2, "requiresWorker": true, "lane": "worker", "assistantMessage": "I will write it.",
        "title": "Write the notes", "instruction": "Write notes/a.txt and notes/b.txt.",
        "planning": planning(json!([["test", "-s", "notes/a.txt"], ["test", "-s", "notes/b.txt"]])),
    });
    Step::json(plan).when(When::system("RemoteBuddy"))
}

fn planning(validation: Value) -> Value {
    json!({
        "intent": "code_change", "riskLevel": "low",
        "scope": { "readAnywhere": true, "writeGlobs": ["notes/**"], "maxFilesToEdit": 4 },
        "acceptanceCriteria": ["The notes are there"], "validationSteps": validation,
        "queuePriority": "interactive", "queueWaitBudgetMs": 90000, "executionBudgetMs": 300000, "finalizationBudgetMs": 120000
    })
}

/// A step of the worker's model. With `last`, only when the newest message holds that; with `any`, when any does.
pub fn step(step: Step, last: Option<&str>, any: Option<&str>) -> Step {
    let when = When { last: last.map(str::to_owned), any: any.map(str::to_owned), ..When::tool("bash") };
    step.when(when)
}

pub fn write(path: &str) -> Step {
    Step::call("edit", json!({ "path": path, "old": "", "new": "written\n" }))
}

/// Something to do that takes longer than a renewal of the claim.
pub fn busy() -> Step {
    step(Step::call("bash", json!({ "command": "sleep 6" })), None, None).always()
}

pub fn finish() -> Step {
    Step::call("finish", json!({ "summary": "both are written", "confidence": "high" }))
}

impl Scene {
    pub fn of(workers: usize, steps: impl IntoIterator<Item = Step>) -> Self {
        let config = "[[check]]\nname = \"there\"\nrun = [\"test\", \"-s\", \"README.md\"]\n";
        let repo = TestRepo::with(&[("README.md", "notes\n"), (".pilothouse/config.toml", config)]);
        let data = tempfile::tempdir().unwrap();
        let model = ModelServer::start(Script::new(steps)).unwrap();
        let mut start = Start::on(data.path(), repo.path()).flag("--trust").workers(workers);
        for role in ["REMOTEBUDDY", "WORKERS"] {
            start = start.model(role, &model.base_url(), "openai");
        }
        Self { server: RunningServer::start(&start), model, repo, data, start }
    }

    /// `kill -9`, then the same again with so many workers.
    pub fn restarted(self, workers: usize) -> Self {
        let Self { server, model, repo, data, start } = self;
        server.kill();
        let start = start.workers(workers);
        Self { server: RunningServer::start(&start), model, repo, data, start }
    }

    /// The owner calls; it must be taken.
    pub async fn call(&self, method: &str, params: Value) -> Value {
        let answer = self.server.owner("POST", format!("/v1/rpc/{method}")).json(&params).send().await;
        assert!((200..300).contains(&answer.status), "{method}: {}", answer.json());
        answer.json()
    }

    /// The code the owner's call is refused with.
    pub async fn refused(&self, method: &str, params: Value) -> String {
        self.server.owner("POST", format!("/v1/rpc/{method}")).json(&params).send().await.code()
    }

    pub async fn job(&self, id: &str) -> Value {
        self.call("jobs.get", json!({ "id": id })).await
    }

    /// Sends the task; the cursor before it and its job.
    pub async fn task(&self) -> (i64, String) {
        let sent = self.server.say("dev", "please write both notes in your own words").await;
        let planned = self.server.first("dev", sent.cursor, "plan.ready").await;
        (sent.cursor, planned.payload()["jobId"].as_str().unwrap().to_owned())
    }

    /// A job of the kind our workers take, of the lane.
    pub async fn enqueue(&self, lane: &str) -> String {
        let mut params = json!({
            "schemaVersion": 2, "lane": lane, "title": "Write the notes", "instruction": "Write them.",
            "planning": planning(json!([["test", "-s", "notes/a.txt"]])),
        });
        if lane == "deterministic" {
            params["deterministic"] =
                json!({ "kind": "replace", "from": "notes", "to": "words", "glob": "README.md" });
        }
        let job = json!({ "taskId": "t", "kind": "task.execute", "sessionId": "dev", "params": params });
        self.call("jobs.enqueue", job).await["jobId"].as_str().unwrap().to_owned()
    }

    pub async fn until_job(&self, what: &str, id: &str, is: impl Fn(&Value) -> bool) -> Value {
        let there = async || Some(self.job(id).await).filter(|job| is(job));
        self.server.eventually(what, there).await
    }

    /// Takes a job over and waits for its folder.
    pub async fn take_over(&self, id: &str) -> std::path::PathBuf {
        self.call("jobs.take_over", json!({ "id": id })).await;
        let job = self.until_job("the folder is there", id, |job| job["taken"]["state"] == "yours").await;
        job["taken"]["path"].as_str().unwrap().into()
    }

    /// Answers the landing and waits for it.
    pub async fn lands(&self, after: i64) {
        self.server.approve_next("dev", after, "land").await;
        self.server.first("dev", after, "merge.entry.landed").await;
    }

    pub fn landed(&self, path: &str) -> String {
        self.repo.git(&["show", &format!("main_agents:{path}")])
    }
}

/// Git as a person has it.
pub fn git(dir: &std::path::Path, args: &[&str]) -> String {
    let answer = std::process::Command::new("git")
        .args(["-c", "user.name=Ada", "-c", "user.email=ada@example.org"])
        .args(args)
        .current_dir(dir)
        .output()
        .unwrap();
    assert!(answer.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&answer.stderr));
    String::from_utf8(answer.stdout).unwrap()
}
