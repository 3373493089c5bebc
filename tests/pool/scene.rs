//! What these tests share: a server with workers of its own, jobs that last as long as a test wants, the command line.

use protocol::ops::{TtlParams, typed};
use protocol::worker::{Worker, Workers};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use testkit::world::processes::{Process, below};
use testkit::world::{RunningServer, Start, TestRepo, program};

/// The server ends before its folders go.
pub struct Scene {
    pub server: RunningServer,
    pub data: tempfile::TempDir,
    _repo: TestRepo,
    start: Start,
}

impl Scene {
    pub fn of(change: impl Fn(Start) -> Start) -> Self {
        let (repo, data) = (TestRepo::with(&[("README.md", "# Tern\n")]), tempfile::tempdir().unwrap());
        let start = change(Start::on(data.path(), repo.path()).flag("--trust"));
        Self { server: RunningServer::start(&start), data, _repo: repo, start }
    }

    /// `kill -9`, then the same again.
    pub fn restarted(self) -> Self {
        let Self { server, data, _repo, start } = self;
        server.kill();
        Self { server: RunningServer::start(&start), data, _repo, start }
    }

    pub async fn post(&self, path: &str, body: Value) -> Value {
        let answer = self.server.owner("POST", path).json(&body).send().await;
        assert!((200..300).contains(&answer.status), "{path}: {}", answer.json());
        answer.json()
    }

    /// The code the owner's call is refused with.
    pub async fn refused(&self, path: &str) -> String {
        self.server.owner("POST", path).json(&json!({})).send().await.code()
    }

    pub async fn job(&self, id: &str) -> Value {
        self.server.owner("GET", format!("/jobs/{id}")).send().await.json()["job"].clone()
    }

    /// A job for our own workers that lasts until [`Self::let_go`]; its id.
    pub async fn long_job(&self, target: Option<&str>) -> String {
        let params = json!({
            "schemaVersion": 2, "lane": "deterministic", "title": "A look", "instruction": "",
            "deterministic": { "kind": "overview" },
            "planning": {
                "intent": "look", "riskLevel": "low",
                "scope": { "readAnywhere": true, "writeGlobs": [], "maxFilesToEdit": 1 },
                "acceptanceCriteria": [], "validationSteps": [["sh", "-c", "until test -e go; do sleep 0.05; done"]],
                "queuePriority": "interactive", "queueWaitBudgetMs": 20000, "executionBudgetMs": 120000, "finalizationBudgetMs": 60000,
            },
        });
        let job = json!({ "taskId": "t", "kind": "task.execute", "sessionId": "dev", "params": params, "targetWorkerId": target });
        self.post("/jobs/enqueue", job).await["jobId"].as_str().unwrap().to_owned()
    }

    /// Lets a long job end.
    pub async fn let_go(&self, job: &str) {
        let folder = async || {
            let entries = std::fs::read_dir(self.data.path().join("jobs")).unwrap();
            let of_job = entries.map(|e| e.unwrap().path()).find(|path| path.to_string_lossy().contains(job));
            of_job.map(|path| path.join("clone")).filter(|clone| clone.join("README.md").exists())
        };
        let clone = self.server.eventually("the job has its clone", folder).await;
        std::fs::write(clone.join("go"), "").unwrap();
    }

    pub async fn until_status(&self, job: &str, status: &str) -> Value {
        let reached = async || Some(self.job(job).await).filter(|job| job["status"] == status);
        self.server.eventually(&format!("{job} is {status}"), reached).await
    }

    pub async fn workers(&self) -> Workers {
        self.server.client.call(typed::WorkersList, &TtlParams::default(), None).await.unwrap()
    }

    pub async fn worker(&self, id: &str) -> Option<Worker> {
        self.workers().await.workers.into_iter().find(|worker| worker.worker_id == id)
    }

    pub async fn until_worker(&self, id: &str, what: &str, is: impl Fn(&Worker) -> bool) -> Worker {
        let is = &is;
        self.server.eventually(what, async || self.worker(id).await.filter(|worker| is(worker))).await
    }

    /// Processes of workers, by their ids. What one of them starts looks like itself for a moment.
    pub fn processes(&self) -> BTreeMap<String, Process> {
        let ours = below(self.server.pid()).into_iter().filter_map(|process| {
            let (program, rest) = process.argv.split_once(" --server ")?;
            let id = rest.split(" --worker-id ").nth(1)?.split(' ').next()?.to_owned();
            program.ends_with("pilothouse-worker").then_some((id, process))
        });
        let mut found = BTreeMap::new();
        for (id, process) in ours {
            found.entry(id).or_insert(process);
        }
        found
    }

    /// What the command line prints.
    pub fn says(&self, args: &[&str]) -> String {
        says(self.data.path(), args)
    }
}

fn says(data: &Path, args: &[&str]) -> String {
    let output = Command::new(program("pilothouse")).arg("--data").arg(data).args(args).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{args:?}: {text} {}", String::from_utf8_lossy(&output.stderr));
    text
}
