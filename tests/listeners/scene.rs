//! A server, and requests to its listeners from other addresses.

use reqwest::{Certificate, Client, ClientBuilder, RequestBuilder, Response};
use serde_json::{Value, json};
use std::path::PathBuf;
use std::process::Command;
use testkit::world::{RunningServer, Start, TestRepo, program};

/// The server ends before its folders go.
pub struct Scene {
    pub server: RunningServer,
    pub start: Start,
    pub data: tempfile::TempDir,
    pub _repo: TestRepo,
}

impl Scene {
    pub fn with(more: impl FnOnce(Start) -> Start) -> Self {
        let (repo, data) = (TestRepo::with(&[("file.txt", "here\n")]), tempfile::tempdir().unwrap());
        let start = more(Start::on(data.path(), repo.path()).workers(0));
        let server = RunningServer::start(&start);
        Self { server, start, data, _repo: repo }
    }

    /// The owner calls on loopback.
    pub async fn rpc(&self, method: &str, params: Value) -> Value {
        let answer = self.server.owner("POST", format!("/v1/rpc/{method}")).json(&params).send().await;
        assert_eq!(answer.status, 200, "{method}: {}", answer.json());
        answer.json()
    }

    /// A listener as it is shown, once it is in that state.
    pub async fn listener(&self, kind: &str, state: &str) -> Value {
        self.server
            .eventually(&format!("{kind} {state}"), || async {
                let shown = self.rpc("listen.show", json!({})).await;
                of_kind(&shown, kind).filter(|one| one["state"] == state)
            })
            .await
    }

    /// Runs the command line program; its exit code and its answer.
    pub async fn command(&self, words: &[&str]) -> (i32, Value) {
        let mut command = Command::new(program("pilothouse"));
        command.args(words).arg("--json").arg("--data").arg(self.data.path());
        command.env("PILOTHOUSE_CONFIG_DIR", self.data.path().join("no-settings"));
        let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
        let answer = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{output:?}"));
        (output.status.code().unwrap(), answer)
    }

    /// The certificate that was made.
    pub fn made(&self) -> PathBuf {
        self.data.path().join("listen/certificate.pem")
    }

    /// Pairs a device that came to `url` by `client`; its token. `headers` stand on each of its requests.
    pub async fn pair(&self, client: &Client, url: &str, headers: &[(&str, &str)]) -> Paired {
        let with = |request: RequestBuilder| {
            headers.iter().fold(request, |r, (name, value)| r.header(*name, *value))
        };
        let started = self.rpc("pairing.start", json!({})).await;
        let link = started["url"].as_str().unwrap();
        let nonce = link.split("&n=").nth(1).unwrap().split('&').next().unwrap();
        let claim = json!({ "nonce": nonce, "name": "Phone", "kind": "phone" });
        let claimed: Value = with(client.post(format!("{url}/pair/claim")))
            .json(&claim)
            .send()
            .await
            .unwrap()
            .json()
            .await
            .unwrap();
        let id = claimed["pairingId"].as_str().unwrap_or_else(|| panic!("{claimed}"));
        let pairings = self.rpc("pairing.list", json!({})).await;
        let shown =
            pairings["pairings"].as_array().unwrap().iter().find(|one| one["id"] == id).unwrap().clone();
        self.rpc("pairing.approve", json!({ "id": id })).await;
        let ask = json!({ "pairingId": id, "claim": claimed["claim"] });
        let answer = with(client.post(format!("{url}/pair/state"))).json(&ask).send().await.unwrap();
        let cookie = answer.headers()["set-cookie"].to_str().unwrap().to_owned();
        let state: Value = answer.json().await.unwrap();
        let token = state["token"].as_str().unwrap_or_else(|| panic!("{state}")).to_owned();
        Paired { token, cookie, shown, secure: claimed["secure"] == true, link: link.to_owned() }
    }
}

pub struct Paired {
    pub token: String,
    pub cookie: String,
    /// The pairing as its owner saw it before the answer.
    pub shown: Value,
    pub secure: bool,
    pub link: String,
}

pub fn of_kind(shown: &Value, kind: &str) -> Option<Value> {
    shown["listeners"].as_array()?.iter().find(|one| one["kind"] == kind).cloned()
}

fn builder() -> ClientBuilder {
    // Connections are not kept, so that each request is met anew.
    Client::builder().no_proxy().pool_max_idle_per_host(0)
}

/// A client on another machine.
pub fn from(ip: &str) -> Client {
    builder().local_address(Some(ip.parse().unwrap())).build().unwrap()
}

/// The same, which keeps its connections.
pub fn staying(ip: &str) -> Client {
    Client::builder().no_proxy().local_address(Some(ip.parse().unwrap())).build().unwrap()
}

/// A client that trusts a certificate.
pub fn trusting(pem: &[u8]) -> Client {
    builder().tls_certs_only([Certificate::from_pem(pem).unwrap()]).build().unwrap()
}

/// Status, and the code of an error.
pub async fn told(answer: Response) -> (u16, String) {
    let status = answer.status().as_u16();
    let body: Value = answer.json().await.unwrap_or_default();
    (status, body["code"].as_str().unwrap_or_default().to_owned())
}

pub async fn ask(request: RequestBuilder) -> (u16, String) {
    told(request.send().await.unwrap()).await
}
