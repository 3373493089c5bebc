//! The disk becomes full while the server works: calls say so and what to do, what is there stays readable,
//! nothing acknowledged is lost, and work goes on once there is room.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use client::StreamEvent;
use protocol::ErrorCode;
use protocol::ops::typed;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fs::File;
use std::path::PathBuf;
use std::sync::Arc;
use testkit::world::{Ballast, RunningServer, Start, TestRepo, processes};

/// It ends once its sign is taken away, which a full disk does not keep anybody from.
const CONFIG: &str = "[recipes.slow]\nrun = [\"sh\", \"-c\", \": > $HOME/held; while test -e $HOME/held; do sleep 0.05; done\"]\ntimeoutS = 600\n";

const DISK: u64 = 48 * 1024 * 1024;
/// Enough for a write-ahead log that still had room of its own when the disk filled.
const MOST: usize = 20_000;

/// Appends a line of a kilobyte.
async fn append(server: &RunningServer, name: &str) -> Result<String, protocol::ApiError> {
    let message = format!("{name} {}", "x".repeat(1_000));
    let body = json!({ "type": "log", "payload": { "level": "info", "message": message }, "from": "test" });
    let answer = server.client.send("POST", "/sessions/dev/command", Some(body)).await?;
    Ok(answer["eventId"].as_str().unwrap().to_owned())
}

/// Appends until it is refused: the ids of what was acknowledged, and the refusal.
async fn append_until_refused(server: &RunningServer, writer: usize) -> (Vec<String>, protocol::ApiError) {
    until_refused(async |n| append(server, &format!("{writer}-{n}")).await).await
}

/// Asks for the same message until it is refused. Where several had no room in one commit, a smaller one may have.
async fn say_until_refused(server: &RunningServer) -> (Vec<String>, protocol::ApiError) {
    let message = json!({ "text": "/status" });
    until_refused(async |_| {
        let answer = server.client.send("POST", "/sessions/dev/message", Some(message.clone())).await?;
        Ok(answer["eventId"].as_str().unwrap().to_owned())
    })
    .await
}

async fn until_refused(
    call: impl AsyncFn(usize) -> Result<String, protocol::ApiError>,
) -> (Vec<String>, protocol::ApiError) {
    let mut acknowledged = Vec::new();
    for n in 0..MOST {
        match call(n).await {
            Ok(id) => acknowledged.push(id),
            Err(refused) => return (acknowledged, refused),
        }
    }
    panic!("{MOST} calls went through on a full disk");
}

async fn log(server: &RunningServer) -> Vec<Value> {
    let (mut all, mut after) = (Vec::new(), 0);
    loop {
        let page = json!({ "sessionId": "dev", "after": after, "limit": 1000 });
        let page = server.client.send("POST", "/v1/rpc/session.events", Some(page)).await.unwrap();
        let events = page["events"].as_array().unwrap();
        after = events.last().map_or(after, |e| e["cursor"].as_i64().unwrap());
        all.extend(events.iter().map(|e| e["envelope"].clone()));
        if page["more"] != true {
            return all;
        }
    }
}

async fn lands(server: &RunningServer, from: &str, to: &str) {
    let sent = server.say("dev", &format!("/replace {from} {to} README.md")).await;
    server.approve_next("dev", sent.cursor, "land").await;
    server.first("dev", sent.cursor, "merge.entry.landed").await;
}

/// A job that is busy until its sign is taken away; its id, its cursor and the sign.
async fn slow_job(server: &RunningServer) -> (String, i64, PathBuf) {
    let sent = server.say("dev", "/run slow").await;
    server.approve_next("dev", sent.cursor, "recipe.first_use").await;
    let claim = server.first("dev", sent.cursor, "job_claimed").await;
    let sign = server.eventually("the recipe runs", || async { held(server) }).await;
    (claim.payload()["jobId"].as_str().unwrap().to_owned(), claim.cursor, sign)
}

/// The sign of a recipe that runs, in the HOME of its job.
fn held(server: &RunningServer) -> Option<PathBuf> {
    let jobs = std::fs::read_dir(server.small_disk().join("pilothouse/jobs")).ok()?;
    jobs.flatten().map(|job| job.path().join("home/held")).find(|sign| sign.exists())
}

