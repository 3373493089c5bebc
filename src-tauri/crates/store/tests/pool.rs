//! Drained workers, jobs for one of them alone, and what the pool sees, on a real file.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use protocol::job::{JobStatus, TASK_EXECUTE};
use protocol::worker::{Heartbeat, WorkerEnd, WorkerEndKind};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use store::{JobFinish, NewJob, Options, QueueName, Sources, Store};

fn open(path: &Path) -> Store {
    let ids = AtomicU64::new(0);
    let prefix = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_nanos();
    let sources = Sources {
        now: Arc::new(|| 1_000),
        id: Arc::new(move || format!("id-{prefix}-{}", ids.fetch_add(1, Ordering::SeqCst))),
    };
    Store::open(path, sources, Options::default()).unwrap()
}

fn job(target: Option<&str>) -> NewJob {
    NewJob { kind: TASK_EXECUTE.into(), target_worker_id: target.map(str::to_owned), ..support::job() }
}

async fn enqueue(store: &Store, target: Option<&'static str>) -> String {
    store.write(move |tx| Ok(tx.enqueue_job(job(target))?.0)).await.unwrap()
}

async fn meet(store: &Store, worker: &'static str) {
    let beat: Heartbeat = serde_json::from_value(serde_json::json!({ "workerId": worker })).unwrap();
    store.write(move |tx| tx.heartbeat(&beat)).await.unwrap();
}

async fn claim(store: &Store, worker: &'static str) -> Option<String> {
    store.write(move |tx| tx.claim_job(worker, None, None, "hash")).await.unwrap().map(|c| c.id)
}

#[tokio::test]
async fn a_drained_worker_claims_nothing_not_even_its_own_until_it_is_undrained_and_a_restart_changes_nothing()
 {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("pool.db");
    let store = open(&file);
    meet(&store, "w-1").await;
    let own = enqueue(&store, Some("w-1")).await;
    assert!(store.write(|tx| tx.drain_worker("w-1", "owner")).await.unwrap());
    assert!(!store.write(|tx| tx.drain_worker("w-1", "another")).await.unwrap(), "it was already");
    assert_eq!(claim(&store, "w-1").await, None);
    drop(store);

    let store = open(&file);
    assert_eq!(claim(&store, "w-1").await, None);
    let found = store.read(|tx| tx.workers(None)).await.unwrap().remove(0);
    assert_eq!((found.drain.unwrap().by.as_str(), found.waiting_for_it), ("owner", 1));
    assert!(store.write(|tx| tx.undrain_worker("w-1")).await.unwrap());
    assert!(!store.write(|tx| tx.undrain_worker("w-1")).await.unwrap());
    assert_eq!(claim(&store, "w-1").await, Some(own));
}

#[tokio::test]
async fn nobody_is_drained_whom_nobody_knows() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(&dir.path().join("pool.db"));
    assert!(store.write(|tx| tx.drain_worker("w-1", "owner")).await.is_err());
    assert!(store.write(|tx| tx.undrain_worker("w-1")).await.is_err());
}

#[tokio::test]
async fn an_idle_worker_is_retired_and_one_with_work_is_not() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(&dir.path().join("pool.db"));
    meet(&store, "w-1").await;
    let first = enqueue(&store, None).await;
    assert_eq!(claim(&store, "w-1").await, Some(first));
    assert!(!store.write(|tx| tx.retire_worker("w-1")).await.unwrap(), "it holds a job");
    enqueue(&store, Some("w-2")).await;
    assert!(!store.write(|tx| tx.retire_worker("w-2")).await.unwrap(), "a job waits for it");
    assert!(store.write(|tx| tx.retire_worker("w-3")).await.unwrap());
    enqueue(&store, None).await;
    assert_eq!(claim(&store, "w-3").await, None, "it is being ended");
    store.write(|tx| tx.end_retirement(Some("w-3"))).await.unwrap();
    assert!(claim(&store, "w-3").await.is_some(), "its successor");
}

