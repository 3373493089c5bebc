//! A server that may send to the push service of the test, and a repository where every landing asks.

use serde_json::{Value, json};
use std::path::Path;
use testkit::push_service::{PushBrowser, PushService, PushedMessage};
use testkit::world::{RunningServer, Start, TestRepo};

pub fn repo() -> TestRepo {
    let repo = TestRepo::with(&[("a.txt", "quiet\n"), ("b.txt", "still\n")]);
    repo.write(".pilothouse/config.toml", "[[check]]\nname = \"always\"\nrun = [\"true\"]\n");
    repo.commit_all("checks");
    repo
}

pub fn start(data: &Path, repo: &TestRepo, push: &PushService) -> RunningServer {
    RunningServer::start(
        &Start::on(data, repo.path()).flag("--trust").env("PILOTHOUSE_PUSH_SERVICES", &push.url),
    )
}

/// A call as the owner; its answer, whatever it is.
pub async fn call(server: &RunningServer, method: &str, params: Value) -> Value {
    server.owner("POST", format!("/v1/rpc/{method}")).json(&params).send().await.json()
}

pub async fn register(server: &RunningServer, browser: &PushBrowser) -> String {
    let params = json!({ "subscription": browser.subscription(), "offsetMin": 0 });
    let answer = call(server, "notifications.register", params).await;
    answer["id"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned()
}

/// Rows of the ledger, newest first.
pub async fn rows(server: &RunningServer) -> Vec<Value> {
    call(server, "notifications.list", json!({})).await["sent"].as_array().expect("rows").clone()
}

/// The first row that `wanted` picks.
pub async fn row(server: &RunningServer, what: &str, wanted: impl Fn(&Value) -> bool) -> Value {
    let look = || async { rows(server).await.into_iter().find(|row| wanted(row)) };
    server.eventually(what, look).await
}

/// The first message for this browser of which something else was told.
pub async fn message(
    server: &RunningServer,
    push: &PushService,
    browser: &PushBrowser,
    told: &str,
) -> (PushedMessage, Value) {
    let look = || async {
        let mine = push.came().into_iter().filter(|one| browser.endpoint.ends_with(&one.subscription));
        mine.map(|one| (one.clone(), browser.open(&one))).find(|(_, clear)| clear["told"] == told)
    };
    server.eventually(&format!("a message about {told}"), look).await
}
