//! A hub, and machines that belong to it.

use crate::machine::Machine;
use crate::proxy::Proxy;
use crate::wire::Wire;
use serde_json::{Value, json};
use testkit::world::{RunningServer, Start, TestRepo};

/// The hub ends before its folders go.
pub struct Scene {
    pub hub: RunningServer,
    pub start: Start,
    pub data: tempfile::TempDir,
    pub repo: TestRepo,
}

impl Scene {
    pub fn new() -> Self {
        Self::with(|start| start)
    }

    pub fn with(more: impl FnOnce(Start) -> Start) -> Self {
        Self::on(&[("file.txt", "here\n")], more)
    }

    /// With these files in its workspace.
    pub fn on(files: &[(&str, &str)], more: impl FnOnce(Start) -> Start) -> Self {
        let (repo, data) = (TestRepo::with(files), tempfile::tempdir().unwrap());
        let start = more(Start::on(data.path(), repo.path()).workers(0).flag("--trust"));
        let hub = RunningServer::start(&start);
        Self { hub, start, data, repo }
    }

    /// Killed without a warning, and started again at the same address.
    pub fn killed(self) -> Self {
        let Self { hub, start, data, repo } = self;
        let port = hub.url.rsplit(':').next().unwrap().parse().unwrap();
        hub.kill();
        let _kept = testkit::ports::kept("127.0.0.1", port);
        let start = start.port(port);
        let hub = RunningServer::start(&start);
        Self { hub, start, data, repo }
    }

    pub async fn owner(&self, method: &str, params: Value) -> (u16, Value) {
        let answer = self.hub.owner("POST", format!("/v1/rpc/{method}")).json(&params).send().await;
        (answer.status, answer.json())
    }

    pub async fn done(&self, method: &str, params: Value) -> Value {
        let (status, reply) = self.owner(method, params).await;
        assert_eq!(status, 200, "{method}: {reply}");
        reply
    }

    pub async fn wire(&self) -> Wire {
        Wire::open(&self.hub.url, &self.hub.token).await
    }

    /// A link for a machine, and its pairing.
    pub async fn link(&self, more: Value) -> (String, String) {
        let mut params = json!({ "role": "node" });
        params.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let pairing = self.done("pairing.start", params).await;
        (text(&pairing["url"]), text(&pairing["id"]))
    }

    /// Pairs a machine, by a link as it is or as the machine has to see it.
    pub async fn pair(
        &self,
        machine: &mut Machine,
        more: Value,
        seen: impl FnOnce(&str) -> String,
    ) -> String {
        let (link, pairing) = self.link(more).await;
        machine.start(&["node", "pair", &seen(&link), "--name", &machine.name.clone()]);
        let claimed = machine.said("claimed").await;
        let shown = self.done("pairing.list", json!({})).await["pairings"].as_array().unwrap().clone();
        let shown = shown.iter().find(|one| one["id"] == json!(pairing)).unwrap().clone();
        assert_eq!(shown["code"], claimed["code"], "both sides show the same digits");
        assert_eq!(shown["role"], "node");
        self.done("pairing.approve", json!({ "id": pairing })).await;
        let paired = machine.said("paired").await;
        machine.ended();
        text(&paired["id"])
    }

    /// Paired, allowed and connected.
    pub async fn serving(&self, machine: &mut Machine, seen: impl Fn(&str) -> String) -> String {
        self.serving_as(machine, seen, json!(["terminals", "recipes"])).await
    }

    /// The same, allowed these services.
    pub async fn serving_as(
        &self,
        machine: &mut Machine,
        seen: impl Fn(&str) -> String,
        services: Value,
    ) -> String {
        let id = self.pair(machine, json!({}), seen).await;
        machine.serve();
        assert_eq!(machine.said("connected").await["allowed"], json!([]));
        self.done("node.allow", json!({ "id": id, "services": services })).await;
        // What it may do is told by a new connection.
        assert_eq!(machine.said("connected").await["allowed"], services);
        id
    }

    /// The same over a line that can be cut and slowed down; the machine's id, and the line.
    pub async fn over_a_line(&self, machine: &mut Machine, services: Value) -> (String, Proxy) {
        let line = Proxy::to(self.hub.url.rsplit(':').next().unwrap().parse().unwrap()).await;
        let id = self.serving_as(machine, |link| line.seen(link), services).await;
        (id, line)
    }

    pub async fn node(&self, id: &str) -> Value {
        let all = self.done("node.list", json!({})).await;
        all["nodes"].as_array().unwrap().iter().find(|node| node["id"] == id).cloned().unwrap_or_default()
    }

    /// Waits until the hub sees a machine as online, or not.
    pub async fn sees(&self, id: &str, online: bool) -> Value {
        self.hub
            .eventually("the machine is seen", || async {
                Some(self.node(id).await).filter(|node| node["online"] == online)
            })
            .await
    }

    /// Opens a terminal on a machine, by its id.
    pub async fn open(&self, node: &str) -> String {
        let reply = self.done("terminals.open", json!({ "node": node })).await;
        assert_eq!(reply["terminal"]["node"], json!(node));
        text(&reply["terminal"]["id"])
    }

    pub async fn terminal(&self, id: &str) -> Option<Value> {
        let list = self.done("terminals.list", json!({})).await;
        list["terminals"].as_array().unwrap().iter().find(|one| one["id"] == id).cloned()
    }
}

pub fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("not a text: {value}")).to_owned()
}
