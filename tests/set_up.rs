//! Real projects build and test in the sandbox, offline and warm: through the built programs, with cargo and npm.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use client::StreamEvent;
use protocol::approval::Decision;
use std::path::Path;
use std::process::Command;
use testkit::network::{self, ELSEWHERE, Elsewhere};
use testkit::world::{RunningServer, Start, TestRepo, failed};

fn run(dir: &Path, argv: &[&str]) {
    let output = Command::new(argv[0]).args(&argv[1..]).current_dir(dir).output().expect(argv[0]);
    assert!(output.status.success(), "{argv:?}: {}", String::from_utf8_lossy(&output.stderr));
}

/// A library with one dependency from the registry, as far as this machine's cache has it.
fn cargo_project() -> TestRepo {
    let repo = TestRepo::with(&[
        (
            "Cargo.toml",
            "[package]\nname = \"tern\"\nversion = \"0.1.0\"\nedition = \"2021\"\n\n[dependencies]\nitoa = \"1\"\n",
        ),
        (
            "src/lib.rs",
            "// a quiet bird\npub fn shown(n: u32) -> String {\n    itoa::Buffer::new().format(n).to_owned()\n}\n\n\
             #[test]\nfn numbers_are_shown() {\n    assert_eq!(shown(42), \"42\");\n}\n",
        ),
        (".gitignore", "target\n"),
    ]);
    run(repo.path(), &["cargo", "generate-lockfile", "--offline"]);
    repo.commit_all("lock");
    repo
}

/// An npm package in a tarball, made without npm.
fn tarball(into: &Path) {
    let temp = tempfile::tempdir().unwrap();
    let package = temp.path().join("package");
    std::fs::create_dir(&package).unwrap();
    std::fs::write(
        package.join("package.json"),
        r#"{ "name": "greet", "version": "1.0.0", "main": "index.js" }"#,
    )
    .unwrap();
    std::fs::write(package.join("index.js"), "module.exports = (name) => `hello ${name}`;\n").unwrap();
    run(temp.path(), &["tar", "czf", into.to_str().unwrap(), "package"]);
}

/// A package with one dependency at `place`, and a recipe that needs it. Nothing ignores `node_modules`.
fn npm_project(place: &str, prepare: impl FnOnce(&TestRepo)) -> TestRepo {
    let manifest = format!(
        r#"{{ "name": "tern", "version": "1.0.0", "scripts": {{ "test": "node --test" }}, "dependencies": {{ "greet": "{place}" }} }}"#
    );
    let lock = format!(
        r#"{{ "name": "tern", "version": "1.0.0", "lockfileVersion": 3, "requires": true, "packages": {{
            "": {{ "name": "tern", "version": "1.0.0", "dependencies": {{ "greet": "{place}" }} }},
            "node_modules/greet": {{ "version": "1.0.0", "resolved": "{place}" }} }} }}"#
    );
    let repo = TestRepo::with(&[
        ("package.json", &manifest),
        ("package-lock.json", &lock),
        ("src/greet.js", "// a quiet bird\nmodule.exports = require(\"greet\");\n"),
        (
            "src/generate.js",
            "require(\"fs\").writeFileSync(\"src/made.txt\", require(\"./greet\")(\"recipe\") + \"\\n\");\n",
        ),
        (
            "greet.test.js",
            "const { test } = require(\"node:test\");\nconst assert = require(\"node:assert\");\n\
             test(\"greets\", () => assert.equal(require(\"./src/greet\")(\"tern\"), \"hello tern\"));\n",
        ),
        (
            ".pilothouse/config.toml",
            "[recipes.make]\nrun = [\"node\", \"src/generate.js\"]\nwrites = [\"src/made.txt\"]\n",
        ),
    ]);
    prepare(&repo);
    repo.commit_all("all of it");
    repo
}

fn server(repo: &TestRepo, data: &Path) -> RunningServer {
    let mut server = RunningServer::start(&Start::on(data, repo.path()).flag("--trust"));
    // Set-up, job and check compile or install one after the other.
    server.patience = std::time::Duration::from_secs(300);
    server
}

