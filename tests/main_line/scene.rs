//! A server on a repository whose one check reads the tree, and a person beside it.

use protocol::ApiError;
use protocol::approval::Decision;
use serde_json::{Value, json};
use std::path::PathBuf;
use testkit::world::{RunningServer, Start, TestRepo};

/// Fails on a tree that says so.
pub const CHECK: &str =
    "[[check]]\nname = \"no red\"\nrun = [\"sh\", \"-c\", \"! grep -qs RED README.md\"]\ntimeoutS = 60\n";

/// The server ends before its folders go.
pub struct Scene {
    pub server: RunningServer,
    pub repo: TestRepo,
    pub data: tempfile::TempDir,
    start: Start,
}

impl Scene {
    pub fn new() -> Self {
        Self::with(CHECK, |_, start| start)
    }

    /// `change` gets the data folder, in which a configuration folder `no-settings` may be made.
    pub fn with(config: &str, change: impl FnOnce(&std::path::Path, Start) -> Start) -> Self {
        let files = [
            ("README.md", "# Tern\n\none\ntwo\nthree\n"),
            ("NOTES.md", "# Notes\n"),
            ("src/a.txt", "first\nsecond\nthird\n"),
            (".pilothouse/config.toml", config),
        ];
        let (repo, data) = (TestRepo::with(&files), tempfile::tempdir().unwrap());
        let home = data.path().join("persons-home");
        std::fs::create_dir_all(&home).unwrap();
        std::fs::write(home.join(".gitconfig"), "[user]\n\tname = Uma\n\temail = uma@example.org\n").unwrap();
        let start = Start::on(data.path(), repo.path()).flag("--trust").env("HOME", home.to_str().unwrap());
        let start = change(data.path(), start);
        let server = RunningServer::start(&start);
        Self { server, repo, data, start }
    }

    pub fn home(&self) -> PathBuf {
        self.data.path().join("persons-home")
    }

    /// Dies at once, as in a power cut, and is started again after `meanwhile`.
    pub fn dies(self, meanwhile: impl FnOnce(&TestRepo)) -> Self {
        let Self { server, repo, data, start } = self;
        server.kill();
        meanwhile(&repo);
        let server = RunningServer::start(&start);
        Self { server, repo, data, start }
    }

    pub async fn call(&self, method: &str, body: Value) -> Result<Value, ApiError> {
        self.server.client.send("POST", &format!("/v1/rpc/{method}"), Some(body)).await
    }

    pub async fn workspace(&self) -> String {
        let list = self.call("workspace.list", json!({})).await.unwrap();
        list["workspaces"][0]["id"].as_str().unwrap().to_owned()
    }

    pub async fn show(&self) -> Value {
        self.call("main.show", json!({ "workspaceId": self.workspace().await })).await.unwrap()
    }

    /// Wishes for what `main.show` says now.
    pub async fn wish(&self, with: &str, sign: bool) -> Result<Value, ApiError> {
        let line = self.show().await;
        let hash = if with == "server" { &line["hash"] } else { &line["git"]["hash"] };
        let body = json!({
            "workspaceId": line["workspaceId"], "expectedTip": line["tip"], "hash": hash, "with": with, "sign": sign,
        });
        self.call("main.land", body).await
    }

    /// Wishes, and waits for the end.
    pub async fn land_main(&self, with: &str, sign: bool) -> Value {
        let landing = self.wish(with, sign).await.unwrap();
        self.ended(landing["id"].as_str().unwrap()).await
    }

    /// Waits until a landing was told to be in a state.
    pub async fn told(&self, id: &str, state: &str) {
        let so = |e: &client::StreamEvent| {
            let landing = &e.payload()["landing"];
            e.kind() == "main.landing" && landing["id"] == id && landing["state"] == state
        };
        self.server.until("dev", 0, so).await;
    }

    /// How a landing ended.
    pub async fn ended(&self, id: &str) -> Value {
        let over = |e: &client::StreamEvent| {
            let landing = &e.payload()["landing"];
            e.kind() == "main.landing"
                && landing["id"] == id
                && (landing["state"] == "landed" || landing["state"] == "refused")
        };
        self.server.until("dev", 0, over).await.0.payload()["landing"].clone()
    }

    /// Sends a message and waits for the question whether its change may land: the entry's id and the approval's.
    pub async fn asked(&self, text: &str) -> (String, String) {
        let sent = self.server.say("dev", text).await;
        let land =
            |e: &client::StreamEvent| e.kind() == "approval_required" && e.payload()["action"] == "land";
        let asked = self.server.until("dev", sent.cursor, land).await.0.payload().clone();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        (text(&asked["details"]["entryId"]), text(&asked["approvalId"]))
    }

    /// The same up to its landing; the entry.
    pub async fn land(&self, text: &str) -> Value {
        let (entry, approval) = self.asked(text).await;
        self.server.answer(&approval, Decision::Approve).await.unwrap();
        self.landed(&entry).await
    }

    pub async fn landed(&self, entry: &str) -> Value {
        let over =
            |e: &client::StreamEvent| e.kind() == "merge.entry.landed" && e.payload()["entry"]["id"] == entry;
        self.server.until("dev", 0, over).await.0.payload()["entry"].clone()
    }

    pub async fn entry(&self, id: &str) -> Value {
        self.call("merge.entry", json!({ "id": id })).await.unwrap()
    }

    /// Approves what an entry asks, once it does, and waits for its landing.
    pub async fn approve_entry(&self, id: &str) -> Value {
        let asked = |e: &client::StreamEvent| {
            e.kind() == "approval_required" && e.payload()["details"]["entryId"] == id
        };
        let approval = self.server.until("dev", 0, asked).await.0.payload()["approvalId"].clone();
        self.server.answer(approval.as_str().unwrap(), Decision::Approve).await.unwrap();
        self.landed(id).await
    }

    pub fn rev(&self, name: &str) -> String {
        self.repo.git(&["rev-parse", name])
    }

    pub fn read(&self, path: &str) -> String {
        std::fs::read_to_string(self.repo.file(path)).unwrap()
    }

    /// A commit of a person's on `main_agents`, made beside their checkout.
    pub fn commit_on_agents(&self, path: &str, text: &str) -> String {
        let beside = self.data.path().join("beside");
        let folder = beside.to_str().unwrap();
        self.repo.git(&["worktree", "add", "--quiet", folder, "main_agents"]);
        std::fs::write(beside.join(path), text).unwrap();
        self.repo.git(&["-C", folder, "commit", "--quiet", "-am", "By hand"]);
        self.repo.git(&["worktree", "remove", "--force", folder]);
        self.rev("main_agents")
    }

    pub fn hook(&self, name: &str, script: &str) {
        use std::os::unix::fs::PermissionsExt;
        let path = self.repo.file(".git/hooks").join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    }

    /// The program beside the server; its output and whether it said that all is well.
    pub fn cli(&self, args: &[&str]) -> (bool, String) {
        let output = std::process::Command::new(testkit::world::program("pilothouse"))
            .arg("--data")
            .arg(self.data.path())
            .args(args)
            .env("PILOTHOUSE_CONFIG_DIR", self.data.path().join("no-settings"))
            .output()
            .unwrap();
        let text = [output.stdout, output.stderr].concat();
        (output.status.success(), String::from_utf8_lossy(&text).into_owned())
    }
}

pub fn codes(line: &Value) -> Vec<String> {
    let blocked = line["blocked"].as_array().unwrap();
    blocked.iter().map(|block| block["code"].as_str().unwrap().to_owned()).collect()
}
