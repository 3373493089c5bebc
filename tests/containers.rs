//! Jobs and checks in real containers: through the built programs, with an engine of the test's own.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../src-tauri/crates/host/tests/support/dockerd.rs"]
mod dockerd;

use bollard::query_parameters::{EventsOptionsBuilder, ListContainersOptionsBuilder, TopOptions};
use client::StreamEvent;
use dockerd::{Dockerd, IMAGE, SERVED_AT, dockerd, dockerd_with_network};
use futures_util::StreamExt as _;
use protocol::ops::{JobParams, Nothing, typed};
use serde_json::json;
use std::path::Path;
use std::time::{Duration, Instant};
use testkit::model_server::{ModelServer, Script, Seen, Step, Task, When};
use testkit::world::processes::below;
use testkit::world::{RunningServer, Start, TestRepo, failed};

fn start(data: &Path, repo: &TestRepo, engine: &Dockerd, sandbox: &str) -> Start {
    Start::on(data, repo.path())
        .flag("--trust")
        .env("PILOTHOUSE_SANDBOX_BACKEND", sandbox)
        .env("PILOTHOUSE_SANDBOX_IMAGE", IMAGE)
        .env("PILOTHOUSE_SANDBOX_ENGINE", engine.socket().to_str().unwrap())
}

