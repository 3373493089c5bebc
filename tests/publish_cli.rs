//! Publishing from a terminal and from the conversation: the built programs, real git, and a real bare repository as
//! the remote. It is fetched from an address of GitHub that nobody asks, and pushed to the folder.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use protocol::ErrorCode;
use protocol::ops::{Nothing, typed};
use protocol::publishing::SetPublishing;
use serde_json::Value;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use testkit::world::{RunningServer, Start, TestRepo, program};

const CONFIG: &str = "[[check]]\nname = \"fine\"\nrun = [\"true\"]\ntimeoutS = 30\n";
const COMPARE: &str = "https://github.com/tern-labs/tern/compare/";

struct Scene {
    repo: TestRepo,
    data: tempfile::TempDir,
    remote: PathBuf,
    server: RunningServer,
}

impl Scene {
    /// A repository with a remote, and one change that landed.
    async fn landed() -> Self {
        let repo =
            TestRepo::with(&[("src/lib.rs", "pub fn foo() {}\n"), (".pilothouse/config.toml", CONFIG)]);
        let data = tempfile::tempdir().unwrap();
        let remote = data.path().join("remote.git");
        repo.git(&["init", "--quiet", "--bare", remote.to_str().unwrap()]);
        repo.git(&["push", "--quiet", remote.to_str().unwrap(), "main"]);
        repo.git(&["remote", "add", "origin", "https://github.com/tern-labs/tern.git"]);
        repo.git(&["remote", "set-url", "--push", "origin", remote.to_str().unwrap()]);
        let start = Start::on(&data.path().join("data"), repo.path()).flag("--trust");
        // Whoever runs this may be signed in with `gh`.
        let start = start.env("PILOTHOUSE_PUBLISH_GH", "false");
        let server = RunningServer::start(&start);
        let scene = Self { repo, data, remote, server };
        scene.land("replace foo with bar in src/**").await;
        scene
    }

    async fn land(&self, text: &str) -> String {
        let sent = self.server.say("dev", text).await;
        self.server.approve_next("dev", sent.cursor, "land").await;
        let landed = self.server.first("dev", sent.cursor, "merge.entry.landed").await;
        landed.payload()["entry"]["jobId"].as_str().unwrap().to_owned()
    }

    async fn run(&self, args: &[&str], input: &'static str) -> Output {
        let mut command = Command::new(program("pilothouse"));
        command.args(args).arg("--data").arg(self.data.path().join("data"));
        command.env("PILOTHOUSE_CONFIG_DIR", self.data.path().join("no-settings"));
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        tokio::task::spawn_blocking(move || {
            let mut child = command.spawn().unwrap();
            let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
            child.wait_with_output().unwrap()
        })
        .await
        .unwrap()
    }

    fn on_remote(&self, branch: &str) -> Option<String> {
        let remote = self.remote.to_str().unwrap();
        let (ok, id) = self.repo.try_git(&["--git-dir", remote, "rev-parse", "--verify", "-q", branch]);
        ok.then_some(id)
    }

    /// From now on the remote says no, in its own words.
    fn refuse(&self) {
        let hook = self.remote.join("hooks/pre-receive");
        std::fs::write(&hook, "#!/bin/sh\necho 'Only on Tuesdays.' >&2\nexit 1\n").unwrap();
        executable(&hook);
    }
}

#[cfg(unix)]
fn executable(path: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
}

#[cfg(not(unix))]
fn executable(_: &Path) {}

