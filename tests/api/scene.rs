//! A server on a small repository, without workers unless asked for.

use serde_json::Value;
use testkit::world::{Answer, RunningServer, Start, TestRepo};

/// The server ends before its folders go.
pub struct Scene {
    pub server: RunningServer,
    pub data: tempfile::TempDir,
    _repo: TestRepo,
}

impl Scene {
    pub fn quiet() -> Self {
        Self::started(|start| start.workers(0))
    }

    pub fn started(with: impl FnOnce(Start) -> Start) -> Self {
        let (repo, data) = (TestRepo::with(&[("README.md", "# Tern\n")]), tempfile::tempdir().unwrap());
        let server = RunningServer::start(&with(Start::on(data.path(), repo.path())));
        Self { server, data, _repo: repo }
    }

    /// The owner posts; the whole answer, whatever it is.
    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.server.owner("POST", path).json(&body).send().await
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.server.owner("GET", path).send().await
    }

    /// Rows of every queue and the newest cursor: what a refused call must leave as it was.
    pub async fn footprint(&self) -> String {
        let mut text = String::new();
        for path in ["/sessions", "/requests", "/jobs", "/completions", "/approvals", "/workers"] {
            let list = self.get(path).await;
            assert_eq!(list.status, 200, "{path}");
            text.push_str(&format!("{path} {}\n", String::from_utf8_lossy(&list.body)));
        }
        text + &self.get("/system/status").await.json()["latestCursor"].to_string()
    }
}
