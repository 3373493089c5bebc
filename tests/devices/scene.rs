//! A server, and devices that come to it.

use crate::key::Key;
use crate::wire::{Wire, knock};
use serde_json::{Value, json};
use testkit::world::{Answer, RunningServer, Start, TestRepo};

/// The server ends before its folders go.
pub struct Scene {
    pub server: RunningServer,
    pub start: Start,
    pub data: tempfile::TempDir,
    repo: TestRepo,
}

/// One device, from its own side.
pub struct Device {
    pub id: String,
    pub key: Key,
}

/// What a link says behind its `#`.
pub struct Link {
    pub pairing: String,
    pub server_id: String,
    pub nonce: String,
}

impl Scene {
    pub fn new() -> Self {
        Self::with(|start| start)
    }

    pub fn with(more: impl FnOnce(Start) -> Start) -> Self {
        let (repo, data) = (TestRepo::with(&[("file.txt", "here\n")]), tempfile::tempdir().unwrap());
        let start = more(Start::on(data.path(), repo.path()).workers(0).flag("--trust"));
        let server = RunningServer::start(&start);
        Self { server, start, data, repo }
    }

    /// Killed without a warning, and started again.
    pub fn killed(self) -> Self {
        let Self { server, start, data, repo } = self;
        server.kill();
        let server = RunningServer::start(&start);
        Self { server, start, data, repo }
    }

    pub fn repo_path(&self) -> &std::path::Path {
        self.repo.path()
    }

    /// The owner calls.
    pub async fn owner(&self, method: &str, params: Value) -> (u16, Value) {
        let answer = self.server.owner("POST", format!("/v1/rpc/{method}")).json(&params).send().await;
        (answer.status, answer.json())
    }

    /// The owner calls, and it works.
    pub async fn done(&self, method: &str, params: Value) -> Value {
        let (status, reply) = self.owner(method, params).await;
        assert_eq!(status, 200, "{method}: {reply}");
        reply
    }

    /// A call with a cookie, from our own page.
    pub async fn with_cookie(&self, cookie: &str, method: &str, params: Value) -> (u16, Value) {
        let call = self.server.bare("POST", format!("/v1/rpc/{method}")).header("cookie", cookie);
        let answer = call.json(&params).send().await;
        (answer.status, answer.json())
    }

    /// Nobody in particular calls one of the open routes.
    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.server.bare("POST", path).json(&body).send().await
    }

    pub async fn link(&self, params: Value) -> Link {
        let pairing = self.done("pairing.start", params).await;
        read_link(&pairing)
    }

    /// A device that was let in with a key of its own.
    pub async fn paired(&self, params: Value, name: &str, key: Key) -> Device {
        let kind = if params["role"] == "node" { "node" } else { "phone" };
        let link = self.link(params).await;
        let claim = json!({ "nonce": link.nonce, "name": name, "kind": kind, "publicKey": key.public() });
        let claimed = self.post("/pair/claim", claim).await;
        assert_eq!(claimed.status, 200, "{}", claimed.json());
        let device = self.done("pairing.approve", json!({ "id": link.pairing })).await;
        Device { id: device["id"].as_str().unwrap().to_owned(), key }
    }

    pub async fn challenge(&self, device: &str) -> (String, String) {
        let asked = self.post("/auth/challenge", json!({ "deviceId": device })).await.json();
        (text(&asked["challenge"]), text(&asked["serverId"]))
    }

    pub async fn try_sign_in(&self, device: &Device) -> Answer {
        let (challenge, server) = self.challenge(&device.id).await;
        let signature = device.key.connects(&server, &challenge, &device.id);
        self.post(
            "/auth/device",
            json!({ "deviceId": device.id, "challenge": challenge, "signature": signature }),
        )
        .await
    }

    /// The cookie of a session.
    pub async fn signed_in(&self, device: &Device) -> String {
        let answer = self.try_sign_in(device).await;
        assert_eq!(answer.status, 200, "{}", answer.json());
        cookie(&answer)
    }

    /// The answer to a signed `connect`: a welcome or a rejection.
    pub async fn knocked(&self, device: &Device) -> (Wire, Value) {
        let mut wire = knock(&self.server.url, &[]).await.unwrap();
        let hello = wire.frame().await.text();
        let signature =
            device.key.connects(&text(&hello["serverId"]), &text(&hello["challenge"]), &device.id);
        wire.say(json!({
            "t": "connect", "versions": [1, 1], "client": { "name": "phone" },
            "device": { "id": device.id, "signature": signature },
        }))
        .await;
        let answer = wire.frame().await.text();
        (wire, answer)
    }

    /// Events about devices so far, by type and payload.
    pub async fn events(&self, kind: &str) -> Vec<Value> {
        let page = self.done("session.events", json!({ "sessionId": "dev", "limit": 500 })).await;
        let events = page["events"].as_array().cloned().unwrap_or_default();
        events
            .into_iter()
            .map(|event| event["envelope"].clone())
            .filter(|event| event["type"] == kind)
            .map(|event| event["payload"].clone())
            .collect()
    }
}

pub fn read_link(pairing: &Value) -> Link {
    let url = text(&pairing["url"]);
    let (page, fragment) = url.split_once('#').expect("the secret stands behind a #");
    assert!(page.ends_with("/pair"), "{url}");
    let part = |name: &str| {
        let found = fragment.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
        found.unwrap_or_else(|| panic!("{name} is missing: {url}")).to_owned()
    };
    assert_eq!(part("p"), "1");
    Link { pairing: text(&pairing["id"]), server_id: part("s"), nonce: part("n") }
}

pub fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("not a text: {value}")).to_owned()
}

pub fn cookie(answer: &Answer) -> String {
    let set = answer.header("set-cookie").expect("a cookie");
    assert!(set.contains("HttpOnly") && set.contains("SameSite=Strict"), "{set}");
    set.split(';').next().unwrap().to_owned()
}
