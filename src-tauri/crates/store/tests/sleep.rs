//! Time that is given back, as sums over days see it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use protocol::SessionId;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use store::{NewJob, Options, Sources, Store};

const HOUR: i64 = 3_600_000;

/// A job claimed an hour before the day began, and a clock.
async fn claimed(dir: &tempfile::TempDir) -> (Store, Arc<AtomicI64>, String) {
    let (now, ids) = (Arc::new(AtomicI64::new(100 * HOUR)), AtomicU64::new(0));
    let clock = now.clone();
    let sources = Sources {
        now: Arc::new(move || clock.load(Ordering::SeqCst)),
        id: Arc::new(move || format!("id-{}", ids.fetch_add(1, Ordering::SeqCst))),
    };
    let store = Store::open(&dir.path().join("log.db"), sources, Options::default()).unwrap();
    let session = SessionId::parse("dev").unwrap();
    let own = session.clone();
    store.write(move |tx| tx.insert_session(&own, None, "dev", None)).await.unwrap();
    let job = NewJob { session_id: Some(session), ..support::job() };
    let (id, _) = store.write(|tx| tx.enqueue_job(job)).await.unwrap();
    (store, now, id)
}

#[tokio::test]
async fn sleep_over_midnight_is_work_of_neither_day() {
    let dir = tempfile::tempdir().unwrap();
    let (store, now, id) = claimed(&dir).await;
    let midnight = 101 * HOUR;
    store.write(|tx| tx.claim_job("w", None, None, "digest")).await.unwrap().unwrap();
    let sums = async || {
        let job = id.clone();
        let read = store
            .read(move |tx| Ok((tx.spent_on_job(&job)?.work_ms, tx.spent_since(midnight, None)?.work_ms)));
        read.await.unwrap()
    };
    let hours = |n: u64| n * 3_600_000;
    // Half an hour of work, nine hours of sleep, half an hour of work.
    now.fetch_add(HOUR / 2, Ordering::SeqCst);
    let from = now.load(Ordering::SeqCst);
    let to = now.fetch_add(9 * HOUR, Ordering::SeqCst) + 9 * HOUR;
    store.write(move |tx| tx.return_time(from, to)).await.unwrap();
    now.fetch_add(HOUR / 2, Ordering::SeqCst);
    assert_eq!(sums().await, (hours(1), hours(1)), "at most what was worked in all counts for the day");
    // The next claim begins anew.
    store.write(|tx| tx.release_claims(store::QueueName::Jobs, |_| true)).await.unwrap();
    assert_eq!(sums().await, (hours(1), hours(1)), "the same once it has ended");
    store.write(|tx| tx.claim_job("w", None, None, "digest")).await.unwrap().unwrap();
    now.fetch_add(2 * HOUR, Ordering::SeqCst);
    assert_eq!(sums().await, (hours(3), hours(3)));
}
