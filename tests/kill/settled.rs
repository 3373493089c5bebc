//! What must be true after the last shot.

use crate::TWO_LEASES;
use crate::ground;
use crate::load::{Said, Wish};
use protocol::job::JobStatus;
use protocol::ops::{Nothing, typed};
use protocol::queue::{Counts, ListParams};
use protocol::request::RequestStatus;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};
use testkit::world::{RunningServer, TestRepo};

/// The work that was queued when the last server came up has this long.
const BACKLOG: Duration = Duration::from_secs(400);

/// The database as the killed writer left it, opened as the next server will: it is whole. Looked at in a copy,
/// so that the next server finds what it has to deal with itself.
pub async fn assert_database_is_whole(data: &Path) {
    let copy = tempfile::tempdir().unwrap();
    for name in ["pilothouse.db", "pilothouse.db-wal"] {
        if data.join(name).exists() {
            std::fs::copy(data.join(name), copy.path().join(name)).unwrap();
        }
    }
    let sources = store::Sources { now: Arc::new(|| 0), id: Arc::new(|| "id".into()) };
    let store =
        store::Store::open(&copy.path().join("pilothouse.db"), sources, store::Options::default()).unwrap();
    assert_eq!(store.read(|tx| tx.damage()).await.unwrap(), Vec::<String>::new());
}

fn with_status(status: &str) -> ListParams {
    ListParams { status: Some(status.into()), limit: Some(500), ..ListParams::default() }
}

/// Jobs and requests somebody holds, each with when it was taken.
async fn claims(server: &RunningServer) -> BTreeSet<String> {
    let jobs = server.client.call(typed::JobsList, &with_status("claimed"), None).await.unwrap();
    let requests = server.client.call(typed::RequestsList, &with_status("claimed"), None).await.unwrap();
    let jobs = jobs.jobs.iter().map(|j| format!("job {} at {:?}", j.id, j.claimed_at));
    let requests = requests.requests.iter().map(|r| format!("request {} at {:?}", r.id, r.claimed_at));
    jobs.chain(requests).collect()
}

/// What this server took over from a dead one is given to others within two lease periods.
pub async fn assert_claims_of_the_dead_pass_on(server: &RunningServer) {
    let dead = claims(server).await;
    let gone = server.eventually("the claims of the dead pass on", || async {
        claims(server).await.is_disjoint(&dead).then_some(())
    });
    tokio::time::timeout(TWO_LEASES, gone).await.expect("reclaimed within two lease periods");
}