fn recipe_runs(server: &RunningServer) -> bool {
    let runs = |argv: &str| argv.contains("sh -c : > $HOME/held") && !argv.contains("bwrap");
    processes::below(server.pid()).iter().any(|process| runs(&process.argv))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disk_that_fills_up_is_named_and_loses_nothing_and_work_goes_on_with_room() {
    let repo = TestRepo::with(&[("README.md", "one\n"), (".pilothouse/config.toml", CONFIG)]);
    let start = Start::on(repo.path(), repo.path()).flag("--trust");
    let start = match start.on_small_disk(DISK) {
        Ok(start) => start,
        Err(reason) => return testkit::notes::not_run(&format!("a full disk: {reason}")),
    };
    let server = RunningServer::start(&start);
    lands(&server, "one", "two").await;
    let (job, claimed, sign) = slow_job(&server).await;

    let ballast = Ballast::fill(&server.small_disk());
    std::fs::remove_file(&sign).unwrap();
    let mut acknowledged = BTreeSet::new();
    // Writers at once, so that they share commits.
    let writers = (0..8).map(|writer| append_until_refused(&server, writer));
    for (ids, refused) in futures_util::future::join_all(writers).await {
        acknowledged.extend(ids);
        assert_eq!(refused.code, ErrorCode::StorageFull, "{refused}");
        assert!(refused.retryable && refused.message.contains("disk is full"), "{refused}");
        assert!(refused.message.contains("Free some space"), "{refused}");
    }
    let (said, refused) = say_until_refused(&server).await;
    assert_eq!(refused.code, ErrorCode::StorageFull);
    server.client.call(typed::SystemStatusShow, &Default::default(), None).await.unwrap();
    let held = ids(&log(&server).await);
    assert!(acknowledged.is_subset(&held), "full, and still readable");
    assert!(said.iter().all(|id| held.contains(id)), "what was said too");
    server.eventually("the recipe ends", || async { (!recipe_runs(&server)).then_some(()) }).await;
    let (more, _) = append_until_refused(&server, 8).await;
    acknowledged.extend(more);

    ballast.remove();
    for n in 0..20 {
        acknowledged.insert(append(&server, &format!("after-{n}")).await.unwrap());
    }
    let ended = |e: &StreamEvent| {
        matches!(e.kind(), "job_completed" | "job_failed") && e.payload()["jobId"] == job.as_str()
    };
    let (end, _) = server.until("dev", claimed, ended).await;
    assert_eq!(end.kind(), "job_completed", "what ended on a full disk: {}", end.payload());
    lands(&server, "two", "three").await;
    assert_eq!(repo.git(&["show", "main_agents:README.md"]), "three");
    let log = log(&server).await;
    let held = ids(&log);
    assert!(acknowledged.is_subset(&held), "nothing acknowledged is lost");
    assert!(said.iter().all(|id| held.contains(id)), "nor what was said");
    let kept = log.iter().filter(|e| e["type"] == "log" && e["from"] == "test").count();
    assert_eq!(kept, acknowledged.len(), "and nothing refused is there");
    assert_database_is_whole(server).await;
}

fn ids(log: &[Value]) -> BTreeSet<String> {
    log.iter().map(|e| e["id"].as_str().unwrap().to_owned()).collect()
}

/// The database as the killed server leaves it.
async fn assert_database_is_whole(server: RunningServer) {
    let copy = tempfile::tempdir().unwrap();
    // The disk goes with the server, but for what somebody has open.
    let names = ["pilothouse.db", "pilothouse.db-wal"];
    let data = server.small_disk().join("pilothouse");
    let open = names.map(|name| (name, File::open(data.join(name)).unwrap()));
    server.kill();
    for (name, mut file) in open {
        std::io::copy(&mut file, &mut File::create(copy.path().join(name)).unwrap()).unwrap();
    }
    let sources = store::Sources { now: Arc::new(|| 0), id: Arc::new(|| "id".into()) };
    let store = store::Store::open(&copy.path().join(names[0]), sources, store::Options::default()).unwrap();
    assert_eq!(store.read(|tx| tx.damage()).await.unwrap(), Vec::<String>::new());
}
