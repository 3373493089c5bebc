//! What the guards share: a server on a repository, and jobs as a program hands them in.

use protocol::approval::Decision;
use serde_json::{Value, json};
use testkit::world::{RunningServer, Start, TestRepo};

/// The server ends before its folders go.
pub struct Scene {
    pub server: RunningServer,
    pub repo: TestRepo,
    pub data: tempfile::TempDir,
    pub start: Start,
}

impl Scene {
    /// A trusted repository with one worker.
    pub fn trusted(files: &[(&str, &str)]) -> Self {
        Self::started(files, |start| start.flag("--trust"))
    }

    pub fn started(files: &[(&str, &str)], with: impl FnOnce(Start) -> Start) -> Self {
        let (repo, data) = (TestRepo::with(files), tempfile::tempdir().unwrap());
        let start = with(Start::on(data.path(), repo.path()));
        let server = RunningServer::start(&start);
        Self { server, repo, data, start }
    }

    /// Killed without a warning, and started again.
    pub fn killed(self) -> Self {
        let Self { server, repo, data, start } = self;
        server.kill();
        let server = RunningServer::start(&start);
        Self { server, repo, data, start }
    }

    /// Where `main_agents` is; none while nothing has landed.
    pub fn tip(&self) -> Option<String> {
        let (found, tip) = self.repo.try_git(&["rev-parse", "--verify", "--quiet", "main_agents"]);
        found.then_some(tip)
    }

    /// Sends a message and waits for the question whether its change may land: `(cursor, approval id, hash)`.
    pub async fn question(&self, text: &str) -> Question {
        let sent = self.server.say("dev", text).await;
        self.question_after(sent.cursor).await
    }

    pub async fn question_after(&self, cursor: i64) -> Question {
        let asked = self
            .server
            .until("dev", cursor, |e| e.kind() == "approval_required" && e.payload()["action"] == "land")
            .await
            .0;
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        Question {
            cursor: asked.cursor,
            id: text(&asked.payload()["approvalId"]),
            hash: text(&asked.payload()["details"]["hash"]),
            entry: text(&asked.payload()["details"]["entryId"]),
        }
    }

    pub async fn approve(&self, question: &Question) {
        self.server.answer(&question.id, Decision::Approve).await.unwrap();
    }

    /// Changes the workspace's settings, as a person does.
    pub async fn update(&self, mut change: Value) {
        change["id"] = self.workspace().await.into();
        self.server.client.send("POST", "/v1/rpc/workspace.update", Some(change)).await.unwrap();
    }

    /// The only workspace's id.
    pub async fn workspace(&self) -> String {
        let list = self.server.client.send("POST", "/v1/rpc/workspace.list", None).await.unwrap();
        list["workspaces"][0]["id"].as_str().unwrap().to_owned()
    }

    /// The entry as it is now.
    pub async fn entry(&self, question: &Question) -> Value {
        let body = json!({ "id": question.entry });
        self.server.client.send("POST", "/v1/rpc/merge.entry", Some(body)).await.unwrap()
    }

    pub async fn state_of(&self, approval: &str) -> String {
        let shown = self.server.client.send("GET", &format!("/approvals/{approval}"), None).await.unwrap();
        shown["approval"]["state"].as_str().unwrap().to_owned()
    }

    /// The event that ended or moved an entry, by its kind.
    pub async fn entry_event(&self, question: &Question, kind: &str) -> Value {
        let wanted = |e: &client::StreamEvent| {
            e.kind() == kind && e.payload()["entry"]["id"] == question.entry.as_str()
        };
        self.server.until("dev", 0, wanted).await.0.payload().clone()
    }
}

/// A question whether an entry may land.
pub struct Question {
    /// Of the event that asked.
    pub cursor: i64,
    pub id: String,
    pub hash: String,
    pub entry: String,
}

/// Parameters of a replacement that is validated in its own clone by `validate`.
pub fn replacement(file: &str, from: &str, to: &str, validate: &[&str]) -> Value {
    json!({
        "schemaVersion": 2, "lane": "deterministic", "title": format!("{from} becomes {to} in {file}"), "instruction": "",
        "deterministic": { "kind": "replace", "from": from, "to": to, "glob": file },
        "planning": {
            "intent": "replace", "riskLevel": "low",
            "scope": { "readAnywhere": true, "writeGlobs": [file], "maxFilesToEdit": 1 },
            "acceptanceCriteria": [], "validationSteps": [validate],
            "queuePriority": "interactive", "queueWaitBudgetMs": 20000, "executionBudgetMs": 60000, "finalizationBudgetMs": 60000,
        },
    })
}
