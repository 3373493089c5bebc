//! A server whose workers use one backend, and the jobs it is given.

use serde_json::{Value, json};
use std::path::PathBuf;
use testkit::model_server::{ModelServer, Script, Step};
use testkit::world::{RunningServer, Start, TestRepo};

pub const KEY: &str = "sk-secret-of-the-test";

const FILES: &[(&str, &str)] = &[
    ("src/sum.sh", "echo $(($1 - $2))\n"),
    ("check.sh", "test \"$(sh src/sum.sh 2 1)\" = 3\n"),
    ("README.md", "Sums.\n"),
];

/// What a backend is called, what its model speaks, and how its model asks for a command.
#[derive(Clone, Copy)]
pub struct Kind {
    pub backend: &'static str,
    pub dialect: &'static str,
    pub tool: &'static str,
    pub argument: &'static str,
}

pub const NATIVE: Kind = Kind { backend: "native", dialect: "openai", tool: "bash", argument: "command" };
pub const CODEX: Kind =
    Kind { backend: "codex", dialect: "openai_responses", tool: "exec_command", argument: "cmd" };
pub const CLAUDE: Kind = Kind { backend: "claude", dialect: "anthropic", tool: "Bash", argument: "command" };
pub const OPENCODE: Kind = Kind { backend: "opencode", dialect: "openai", tool: "bash", argument: "command" };

pub const GEMINI: Kind =
    Kind { backend: "gemini", dialect: "openai", tool: "run_shell_command", argument: "command" };
pub const MINISWE: Kind = Kind { backend: "miniswe", dialect: "openai", tool: "bash", argument: "command" };
pub const OPENHANDS: Kind =
    Kind { backend: "openhands", dialect: "openai", tool: "terminal", argument: "command" };

/// The server ends before its folders go.
pub struct Crew {
    pub server: RunningServer,
    pub model: ModelServer,
    pub data: tempfile::TempDir,
    _repo: TestRepo,
}

impl Crew {
    /// `bin` is where the agent's program is.
    pub fn of(kind: Kind, workers: usize, bin: Option<PathBuf>, steps: Vec<Step>) -> Self {
        Self::with(kind, workers, bin, steps, &[], &[])
    }

    pub fn with(
        kind: Kind,
        workers: usize,
        bin: Option<PathBuf>,
        steps: Vec<Step>,
        flags: &[&str],
        env: &[(&str, &str)],
    ) -> Self {
        let model = ModelServer::start(Script::new(steps)).unwrap();
        let (repo, data) = (TestRepo::with(FILES), tempfile::tempdir().unwrap());
        let path = std::env::var_os("PATH").unwrap_or_default();
        let path = std::env::join_paths(bin.into_iter().chain(std::env::split_paths(&path))).unwrap();
        let start = Start::on(data.path(), repo.path())
            .flag("--trust")
            .workers(workers)
            .env("PATH", path.to_str().unwrap())
            .env("PILOTHOUSE_WORKERS_BACKEND", kind.backend)
            .env("WORKERS_LLM_ENDPOINT", &model.base_url())
            .env("WORKERS_LLM_MODEL", "scripted")
            .env("WORKERS_LLM_BACKEND", kind.dialect)
            .env("WORKERS_LLM_API_KEY", KEY);
        let start = flags.iter().fold(start, |start, flag| start.flag(flag));
        let start = env.iter().fold(start, |start, (name, value)| start.env(name, value));
        Self { server: RunningServer::start(&start), model, data, _repo: repo }
    }

    /// Enqueues a task for the workers; its job. The model knows it by `name`.
    pub async fn task(&self, name: &str, seconds: u64) -> String {
        let params = json!({
            "schemaVersion": 2, "lane": "worker", "title": format!("Mend the sum ({name})"),
            "instruction": format!("The check fails: src/sum.sh takes away where it should add. Mend it. This is the task {name}."),
            "planning": {
                "intent": "code_change", "riskLevel": "low",
                "scope": { "readAnywhere": true, "writeGlobs": ["src/**"], "maxFilesToEdit": 2 },
                "acceptanceCriteria": [], "validationSteps": [["sh", "check.sh"]],
                "queuePriority": "interactive", "queueWaitBudgetMs": 90_000,
                "executionBudgetMs": seconds * 1000, "finalizationBudgetMs": 60_000,
            },
        });
        let body = json!({
            "taskId": name, "kind": "task.execute", "sessionId": "dev", "params": params,
            "executionBudgetMs": seconds * 1000, "finalizationBudgetMs": 60_000,
        });
        let answer = self.server.owner("POST", "/jobs/enqueue").json(&body).send().await;
        assert!(answer.status < 300, "{}", answer.json());
        answer.json()["jobId"].as_str().unwrap().to_owned()
    }

    /// How a job ended, once it has: its last event's type and content.
    pub async fn end_of(&self, job: &str) -> (String, Value) {
        let ends = ["job_completed", "job_failed", "job.cancelled", "job.waiting"];
        let (event, _) =
            self.server.until("dev", 0, |e| ends.contains(&e.kind()) && e.payload()["jobId"] == job).await;
        (event.kind().to_owned(), event.payload().clone())
    }

    /// Its log as one text.
    pub async fn log(&self, job: &str) -> String {
        let logs = self.server.owner("GET", format!("/jobs/{job}/logs?limit=500")).send().await.json();
        let lines = logs["logs"].as_array().unwrap_or_else(|| panic!("{logs}")).iter();
        lines.map(|line| line["message"].as_str().unwrap_or_default()).collect::<Vec<_>>().join("\n")
    }

    /// The files of its change.
    pub async fn changed(&self, job: &str) -> Vec<String> {
        let diff = self.server.owner("GET", format!("/jobs/{job}/diff")).send().await.json();
        let files = diff["files"].as_array().into_iter().flatten();
        files.map(|file| file["path"].as_str().unwrap().to_owned()).collect()
    }

    /// How often its model was asked with a tool to use.
    pub fn asked(&self, kind: Kind, name: &str) -> usize {
        let about = format!("the task {name}.");
        let seen = self.model.requests();
        seen.iter()
            .filter(|s| s.all().contains(&about) && s.tool_names().iter().any(|t| t == kind.tool))
            .count()
    }
}
