//! Holds: while there is one nothing is claimed, wherever a claim comes from, and a restart finds it as it was.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use protocol::hold::{Hold, HoldReason};
use protocol::{Priority, SessionId};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use store::{NewJob, NewRequest, Options, QueueName, Sources, Store};

fn open(path: &Path) -> Store {
    let ids = AtomicU64::new(0);
    let sources = Sources {
        now: Arc::new(|| 1_000),
        id: Arc::new(move || format!("id-{}", ids.fetch_add(1, Ordering::SeqCst))),
    };
    Store::open(path, sources, Options::default()).unwrap()
}

fn session() -> SessionId {
    SessionId::parse("dev").unwrap()
}

/// One request and one job in line.
async fn setting() -> (tempfile::TempDir, Store) {
    let dir = tempfile::tempdir().unwrap();
    let store = open(&dir.path().join("hold.db"));
    store
        .write(|tx| {
            tx.insert_session(&session(), None, "dev", None)?;
            tx.enqueue_request(NewRequest {
                session_id: session(),
                workspace_id: None,
                prompt: "do it".into(),
                enhanced_prompt: None,
                priority: Priority::Normal,
                queue_wait_budget_ms: 1,
                target_worker_id: None,
            })?;
            tx.enqueue_job(NewJob { session_id: Some(session()), ..support::job() })
        })
        .await
        .unwrap();
    (dir, store)
}

fn by(reason: HoldReason, who: &str) -> Hold {
    Hold { reason, by: who.into(), since: "2026-01-31T12:00:00.000Z".into(), note: None }
}

async fn hold(store: &Store, reason: HoldReason, who: &str) -> bool {
    let hold = by(reason, who);
    store.write(move |tx| tx.hold(&hold)).await.unwrap()
}

async fn release(store: &Store, reason: Option<HoldReason>) -> Vec<Hold> {
    store.write(move |tx| tx.release(reason)).await.unwrap()
}

/// What a job and a request claim would get now.
async fn claimable(store: &Store) -> (bool, bool) {
    store.read(|tx| Ok((tx.has_pending_job("w", None)?, tx.has_pending_request()?))).await.unwrap()
}

#[tokio::test]
async fn no_claim_is_granted_while_there_is_a_hold_and_a_restart_finds_it() {
    let (dir, store) = setting().await;
    assert_eq!(claimable(&store).await, (true, true));
    assert!(hold(&store, HoldReason::Person, "owner").await);
    assert!(!hold(&store, HoldReason::Person, "somebody else").await, "it is held for that already");
    drop(store);

    let store = open(&dir.path().join("hold.db"));
    assert_eq!(store.read(|tx| tx.holds()).await.unwrap(), [by(HoldReason::Person, "owner")]);
    assert_eq!(claimable(&store).await, (false, false));
    let taken = store
        .write(|tx| {
            let job = tx.claim_job("w", None, None, "hash")?;
            Ok((job, tx.claim_request("a", None)?, tx.claim_completion("p", None)?))
        })
        .await
        .unwrap();
    assert_eq!(taken, (None, None, None));
    let pending = store.read(|tx| tx.pending_jobs(1)).await.unwrap();
    assert!(pending[0].held && pending[0].eta_ms.is_none(), "{pending:?}");

    assert_eq!(release(&store, None).await.len(), 1);
    assert!(release(&store, None).await.is_empty());
    assert!(store.write(|tx| tx.claim_job("w", None, None, "hash")).await.unwrap().is_some());
    assert!(!store.read(|tx| tx.pending_requests()).await.unwrap()[0].held);
}

#[tokio::test]
async fn everything_goes_on_when_the_last_hold_has_ended_and_whoever_waits_is_woken_then() {
    let (_dir, store) = setting().await;
    hold(&store, HoldReason::Person, "owner").await;
    hold(&store, HoldReason::Drain, "owner").await;
    let kinds = Some(vec!["k".to_owned()]);
    let mut waiting = [
        store.waiter(QueueName::Jobs, Some("w-1".into()), kinds.clone()),
        store.waiter(QueueName::Jobs, Some("w-2".into()), kinds),
        store.waiter(QueueName::Requests, None, None),
        store.waiter(QueueName::Completions, None, None),
    ];
    assert_eq!(release(&store, Some(HoldReason::Drain)).await, [by(HoldReason::Drain, "owner")]);
    for waiter in &mut waiting {
        assert!(tokio::time::timeout(Duration::from_millis(20), waiter.woken()).await.is_err());
    }
    assert_eq!(claimable(&store).await, (false, false), "a person's hold stays");
    let mut waiting = [
        store.waiter(QueueName::Jobs, Some("w-1".into()), None),
        store.waiter(QueueName::Jobs, Some("w-2".into()), Some(vec!["k".to_owned()])),
        store.waiter(QueueName::Requests, None, None),
        store.waiter(QueueName::Completions, None, None),
    ];
    release(&store, Some(HoldReason::Person)).await;
    for waiter in &mut waiting {
        tokio::time::timeout(Duration::from_secs(60), waiter.woken()).await.expect("all of them look again");
    }
    assert_eq!(claimable(&store).await, (true, true));
}

/// What moves from one list to another must not be in neither.
#[tokio::test(flavor = "multi_thread")]
async fn one_look_is_of_one_moment_whatever_is_written_meanwhile() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(&dir.path().join("moment.db"));
    let set = |value: u32| {
        let value = serde_json::json!(value);
        store.write(move |tx| tx.set_setting("k", &value))
    };
    set(1).await.unwrap();
    let (looking, written) = (std::sync::mpsc::channel(), std::sync::mpsc::channel());
    let reader = store.clone();
    let look = tokio::task::spawn_blocking(move || {
        reader.read_blocking(|tx| {
            let before = tx.setting("k")?;
            looking.0.send(()).unwrap();
            written.1.recv().unwrap();
            Ok((before, tx.setting("k")?))
        })
    });
    tokio::task::spawn_blocking(move || looking.1.recv().unwrap()).await.unwrap();
    set(2).await.unwrap();
    written.0.send(()).unwrap();
    let one = Some(serde_json::json!(1));
    assert_eq!(look.await.unwrap().unwrap(), (one.clone(), one));
    assert_eq!(store.read(|tx| tx.setting("k")).await.unwrap(), Some(serde_json::json!(2)));
}
