//! A server on a trusted repository, and terminals in it.

use crate::wire::Wire;
use serde_json::{Value, json};
use testkit::world::{RunningServer, Start, TestRepo};

/// The server ends before its folders go.
pub struct Scene {
    pub server: RunningServer,
    pub start: Start,
    pub data: tempfile::TempDir,
    repo: TestRepo,
}

impl Scene {
    pub fn trusted() -> Self {
        Self::with(|start| start.flag("--trust"))
    }

    pub fn with(more: impl FnOnce(Start) -> Start) -> Self {
        let (repo, data) = (TestRepo::with(&[("inner/file.txt", "here\n")]), tempfile::tempdir().unwrap());
        let start = Start::on(data.path(), repo.path()).workers(0).env("OPENAI_API_KEY", "s3cret");
        let start = more(start);
        let server = RunningServer::start(&start);
        Self { server, start, data, repo }
    }

    /// Where its terminals begin.
    #[allow(dead_code)]
    pub fn folder(&self) -> &std::path::Path {
        self.repo.path()
    }

    pub async fn wire(&self) -> Wire {
        Wire::open(&self.server.url, &self.server.token).await
    }

    /// The owner calls over HTTP.
    pub async fn rpc(&self, method: &str, params: Value) -> (u16, Value) {
        let answer = self.server.owner("POST", format!("/v1/rpc/{method}")).json(&params).send().await;
        (answer.status, answer.json())
    }

    pub async fn open(&self) -> String {
        let (status, reply) = self.rpc("terminals.open", json!({})).await;
        assert_eq!(status, 200, "{reply}");
        reply["terminal"]["id"].as_str().unwrap().to_owned()
    }

    pub async fn listed(&self, id: &str) -> Option<Value> {
        let (_, list) = self.rpc("terminals.list", json!({})).await;
        list["terminals"].as_array().unwrap().iter().find(|one| one["id"] == id).cloned()
    }
}

/// Attached from the first byte on; the stream and the whole answer.
pub async fn attach(wire: &mut Wire, id: &str, more: Value) -> (u32, Value) {
    let mut params = json!({ "id": id, "after": 0 });
    params.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    if params["after"].is_null() {
        params.as_object_mut().unwrap().remove("after");
    }
    let reply = wire.call("terminals.attach", params).await.unwrap();
    (reply["stream"].as_u64().unwrap() as u32, reply)
}

pub async fn type_in(wire: &mut Wire, stream: u32, text: &str) {
    wire.call("terminals.input", json!({ "stream": stream, "text": text })).await.unwrap();
}