/// Sends `/test`, waits for its report; the report, and every event of the session until then.
async fn test_passes(server: &RunningServer) -> (String, Vec<StreamEvent>) {
    let sent = server.say("dev", "/test").await;
    let (job, seen) = server.until("dev", sent.cursor, |e| e.kind() == "job_completed" || failed(e)).await;
    assert_eq!(job.kind(), "job_completed", "{} {seen:#?}", job.payload());
    let report = job.payload()["summary"].as_str().unwrap().to_owned();
    assert!(report.contains("passed"), "{report}");
    (report, seen)
}

/// Set-ups that really ran, in the order they ended: whether each went well.
async fn set_ups(server: &RunningServer) -> Vec<bool> {
    let now = server.say("dev", "/status").await;
    let (_, seen) =
        server.until("dev", 0, |e| e.cursor > now.cursor && e.kind() == "assistant_message").await;
    seen.iter()
        .filter(|e| e.kind() == "setup.finished")
        .map(|e| e.payload()["ok"].as_bool().unwrap())
        .collect()
}

/// Sends a change, approves it, and waits until it has landed.
async fn lands(server: &RunningServer, text: &str) {
    let sent = server.say("dev", text).await;
    server.approve_next("dev", sent.cursor, "land").await;
    let (end, seen) = server
        .until("dev", sent.cursor, |e| {
            matches!(e.kind(), "merge.entry.landed" | "merge.entry.returned" | "job_failed")
        })
        .await;
    assert_eq!(end.kind(), "merge.entry.landed", "{:#?}", end.payload());
    assert!(
        seen.iter().any(|e| e.kind() == "merge.check.finished" && e.payload()["ok"] == true),
        "its checks ran"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cargo_project_is_tested_and_changed_offline_and_set_up_once() {
    let (repo, data) = (cargo_project(), tempfile::tempdir().unwrap());
    let first = server(&repo, data.path());
    let (_, seen) = test_passes(&first).await;
    let set_up = seen.iter().find(|e| e.kind() == "setup.finished").expect("set-up ran before the job");
    assert_eq!(set_up.payload()["run"], serde_json::json!(["cargo", "fetch", "--locked"]));
    let started = seen.iter().position(|e| e.kind() == "job_enqueued").unwrap();
    assert!(seen[..started].iter().any(|e| e.kind() == "setup.finished"), "and before it was in the queue");
    lands(&first, "/replace quiet loud src/lib.rs").await;
    assert!(repo.git(&["show", "main_agents:src/lib.rs"]).starts_with("// a loud bird"));
    test_passes(&first).await;
    assert_eq!(set_ups(&first).await, [true], "the job, the checks and the second job share one set-up");
    assert_eq!(first.terminate(), Some(0));
    let second = server(&repo, data.path());
    test_passes(&second).await;
    assert_eq!(set_ups(&second).await, [true], "and so does the next server");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_npm_project_has_its_packages_in_jobs_and_checks_and_never_in_a_commit() {
    let repo = npm_project("file:vendor/greet-1.0.0.tgz", |repo| {
        std::fs::create_dir(repo.file("vendor")).unwrap();
        tarball(&repo.file("vendor/greet-1.0.0.tgz"));
    });
    let data = tempfile::tempdir().unwrap();
    let server = server(&repo, data.path());
    test_passes(&server).await;
    lands(&server, "/replace quiet loud src/greet.js").await;

    // A recipe is held for its first use, then for nothing: the set-up is there.
    let sent = server.say("dev", "/run make").await;
    server.approve_next("dev", sent.cursor, "recipe.first_use").await;
    server.approve_next("dev", sent.cursor, "land").await;
    let (end, seen) = server
        .until("dev", sent.cursor, |e| {
            matches!(e.kind(), "merge.entry.landed" | "merge.entry.returned" | "job_failed")
        })
        .await;
    assert_eq!(end.kind(), "merge.entry.landed", "{:#?} {seen:#?}", end.payload());
    assert_eq!(repo.git(&["show", "main_agents:src/made.txt"]), "hello recipe");
    let files = repo.git(&["ls-tree", "-r", "--name-only", "main_agents"]);
    assert!(!files.contains("node_modules"), "{files}");
    assert_eq!(set_ups(&server).await, [true]);

    // A change of a key file is checked on a set-up of its own, which becomes the workspace's once it has landed.
    lands(&server, "/set package-lock.json note changed").await;
    assert_eq!(set_ups(&server).await, [true, true]);
    test_passes(&server).await;
    lands(&server, "/replace loud calm src/greet.js").await;
    test_passes(&server).await;
    assert_eq!(set_ups(&server).await, [true, true], "what landed is not set up a second time");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_set_up_compiled_is_not_compiled_again_and_a_killed_set_up_is_taken_up_again() {
    let repo = cargo_project();
    let steps = "[[setup]]\nrun = [\"cargo\", \"fetch\", \"--locked\"]\nkey = [\"Cargo.lock\"]\n\n\
                 [[setup]]\nrun = [\"cargo\", \"test\", \"--no-run\"]\nkey = [\"Cargo.lock\"]\n";
    repo.write(".pilothouse/config.toml", steps);
    repo.commit_all("steps");
    let data = tempfile::tempdir().unwrap();
    let first = server(&repo, data.path());
    let sent = first.say("dev", "/test").await;
    first
        .until("dev", sent.cursor, |e| {
            e.kind() == "buddy.status"
                && e.payload()["message"].as_str().is_some_and(|m| m.contains("set-up"))
        })
        .await;
    first.kill();

    let second = server(&repo, data.path());
    let (job, seen) = second.until("dev", sent.cursor, |e| e.kind() == "job_completed" || failed(e)).await;
    assert_eq!(job.kind(), "job_completed", "{} {seen:#?}", job.payload());
    let log: Vec<_> =
        seen.iter().filter(|e| e.kind() == "job_log").map(|e| e.payload()["line"].to_string()).collect();
    assert!(log.iter().any(|line| line.contains("Compiling tern")), "{log:#?}");
    assert!(!log.iter().any(|line| line.contains("Compiling itoa")), "{log:#?}");
    assert!(set_ups(&second).await.into_iter().all(|ok| ok));

    // The checks stand on the same build, and still judge what would land and nothing older.
    lands(&second, "/replace quiet loud src/lib.rs").await;
    let broken = second.say("dev", "/replace format(n) format(n+1) src/lib.rs").await;
    second.approve_next("dev", broken.cursor, "land").await;
    let back = second.first("dev", broken.cursor, "merge.entry.returned").await;
    assert_eq!(back.payload()["reason"], "merge.check_failed");
    assert!(back.payload()["detail"].as_str().unwrap().contains("numbers_are_shown"), "{}", back.payload());
    lands(&second, "/replace loud calm src/lib.rs").await;
}

/// A registry elsewhere: serves one tarball, and writes down each time.
fn registry(listener: &std::net::TcpListener, log: &Path) {
    use std::io::{Read, Write};
    tarball(&log.join("greet.tgz"));
    let bytes = std::fs::read(log.join("greet.tgz")).unwrap();
    for number in 0..8 {
        let (mut line, _) = listener.accept().unwrap();
        let mut asked = [0; 14];
        if line.read_exact(&mut asked).is_ok() && &asked == b"GET /greet.tgz" {
            std::fs::write(log.join(format!("fetched-{number}")), "").unwrap();
        }
        let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", bytes.len());
        let _ = line.write_all(head.as_bytes()).and_then(|()| line.write_all(&bytes));
    }
}

#[test]
fn a_set_up_that_needs_the_network_asks_once_and_a_denial_stops_what_waits_for_it() {
    network::with_a_host_elsewhere(
        "a_set_up_that_needs_the_network_asks_once_and_a_denial_stops_what_waits_for_it",
        registry,
        asks_once,
    );
}

async fn asks_once(there: Elsewhere) {
    let fetched = || {
        let names = std::fs::read_dir(there.log()).unwrap().map(|entry| entry.unwrap().file_name());
        names.filter(|name| name.to_string_lossy().starts_with("fetched")).count()
    };
    let repo = npm_project(&format!("http://{ELSEWHERE}/greet.tgz"), |repo| {
        let recipes = std::fs::read_to_string(repo.file(".pilothouse/config.toml")).unwrap();
        let step = format!(
            "[[setup]]\nrun = [\"npm\", \"ci\"]\nnetwork = [\"npm\", \"{ELSEWHERE}\"]\nkey = [\"package-lock.json\"]\n\n{recipes}"
        );
        repo.write(".pilothouse/config.toml", &step);
    });
    let data = tempfile::tempdir().unwrap();
    let server = server(&repo, data.path());

    let denied = server.say("dev", "/test").await;
    let (question, _) = server.until("dev", denied.cursor, |e| e.kind() == "approval_required").await;
    assert_eq!(question.payload()["action"], "setup.network");
    let details = &question.payload()["details"];
    assert_eq!(details["argv"], serde_json::json!(["npm", "ci"]));
    let hosts = serde_json::json!(["registry.npmjs.org", "registry.yarnpkg.com", ELSEWHERE]);
    assert_eq!(details["hosts"], hosts);
    assert!(details["note"].as_str().unwrap().contains("no others"), "{details}");
    assert!(details["offline"].as_str().is_some_and(|text| !text.is_empty()), "{details}");
    server.answer(question.payload()["approvalId"].as_str().unwrap(), Decision::Deny).await.unwrap();
    let text = server.told_why_not("dev", denied.cursor).await;
    assert!(text.contains("denied"), "{text}");
    assert_eq!(fetched(), 0, "nothing went out");

    let asked = server.say("dev", "/test").await;
    server.approve_next("dev", asked.cursor, "setup.network").await;
    let (job, seen) = server.until("dev", asked.cursor, |e| e.kind() == "job_completed" || failed(e)).await;
    assert_eq!(job.kind(), "job_completed", "{} {seen:#?}", job.payload());
    assert!(job.payload()["summary"].as_str().unwrap().contains("passed"), "{}", job.payload());
    assert_eq!(fetched(), 1);

    lands(&server, "/replace quiet loud src/greet.js").await;
    test_passes(&server).await;
    assert_eq!(set_ups(&server).await, [true], "later work starts from the layer, offline");
    assert_eq!(fetched(), 1);
    assert!(server.pending_approvals().await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_set_up_with_the_network_reaches_nothing_that_it_does_not_name() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let port = listener.local_addr().unwrap().port();
    let ask = |target: &str| {
        format!(
            "exec 3<>/dev/tcp/127.0.0.1/3128 && printf 'CONNECT {target} HTTP/1.1\\r\\n\\r\\n' >&3 && head -1 <&3 >&2"
        )
    };
    // Directly; by its proxy to a host it does not name, and to this machine, which it does name.
    let script = format!(
        "(exec 3<>/dev/tcp/127.0.0.1/{port}) && echo reached this machine >&2\n{}\n{}\nexit 1\n",
        ask("other.example:443"),
        ask(&format!("localhost:{port}"))
    );
    let config = format!(
        "[[setup]]\nrun = [\"bash\", \"load.sh\"]\nnetwork = [\"registry.example\", \"localhost:{port}\"]\nkey = [\"load.sh\"]\n\n[recipes.look]\nrun = [\"ls\"]\n"
    );
    let repo = TestRepo::with(&[("load.sh", script.as_str()), (".pilothouse/config.toml", &config)]);
    let data = tempfile::tempdir().unwrap();
    let server = server(&repo, data.path());
    let sent = server.say("dev", "/run look").await;
    server.approve_next("dev", sent.cursor, "recipe.first_use").await;
    server.approve_next("dev", sent.cursor, "setup.network").await;
    let text = server.told_why_not("dev", sent.cursor).await;
    assert!(text.contains("kept from other.example:443, which its `network` does not name"), "{text}");
    assert!(text.contains("403 Forbidden") && text.contains("502 Bad Gateway"), "{text}");
    assert!(!text.contains("reached this machine"), "{text}");
    let (_, seen) = server.until("dev", sent.cursor, |event| event.kind() == "setup.finished").await;
    let decided: Vec<_> =
        seen.iter().filter(|event| event.kind() == "setup.network").map(StreamEvent::payload).collect();
    let told: Vec<_> =
        decided.iter().map(|one| (one["host"].as_str().unwrap(), &one["port"], &one["allowed"])).collect();
    let no = &serde_json::json!(false);
    assert_eq!(told, [("localhost", &port.into(), no), ("other.example", &443.into(), no)], "{decided:?}");
    assert!(decided[0]["why"].as_str().unwrap().contains("is never reached"), "{decided:?}");
    assert!(decided[1]["why"].as_str().unwrap().contains("does not name it"), "{decided:?}");
    assert!(listener.accept().is_err(), "nobody came");
    std::net::TcpStream::connect(("127.0.0.1", port)).expect("without the sandbox it is there");
}

#[tokio::test(flavor = "multi_thread")]
async fn on_the_plain_host_too_set_up_is_made_once_and_laid_into_jobs_and_checks() {
    let config = "[[setup]]\nrun = [\"sh\", \"-c\", \"mkdir -p vendor && cp lock vendor/made\"]\nkey = [\"lock\"]\n\n\
        [[check]]\nname = \"set up\"\nrun = [\"cmp\", \"lock\", \"vendor/made\"]\n";
    let repo = TestRepo::with(&[
        ("lock", "first\n"),
        ("src/bird.txt", "a quiet bird\n"),
        (".gitignore", "vendor\n"),
        (".pilothouse/config.toml", config),
    ]);
    let data = tempfile::tempdir().unwrap();
    let start = Start::on(data.path(), repo.path()).flag("--trust").env("PILOTHOUSE_SANDBOX_BACKEND", "host");
    let server = RunningServer::start(&start);
    lands(&server, "/replace quiet loud src/bird.txt").await;
    lands(&server, "/replace loud calm src/bird.txt").await;
    assert_eq!(set_ups(&server).await, [true], "later work starts from the layer");
    lands(&server, "/replace first second lock").await;
    assert_eq!(set_ups(&server).await, [true, true], "another key, another layer");
    let layers = std::fs::read_dir(data.path().join("layers")).unwrap().count();
    assert!(layers >= 2, "{layers}");
    assert!(!repo.file("vendor").exists(), "nothing of it is in the checkout");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_set_up_that_fails_says_why_and_what_to_do_and_holds_nothing_else_up() {
    let repo = TestRepo::with(&[
        ("src/a.txt", "one\n"),
        (
            ".pilothouse/config.toml",
            "[[setup]]\nrun = [\"sh\", \"-c\", \"echo the cause >&2; test -e ready\"]\nkey = [\"ready\"]\n\n\
             [[check]]\nname = \"look\"\nrun = [\"test\", \"-e\", \"src/a.txt\"]\n\n[recipes.look]\nrun = [\"ls\", \"src\"]\n",
        ),
    ]);
    let data = tempfile::tempdir().unwrap();
    let server = server(&repo, data.path());
    let sent = server.say("dev", "/run look").await;
    server.approve_next("dev", sent.cursor, "recipe.first_use").await;
    let text = server.told_why_not("dev", sent.cursor).await;
    assert!(
        text.contains("the cause") && text.contains("exit code 1") && text.contains("[[setup]]"),
        "{text}"
    );

    // What runs no code of the repository goes on; its landing waits, visibly, for the set-up its check needs.
    let edit = server.say("dev", "/replace one two src/a.txt").await;
    server.approve_next("dev", edit.cursor, "land").await;
    let (stuck, _) = server
        .until("dev", edit.cursor, |e| {
            e.payload()["entry"]["reason"].as_str().is_some_and(|r| r.contains("the cause"))
        })
        .await;
    assert_eq!(stuck.payload()["entry"]["state"], "approved");
    repo.write("ready", "");
    repo.commit_all("ready");
    server.first("dev", edit.cursor, "merge.entry.landed").await;
    assert_eq!(set_ups(&server).await, [false, true]);
}