/// Waits until nothing is left to do.
pub async fn quiet(server: &RunningServer) {
    let count =
        |counts: &Counts, words: &[&str]| -> u64 { words.iter().filter_map(|w| counts.get(*w)).sum() };
    let done = async {
        loop {
            let status =
                server.client.call(typed::SystemStatusShow, &Default::default(), None).await.unwrap();
            let (queues, held) = (status.queues, ["pending", "claimed"]);
            let rests = count(&queues.merge, &["parked", "waiting_approval"]);
            let merging = queues.merge.values().sum::<u64>() - rests;
            if count(&queues.requests, &held) + count(&queues.jobs, &held) + merging == 0 {
                return;
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    };
    let since = Instant::now();
    tokio::time::timeout(BACKLOG, done).await.expect("everything is done");
    println!("quiet after {:.1} s", since.elapsed().as_secs_f64());
}

/// The whole log of the session, in order.
async fn log(server: &RunningServer) -> Vec<Value> {
    let (mut all, mut after) = (Vec::new(), 0);
    loop {
        let page = serde_json::json!({ "sessionId": "dev", "after": after, "limit": 1000 });
        let page = server.client.send("POST", "/v1/rpc/session.events", Some(page)).await.unwrap();
        for event in page["events"].as_array().unwrap() {
            let cursor = event["cursor"].as_i64().unwrap();
            assert!(cursor > after, "cursors only grow");
            after = cursor;
            all.push(event["envelope"].clone());
        }
        if page["more"] != true {
            return all;
        }
    }
}

/// How the log says each job's change ended.
#[derive(Default)]
struct Ends {
    landed: u32,
    /// Why it came back, each time it did.
    returned: Vec<String>,
}

fn ends(log: &[Value]) -> BTreeMap<String, Ends> {
    let mut ends: BTreeMap<String, Ends> = BTreeMap::new();
    for event in log {
        let payload = &event["payload"];
        let Some(job) = payload["entry"]["jobId"].as_str() else { continue };
        let end = ends.entry(job.to_owned()).or_default();
        match event["type"].as_str().unwrap() {
            "merge.entry.landed" => end.landed += 1,
            "merge.entry.returned" => end.returned.push(payload["reason"].as_str().unwrap().to_owned()),
            // What a person denied is parked; nothing else may fail.
            "merge.entry.failed" => assert_eq!(payload["reason"], "merge.parked", "{payload}"),
            _ => {}
        }
    }
    ends
}

/// Everything acknowledged is in the log and came to the end its kind has, and the branch says the same.
pub async fn compare(server: &RunningServer, repo: &TestRepo, said: &[Said]) {
    let log = log(server).await;
    let stored: BTreeSet<&str> = log.iter().map(|e| e["id"].as_str().unwrap()).collect();
    for one in said {
        assert!(
            stored.contains(one.event.as_str()),
            "acknowledged event {} at {} is gone",
            one.event,
            one.cursor
        );
    }
    let ends = ends(&log);
    let text = repo.git(&["grep", "-h", "round", "main_agents", "--", "notes"]);
    for one in said {
        let request = server.client.send("GET", &format!("/requests/{}", one.request), None).await.unwrap();
        let request = &request["request"];
        assert_eq!(request["status"], RequestStatus::Completed.as_str(), "{one:?}: {request}");
        let job = request["jobId"].as_str().unwrap_or_else(|| panic!("{one:?} became no job: {request}"));
        let row = server.client.send("GET", &format!("/jobs/{job}"), None).await.unwrap();
        assert_eq!(row["job"]["status"], JobStatus::Completed.as_str(), "{one:?}: {row}");
        let end = ends.get(job).unwrap_or_else(|| panic!("{one:?}: job {job} never came to the queue"));
        let conflicts = end.returned.iter().all(|why| why == "merge.conflict");
        match &one.wish {
            // Another line that landed on the same file meanwhile is a conflict before any check runs.
            Wish::Red => assert!(
                end.landed == 0
                    && matches!(&end.returned[..], [why] if why == "merge.check_failed" || why == "merge.conflict"),
                "{one:?}: {:?}",
                end.returned
            ),
            _ => assert!(
                end.landed == 1 || conflicts && !end.returned.is_empty(),
                "{one:?}: {:?}",
                end.returned
            ),
        }
        if let Wish::Line(line) = &one.wish
            && end.landed == 1
        {
            assert_eq!(text.lines().filter(|l| l == line).count(), 1, "{line} is there once");
        }
    }
    for status in ["failed", "cancelled"] {
        let requests = server.client.call(typed::RequestsList, &with_status(status), None).await.unwrap();
        let jobs = server.client.call(typed::JobsList, &with_status(status), None).await.unwrap();
        let errors = requests.requests.iter().map(|r| &r.error).chain(jobs.jobs.iter().map(|j| &j.error));
        assert_eq!(errors.collect::<Vec<_>>(), Vec::<&Option<String>>::new(), "nothing was given up");
    }
    compare_branch(server, repo, &ends).await;
}

async fn compare_branch(server: &RunningServer, repo: &TestRepo, ends: &BTreeMap<String, Ends>) {
    let queues = server.client.call(typed::MergeQueueShow, &Nothing {}, None).await.unwrap();
    let tip = repo.git(&["rev-parse", "main_agents"]);
    assert_eq!(queues.queues[0].tip.as_deref(), Some(tip.as_str()), "depot and repository agree");
    let log = repo.git(&["log", "--format=%(trailers:key=Job,valueonly,separator=)", "main..main_agents"]);
    let jobs: BTreeSet<&str> = log.lines().collect();
    assert_eq!(jobs.len(), log.lines().count(), "a job landed twice:\n{log}");
    let landed: BTreeSet<&str> =
        ends.iter().filter(|(_, end)| end.landed > 0).map(|(job, _)| job.as_str()).collect();
    assert!(ends.values().all(|end| end.landed < 2), "a landing was told twice");
    assert_eq!(landed, jobs, "the log and the branch name the same landings");
    assert!(!jobs.is_empty(), "something landed under fire");
    let commits = ground::assert_every_commit_is_green(repo);
    println!("{} landed, the check is green on all {commits} commits", jobs.len());
    assert_eq!(repo.git(&["status", "--porcelain"]), "", "the user's checkout is untouched");
}