#[tokio::test]
async fn a_drain_wakes_a_waiting_claim_so_that_it_leaves_the_line() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(&dir.path().join("pool.db"));
    meet(&store, "w-1").await;
    let mut waiter = store.waiter(QueueName::Jobs, Some("w-1".into()), None);
    store.write(|tx| tx.drain_worker("w-1", "owner")).await.unwrap();
    tokio::time::timeout(Duration::from_secs(60), waiter.woken()).await.unwrap();
    // One that takes nothing is offered nothing, and hears when it may take again.
    let mut waiter = store.waiter(QueueName::Jobs, Some("w-1".into()), Some(Vec::new()));
    let mut other = store.waiter(QueueName::Jobs, Some("w-2".into()), None);
    enqueue(&store, None).await;
    tokio::time::timeout(Duration::from_secs(60), other.woken()).await.unwrap();
    store.write(|tx| tx.undrain_worker("w-1")).await.unwrap();
    tokio::time::timeout(Duration::from_secs(60), waiter.woken()).await.unwrap();
}

#[tokio::test]
async fn a_job_goes_from_one_worker_to_any_while_nobody_has_it() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(&dir.path().join("pool.db"));
    let id = enqueue(&store, Some("gone")).await;
    assert_eq!(claim(&store, "w-1").await, None);
    let mut waiter = store.waiter(QueueName::Jobs, Some("w-1".into()), None);
    let any = id.clone();
    store.write(move |tx| tx.target_job(&any, None)).await.unwrap();
    tokio::time::timeout(Duration::from_secs(60), waiter.woken()).await.unwrap();
    assert_eq!(claim(&store, "w-1").await, Some(id.clone()));
    assert!(store.write(move |tx| tx.target_job(&id, Some("w-2"))).await.is_err(), "somebody has it");
}

#[tokio::test]
async fn the_pool_sees_what_waits_for_whom() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(&dir.path().join("pool.db"));
    meet(&store, "w-1").await;
    meet(&store, "w-2").await;
    for target in [None, None, None, Some("w-2")] {
        enqueue(&store, target).await;
    }
    let foreign = NewJob { kind: "other".into(), ..job(None) };
    store.write(move |tx| tx.enqueue_job(foreign)).await.unwrap();
    claim(&store, "w-1").await.unwrap();
    store.write(|tx| tx.drain_worker("w-1", "owner")).await.unwrap();
    let facts = store.read(|tx| tx.pool_facts()).await.unwrap();
    assert_eq!(facts.waiting, 2);
    let [one, two] = ["w-1", "w-2"].map(|id| facts.workers[id].clone());
    assert_eq!((one.drained, one.claims, one.targeted), (true, 1, 0));
    assert_eq!((two.drained, two.claims, two.targeted), (false, 0, 1));
    assert_eq!(two.said, Some(("idle".into(), 1_000)));
}

#[tokio::test]
async fn the_newest_ends_of_a_worker_are_kept() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(&dir.path().join("pool.db"));
    meet(&store, "w-1").await;
    for n in 1..=20 {
        let end = WorkerEnd {
            kind: WorkerEndKind::Died,
            cause: format!("reason {n}"),
            at: String::new(),
            lived_ms: 1,
            in_row: n,
            again_in_ms: Some(500),
        };
        store.write(move |tx| tx.add_worker_end("w-1", &end)).await.unwrap();
    }
    let ends = store.read(|tx| tx.workers(None)).await.unwrap().remove(0).ends;
    assert_eq!(ends.len(), 12);
    assert_eq!((ends[0].in_row, ends[11].in_row), (20, 9));
}

#[tokio::test]
async fn of_two_that_claim_while_one_is_drained_each_job_goes_to_the_other() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(&dir.path().join("pool.db"));
    meet(&store, "w-1").await;
    for _ in 0..40 {
        enqueue(&store, None).await;
    }
    let drain = store.clone();
    let drained =
        tokio::spawn(async move { drain.write(|tx| tx.drain_worker("w-1", "owner")).await.unwrap() });
    let mut after = 0;
    loop {
        let done = drained.is_finished();
        let (Some(id), token) = (store.write(|tx| tx.claim_job("w-1", None, None, "h")).await.unwrap())
            .map_or((None, String::new()), |c| (Some(c.id), c.token))
        else {
            break;
        };
        after += usize::from(done);
        let finish = JobFinish::without_work(JobStatus::Failed, serde_json::json!({}), String::new());
        store.write(move |tx| tx.finish_job(&id, &token, finish)).await.unwrap();
    }
    assert_eq!(after, 0, "nothing is claimed once the drain is committed");
    assert!(claim(&store, "w-2").await.is_some());
}
