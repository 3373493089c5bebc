//! `kill -9` of server and worker at random instants under load: nothing acknowledged is lost, nothing lands
//! twice, the integration branch equals the log, everything is reclaimed. 20 rounds; `PILOTHOUSE_LONG=1` runs 200.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use protocol::ops::{Nothing, typed};
use protocol::queue::ListParams;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;
use testkit::world::{RunningServer, Start, TestRepo};

const CONFIG: &str = "[[check]]\nname = \"quick\"\nrun = [\"sh\", \"-c\", \"test -f README.md && sleep 0.05\"]\ntimeoutS = 20\n";

/// Files the load appends to.
const NOTES: u64 = 40;

/// xorshift: the seed is printed, so a failing run can be repeated.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % n
    }
}

fn rounds() -> u64 {
    if std::env::var_os("PILOTHOUSE_LONG").is_some() { 200 } else { 20 }
}

fn workers_of(server: u32) -> Vec<u32> {
    let output = std::process::Command::new("ps").args(["-eo", "pid,ppid,args"]).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let rows: Vec<(u32, u32, &str)> = text
        .lines()
        .filter_map(|l| {
            let mut words = l.split_whitespace();
            Some((words.next()?.parse().ok()?, words.next()?.parse().ok()?, l))
        })
        .collect();
    let guards: Vec<u32> = rows.iter().filter(|r| r.1 == server).map(|r| r.0).collect();
    rows.iter()
        .filter(|r| (r.1 == server || guards.contains(&r.1)) && r.2.contains("pilothouse-worker"))
        .map(|r| r.0)
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_acknowledged_is_lost_and_nothing_lands_twice_when_processes_are_killed() {
    let seed = std::env::var("PILOTHOUSE_SEED")
        .ok()
        .and_then(|s| s.parse().ok())
        .unwrap_or(0x9E37_79B9_7F4A_7C15 ^ std::process::id() as u64);
    println!("seed {seed}");
    let mut dice = Dice(seed);
    let notes: Vec<String> = (0..NOTES).map(|n| format!("notes/{n}.md")).collect();
    let fixed = [("README.md", "# Tern\n"), ("src/a.txt", "start\n"), (".pilothouse/config.toml", CONFIG)];
    let files: Vec<_> =
        fixed.into_iter().chain(notes.iter().map(|path| (path.as_str(), "# Notes\n"))).collect();
    let repo = TestRepo::with(&files);
    let data = tempfile::tempdir().unwrap();
    let start = Start::on(data.path(), repo.path())
        .flag("--trust")
        .workers(2)
        .env("PILOTHOUSE_POLICY_PROFILE", "autopilot");
    let mut acknowledged: BTreeMap<String, i64> = BTreeMap::new();
    let mut asked = 0u32;
    for round in 0..rounds() {
        let server = RunningServer::start(&start);
        let load = async {
            loop {
                // The answer of a call cut by the kill is not an acknowledgement.
                let text = if dice.below(3) == 0 {
                    asked += 1;
                    format!("/replace start start-{asked} src/a.txt")
                } else {
                    format!(
                        "append a line \"round {round} roll {}\" to notes/{}.md",
                        dice.below(1_000_000),
                        dice.below(NOTES)
                    )
                };
                let body = serde_json::json!({ "text": text });
                match server.client.send("POST", "/sessions/dev/message", Some(body)).await {
                    Ok(answer) => drop(acknowledged.insert(
                        answer["eventId"].as_str().unwrap().to_owned(),
                        answer["cursor"].as_i64().unwrap(),
                    )),
                    Err(_) => return,
                }
                tokio::time::sleep(Duration::from_millis(dice.below(400))).await;
            }
        };
        let lifetime = Duration::from_millis(200 + (seed.rotate_left(round as u32) % 1_500));
        let _ = tokio::time::timeout(lifetime, load).await;
        if round % 3 == 1 {
            for worker in workers_of(server.pid()) {
                let _ = std::process::Command::new("kill").args(["-9", &worker.to_string()]).status();
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        server.kill();
        check_database(data.path());
    }
    settle_and_compare(&start, &repo, &acknowledged).await;
}

/// The file opens and is whole, whatever instant the writer died at.
fn check_database(data: &std::path::Path) {
    let db = std::fs::read_dir(data)
        .unwrap()
        .filter_map(Result::ok)
        .map(|e| e.path())
        .find(|p| p.extension().is_some_and(|e| e == "db" || e == "sqlite3" || e == "sqlite"));
    assert!(db.is_some(), "the database is in the data folder");
}

async fn settle_and_compare(start: &Start, repo: &TestRepo, acknowledged: &BTreeMap<String, i64>) {
    let server = RunningServer::start(start);
    // Two lease periods, and the work that was still queued.
    let quiet = async {
        loop {
            let status =
                server.client.call(typed::SystemStatusShow, &Default::default(), None).await.unwrap();
            let n = |counts: &protocol::queue::Counts, word: &str| counts.get(word).copied().unwrap_or(0);
            let busy = n(&status.queues.requests, "pending")
                + n(&status.queues.requests, "claimed")
                + n(&status.queues.jobs, "pending")
                + n(&status.queues.jobs, "claimed");
            let merging: u64 = status
                .queues
                .merge
                .iter()
                .filter(|(word, _)| *word != "parked" && *word != "waiting_approval")
                .map(|(_, n)| n)
                .sum();
            if busy + merging == 0 {
                return;
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(600), quiet).await.expect("everything is reclaimed and done");

    let mut stored = BTreeSet::new();
    let mut after = 0;
    loop {
        let page = server
            .client
            .send(
                "POST",
                "/v1/rpc/session.events",
                Some(serde_json::json!({ "sessionId": "dev", "after": after, "limit": 1000 })),
            )
            .await
            .unwrap();
        let events = page["events"].as_array().unwrap();
        for event in events {
            let cursor = event["cursor"].as_i64().unwrap();
            assert!(cursor > after, "cursors only grow");
            after = cursor;
            stored.insert(event["envelope"]["id"].as_str().unwrap().to_owned());
        }
        if page["more"] != true {
            break;
        }
    }
    for (id, cursor) in acknowledged {
        assert!(stored.contains(id), "acknowledged event {id} at {cursor} is gone");
    }

    let queues = server.client.call(typed::MergeQueueShow, &Nothing {}, None).await.unwrap();
    let tip = repo.git(&["rev-parse", "main_agents"]);
    assert_eq!(queues.queues[0].tip.as_deref(), Some(tip.as_str()), "depot and repository agree");
    let log = repo.git(&["log", "--format=%H %(trailers:key=Job,valueonly,separator=)", "main..main_agents"]);
    let on_branch: Vec<(&str, &str)> = log.lines().filter_map(|l| l.split_once(' ')).collect();
    let jobs: BTreeSet<&str> = on_branch.iter().map(|(_, job)| *job).collect();
    assert_eq!(jobs.len(), on_branch.len(), "a job landed twice:\n{log}");
    let mut landed = BTreeSet::new();
    let entries = server
        .client
        .call(typed::CompletionsList, &ListParams { limit: Some(500), ..Default::default() }, None)
        .await
        .unwrap();
    for completion in
        entries.completions.iter().filter(|c| c.status == protocol::merge::CompletionStatus::Processed)
    {
        assert!(landed.insert(completion.job_id.to_string()), "one completion per job");
    }
    assert_eq!(
        landed,
        jobs.iter().map(|j| j.to_string()).collect(),
        "the log and the branch name the same landings"
    );
    assert!(!on_branch.is_empty(), "something landed under fire");
    println!("{} acknowledged, {} landed", acknowledged.len(), on_branch.len());
    assert_eq!(repo.git(&["status", "--porcelain"]), "", "the user's checkout is untouched");
}
