//! Workers and how many of them are there, on a real file.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use protocol::worker::Heartbeat;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use store::{Options, Sources, Store};

fn beat(worker: &str) -> Heartbeat {
    serde_json::from_value(serde_json::json!({ "workerId": worker, "capabilities": { "kinds": ["k"] } }))
        .unwrap()
}

#[tokio::test]
async fn as_many_workers_are_online_as_the_list_shows() {
    let (dir, now) = (tempfile::tempdir().unwrap(), Arc::new(AtomicI64::new(1_000_000)));
    let clock = now.clone();
    let sources =
        Sources { now: Arc::new(move || clock.load(Ordering::SeqCst)), id: Arc::new(|| "id".into()) };
    let store = Store::open(&dir.path().join("workers.db"), sources, Options::default()).unwrap();
    let counted = || async {
        let (count, listed) = store.read(|tx| Ok((tx.online_workers()?, tx.workers(None)?))).await.unwrap();
        assert_eq!(count, listed.iter().filter(|w| w.is_online).count() as u64);
        count
    };
    assert_eq!(counted().await, 0);
    for worker in ["w-1", "w-2", "w-3"] {
        store.write(move |tx| tx.heartbeat(&beat(worker))).await.unwrap();
    }
    assert_eq!(counted().await, 3);
    store.write(|tx| tx.set_worker_offline("w-2")).await.unwrap();
    assert_eq!(counted().await, 2, "one said goodbye");
    now.fetch_add(14_999, Ordering::SeqCst);
    store.write(|tx| tx.heartbeat(&beat("w-1"))).await.unwrap();
    now.fetch_add(1, Ordering::SeqCst);
    assert_eq!(counted().await, 2, "still heard of within the time");
    now.fetch_add(1, Ordering::SeqCst);
    assert_eq!(counted().await, 1, "one was not heard of in time");
}