async fn backend_of(server: &RunningServer, job: &StreamEvent) -> String {
    let id = protocol::JobId::parse(job.payload()["jobId"].as_str().unwrap()).unwrap();
    let job = server.client.call(typed::JobsGet, &JobParams { id }, None).await.unwrap();
    job.isolation.expect("it was stored").backend
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_is_made_checked_and_landed_in_containers_and_none_is_left() {
    let Some(engine) = dockerd().await else { return };
    // Only the image of these tests has the program of the check in this place.
    let repo = TestRepo::with(&[
        ("src/bird.txt", "a quiet bird\n"),
        (
            ".pilothouse/config.toml",
            "[[check]]\nname = \"inside\"\nrun = [\"sh\", \"-c\", \"test -x /.pilothouse/inside && grep -q bird src/bird.txt\"]\n",
        ),
    ]);
    let data = tempfile::tempdir().unwrap();
    let server = RunningServer::start(&start(data.path(), &repo, &engine, "container"));
    let sent = server.say("dev", "/replace quiet loud src/bird.txt").await;
    let (job, seen) = server.until("dev", sent.cursor, |e| e.kind() == "job_completed" || failed(e)).await;
    assert_eq!(job.kind(), "job_completed", "{} {seen:#?}", job.payload());
    assert_eq!(backend_of(&server, &job).await, "container");
    server.approve_next("dev", sent.cursor, "land").await;
    let ends = |e: &StreamEvent| matches!(e.kind(), "merge.entry.landed" | "merge.entry.returned");
    let (end, _) = server.until("dev", sent.cursor, ends).await;
    assert_eq!(end.kind(), "merge.entry.landed", "{:#?}", end.payload());
    assert_eq!(repo.git(&["show", "main_agents:src/bird.txt"]), "a loud bird");
    assert_eq!(server.terminate(), Some(0));
    none_runs(&engine).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_works_in_a_container_where_nothing_but_the_server_reaches_it() {
    let Some(engine) = dockerd().await else { return };
    let repo = TestRepo::with(&[
        ("src/bird.txt", "a quiet bird\n"),
        (
            ".pilothouse/config.toml",
            "[[check]]\nname = \"bird\"\nrun = [\"grep\", \"-q\", \"bird\", \"src/bird.txt\"]\n",
        ),
    ]);
    let plan = Task {
        says: "I will make it loud.",
        title: "Make the bird loud",
        instruction: "Make the bird in src/bird.txt loud.",
        write_globs: &["src/**"],
        most_files: 1,
        accepted: "The bird is loud",
        proven_by: &[&["grep", "-q", "loud", "src/bird.txt"]],
    };
    let model =
        ModelServer::start(Script::new([Step::json(plan.plan()).when(When::system("RemoteBuddy"))])).unwrap();
    // What only the image of these tests has; the model's own address, and its key; and the change.
    let look = format!(
        "test -x /.pilothouse/inside && echo in-\"the\"-image; \
         (exec 3<>/dev/tcp/127.0.0.1/{}) 2>/dev/null && echo came-\"through\"; \
         cat /proc/[0-9]*/environ | tr '\\0' '\\n' | grep -a the-key | tr a-z b-za; echo looked",
        model.port()
    );
    for command in [look, "sed -i s/quiet/loud/ src/bird.txt".to_owned()] {
        let command = json!({ "command": format!("bash -c {}", shell_words(&command)) });
        model.push(Step::call("bash", command).when(When::tool("bash")));
    }
    let finish = json!({ "summary": "the bird is loud", "confidence": "high" });
    model.push(Step::call("finish", finish).when(When::tool("bash")));
    let data = tempfile::tempdir().unwrap();
    let mut wanted = start(data.path(), &repo, &engine, "container");
    for role in ["REMOTEBUDDY", "WORKERS"] {
        wanted = wanted
            .model(role, &model.base_url(), "openai")
            .env(&format!("{role}_LLM_API_KEY"), "sk-the-key-of-the-model");
    }
    let server = RunningServer::start(&wanted);
    let sent = server.say("dev", "please make the bird loud").await;
    let (job, _) = server.until("dev", sent.cursor, |e| e.kind() == "job_completed" || failed(e)).await;
    assert_eq!(job.kind(), "job_completed", "{}", job.payload());
    assert_eq!(backend_of(&server, &job).await, "container");
    server.approve_next("dev", sent.cursor, "land").await;
    server.first("dev", sent.cursor, "merge.entry.landed").await;
    assert_eq!(repo.git(&["show", "main_agents:src/bird.txt"]), "a loud bird");
    let requests = model.requests();
    let keyed = |seen: &&Seen| seen.header("authorization") == Some("Bearer sk-the-key-of-the-model");
    assert_eq!(requests.iter().filter(keyed).count(), requests.len(), "by the server, with the key");
    let shown = requests.last().unwrap().all();
    assert!(shown.contains("in-the-image") && shown.contains("looked"), "{shown}");
    assert!(!shown.contains("came-through") && !shown.contains("uif-lfz"), "{shown}");
    std::net::TcpStream::connect(("127.0.0.1", model.port())).expect("outside it is there");
}

fn shell_words(command: &str) -> String {
    format!("'{}'", command.replace('\'', "'\\''"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_whose_engine_stops_begins_anew_in_what_works_then() {
    let Some(mut engine) = dockerd().await else { return };
    let repo = TestRepo::with(&[
        ("src/bird.txt", "a quiet bird\n"),
        (
            ".pilothouse/config.toml",
            "[recipes.slow]\nrun = [\"sh\", \"-c\", \"test -x /.pilothouse/inside && echo begun && sleep 600; echo made > src/made.txt\"]\nwrites = [\"src/made.txt\"]\n",
        ),
    ]);
    let data = tempfile::tempdir().unwrap();
    let server = RunningServer::start(&start(data.path(), &repo, &engine, "auto"));
    let sent = server.say("dev", "/run slow").await;
    server.approve_next("dev", sent.cursor, "recipe.first_use").await;
    let sleeps = || async {
        let all = below(engine.pid());
        all.iter().any(|process| process.argv == "sleep 600").then_some(())
    };
    server.eventually("the job's command runs in its container", sleeps).await;
    engine.crash();
    let (job, seen) = server.until("dev", sent.cursor, |e| e.kind() == "job_completed" || failed(e)).await;
    assert_eq!(job.kind(), "job_completed", "{} {seen:#?}", job.payload());
    assert_eq!(backend_of(&server, &job).await, "bwrap");
}

/// A recipe whose every run leaves a line that git never sees, and which ends once `go` is in its HOME.
fn held_repository() -> TestRepo {
    let slow = "test -x /.pilothouse/inside && echo begun; until test -e $HOME/go; do sleep 0.05; done; echo made >> src/made.txt";
    let config = format!(
        "checks = []\n[recipes.slow]\nrun = [\"sh\", \"-c\", \"{slow}\"]\nwrites = [\"src/made.txt\"]\n"
    );
    TestRepo::with(&[("src/bird.txt", "a quiet bird\n"), (".pilothouse/config.toml", &config)])
}

/// Lets it end, in whichever attempt that is.
fn let_go(data: &Path) {
    for folder in std::fs::read_dir(data.join("jobs")).unwrap() {
        let home = folder.unwrap().path().join("home");
        if home.exists() {
            std::fs::write(home.join("go"), "").unwrap();
        }
    }
}

fn says(event: &StreamEvent, words: &str) -> bool {
    event.kind() == "job_log" && event.payload()["line"].as_str().is_some_and(|line| line.contains(words))
}

#[tokio::test(flavor = "multi_thread")]
async fn where_a_container_is_required_a_job_whose_engine_stops_waits_for_it_and_is_done_once() {
    let Some(mut engine) = dockerd().await else { return };
    let (repo, data) = (held_repository(), tempfile::tempdir().unwrap());
    let start =
        start(data.path(), &repo, &engine, "container").env("PILOTHOUSE_SANDBOX_REQUIRE", "container");
    let server = RunningServer::start(&start);
    // The owner's word for plain processes is there and counts for nothing.
    let listed = server.client.call(typed::WorkspaceList, &Nothing {}, None).await.unwrap();
    let change = json!({ "id": listed.workspaces[0].id, "allowHost": true });
    let change = serde_json::from_value(change).unwrap();
    server.client.call(typed::WorkspaceUpdate, &change, None).await.unwrap();
    let sent = server.say("dev", "/run slow").await;
    server.approve_next("dev", sent.cursor, "recipe.first_use").await;
    let (first, _) = server.until("dev", sent.cursor, |e| says(e, "begun")).await;
    let id = first.payload()["jobId"].as_str().unwrap().to_owned();
    engine.crash();

    let (told, seen) =
        server.until("dev", first.cursor, |e| says(e, "Nothing weaker is taken") || failed(e)).await;
    assert_eq!(told.kind(), "job_log", "{} {seen:#?}", told.payload());
    assert!(told.payload()["line"].as_str().unwrap().contains("engine"), "{}", told.payload());
    let job = |id: &str| {
        let id = protocol::JobId::parse(id).unwrap();
        async { server.client.call(typed::JobsGet, &JobParams { id }, None).await.unwrap() }
    };
    assert_eq!(
        serde_json::to_value(job(&id).await.status).unwrap(),
        "claimed",
        "nobody else takes it meanwhile"
    );
    // Its command is a loop of `sleep 0.05`, which would be seen among what our own processes started.
    let ours = below(server.pid());
    assert!(!ours.iter().any(|process| process.argv.contains("go; do sleep")), "{ours:#?}");

    engine.restart();
    let (again, seen) = server.until("dev", told.cursor, |e| says(e, "begun") || failed(e)).await;
    assert_eq!(again.kind(), "job_log", "{} {seen:#?}", again.payload());
    assert_eq!(again.payload()["jobId"], first.payload()["jobId"], "the same job");
    let one = || async { (at_work(&engine).await.0.len() == 1).then_some(()) };
    server.eventually("it runs in one container", one).await;
    let_go(data.path());
    let (end, seen) = server.until("dev", again.cursor, |e| e.kind() == "job_completed" || failed(e)).await;
    assert_eq!(end.kind(), "job_completed", "{} {seen:#?}", end.payload());
    assert_eq!(backend_of(&server, &end).await, "container");
    server.approve_next("dev", again.cursor, "land").await;
    server.first("dev", again.cursor, "merge.entry.landed").await;
    assert_eq!(repo.git(&["show", "main_agents:src/made.txt"]), "made", "it was done once");
    let (_, seen) = server.until("dev", 0, |e| e.kind() == "merge.entry.landed").await;
    let times = |kind: &str| seen.iter().filter(|e| e.kind() == kind).count();
    assert_eq!((times("job.requeued"), times("job_completed"), times("job_claimed")), (1, 1, 2));

    // Waiting for an engine is waited for by nobody who does not want to.
    let sent = server.say("dev", "/run slow").await;
    let (begun, _) = server.until("dev", sent.cursor, |e| says(e, "begun")).await;
    let id = begun.payload()["jobId"].as_str().unwrap().to_owned();
    engine.crash();
    server.until("dev", begun.cursor, |e| says(e, "Nothing weaker is taken")).await;
    let cancel = server.owner("POST", format!("/jobs/{id}/cancel")).json(&json!({})).send().await;
    assert_eq!(cancel.status, 200);
    server.until("dev", begun.cursor, |e| e.kind() == "job.cancelled" || failed(e)).await;
    assert_eq!(serde_json::to_value(job(&id).await.status).unwrap(), "cancelled");
    assert_eq!(server.terminate(), Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_engine_that_was_down_when_the_crew_began_is_found_by_the_next_job_and_by_its_checks() {
    let Some(mut engine) = dockerd().await else { return };
    // Only the image of these tests has the program of the check in this place.
    let config = "[[check]]\nname = \"inside\"\nrun = [\"sh\", \"-c\", \"test -x /.pilothouse/inside\"]\n";
    let repo = TestRepo::with(&[("src/bird.txt", "a quiet bird\n"), (".pilothouse/config.toml", config)]);
    let data = tempfile::tempdir().unwrap();
    engine.crash();
    let server = RunningServer::start(&start(data.path(), &repo, &engine, "container"));
    let sent = server.say("dev", "/replace quiet loud src/bird.txt").await;
    let ends = |e: &StreamEvent| e.kind() == "job_completed" || failed(e);
    let (end, _) = server.until("dev", sent.cursor, ends).await;
    let why = end.payload()["message"].as_str().unwrap_or_default();
    assert!(why.contains(engine.socket().to_str().unwrap()), "{}", end.payload());
    let worker = || below(server.pid()).into_iter().find(|p| p.argv.contains("--worker-id")).map(|p| p.pid);
    let before = worker();
    engine.restart();
    let sent = server.say("dev", "/replace quiet loud src/bird.txt").await;
    let (end, seen) = server.until("dev", sent.cursor, ends).await;
    assert_eq!(end.kind(), "job_completed", "{} {seen:#?}", end.payload());
    assert_eq!(backend_of(&server, &end).await, "container");
    assert!(before.is_some() && worker() == before, "the same worker found it");
    server.first("dev", sent.cursor, "system.sandbox").await;
    server.approve_next("dev", sent.cursor, "land").await;
    let ends = |e: &StreamEvent| matches!(e.kind(), "merge.entry.landed" | "merge.entry.returned");
    let (end, _) = server.until("dev", sent.cursor, ends).await;
    assert_eq!(end.kind(), "merge.entry.landed", "{:#?}", end.payload());
    assert_eq!(repo.git(&["show", "main_agents:src/bird.txt"]), "a loud bird");
    assert_eq!(server.terminate(), Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_set_up_in_a_container_is_there_for_later_jobs_and_checks() {
    let Some(engine) = dockerd().await else { return };
    let config = "[[setup]]\nrun = [\"sh\", \"-c\", \"test -x /.pilothouse/inside && mkdir -p vendor && cp lock vendor/made\"]\n\
        key = [\"lock\"]\n\n\
        [[check]]\nname = \"set up\"\nrun = [\"sh\", \"-c\", \"test -x /.pilothouse/inside && cmp lock vendor/made\"]\n";
    let repo = TestRepo::with(&[
        ("lock", "first\n"),
        ("src/bird.txt", "a quiet bird\n"),
        (".gitignore", "vendor\n"),
        (".pilothouse/config.toml", config),
    ]);
    let data = tempfile::tempdir().unwrap();
    let server = RunningServer::start(&start(data.path(), &repo, &engine, "container"));
    for (text, set_ups) in [
        ("/replace quiet loud src/bird.txt", 1),
        ("/replace loud calm src/bird.txt", 1),
        ("/replace first second lock", 2),
    ] {
        let sent = server.say("dev", text).await;
        server.approve_next("dev", sent.cursor, "land").await;
        let ends =
            |e: &StreamEvent| matches!(e.kind(), "merge.entry.landed" | "merge.entry.returned") || failed(e);
        let (end, _) = server.until("dev", sent.cursor, ends).await;
        assert_eq!(end.kind(), "merge.entry.landed", "{text}: {:#?}", end.payload());
        let (_, seen) = server.until("dev", 0, |e| e.cursor >= end.cursor).await;
        let ran: Vec<_> = seen.iter().filter(|e| e.kind() == "setup.finished").collect();
        assert!(ran.iter().all(|e| e.payload()["ok"] == true), "{ran:#?}");
        assert_eq!(ran.len(), set_ups, "{text}: {ran:#?}");
    }
    assert_eq!(server.terminate(), Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_set_up_that_asks_for_the_whole_network_gets_it_in_its_container_once_it_is_allowed_and_nothing_else_does()
 {
    let Some(engine) = dockerd_with_network().await else { return };
    let served = tempfile::tempdir_in(engine.folder()).unwrap();
    std::fs::write(served.path().join("package"), "from the registry\n").unwrap();
    engine.serve(served.path());
    let (host, port) = SERVED_AT.split_once(':').unwrap();
    let fetch = format!(
        "test -x /.pilothouse/inside || exit 9\nexec 3<>/dev/tcp/{host}/{port} || exit 3\n\
         printf 'GET /package HTTP/1.0\\r\\n\\r\\n' >&3\ncat <&3 | grep registry\n"
    );
    let config = "[[setup]]\nrun = [\"sh\", \"-c\", \"mkdir -p vendor && sh fetch.sh > vendor/made\"]\n\
         key = [\"lock\"]\nnetwork = [\"*\"]\n\n\
         [[check]]\nname = \"set up, and offline\"\nrun = [\"sh\", \"-c\", \"grep registry vendor/made && ! sh fetch.sh\"]\n";
    let repo = TestRepo::with(&[
        ("lock", "first\n"),
        ("fetch.sh", &fetch),
        ("src/bird.txt", "a quiet bird\n"),
        (".gitignore", "vendor\n"),
        (".pilothouse/config.toml", config),
    ]);
    let data = tempfile::tempdir().unwrap();
    let server = RunningServer::start(&start(data.path(), &repo, &engine, "container"));
    let sent = server.say("dev", "/replace quiet loud src/bird.txt").await;
    server.approve_next("dev", sent.cursor, "land").await;
    // The edit itself runs no code; its check is the first to need what is set up.
    let asked = server.approve_next("dev", sent.cursor, "setup.network").await;
    assert_eq!(asked.payload()["details"]["hosts"], json!(["*"]));
    let note = asked.payload()["details"]["note"].as_str().unwrap();
    assert!(note.contains("the whole network"), "{note}");
    let offline = asked.payload()["details"]["offline"].as_str().unwrap();
    assert!(offline.contains("unreachable"), "it was tried without first: {offline}");
    let ends =
        |e: &StreamEvent| matches!(e.kind(), "merge.entry.landed" | "merge.entry.returned") || failed(e);
    let (end, _) = server.until("dev", sent.cursor, ends).await;
    assert_eq!(end.kind(), "merge.entry.landed", "{:#?}", end.payload());
    // What was fetched is there for the next one, without a question and without the network.
    std::fs::remove_file(served.path().join("package")).unwrap();
    let sent = server.say("dev", "/replace loud calm src/bird.txt").await;
    server.approve_next("dev", sent.cursor, "land").await;
    let (end, _) = server.until("dev", sent.cursor, ends).await;
    assert_eq!(end.kind(), "merge.entry.landed", "{:#?}", end.payload());
    let (_, seen) = server.until("dev", 0, |e| e.cursor >= end.cursor).await;
    let asked =
        seen.iter().filter(|e| e.kind() == "approval_required" && e.payload()["action"] == "setup.network");
    assert_eq!(asked.count(), 1);
    assert_eq!(seen.iter().filter(|e| e.kind() == "setup.finished").count(), 1);
    assert_eq!(server.terminate(), Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_set_up_with_the_network_reaches_nothing_that_it_does_not_name_from_its_container() {
    let Some(engine) = dockerd_with_network().await else { return };
    let served = tempfile::tempdir_in(engine.folder()).unwrap();
    std::fs::write(served.path().join("package"), "from the registry\n").unwrap();
    engine.serve(served.path());
    let (host, port) = SERVED_AT.split_once(':').unwrap();
    let script = format!(
        "(exec 3<>/dev/tcp/{host}/{port}) && echo came through >&2\n\
         exec 3<>/dev/tcp/127.0.0.1/3128 && printf 'CONNECT other.example:443 HTTP/1.1\\r\\n\\r\\n' >&3 && cat <&3 >&2\n\
         exit 1\n"
    );
    let config = "[[setup]]\nrun = [\"sh\", \"load.sh\"]\nnetwork = [\"registry.example\"]\nkey = [\"load.sh\"]\n\n\
         [recipes.look]\nrun = [\"ls\"]\n";
    let repo = TestRepo::with(&[("load.sh", script.as_str()), (".pilothouse/config.toml", config)]);
    let data = tempfile::tempdir().unwrap();
    let server = RunningServer::start(&start(data.path(), &repo, &engine, "container"));
    let sent = server.say("dev", "/run look").await;
    server.approve_next("dev", sent.cursor, "recipe.first_use").await;
    server.approve_next("dev", sent.cursor, "setup.network").await;
    let text = server.told_why_not("dev", sent.cursor).await;
    assert!(text.contains("kept from other.example:443") && text.contains("403 Forbidden"), "{text}");
    assert!(!text.contains("came through"), "{text}");
    assert_eq!(server.terminate(), Some(0));
}

/// Containers of this engine that run, by their ids.
async fn running(engine: &Dockerd) -> Vec<String> {
    let all = engine.client().list_containers(None).await.unwrap();
    all.into_iter().filter_map(|container| container.id).collect()
}

/// Waits until none runs: what ended with its server leaves the engine's list a moment later.
async fn none_runs(engine: &Dockerd) {
    let since = Instant::now();
    loop {
        let left = running(engine).await;
        if left.is_empty() {
            return;
        }
        assert!(since.elapsed() < Duration::from_secs(60), "{left:?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Those of them in which a command runs, and those that were opened ahead and wait.
async fn at_work(engine: &Dockerd) -> (Vec<String>, Vec<String>) {
    let (mut working, mut waiting) = (Vec::new(), Vec::new());
    for id in running(engine).await {
        // One that ends just now is neither.
        let Ok(found) = engine.client().top_processes(&id, None::<TopOptions>).await else { continue };
        match found.processes.unwrap_or_default().len() {
            0 => {}
            1 => waiting.push(id),
            _ => working.push(id),
        }
    }
    (working, waiting)
}

/// Waits until a command runs in one container and another waits beside it.
async fn one_and_the_next(server: &RunningServer, engine: &Dockerd) -> (String, String) {
    let both = || async {
        let (mut working, mut waiting) = at_work(engine).await;
        (working.len() == 1 && waiting.len() == 1).then(|| (working.remove(0), waiting.remove(0)))
    };
    server.eventually("its command runs in one container, and the next one waits", both).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_killed_in_the_middle_of_a_job_has_it_done_once_in_one_container() {
    let Some(engine) = dockerd().await else { return };
    // Every run of it leaves a line that git never sees; only the last one is let through.
    let slow = "echo begun; until test -e $HOME/go; do sleep 0.05; done; echo made >> src/made.txt";
    let config = format!(
        "checks = []\n[recipes.slow]\nrun = [\"sh\", \"-c\", \"{slow}\"]\nwrites = [\"src/made.txt\"]\n"
    );
    let repo = TestRepo::with(&[("src/bird.txt", "a quiet bird\n"), (".pilothouse/config.toml", &config)]);
    let data = tempfile::tempdir().unwrap();
    let start = start(data.path(), &repo, &engine, "container");
    let server = RunningServer::start(&start);
    let sent = server.say("dev", "/run slow").await;
    server.approve_next("dev", sent.cursor, "recipe.first_use").await;
    let begun = |e: &StreamEvent| e.kind() == "job_log" && e.payload()["line"] == "begun";
    let (first, _) = server.until("dev", sent.cursor, begun).await;
    let (working, waiting) = one_and_the_next(&server, &engine).await;
    server.kill();

    let server = RunningServer::start(&start);
    let (again, _) = server.until("dev", first.cursor, begun).await;
    assert_eq!(again.payload()["jobId"], first.payload()["jobId"], "the same job");
    let only = || async {
        let (now, _) = at_work(&engine).await;
        let all = running(&engine).await;
        (now.len() == 1 && !all.contains(&working) && !all.contains(&waiting)).then_some(())
    };
    server.eventually("those of before are gone, and one of the new attempt runs", only).await;
    let folders = std::fs::read_dir(data.path().join("jobs")).unwrap();
    let homes: Vec<_> =
        folders.map(|entry| entry.unwrap().path().join("home")).filter(|home| home.exists()).collect();
    assert_eq!(homes.len(), 1, "nothing works on the attempt of before: {homes:?}");
    std::fs::write(homes[0].join("go"), "").unwrap();
    let (end, seen) = server.until("dev", again.cursor, |e| e.kind() == "job_completed" || failed(e)).await;
    assert_eq!(end.kind(), "job_completed", "{} {seen:#?}", end.payload());
    assert_eq!(backend_of(&server, &end).await, "container");
    server.approve_next("dev", again.cursor, "land").await;
    server.first("dev", again.cursor, "merge.entry.landed").await;
    assert_eq!(repo.git(&["show", "main_agents:src/made.txt"]), "made", "it was done once");
    let (_, seen) = server.until("dev", 0, |e| e.kind() == "merge.entry.landed").await;
    assert_eq!(seen.iter().filter(|e| e.kind() == "job_completed").count(), 1);
    assert_eq!(server.terminate(), Some(0));
    none_runs(&engine).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_killed_in_the_middle_of_a_check_of_the_queue_lands_its_entry_once_and_leaves_no_container()
{
    let Some(engine) = dockerd().await else { return };
    let held = "test -x /.pilothouse/inside && until test -e $HOME/go; do sleep 0.05; done";
    let config = format!("[[check]]\nname = \"held\"\nrun = [\"sh\", \"-c\", \"{held}\"]\ntimeoutS = 300\n");
    let repo = TestRepo::with(&[("src/bird.txt", "a quiet bird\n"), (".pilothouse/config.toml", &config)]);
    let data = tempfile::tempdir().unwrap();
    let start = start(data.path(), &repo, &engine, "container");
    let server = RunningServer::start(&start);
    let sent = server.say("dev", "/replace quiet loud src/bird.txt").await;
    server.approve_next("dev", sent.cursor, "land").await;
    // Which containers there are first: the check that is seen afterwards runs in none that was gone by then.
    let checked = || async {
        let all = running(&engine).await;
        let held = below(engine.pid()).iter().any(|process| process.argv.contains("until test -e $HOME/go"));
        (held && !all.is_empty()).then_some(all)
    };
    let before = server.eventually("the check runs in a container", checked).await;
    server.kill();

    let server = RunningServer::start(&start);
    let anew = || async { checked().await.filter(|now| now.iter().all(|id| !before.contains(id))) };
    server.eventually("it runs again, in a container of its own", anew).await;
    for home in std::fs::read_dir(data.path().join("homes")).unwrap().flatten() {
        if home.file_name().to_string_lossy().contains("-slot-") {
            std::fs::write(home.path().join("go"), "").unwrap();
        }
    }
    let ends =
        |e: &StreamEvent| matches!(e.kind(), "merge.entry.landed" | "merge.entry.returned") || failed(e);
    let (end, _) = server.until("dev", sent.cursor, ends).await;
    assert_eq!(end.kind(), "merge.entry.landed", "{:#?}", end.payload());
    let none = || async { made(&engine).await.is_empty().then_some(()) };
    server.eventually("no container is left", none).await;
    assert_eq!(repo.git(&["show", "main_agents:src/bird.txt"]), "a loud bird");
    assert_eq!(repo.git(&["rev-list", "--count", "main..main_agents"]), "1", "it landed once");
    let said = server.say("dev", "/status").await;
    let (_, seen) = server.until("dev", 0, |e| e.cursor >= said.cursor).await;
    let times = |kind: &str| seen.iter().filter(|e| e.kind() == kind).count();
    assert_eq!((times("merge.entry.landed"), times("merge.check.cancelled")), (1, 1));
    assert_eq!(server.terminate(), Some(0));
    none_runs(&engine).await;
}

/// Every container of this engine, running or not, with the job it is labelled with.
async fn made(engine: &Dockerd) -> Vec<(String, String)> {
    let options = ListContainersOptionsBuilder::default().all(true).build();
    let all = engine.client().list_containers(Some(options)).await.unwrap();
    let job = |labels: Option<std::collections::HashMap<String, String>>| {
        labels.unwrap_or_default().remove("dev.pilothouse.job").unwrap_or_default()
    };
    all.into_iter().map(|one| (one.id.unwrap(), job(one.labels))).collect()
}

/// How many containers of jobs were ever made on this engine.
async fn ever_made(engine: &Dockerd) -> usize {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    let filters = [("type", "container"), ("event", "create"), ("label", "dev.pilothouse.job")];
    let filters: std::collections::HashMap<_, _> = filters.map(|(name, value)| (name, vec![value])).into();
    let options = EventsOptionsBuilder::default()
        .since("0")
        .until(&format!("{}.{:09}", now.as_secs(), now.subsec_nanos()))
        .filters(&filters)
        .build();
    engine.client().events(Some(options)).map(Result::unwrap).count().await
}

#[tokio::test(flavor = "multi_thread")]
async fn one_container_waits_for_a_job_at_work_and_none_once_it_ended_or_its_worker_died() {
    let Some(engine) = dockerd().await else { return };
    let slow = "echo begun; until test -e $HOME/go; do sleep 0.05; done";
    let config = format!("checks = []\n[recipes.slow]\nrun = [\"sh\", \"-c\", \"{slow}\"]\n");
    let repo = TestRepo::with(&[("src/bird.txt", "a quiet bird\n"), (".pilothouse/config.toml", &config)]);
    let data = tempfile::tempdir().unwrap();
    let server = RunningServer::start(&start(data.path(), &repo, &engine, "container"));
    let sent = server.say("dev", "/run slow").await;
    server.approve_next("dev", sent.cursor, "recipe.first_use").await;
    let begun = |e: &StreamEvent| e.kind() == "job_log" && e.payload()["line"] == "begun";
    let (first, _) = server.until("dev", sent.cursor, begun).await;
    let id = first.payload()["jobId"].as_str().unwrap().to_owned();
    one_and_the_next(&server, &engine).await;
    let of_the_job = |made: &[(String, String)]| made.iter().all(|(_, job)| job.starts_with(&id));
    // That of a command before may just be removed.
    let two = || async { Some(made(&engine).await).filter(|all| all.len() == 2) };
    let all = server.eventually("no third one", two).await;
    assert!(of_the_job(&all), "both are that job's: {all:?}");
    // Git lists the files, the recipe runs, the next one waits: whatever was opened ahead was used.
    assert_eq!(ever_made(&engine).await, 3, "no command opened one for itself");

    let cancel = server.owner("POST", format!("/jobs/{id}/cancel")).json(&serde_json::json!({})).send().await;
    assert_eq!(cancel.status, 200);
    server.until("dev", first.cursor, |e| e.kind() == "job.cancelled" || failed(e)).await;
    let gone = || async { made(&engine).await.is_empty().then_some(()) };
    server.eventually("neither is left when the job was cancelled", gone).await;

    let sent = server.say("dev", "/run slow").await;
    server.until("dev", sent.cursor, begun).await;
    let (working, waiting) = one_and_the_next(&server, &engine).await;
    let worker = below(server.pid()).into_iter().find(|process| process.argv.contains("pilothouse-worker"));
    assert!(worker.expect("there is one").kill());
    let ended = || async {
        let now = running(&engine).await;
        (!now.contains(&working) && !now.contains(&waiting)).then_some(())
    };
    server.eventually("both ended with the worker", ended).await;
    assert_eq!(server.terminate(), Some(0));
    none_runs(&engine).await;
}
