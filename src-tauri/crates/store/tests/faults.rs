//! Faults of one caller stay with that caller, on a real file.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use protocol::{ApiError, ErrorCode, Event, Priority, SessionId};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use store::{NewEvent, NewRequest, Options, QueueName, Sources, Store, StoreError, Waiter};

fn session() -> SessionId {
    SessionId::parse("dev").unwrap()
}

async fn open(dir: &tempfile::TempDir) -> Store {
    let ids = AtomicU64::new(0);
    let sources = Sources {
        now: Arc::new(|| 1_000_000),
        id: Arc::new(move || format!("id-{}", ids.fetch_add(1, Ordering::SeqCst))),
    };
    let store = Store::open(&dir.path().join("faults.db"), sources, Options::default()).unwrap();
    store.write(|tx| tx.insert_session(&session(), None, "dev", None)).await.unwrap();
    store
}

fn log(n: usize) -> NewEvent {
    NewEvent::new(&session(), Event::Log { level: "info".into(), message: format!("line {n}") }, "test")
}

async fn stored(store: &Store) -> usize {
    store.read(|tx| Ok(tx.events_after(Some("dev"), 0, 100)?.len())).await.unwrap()
}

#[tokio::test]
async fn a_piece_of_work_that_panics_is_rolled_back_and_answered_and_the_writer_goes_on() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(&dir).await;
    let alone: Result<(), _> = store
        .write(|tx| {
            tx.append(log(0))?;
            panic!("alone")
        })
        .await;
    let error = alone.unwrap_err();
    assert!(matches!(error, StoreError::Panicked), "{error}");
    assert_eq!(ApiError::from(error).code, ErrorCode::Internal);
    assert_eq!(stored(&store).await, 0);

    let work = (0..40).map(|n| {
        let store = store.clone();
        tokio::spawn(async move {
            let appended = store.write(move |tx| {
                let appended = tx.append(log(n))?;
                assert!(n % 4 != 0, "piece {n} panics");
                Ok(appended)
            });
            (n, appended.await)
        })
    });
    for one in work.collect::<Vec<_>>() {
        let (n, appended) = one.await.unwrap();
        assert_eq!(appended.is_err(), n % 4 == 0, "{n}: {appended:?}");
    }
    assert_eq!(stored(&store).await, 30, "those beside it were kept");
}

#[tokio::test]
async fn a_read_that_panics_leaves_the_store_readable() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(&dir).await;
    let read: Result<(), _> = store.read(|_| panic!("while reading")).await;
    assert!(matches!(read, Err(StoreError::Panicked)), "{read:?}");
    assert_eq!(stored(&store).await, 0);
}

async fn enqueue(store: &Store) {
    let new = NewRequest {
        session_id: session(),
        workspace_id: None,
        prompt: "x".into(),
        enhanced_prompt: None,
        priority: Priority::Normal,
        queue_wait_budget_ms: 1,
        target_worker_id: None,
    };
    store.write(move |tx| tx.enqueue_request(new)).await.unwrap();
}

async fn hears(waiter: &mut Waiter, patience: Duration) -> bool {
    tokio::time::timeout(patience, waiter.woken()).await.is_ok()
}

const SOON: Duration = Duration::from_secs(60);

#[tokio::test]
async fn a_claim_that_leaves_without_having_looked_passes_its_wake_on() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(&dir).await;
    let waiter = || store.waiter(QueueName::Requests, None, None);
    let (told, mut other_queue, mut next) =
        (waiter(), store.waiter(QueueName::Completions, None, None), waiter());
    enqueue(&store).await;
    assert!(!hears(&mut next, Duration::ZERO).await, "one item wakes one claim");
    drop(told);
    assert!(hears(&mut next, SOON).await, "the next in line has it");
    assert!(!hears(&mut other_queue, Duration::ZERO).await);

    // Heard is not looked for.
    let (mut told, mut next) = (waiter(), waiter());
    enqueue(&store).await;
    assert!(hears(&mut told, SOON).await);
    drop(told);
    assert!(hears(&mut next, SOON).await);

    // Looked for, it is used: nobody else is sent after the same item.
    let (mut told, mut next) = (waiter(), waiter());
    enqueue(&store).await;
    assert!(hears(&mut told, SOON).await);
    told.looked();
    assert!(!hears(&mut next, Duration::ZERO).await);
}