fn out(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_landed_is_pushed_from_a_terminal_and_the_link_and_the_exit_code_say_how_it_ended() {
    let scene = Scene::landed().await;
    let tip = scene.repo.git(&["rev-parse", "main_agents"]);

    let would = scene.run(&["publish", "--dry-run"], "").await;
    assert_eq!(would.status.code(), Some(0), "{}", said(&would));
    assert!(out(&would).contains("Goes out  1 commit"), "{}", out(&would));
    let branches = scene.repo.git(&["--git-dir", scene.remote.to_str().unwrap(), "branch", "--list"]);
    assert_eq!(branches.lines().count(), 1, "a dry run pushes nothing: {branches}");

    let pushed = scene.run(&["publish", "dev", "--no-pr", "--json"], "").await;
    assert_eq!(pushed.status.code(), Some(0), "{} {}", out(&pushed), said(&pushed));
    let reply: Value = serde_json::from_slice(&pushed.stdout).unwrap();
    assert_eq!((&reply["status"], &reply["pushed"]), (&"pushed".into(), &true.into()));
    let head = reply["head-branch"].as_str().unwrap().to_owned();
    assert_eq!(scene.on_remote(&head).as_deref(), Some(tip.as_str()));

    let job = scene.land("append a line \"Y\" to src/lib.rs").await;
    let of_job = ["publish", &job, "--title", "Two changes", "--body", "-", "--base", "main"];
    let by_hand = scene.run(&of_job, "Text of it\n").await;
    assert_eq!(by_hand.status.code(), Some(3), "{} {}", out(&by_hand), said(&by_hand));
    assert!(out(&by_hand).starts_with(COMPARE), "{}", out(&by_hand));
    assert!(out(&by_hand).trim_end().lines().count() == 1, "only the link is on standard output");
    assert!(said(&by_hand).contains("(no-credentials)"), "{}", said(&by_hand));

    let status = scene.run(&["publish", "status"], "").await;
    let text = out(&status);
    assert!(text.lines().next().unwrap().contains("manual-pr-required (no-credentials)"), "{text}");
    assert!(text.lines().nth(1).unwrap().contains("pushed"), "{text}");
    let checks = scene.run(&["publish", "checks"], "").await;
    assert_ne!(checks.status.code(), Some(0), "there is no pull request to have any");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_is_told_with_the_remotes_own_words_and_a_protected_branch_asks_first() {
    let scene = Scene::landed().await;
    let protected = scene.run(&["publish", "--no-pr", "--head", "main"], "").await;
    assert_eq!(protected.status.code(), Some(1));
    assert!(said(&protected).contains("(publish.protected)"), "{}", said(&protected));
    let odd = scene.run(&["publish", "--no-pr", "--head=--upload-pack=x"], "").await;
    assert_eq!(odd.status.code(), Some(1));
    assert!(said(&odd).contains("(publish.bad_branch)"), "{}", said(&odd));

    scene.refuse();
    let refused = scene.run(&["publish", "--no-pr", "--head", "fix/tuesday"], "").await;
    assert_eq!(refused.status.code(), Some(1));
    assert!(said(&refused).contains("(remote-rejected)"), "{}", said(&refused));
    assert!(said(&refused).contains("Only on Tuesdays."), "{}", said(&refused));
    assert_eq!(scene.on_remote("fix/tuesday"), None);

    let forced = scene.run(&["publish", "--no-pr", "--head", "main_agents", "--force"], "").await;
    assert_eq!(forced.status.code(), Some(4), "{} {}", out(&forced), said(&forced));
    assert!(said(&forced).contains("Next: pilothouse approve"), "{}", said(&forced));
    assert_eq!(scene.on_remote("main_agents"), None, "nothing is pushed before the answer");
}

#[tokio::test(flavor = "multi_thread")]
async fn publishing_is_a_command_of_the_conversation_too_and_its_sentences_mean_the_same() {
    let scene = Scene::landed().await;
    let sent = scene.server.say("dev", "/publish fix/spoken --no-pr").await;
    let pushed = scene.server.first("dev", sent.cursor, "git.push.succeeded").await;
    assert_eq!(pushed.payload()["by"], "owner");
    assert_eq!(pushed.payload()["head-branch"], "fix/spoken");
    assert!(scene.on_remote("fix/spoken").is_some());

    let sent = scene.server.say("dev", "push and open a pull request").await;
    let manual = scene.server.first("dev", sent.cursor, "git.pr.manual").await;
    assert!(manual.payload()["manual-pr-url"].as_str().unwrap().starts_with(COMPARE));
    let (answer, _) = scene
        .server
        .until("dev", sent.cursor, |e| {
            e.kind() == "assistant_message" && e.payload()["text"].as_str().unwrap().contains(COMPARE)
        })
        .await;
    assert!(!answer.payload()["text"].as_str().unwrap().contains("not available"));

    let sent = scene.server.say("dev", "/publish main --no-pr").await;
    let (answer, between) =
        scene.server.until("dev", sent.cursor, |event| event.kind() == "assistant_message").await;
    assert!(answer.payload()["text"].as_str().unwrap().starts_with("Nothing was pushed."), "{answer:?}");
    assert!(!between.iter().any(|event| event.kind().starts_with("git.")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_no_person_said_in_the_conversation_publishes_nothing() {
    let scene = Scene::landed().await;
    let body = serde_json::json!({ "sessionId": "dev", "prompt": "/publish fix/unsaid --no-pr" });
    let before = scene.server.say("dev", "/status").await.cursor;
    scene.server.client.send("POST", "/requests/enqueue", Some(body)).await.unwrap();
    let (answer, between) = scene
        .server
        .until("dev", before, |e| {
            e.kind() == "assistant_message"
                && e.payload()["text"].as_str().unwrap().contains("a person's own word")
        })
        .await;
    assert!(!answer.payload()["text"].as_str().unwrap().is_empty());
    assert!(!between.iter().any(|event| event.kind().starts_with("git.")));
    assert_eq!(scene.on_remote("fix/unsaid"), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_saved_and_forgotten_by_name_and_never_shown() {
    let scene = Scene::landed().await;
    let saved = scene.run(&["key", "set", "github"], "ghp_Zq7theTokenOfThisTest\n").await;
    assert_eq!(saved.status.code(), Some(0), "{}", said(&saved));
    assert!(out(&saved).contains("github.com"), "{}", out(&saved));
    let status = scene.run(&["key", "status"], "").await;
    let line = out(&status).lines().find(|line| line.starts_with("token")).map(str::to_owned).unwrap();
    assert!(line.contains("saved") && line.contains("github.com"), "{line}");
    for output in [&saved, &status] {
        assert!(!format!("{}{}", out(output), said(output)).contains("Zq7theToken"));
    }
    let elsewhere = scene.run(&["key", "set", "evil.example"], "ghp_x\n").await;
    assert_eq!(elsewhere.status.code(), Some(1), "only hosts that are configured get a token");
    assert_eq!(scene.run(&["key", "forget", "github"], "").await.status.code(), Some(0));
    let status = scene.run(&["key", "status"], "").await;
    assert!(
        out(&status).lines().any(|line| line.starts_with("token") && line.contains("none")),
        "{}",
        out(&status)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_set_up_counts_at_once_is_judged_and_pushes_the_next_landing() {
    let scene = Scene::landed().await;
    let client = &scene.server.client;
    let set =
        |change: SetPublishing| async move { client.call(typed::ConfigSetPublishing, &change, None).await };
    let odd =
        SetPublishing { github_hosts: Some(vec!["git.example.com=ftp://x".into()]), ..Default::default() };
    assert_eq!(set(odd).await.unwrap_err().code, ErrorCode::BadRequest);
    let glob = SetPublishing { protected: Some(vec!["-x".into()]), ..Default::default() };
    assert_eq!(set(glob).await.unwrap_err().code, ErrorCode::BadRequest);

    let release = vec!["release/*".to_owned(), " release/* ".to_owned()];
    let change = SetPublishing {
        protected: Some(release),
        github_hosts: Some(vec!["git.example.com".into()]),
        push: Some(true),
        ..Default::default()
    };
    let shown = set(change).await.unwrap();
    assert_eq!(
        (shown.protected.as_slice(), shown.push, shown.open_pr),
        (&["release/*".to_owned()][..], true, false)
    );
    assert_eq!(shown.open_pr_origin, "built-in");
    assert_eq!(client.call(typed::ConfigPublishing, &Nothing {}, None).await.unwrap(), shown);
    let hosts = client.call(typed::PublishHostsShow, &Nothing {}, None).await.unwrap().hosts;
    assert!(hosts.iter().any(|host| host.host == "git.example.com"), "{hosts:?}");
    let protected = scene.run(&["publish", "--no-pr", "--head", "release/1"], "").await;
    assert!(said(&protected).contains("(publish.protected)"), "{}", said(&protected));

    let sent = scene.server.say("dev", "append a line \"Y\" to src/lib.rs").await;
    scene.server.approve_next("dev", sent.cursor, "land").await;
    let landed = scene.server.first("dev", sent.cursor, "merge.entry.landed").await;
    let pushed = scene.server.first("dev", landed.cursor, "git.push.succeeded").await;
    assert_eq!(pushed.payload()["by"], "merge queue");
    assert_eq!(scene.on_remote("main_agents"), Some(scene.repo.git(&["rev-parse", "main_agents"])));
}
