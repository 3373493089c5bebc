//! A server without workers, and a test that does the work: it claims jobs and hands over commits it has made.

use client::StreamEvent;
use serde_json::{Value, json};
use std::path::Path;
use std::process::Command;
use testkit::world::{RunningServer, Start, TestRepo};

/// The server ends before its folders go.
pub struct Scene {
    pub server: RunningServer,
    pub repo: TestRepo,
    pub data: tempfile::TempDir,
    /// A clone of the repository, where commits are made.
    clone: tempfile::TempDir,
}

/// A job in the test's hands.
pub struct Claimed {
    pub id: String,
    claim: String,
    pub params: Value,
}

impl Scene {
    pub fn with(files: &[(&str, &str)]) -> Self {
        Self::started(files, |start| start)
    }

    pub fn started(files: &[(&str, &str)], with: impl FnOnce(Start) -> Start) -> Self {
        Self::on(TestRepo::with(files), with)
    }

    pub fn on(repo: TestRepo, with: impl FnOnce(Start) -> Start) -> Self {
        let (data, clone) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        git(clone.path(), &["clone", "--quiet", repo.path().to_str().unwrap(), "."]);
        let start = Start::on(data.path(), repo.path())
            .flag("--trust")
            .workers(0)
            .env("PILOTHOUSE_POLICY_PROFILE", "autopilot");
        let server = RunningServer::start(&with(start));
        Self { server, repo, data, clone }
    }

    /// The same folders under a new server.
    pub fn again(self) -> Self {
        self.again_after(|| {})
    }

    /// With something that happens while no server runs.
    pub fn again_after(self, meanwhile: impl FnOnce()) -> Self {
        let Self { server, repo, data, clone } = self;
        server.kill();
        meanwhile();
        let start = Start::on(data.path(), repo.path())
            .flag("--trust")
            .workers(0)
            .env("PILOTHOUSE_POLICY_PROFILE", "autopilot");
        Self { server: RunningServer::start(&start), repo, data, clone }
    }

    pub async fn rpc(&self, method: &str, body: Value) -> Value {
        self.try_rpc(method, body).await.unwrap_or_else(|error| panic!("{method}: {error:?}"))
    }

    pub async fn try_rpc(&self, method: &str, body: Value) -> Result<Value, protocol::ApiError> {
        self.server.client.send("POST", &format!("/v1/rpc/{method}"), Some(body)).await
    }

    pub async fn workspace(&self) -> Value {
        self.rpc("workspace.list", json!({})).await["workspaces"][0].clone()
    }

    /// Changes the workspace's settings, as a person does.
    pub async fn update(&self, mut change: Value) {
        change["id"] = self.workspace().await["id"].clone();
        self.rpc("workspace.update", change).await;
    }

    pub async fn queue(&self) -> Value {
        self.rpc("merge.queue", json!({})).await["queues"][0].clone()
    }

    pub async fn entry(&self, id: &str) -> Value {
        self.rpc("merge.entry", json!({ "id": id })).await
    }

    /// Enqueues work and takes it.
    pub async fn job(&self, title: &str) -> Claimed {
        self.job_with(title, json!({})).await
    }

    /// The same with more parameters.
    pub async fn job_with(&self, title: &str, more: Value) -> Claimed {
        let mut params = json!({
            "schemaVersion": 2, "lane": "worker", "title": title, "instruction": title,
            "planning": {
                "intent": "edit", "riskLevel": "low",
                "scope": { "readAnywhere": true, "writeGlobs": ["**"], "maxFilesToEdit": 5000 },
                "acceptanceCriteria": [], "validationSteps": [],
                "queuePriority": "normal", "queueWaitBudgetMs": 20000, "executionBudgetMs": 600000, "finalizationBudgetMs": 60000,
            },
        });
        params.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let job = json!({ "taskId": title, "kind": "task.execute", "sessionId": "dev", "params": params });
        self.server.client.send("POST", "/jobs/enqueue", Some(job)).await.unwrap();
        self.claim().await
    }

    /// Takes the next job there is, or waits for one.
    pub async fn claim(&self) -> Claimed {
        let claim =
            json!({ "workerId": "w-1", "kinds": ["task.execute"], "leaseMs": 600_000, "waitMs": 25_000 });
        let look = async || {
            let claimed = self.server.client.send("POST", "/jobs/claim", Some(claim.clone())).await.unwrap();
            claimed["job"].is_object().then_some(claimed)
        };
        let claimed = self.server.eventually("a job", look).await;
        let text = |value: &Value| value.as_str().unwrap_or_else(|| panic!("{claimed}")).to_owned();
        Claimed {
            id: text(&claimed["job"]["id"]),
            claim: text(&claimed["claimToken"]),
            params: serde_json::from_str(claimed["job"]["params"].as_str().unwrap()).unwrap(),
        }
    }

    /// Makes a commit on top of `base` in the clone and brings it into the repository as a branch.
    pub fn commit(&self, base: &str, branch: &str, make: impl FnOnce(&Path)) -> String {
        let dir = self.clone.path();
        git(dir, &["fetch", "--quiet", "--prune", "origin", "+refs/heads/*:refs/remotes/origin/*"]);
        git(dir, &["checkout", "--quiet", "--force", "--detach", &at(dir, base)]);
        git(dir, &["clean", "-ffdxq"]);
        make(dir);
        git(dir, &["add", "--all", "--force"]);
        git(dir, &["commit", "--quiet", "--allow-empty", "-m", branch]);
        git(dir, &["push", "--quiet", "--force", "origin", &format!("HEAD:refs/heads/{branch}")]);
        git(dir, &["rev-parse", "HEAD"])
    }

