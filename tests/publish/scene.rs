//! A repository with something landed, a remote, a scripted forge and a server.

use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};
use testkit::forge::Forge;
use testkit::git_host;
use testkit::world::{RunningServer, Start, TestRepo};

/// The only token the scripted forge accepts.
pub const TOKEN: &str = "ghp_0123456789abcdefghijklmnopqrstuvwxyz";

pub struct Scene {
    pub repo: TestRepo,
    pub data: tempfile::TempDir,
    pub home: tempfile::TempDir,
    pub remotes: tempfile::TempDir,
    pub forge: Forge,
    pub server: RunningServer,
    pub start: Start,
}

impl Scene {
    /// The remote is a folder; the address it is fetched from is on the scripted forge.
    pub fn new() -> Self {
        Self::with(|start| start)
    }

    pub fn with(set_up: impl FnOnce(Start) -> Start) -> Self {
        Self::made(|_, start| set_up(start))
    }

    /// `set_up` also sees the scene's folders: home, remotes.
    pub fn made(set_up: impl FnOnce(Places<'_>, Start) -> Start) -> Self {
        let (data, home, remotes) =
            (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let repo = TestRepo::with(&[("README.md", "# Tern\n"), ("src/a.txt", "a\n")]);
        let forge = Forge::start(TOKEN);
        git_host::bare(&remotes.path().join("tern.git"));
        repo.git(&["remote", "add", "origin", "https://forge.test/ada/tern.git"]);
        repo.git(&[
            "remote",
            "set-url",
            "--push",
            "origin",
            &remotes.path().join("tern.git").to_string_lossy(),
        ]);
        landed(&repo, "Round prices");
        let start = Start::on(data.path(), repo.path())
            .workers(0)
            .env("HOME", &home.path().to_string_lossy())
            .env("GIT_CONFIG_NOSYSTEM", "1")
            // Of whoever runs the tests; a server takes what is empty for absent.
            .env("GIT_SSL_CAINFO", "")
            .env("PILOTHOUSE_PUBLISH_GITHUB_HOSTS", &format!("forge.test={}", forge.url()))
            .env("PILOTHOUSE_PUBLISH_GH", "false")
            .env("PILOTHOUSE_PUBLISH_TOKEN_VARIABLES", "forge.test=FORGE_TOKEN")
            .env("FORGE_TOKEN", TOKEN);
        let places = Places { repo: &repo, home: home.path(), remotes: remotes.path() };
        let start = set_up(places, start);
        let server = RunningServer::start(&start);
        Self { repo, data, home, remotes, forge, server, start }
    }

    pub fn bare(&self) -> PathBuf {
        self.remotes.path().join("tern.git")
    }

    /// `POST /sessions/dev/pr`.
    pub async fn publish(&self, body: Value) -> Value {
        let answer = self.server.owner("POST", "/sessions/dev/pr").json(&body).send().await;
        assert_eq!(answer.status, 200, "{}", answer.json());
        answer.json()
    }

    pub async fn rpc(&self, method: &str, params: Value) -> Value {
        let answer = self.server.owner("POST", format!("/v1/rpc/{method}")).json(&params).send().await;
        assert_eq!(answer.status, 200, "{method}: {}", answer.json());
        answer.json()
    }

    pub async fn shown(&self) -> Value {
        self.rpc("publish.show", json!({ "sessionId": "dev" })).await
    }

    /// The `git.*` events of the session so far, as `type reason`.
    pub async fn told(&self) -> Vec<String> {
        let page = self.rpc("session.events", json!({ "sessionId": "dev", "after": 0, "limit": 1000 })).await;
        let all = page["events"].as_array().unwrap();
        let git = all
            .iter()
            .map(|event| &event["envelope"])
            .filter(|e| e["type"].as_str().unwrap().starts_with("git."));
        git.map(|e| {
            let reason =
                e["payload"]["reason"].as_str().map(|reason| format!(" {reason}")).unwrap_or_default();
            format!("{}{reason}", e["type"].as_str().unwrap())
        })
        .collect()
    }

    pub fn head(&self, branch: &str) -> Option<String> {
        at(&self.bare(), branch)
    }
}

pub struct Places<'a> {
    pub repo: &'a TestRepo,
    pub home: &'a Path,
    pub remotes: &'a Path,
}

impl Places<'_> {
    pub fn push_to(&self, address: &str) {
        self.repo.git(&["remote", "set-url", "--push", "origin", address]);
    }

