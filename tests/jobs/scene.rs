//! What these tests share: a server, jobs enqueued as a program does it, and a model that never answers.

use protocol::request::Requests;
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use testkit::world::{RunningServer, Start, TestRepo};
use tokio::io::AsyncReadExt;

/// The server ends before its folders go.
pub struct Scene {
    pub server: RunningServer,
    pub data: tempfile::TempDir,
    pub repo: TestRepo,
    start: Start,
}

impl Scene {
    /// A trusted repository.
    pub fn of(files: &[(&str, &str)], workers: usize) -> Self {
        let (repo, data) = (TestRepo::with(files), tempfile::tempdir().unwrap());
        let start = Start::on(data.path(), repo.path()).flag("--trust").workers(workers);
        Self { server: RunningServer::start(&start), data, repo, start }
    }

    /// `kill -9`, then the same again.
    pub fn restarted(self) -> Self {
        let Self { server, data, repo, start } = self;
        server.kill();
        Self { server: RunningServer::start(&start), data, repo, start }
    }

    /// The owner posts; it must be taken.
    pub async fn post(&self, path: &str, body: Value) -> Value {
        let answer = self.server.owner("POST", path).json(&body).send().await;
        assert!((200..300).contains(&answer.status), "{path}: {}", answer.json());
        answer.json()
    }

    /// The code the owner's call is refused with.
    pub async fn refused(&self, path: &str, body: Value) -> String {
        self.server.owner("POST", path).json(&body).send().await.code()
    }

    pub async fn job(&self, id: &str) -> Value {
        self.server.owner("GET", format!("/jobs/{id}")).send().await.json()["job"].clone()
    }

    pub async fn request(&self, id: &str) -> Value {
        self.server.owner("GET", format!("/requests/{id}")).send().await.json()["request"].clone()
    }

    /// Requests in a state, at most 200.
    pub async fn requests(&self, status: &str) -> Requests {
        let list = self.server.owner("GET", format!("/requests?status={status}&limit=200")).send().await;
        serde_json::from_slice(&list.body).unwrap()
    }

    /// Enqueues a job; its id.
    pub async fn enqueue(&self, job: Value) -> String {
        self.post("/jobs/enqueue", job).await["jobId"].as_str().unwrap().to_owned()
    }

    /// A job for our own workers: one intent, one list of commands that validate it.
    pub async fn task(&self, intent: Value, globs: &[&str], validation: Value) -> String {
        let params = json!({
            "schemaVersion": 2, "lane": "deterministic", "title": "A change", "instruction": "", "deterministic": intent,
            "planning": {
                "intent": "apply", "riskLevel": "low",
                "scope": { "readAnywhere": true, "writeGlobs": globs, "maxFilesToEdit": 20 },
                "acceptanceCriteria": [], "validationSteps": validation,
                "queuePriority": "interactive", "queueWaitBudgetMs": 20000, "executionBudgetMs": 120000, "finalizationBudgetMs": 60000,
            },
        });
        self.enqueue(json!({ "taskId": "t", "kind": "task.execute", "sessionId": "dev", "params": params }))
            .await
    }

    /// Claims the next job of kind `k` for a worker: `(job id, claim token)`.
    pub async fn claim(&self, worker: &str) -> (String, String) {
        let claimed = self.post("/jobs/claim", json!({ "workerId": worker, "kinds": ["k"] })).await;
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        (text(&claimed["job"]["id"]), text(&claimed["claimToken"]))
    }

    /// The first event of a kind about a job.
    pub async fn about(&self, job: &str, kind: &str) -> Value {
        let wanted = |e: &client::StreamEvent| e.kind() == kind && e.payload()["jobId"] == job;
        self.server.until("dev", 0, wanted).await.0.payload().clone()
    }

    /// Names in a folder of the data folder.
    pub fn names(&self, folder: &str) -> Vec<String> {
        let entries = std::fs::read_dir(self.data.path().join(folder)).unwrap();
        entries.map(|e| e.unwrap().file_name().to_string_lossy().into_owned()).collect()
    }

    pub async fn until_empty(&self, folder: &str) {
        let empty = async || self.names(folder).is_empty().then_some(());
        self.server.eventually(&format!("{folder} is empty"), empty).await;
    }
}

/// A model's address where every call is taken and none is answered.
pub struct SilentModel {
    pub base_url: String,
    open: Arc<AtomicUsize>,
}

impl SilentModel {
    pub async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base_url = format!("http://{}/v1", listener.local_addr().unwrap());
        let open = Arc::new(AtomicUsize::new(0));
        let counted = open.clone();
        tokio::spawn(async move {
            while let Ok((mut call, _)) = listener.accept().await {
                let counted = counted.clone();
                tokio::spawn(async move {
                    counted.fetch_add(1, Ordering::SeqCst);
                    let mut taken = [0; 4096];
                    while call.read(&mut taken).await.is_ok_and(|n| n > 0) {}
                    counted.fetch_sub(1, Ordering::SeqCst);
                });
            }
        });
        Self { base_url, open }
    }

    /// Calls that wait for an answer now.
    pub fn waiting(&self) -> usize {
        self.open.load(Ordering::SeqCst)
    }

    /// Makes it the planner's model.
    pub async fn choose(&self, scene: &Scene) {
        let setting = json!({ "role": "remotebuddy", "dialect": "openai_chat", "endpoint": self.base_url, "model": "silent" });
        scene.post("/v1/rpc/config.set_model", setting).await;
    }
}
