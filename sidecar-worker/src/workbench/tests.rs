//! Two attempts at one job on real benches: git, a depot, the sandbox of this machine.
#![cfg(target_os = "linux")]

use super::*;
use crate::tests_alone::TestsAlone;
use client::Client;
use host::layers::LayerStore;
use host::sandbox::{Confinement, Preference};
use host::toolchains::{Machine, Toolchains};
use protocol::check::CheckPlan;
use protocol::job::{CheckResult, VerifiedLine};

struct Place {
    folder: tempfile::TempDir,
    shop: Shop,
    base: String,
}

impl Place {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        let user = at("user");
        std::fs::create_dir(&user).unwrap();
        let person = |args: &[&str]| {
            let output = std::process::Command::new("git")
                .current_dir(&user)
                .args(["-c", "user.name=Ada", "-c", "user.email=ada@example.invalid"])
                .args(args)
                .output()
                .unwrap();
            assert!(output.status.success(), "{args:?}");
            String::from_utf8(output.stdout).unwrap().trim().to_owned()
        };
        person(&["init", "--quiet", "--initial-branch=main", "."]);
        std::fs::write(user.join("README.md"), "# Tern\n").unwrap();
        person(&["add", "--all"]);
        person(&["commit", "--quiet", "-m", "first"]);
        let base = person(&["rev-parse", "HEAD"]);
        let git = repo::Git::on_path(std::env::var_os("PATH").unwrap(), &at("git-home")).unwrap();
        let depot = repo::Depot::open_or_create(&git, &at("depot.git")).unwrap();
        depot.sync_from(&user, &["main"]).unwrap();
        let shop = Shop {
            client: Client::new("http://127.0.0.1:9", "token").unwrap(),
            id: "w-1".into(),
            git,
            confinement: Confinement::find(Preference::Auto, Default::default(), folder.path().to_owned())
                .await,
            toolchains: Toolchains::detect(&Machine::current()),
            images: crate::images::Images::new(Default::default(), folder.path().to_owned()),
            layers: LayerStore::open(&at("layers"), 1 << 20).unwrap(),
            disk: u64::MAX,
            spares: std::sync::Arc::new(crate::spares::Spares::open(folder.path(), "w-1")),
        };
        Self { folder, shop, base }
    }

    /// Names are marks of processes on the whole machine, and clearing up ends those, so each test has its own.
    async fn attempt(&self, name: &str) -> anyhow::Result<Workbench> {
        let folder = self.folder.path().join("jobs").join(name);
        let ground = JobGround {
            carried: false,
            workspace_id: serde_json::from_value("ws".into()).unwrap(),
            depot: self.folder.path().join("depot.git").to_string_lossy().into_owned(),
            base_commit: self.base.clone(),
            integration_branch: "main_agents".into(),
            folder: folder.to_string_lossy().into_owned(),
            hide: Vec::new(),
            checks: CheckPlan::none(),
            layers: Vec::new(),
            layers_for: None,
            image: None,
            allow_host: false,
            network: false,
            denied_commands: Vec::new(),
            model: None,
            backend: None,
            reviewer: None,
            left_behind: None,
        };
        Workbench::set_up(&self.shop, "job-1", &ground).await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_attempt_that_lost_its_claim_leaves_its_successor_alone() {
    let place = Place::new().await;
    let stalled = place.attempt("job-1-aaaaaaaa").await.unwrap();
    std::fs::write(stalled.root().join("half.txt"), "half\n").unwrap();
    let successor = place.attempt("job-1-bbbbbbbb").await.unwrap();
    assert!(stalled.root().join("half.txt").is_file(), "setting up does not touch who is still at it");
    std::fs::write(successor.root().join("work.txt"), "work\n").unwrap();
    let argv = ["sh", "-c", "touch ~/began; while [ ! -e ~/go ]; do sleep 0.05; done; echo whole"];
    let argv: Vec<String> = argv.map(str::to_owned).into();
    let home = place.folder.path().join("jobs/job-1-bbbbbbbb/home");
    let lost = async {
        while !home.join("began").exists() {
            tokio::task::yield_now().await;
        }
        stalled.clear().await;
        std::fs::write(home.join("go"), "").unwrap();
    };
    let cancel = Cancel::new();
    let work = successor.run(&argv, Duration::from_secs(60), None, &cancel);
    let (outcome, ()) = tokio::join!(work, lost);
    let outcome = outcome.unwrap();
    assert!(outcome.success(), "{}", outcome.summary());
    assert_eq!(outcome.stdout.text(), "whole\n");
    assert!(!place.folder.path().join("jobs/job-1-aaaaaaaa").exists(), "what was its own is gone");
    assert!(successor.root().join("work.txt").is_file());
    successor.clear().await;
    assert_eq!(std::fs::read_dir(place.folder.path().join("jobs")).unwrap().count(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bench_that_cannot_be_set_up_leaves_no_folder() {
    let mut place = Place::new().await;
    place.base = "1".repeat(40);
    assert!(place.attempt("job-1-99999999").await.is_err(), "there is no such commit");
    assert!(!place.folder.path().join("jobs/job-1-99999999").exists());
}

/// What is found out about the tests of a small change, its validation being `script`.
async fn tests_of(bench: &Workbench, script: &str, handed: Option<&str>) -> anyhow::Result<VerifiedLine> {
    let cancel = Cancel::new();
    std::fs::create_dir(bench.root().join("tests")).unwrap();
    std::fs::write(bench.root().join("code.txt"), "new\n").unwrap();
    std::fs::write(bench.root().join("tests/code.sh"), "test -e code.txt\n").unwrap();
    let sha = crate::gate::commit(bench, "Add code", &cancel).await.unwrap().unwrap();
    let job = serde_json::from_value("job-1".into()).unwrap();
    let journal = Journal::open(Client::new("http://127.0.0.1:9", "token").unwrap(), job, "claim".into());
    let steps = [["sh", "-c", script].map(str::to_owned).to_vec()];
    let handed = handed.unwrap_or(&sha);
    let alone = TestsAlone { bench, steps: &steps, handed, journal: &journal, cancel: &cancel };
    Ok(alone.line().await?.unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn after_the_tests_ran_alone_the_clone_stands_on_the_jobs_branch_and_on_no_other() {
    let place = Place::new().await;
    let bench = place.attempt("job-1-cccccccc").await.unwrap();
    let line = tests_of(&bench, "[ ! -e tests/code.sh ] || sh tests/code.sh", None).await.unwrap();
    assert_eq!(line.what, "The added tests fail without the change", "{line:?}");
    let git = async |args: &[&str]| bench.git(args, &Cancel::new()).await.unwrap().trim().to_owned();
    assert_eq!(git(&["symbolic-ref", "HEAD"]).await, format!("refs/heads/{}", bench.clone.branch));
    let branches = git(&["for-each-ref", "--format=%(refname:short)"]).await;
    assert_eq!(branches, bench.clone.branch);
    assert!(bench.root().join("code.txt").is_file());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clone_that_cannot_be_read_any_more_takes_nothing_back_that_was_handed_over() {
    let place = Place::new().await;
    let bench = place.attempt("job-1-dddddddd").await.unwrap();
    let line = tests_of(&bench, "rm -rf .git; false", None).await.unwrap();
    assert_eq!(line.result, CheckResult::NotChecked, "{line:?}");
    let bench = place.attempt("job-1-eeeeeeee").await.unwrap();
    let line = tests_of(&bench, "true", Some(&"1".repeat(40))).await.unwrap();
    assert_eq!(line.result, CheckResult::NotChecked, "{line:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_branch_that_moved_while_the_tests_ran_alone_is_an_error() {
    let place = Place::new().await;
    let bench = place.attempt("job-1-ffffffff").await.unwrap();
    let branch = &bench.clone.branch;
    let moving = format!("git update-ref refs/heads/{branch} HEAD; false");
    let error = tests_of(&bench, &moving, None).await.unwrap_err();
    assert!(error.to_string().contains("not what was handed over"), "{error:#}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_dead_attempt_left_is_taken_over_and_its_folder_goes() {
    let place = Place::new().await;
    let dead = place.attempt("job-2-aaaaaaaa").await.unwrap();
    dead.begun().await.unwrap();
    let left = dead.folder().to_owned();
    std::fs::write(dead.root().join("new.txt"), "new\n").unwrap();
    std::fs::create_dir(dead.root().join(".git/hooks")).ok();
    // It died in the middle of a commit of its own, and had meant its successor no good.
    std::fs::write(dead.root().join(".git/index.lock"), "").unwrap();
    let mark = place.folder.path().join("ran-outside");
    let config = dead.root().join(".git/config");
    let text = std::fs::read_to_string(&config).unwrap();
    let evil = format!("touch {}", mark.display());
    std::fs::write(
        &config,
        format!("{text}[core]\n\tfsmonitor = {evil}\n[filter \"x\"]\n\tclean = {evil}\n"),
    )
    .unwrap();
    std::fs::write(dead.root().join(".gitattributes"), "*.txt filter=x\n").unwrap();
    dead.leave().await;
    let next = place.attempt("job-2-bbbbbbbb").await.unwrap();
    let commit = next.take_over(&left, &Cancel::new()).await.unwrap().expect("there was work");
    let cancel = Cancel::new();
    next.git(&["merge", "--squash", "--no-commit", &commit], &cancel).await.unwrap();
    assert!(next.root().join("new.txt").is_file());
    assert!(left.exists(), "until work begins in the new folder it is not given up");
    next.begun().await.unwrap();
    assert!(!left.exists() && next.root().join("new.txt").is_file(), "then it is");
    assert!(!mark.exists(), "what the old clone's git is told to run, it runs inside only");
    next.clear().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_in_which_nothing_began_or_nothing_changed_gives_nothing() {
    let place = Place::new().await;
    let dead = place.attempt("job-3-aaaaaaaa").await.unwrap();
    let left = dead.folder().to_owned();
    let next = place.attempt("job-3-bbbbbbbb").await.unwrap();
    let why = next.take_over(&left, &Cancel::new()).await.unwrap_err().to_string();
    assert_eq!(why, "nothing began there");
    dead.begun().await.unwrap();
    dead.leave().await;
    assert_eq!(next.take_over(&left, &Cancel::new()).await.unwrap(), None);
    let elsewhere = tempfile::tempdir().unwrap();
    assert!(next.take_over(elsewhere.path(), &Cancel::new()).await.is_err(), "only a sibling is one");
    next.clear().await;
}