    /// The user's own git configuration.
    pub fn configure(&self, text: &str) {
        std::fs::write(self.home.join(".gitconfig"), text).unwrap();
    }
}

/// A commit on the integration branch, without a checkout; its id.
pub fn landed(repo: &TestRepo, subject: &str) -> String {
    let name = format!("{}.txt", subject.replace(' ', "-").to_lowercase());
    landed_with(repo, subject, &name, "# Tern\n")
}

/// The same, of a file with this text.
pub fn landed_with(repo: &TestRepo, subject: &str, name: &str, text: &str) -> String {
    let onto = match repo.try_git(&["rev-parse", "--verify", "--quiet", "main_agents"]) {
        (true, at) => at,
        (false, _) => repo.git(&["rev-parse", "main"]),
    };
    let tree = repo.git(&["rev-parse", &format!("{onto}^{{tree}}")]);
    std::fs::write(repo.file(".git/text"), text).unwrap();
    let blob = repo.git(&["hash-object", "-w", "--no-filters", ".git/text"]);
    let listed = repo.git(&["ls-tree", &tree]);
    let listing = format!("{listed}\n100644 blob {blob}\t{name}\n");
    let file = repo.file(".git/listing");
    std::fs::write(&file, listing).unwrap();
    let made = Command::new("git")
        .current_dir(repo.path())
        .args(["mktree"])
        .stdin(std::fs::File::open(&file).unwrap())
        .output()
        .unwrap();
    let made = String::from_utf8(made.stdout).unwrap();
    let commit = repo.git(&["commit-tree", made.trim(), "-p", &onto, "-m", subject]);
    repo.git(&["update-ref", "refs/heads/main_agents", &commit]);
    commit
}

/// Where a branch of a bare repository is.
pub fn at(bare: &Path, branch: &str) -> Option<String> {
    let output = Command::new("git")
        .arg("--git-dir")
        .arg(bare)
        .args(["rev-parse", "--verify", "--quiet", &format!("refs/heads/{branch}")])
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap().trim().to_owned();
    (!text.is_empty()).then_some(text)
}

/// Somebody else's commit on a branch of a bare repository, in place of what was there.
pub fn foreign(bare: &Path, branch: &str) -> String {
    let commit = of_eve(bare, None);
    put(bare, branch, &commit);
    commit
}

/// Somebody else's commit in a bare repository, on no branch yet; `onto` is what it continues.
pub fn of_eve(bare: &Path, onto: Option<&str>) -> String {
    let tree = as_eve(bare, &["hash-object", "-t", "tree", "-w", "/dev/null"]);
    // Never the same commit twice, also within a second.
    static TIMES: AtomicU32 = AtomicU32::new(1);
    let message = format!("Eve was here, {}", TIMES.fetch_add(1, Ordering::Relaxed));
    let mut commit = vec!["commit-tree", &tree, "-m", &message];
    commit.extend(onto.into_iter().flat_map(|onto| ["-p", onto]));
    as_eve(bare, &commit)
}

/// Sets a branch of a bare repository to a commit, wherever it was.
pub fn put(bare: &Path, branch: &str, commit: &str) {
    as_eve(bare, &["update-ref", &format!("refs/heads/{branch}"), commit]);
}

fn as_eve(bare: &Path, args: &[&str]) -> String {
    let output = Command::new("git")
        .arg("--git-dir")
        .arg(bare)
        .args(["-c", "user.name=Eve", "-c", "user.email=eve@example.invalid"])
        .args(args)
        .output()
        .unwrap();
    assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// As it stands in a header of basic authentication. The text is on no command line.
pub fn base64(text: &str) -> String {
    use std::io::Write;
    let mut child = Command::new("base64")
        .arg("-w0")
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    String::from_utf8(child.wait_with_output().unwrap().stdout).unwrap().trim().to_owned()
}
