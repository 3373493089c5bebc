//! One trusted repository behind one server.

use testkit::world::{RunningServer, Start, TestRepo};

/// Checks that prove nothing and set nothing up: these tests are about what a job does.
pub const QUIET: &str = "setup = []\n\n[[check]]\nname = \"nothing\"\nrun = [\"true\"]\ntimeoutS = 30\n";

/// The server ends before its folders go.
pub struct Scene {
    pub server: RunningServer,
    _data: tempfile::TempDir,
    pub repo: TestRepo,
}

impl Scene {
    pub fn on(repo: TestRepo) -> Self {
        let data = tempfile::tempdir().unwrap();
        let server = RunningServer::start(&Start::on(data.path(), repo.path()).flag("--trust"));
        Self { server, _data: data, repo }
    }

    /// What the user is told in the end: the answer of the server, or the report of the job.
    pub async fn told(&self, text: &str) -> String {
        let sent = self.server.say("dev", text).await;
        let (event, _) = self
            .server
            .until("dev", sent.cursor, |e| match e.kind() {
                "job_completed" | "job_failed" => true,
                // The plan is announced first; that is not the answer.
                "assistant_message" => {
                    let text = e.payload()["text"].as_str().unwrap_or_default();
                    !text.is_empty() && !text.ends_with("without a model.")
                }
                _ => false,
            })
            .await;
        let payload = event.payload();
        let words = ["text", "summary", "message"].iter().filter_map(|name| payload[*name].as_str());
        let detail = payload["detail"].as_str().unwrap_or_default();
        format!("{}\n{detail}", words.collect::<Vec<_>>().join("\n"))
    }

    /// The report of the job that ends next.
    pub async fn report(&self, after: i64) -> String {
        let ended = |e: &client::StreamEvent| matches!(e.kind(), "job_completed" | "job_failed");
        let (event, _) = self.server.until("dev", after, ended).await;
        let payload = event.payload();
        ["summary", "message", "detail"].iter().filter_map(|name| payload[*name].as_str()).collect()
    }

    /// Sends, approves the landing, waits for it.
    pub async fn landed(&self, text: &str) {
        let sent = self.server.say("dev", text).await;
        self.server.approve_next("dev", sent.cursor, "land").await;
        self.server.first("dev", sent.cursor, "merge.entry.landed").await;
    }

    /// A file as it landed.
    pub fn landed_file(&self, path: &str) -> String {
        self.repo.git(&["show", &format!("main_agents:{path}")])
    }
}
