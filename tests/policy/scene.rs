//! One server, one scripted model, one job that does what the script says.

use protocol::approval::{AnswerParams, Approval};
use protocol::grant::{GrantFor, Remember};
use protocol::ops::typed;
use protocol::{ApiError, ApprovalId};
use serde_json::{Value, json};
use testkit::model_server::{ModelServer, Script, Step, When};
use testkit::world::{RunningServer, Start, TestRepo, program};

pub struct Scene {
    pub server: RunningServer,
    pub model: ModelServer,
    pub repo: TestRepo,
    pub data: tempfile::TempDir,
    settings: tempfile::TempDir,
    pub cursor: i64,
    start: Start,
}

/// What a job is given.
#[derive(Default)]
pub struct Given<'a> {
    pub tools: Vec<(&'static str, Value)>,
    /// The user's rules.
    pub rules: &'a str,
    pub write_globs: Vec<&'static str>,
    /// `.pilothouse/config.toml` of the repository, committed before it is trusted.
    pub repository: &'a str,
    pub flags: Vec<&'static str>,
    pub variables: Vec<(&'static str, String)>,
}

pub fn bash(command: &str) -> (&'static str, Value) {
    ("bash", json!({ "command": command }))
}

impl Scene {
    pub async fn of(given: Given<'_>) -> Self {
        let plan = json!({
            "schemaVersion": 2, "requiresWorker": true, "lane": "worker", "assistantMessage": "I will try.",
            "title": "Look around", "instruction": "Look around.",
            "planning": {
                "intent": "question", "riskLevel": "low",
                "scope": { "readAnywhere": true, "writeGlobs": given.write_globs, "maxFilesToEdit": given.write_globs.len() },
                "acceptanceCriteria": ["It was tried"], "validationSteps": [], "queuePriority": "interactive",
                "queueWaitBudgetMs": 90000, "executionBudgetMs": 300000, "finalizationBudgetMs": 120000
            }
        });
        let worker = || When::tool("bash");
        let tools =
            given.tools.iter().map(|(name, arguments)| Step::call(name, arguments.clone()).when(worker()));
        let end = Step::call("finish", json!({ "summary": "tried", "confidence": "high" })).when(worker());
        let steps =
            std::iter::once(Step::json(plan).when(When::system("RemoteBuddy"))).chain(tools).chain([end]);
        let model = ModelServer::start(Script::new(steps)).unwrap();
        let committed = (".pilothouse/config.toml", given.repository);
        let has_config = !given.repository.is_empty();
        let files: Vec<_> =
            std::iter::once(("README.md", "x\n")).chain(has_config.then_some(committed)).collect();
        let (repo, data) = (TestRepo::with(&files), tempfile::tempdir().unwrap());
        let settings = tempfile::tempdir().unwrap();
        std::fs::write(settings.path().join("policy.toml"), given.rules).unwrap();
        let mut start = Start::on(data.path(), repo.path())
            .flag("--trust")
            .workers(1)
            .env("PILOTHOUSE_CONFIG_DIR", &settings.path().to_string_lossy());
        for role in ["REMOTEBUDDY", "WORKERS"] {
            start = start.model(role, &model.base_url(), "openai");
        }
        for flag in &given.flags {
            start = start.flag(flag);
        }
        for (name, value) in &given.variables {
            start = start.env(name, value);
        }
        let server = RunningServer::start(&start);
        let cursor = server.say("dev", "please look around in the clone for me").await.cursor;
        Self { server, model, repo, data, settings, cursor, start }
    }

    /// Writes a file into the user's configuration folder.
    pub fn settings_file(&self, name: &str, text: &str) {
        let path = self.settings.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    /// What starts the same server again.
    pub fn again(&self) -> Start {
        self.start.clone()
    }

    /// The next question of an action after the last one, whole.
    pub async fn asked(&mut self, action: &str) -> Approval {
        let (event, _) = self
            .server
            .until("dev", self.cursor, |e| e.kind() == "approval_required" && e.payload()["action"] == action)
            .await;
        self.cursor = event.cursor;
        let id = event.payload()["approvalId"].as_str().unwrap().to_owned();
        let all = self.server.pending_approvals().await;
        all.into_iter().find(|approval| approval.id.as_str() == id).expect("it still waits")
    }

    pub async fn remember(&self, asked: &Approval, span: GrantFor) -> Result<Approval, ApiError> {
        let answer = AnswerParams {
            approval_id: ApprovalId::parse(asked.id.as_str()).unwrap(),
            decision: protocol::approval::Decision::Approve,
            hash: Some(asked.hash.clone()),
            remember: Some(Remember { span }),
        };
        self.server.client.call(typed::ApprovalAnswer, &answer, None).await
    }

    /// Waits for the job's end, and answers every event of a kind since the message.
    pub async fn ends(&self, kind: &str) -> Vec<Value> {
        let (_, seen) = self.server.until("dev", 0, |event| event.kind() == "job_completed").await;
        seen.iter().filter(|event| event.kind() == kind).map(|event| event.payload().clone()).collect()
    }

    /// What the model was shown.
    pub fn shown(&self) -> String {
        self.model.requests().last().unwrap().all()
    }

    /// Runs the command line against this server.
    pub fn cli(&self, args: &[&str]) -> (bool, String) {
        let out = std::process::Command::new(program("pilothouse"))
            .arg("--data")
            .arg(self.data.path())
            .args(args)
            .env("PILOTHOUSE_CONFIG_DIR", self.settings.path())
            .output()
            .unwrap();
        let text = String::from_utf8_lossy(&out.stdout).into_owned() + &String::from_utf8_lossy(&out.stderr);
        (out.status.success(), text)
    }
}