    /// Hands a commit over that is in the repository; the id of its entry.
    pub async fn hand_over(&self, job: &Claimed, commit: &str, branch: &str) -> String {
        let entry = self.try_hand_over(job, commit, branch).await.unwrap();
        entry.unwrap_or_else(|| panic!("{branch} got no entry"))
    }

    pub async fn try_hand_over(
        &self,
        job: &Claimed,
        commit: &str,
        branch: &str,
    ) -> Result<Option<String>, protocol::ApiError> {
        let body = json!({
            "claimToken": job.claim, "verified": true, "summary": "done",
            "verification": [],
            "handOver": { "commitSha": commit, "branch": branch, "message": branch },
        });
        let path = format!("/jobs/{}/complete", job.id);
        self.server.client.send("POST", &path, Some(body)).await?;
        let diff = |e: &StreamEvent| e.kind() == "job.diff" && e.payload()["jobId"] == job.id.as_str();
        let event = self.server.until("dev", 0, diff).await.0;
        Ok(event.payload()["entryId"].as_str().map(str::to_owned))
    }

    pub async fn fail(&self, job: &Claimed) {
        let body = json!({ "claimToken": job.claim, "message": "it is too hard" });
        self.server.client.send("POST", &format!("/jobs/{}/fail", job.id), Some(body)).await.unwrap();
    }

    /// Work from its beginning to its entry.
    pub async fn change(&self, base: &str, title: &str, make: impl FnOnce(&Path)) -> String {
        let job = self.job(title).await;
        let commit = self.commit(base, title, make);
        self.hand_over(&job, &commit, title).await
    }

    /// The event of an entry by its kind.
    pub async fn told(&self, entry: &str, kind: &str) -> Value {
        let wanted = |e: &StreamEvent| e.kind() == kind && e.payload()["entry"]["id"] == entry;
        self.server.until("dev", 0, wanted).await.0.payload().clone()
    }

    pub async fn landed(&self, entry: &str) -> Value {
        let ends = ["merge.entry.landed", "merge.entry.returned", "merge.entry.failed"];
        let ended = |e: &StreamEvent| ends.contains(&e.kind()) && e.payload()["entry"]["id"] == entry;
        let event = self.server.until("dev", 0, ended).await.0;
        assert_eq!(event.kind(), "merge.entry.landed", "{}", event.payload());
        event.payload()["entry"].clone()
    }

    /// The entry once something is true of it.
    pub async fn once(&self, entry: &str, what: &str, is: impl Fn(&Value) -> bool) -> Value {
        self.server
            .eventually(what, async || {
                let now = self.entry(entry).await;
                is(&now).then_some(now)
            })
            .await
    }

    /// What the program says at a terminal, in JSON.
    pub async fn cli(&self, args: &[&str]) -> Value {
        let mut command = Command::new(testkit::world::program("pilothouse"));
        command.args(args).arg("--json").arg("--data").arg(self.data.path());
        command.env("PILOTHOUSE_CONFIG_DIR", self.data.path().join("no-settings"));
        let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success(), "{args:?}: {text}{}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{args:?}: {error}: {text}"))
    }

    pub fn tip(&self) -> String {
        self.repo.git(&["rev-parse", "main_agents"])
    }

    /// What a ref of the depot points at.
    pub async fn depot_ref(&self, name: &str) -> Option<String> {
        let id = self.workspace().await["id"].as_str().unwrap().to_owned();
        let depot = self.data.path().join("depots").join(format!("{id}.git"));
        let (found, at) = self.repo.try_git(&[
            &format!("--git-dir={}", depot.display()),
            "rev-parse",
            "--verify",
            "--quiet",
            name,
        ]);
        found.then_some(at)
    }
}

fn at(dir: &Path, base: &str) -> String {
    let of_branch = format!("refs/remotes/origin/{base}");
    let found =
        Command::new("git").current_dir(dir).args(["rev-parse", "--verify", "--quiet", &of_branch]).output();
    match found {
        Ok(output) if output.status.success() => of_branch,
        _ => base.to_owned(),
    }
}

/// Without what is configured for this whole machine: git-lfs, where it is, would put its hook into the clone.
pub fn git(dir: &Path, args: &[&str]) -> String {
    let who =
        ["-c", "user.name=Ada", "-c", "user.email=ada@example.invalid", "-c", "protocol.file.allow=always"];
    let mut call = Command::new("git");
    call.current_dir(dir).args(who).args(args).env("GIT_CONFIG_NOSYSTEM", "1");
    let output = call.output().unwrap();
    assert!(output.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).trim_end().to_owned()
}

/// A configuration with checks of `(name, script)`.
pub fn checks(all: &[(&str, &str)]) -> String {
    let one = |(name, script): &(&str, &str)| {
        format!("[[check]]\nname = \"{name}\"\nrun = {}\ntimeoutS = 60\n", json!(["sh", "-c", script]))
    };
    all.iter().map(one).collect()
}

pub fn write(dir: &Path, path: &str, text: &str) {
    let at = dir.join(path);
    std::fs::create_dir_all(at.parent().unwrap()).unwrap();
    std::fs::write(at, text).unwrap();
}
