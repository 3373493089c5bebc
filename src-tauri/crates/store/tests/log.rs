//! The log, the queues and their claims, on a real file.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use protocol::approval::Decision;
use protocol::queue::MAX_ATTEMPTS;
use protocol::{ErrorCode, Event, Priority, RiskLevel, SessionId};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use store::{
    EventFilter, NewApproval, NewEvent, NewJob, NewRequest, Options, QueueName, RequestFinish, Sources,
    Store, StoreError,
};

struct Setting {
    _dir: tempfile::TempDir,
    path: std::path::PathBuf,
    now: Arc<AtomicI64>,
    store: Store,
}

fn open(path: &std::path::Path, now: &Arc<AtomicI64>) -> Store {
    let (clock, ids) = (now.clone(), Arc::new(AtomicU64::new(0)));
    let sources = Sources {
        now: Arc::new(move || clock.load(Ordering::SeqCst)),
        id: Arc::new(move || format!("id-{}-{}", std::process::id(), ids.fetch_add(1, Ordering::SeqCst))),
    };
    Store::open(path, sources, Options::default()).unwrap()
}

async fn setting() -> Setting {
    let dir = tempfile::tempdir().unwrap();
    let (path, now) = (dir.path().join("log.db"), Arc::new(AtomicI64::new(1_000_000)));
    let store = open(&path, &now);
    store.write(|tx| tx.insert_session(&session(), None, "dev", None)).await.unwrap();
    Setting { _dir: dir, path, now, store }
}

fn session() -> SessionId {
    SessionId::parse("dev").unwrap()
}

fn log(n: usize) -> NewEvent {
    NewEvent::new(&session(), Event::Log { level: "info".into(), message: format!("line {n}") }, "test")
}

fn request(text: &str, priority: Priority) -> NewRequest {
    NewRequest {
        session_id: session(),
        workspace_id: None,
        prompt: text.into(),
        enhanced_prompt: None,
        priority,
        queue_wait_budget_ms: 1,
        target_worker_id: None,
    }
}

fn job(title: &str, priority: Priority, target: Option<&str>) -> NewJob {
    NewJob {
        task_id: title.into(),
        title: title.into(),
        session_id: Some(session()),
        priority,
        target_worker_id: target.map(str::to_owned),
        ..support::job()
    }
}

#[tokio::test]
async fn a_subscriber_gets_stored_and_live_events_in_order_without_a_gap() {
    let s = setting().await;
    for n in 0..2_500 {
        s.store.write(move |tx| tx.append(log(n))).await.unwrap();
    }
    let mut subscription =
        s.store.subscribe(EventFilter { session: Some(session()), all_types: true, scopes: None }, 0);
    let writer = s.store.clone();
    let live = tokio::spawn(async move {
        for n in 2_500..6_000 {
            writer.write(move |tx| tx.append(log(n))).await.unwrap();
        }
    });
    let mut last = 0;
    let mut count = 0;
    while count < 6_000 {
        for event in subscription.next().await.unwrap() {
            assert!(event.cursor > last);
            last = event.cursor;
            count += 1;
        }
    }
    live.await.unwrap();
    assert_eq!((count, last), (6_000, 6_000));
}

#[tokio::test]
async fn a_reader_of_the_first_protocol_gets_no_field_that_it_does_not_know() {
    let s = setting().await;
    let failed = || {
        let event = Event::JobFailed {
            job_id: protocol::JobId::parse("j-1").unwrap(),
            message: "no".into(),
            detail: None,
            code: Some("limit".into()),
        };
        NewEvent::new(&session(), event, "test")
    };
    s.store.write(move |tx| tx.append(failed())).await.unwrap();
    for (all_types, code) in [(true, serde_json::json!("limit")), (false, serde_json::Value::Null)] {
        let mut subscription = s.store.subscribe(EventFilter { session: None, all_types, scopes: None }, 0);
        let mut seen = subscription.next().await.unwrap();
        s.store.write(move |tx| tx.append(failed())).await.unwrap();
        seen.extend(subscription.next().await.unwrap());
        assert!(seen.len() >= 2, "stored and live ones");
        for event in seen {
            let told: serde_json::Value = serde_json::from_slice(&event.json).unwrap();
            assert_eq!(told["envelope"]["payload"]["code"], code);
            assert_eq!(told["envelope"]["payload"]["message"], "no");
            assert!(told["envelope"]["payload"].as_object().unwrap().contains_key("code") == all_types);
            let frame = format!("id: {}\ndata: {told}\n\n", event.cursor);
            assert_eq!(event.sse.len(), frame.len(), "a frame of its own");
        }
    }
}

#[tokio::test]
async fn a_subscriber_that_falls_behind_is_refilled_from_the_log() {
    let s = setting().await;
    let mut subscription = s.store.subscribe(EventFilter { session: None, all_types: true, scopes: None }, 0);
    s.store.write(|tx| tx.append(log(0))).await.unwrap();
    assert_eq!(subscription.next().await.unwrap().len(), 1);
    for chunk in 0..50 {
        s.store
            .write(move |tx| (0..200).try_for_each(|n| tx.append(log(chunk * 200 + n)).map(drop)))
            .await
            .unwrap();
    }
    let mut count = 1;
    while count < 10_001 {
        count += subscription.next().await.unwrap().len();
    }
    assert_eq!(count, 10_001);
}

#[tokio::test]
async fn a_failed_piece_of_work_rolls_back_alone() {
    let s = setting().await;
    let mut work = Vec::new();
    for n in 0..40 {
        let store = s.store.clone();
        work.push(tokio::spawn(async move {
            store
                .write(move |tx| {
                    tx.append(log(n))?;
                    if n % 2 == 0 { Err(protocol::ApiError::bad("no").into()) } else { Ok(n) }
                })
                .await
        }));
    }
    let mut ok = 0;
    for one in work {
        ok += usize::from(one.await.unwrap().is_ok());
    }
    let stored = s.store.read(|tx| Ok(tx.events_after(Some("dev"), 0, 100)?.len())).await.unwrap();
    assert_eq!((ok, stored), (20, 20));
}

#[tokio::test]
async fn claims_go_by_band_then_age_and_each_row_is_claimed_once() {
    let s = setting().await;
    s.store
        .write(|tx| {
            for (text, priority) in [
                ("b", Priority::Background),
                ("n1", Priority::Normal),
                ("i", Priority::Interactive),
                ("n2", Priority::Normal),
            ] {
                tx.enqueue_request(request(text, priority))?;
            }
            Ok(())
        })
        .await
        .unwrap();
    let mut order = Vec::new();
    while let Some(claimed) = s.store.write(|tx| tx.claim_request("a", None)).await.unwrap() {
        order.push(s.store.read(move |tx| Ok(tx.request(&claimed.id)?.prompt)).await.unwrap());
    }
    assert_eq!(order, ["i", "n1", "n2", "b"]);
}

#[tokio::test]
async fn targeted_jobs_go_to_their_worker_first_and_to_nobody_else() {
    let s = setting().await;
    s.store
        .write(|tx| {
            tx.enqueue_job(job("any", Priority::Interactive, None))?;
            tx.enqueue_job(job("mine", Priority::Background, Some("w-1")))
        })
        .await
        .unwrap();
    let claim = |worker: &'static str| {
        let store = s.store.clone();
        async move {
            let claimed = store.write(move |tx| tx.claim_job(worker, None, None, "h")).await.unwrap()?;
            Some(store.read(move |tx| Ok(tx.job(&claimed.id)?.title)).await.unwrap())
        }
    };
    assert_eq!(claim("w-1").await.as_deref(), Some("mine"));
    assert_eq!(claim("w-2").await.as_deref(), Some("any"));
    assert_eq!(claim("w-1").await, None);
}

#[tokio::test]
async fn an_expired_claim_returns_to_the_head_and_its_old_token_is_refused() {
    let s = setting().await;
    s.store
        .write(|tx| {
            tx.enqueue_request(request("first", Priority::Normal))?;
            tx.enqueue_request(request("second", Priority::Normal))
        })
        .await
        .unwrap();
    let old = s.store.write(|tx| tx.claim_request("a", Some(1_000))).await.unwrap().unwrap();
    s.now.fetch_add(1_001, Ordering::SeqCst);
    let expired = s.store.write(|tx| tx.reclaim_expired(QueueName::Requests)).await.unwrap();
    assert_eq!(expired.len(), 1);
    let again = s.store.write(|tx| tx.claim_request("b", None)).await.unwrap().unwrap();
    assert_eq!(again.id, old.id, "back at the head of its band");
    let finish = RequestFinish {
        status: protocol::request::RequestStatus::Completed,
        result: None,
        error: None,
        job_id: None,
    };
    let late = s.store.write(move |tx| tx.finish_request(&old.id, &old.token, finish)).await;
    let Err(StoreError::Refused(error)) = late else { panic!("{late:?}") };
    assert_eq!(error.code, ErrorCode::LeaseLost);
}

#[tokio::test]
async fn after_five_attempts_a_row_fails_with_the_reason() {
    let s = setting().await;
    let (id, _) = s.store.write(|tx| tx.enqueue_request(request("x", Priority::Normal))).await.unwrap();
    for attempt in 1..=MAX_ATTEMPTS {
        assert!(s.store.write(|tx| tx.claim_request("a", Some(1_000))).await.unwrap().is_some(), "{attempt}");
        s.now.fetch_add(2_000, Ordering::SeqCst);
        s.store.write(|tx| tx.reclaim_expired(QueueName::Requests)).await.unwrap();
    }
    let request = s.store.read(move |tx| tx.request(&id)).await.unwrap();
    assert_eq!(request.status, protocol::request::RequestStatus::Failed);
    assert!(request.error.unwrap().contains("5 attempts"));
}

#[tokio::test]
async fn what_runs_out_next_is_known_and_nothing_is_without_a_claim() {
    let s = setting().await;
    let (id, _) = s.store.write(|tx| tx.enqueue_request(request("x", Priority::Normal))).await.unwrap();
    assert_eq!(s.store.read(|tx| tx.next_expiry()).await.unwrap(), None, "what waits cannot run out");
    s.store.write(|tx| tx.claim_request("a", Some(60_000))).await.unwrap().unwrap();
    let until = s.now.load(Ordering::SeqCst) + 60_000;
    assert_eq!(s.store.read(|tx| tx.next_expiry()).await.unwrap(), Some(until));
    s.now.fetch_add(60_000, Ordering::SeqCst);
    s.store.write(|tx| tx.reclaim_expired(QueueName::Requests)).await.unwrap();
    assert_eq!(s.store.read(|tx| tx.next_expiry()).await.unwrap(), None);
    assert_eq!(s.store.read(move |tx| tx.request(&id)).await.unwrap().attempts, 1);
}

#[tokio::test]
async fn time_away_extends_leases_and_counts_no_attempt() {
    let s = setting().await;
    s.store.write(|tx| tx.enqueue_request(request("x", Priority::Normal))).await.unwrap();
    s.store.write(|tx| tx.claim_request("a", Some(1_000))).await.unwrap().unwrap();
    let now = s.now.fetch_add(3_600_000, Ordering::SeqCst) + 3_600_000;
    s.store.write(move |tx| tx.return_time(now - 3_600_000, now)).await.unwrap();
    assert!(!s.store.read(|tx| tx.has_expired(QueueName::Requests)).await.unwrap());
}

#[tokio::test]
async fn the_first_answer_wins_and_a_wrong_hash_is_stale() {
    let s = setting().await;
    let new = NewApproval {
        workspace_id: None,
        session_id: session(),
        action: "land".into(),
        subject: "e-1".into(),
        summary: "Land it".into(),
        asks: None,
        details: serde_json::json!({}),
        hash: "aa".into(),
        risk: RiskLevel::Low,
        why: "asks".into(),
        because: None,
        asked_by: "merge".into(),
        expires_at: None,
    };
    let again = new.clone();
    let (approval, fresh) = s.store.write(|tx| tx.ask(new)).await.unwrap();
    assert!(fresh);
    let (same, fresh) = s.store.write(|tx| tx.ask(again)).await.unwrap();
    assert_eq!((same.id.clone(), fresh), (approval.id.clone(), false), "one question, asked once");
    let answer = |decision, hash: Option<&'static str>| {
        let (store, id) = (s.store.clone(), approval.id.to_string());
        async move { store.write(move |tx| tx.answer(&id, decision, hash, "ada")).await }
    };
    let code = |e: StoreError| match e {
        StoreError::Refused(api) => api.code,
        other => panic!("{other}"),
    };
    assert_eq!(code(answer(Decision::Approve, Some("bb")).await.unwrap_err()), ErrorCode::Stale);
    answer(Decision::Deny, Some("aa")).await.unwrap();
    assert_eq!(code(answer(Decision::Approve, Some("aa")).await.unwrap_err()), ErrorCode::AlreadyResolved);
}

#[tokio::test]
async fn a_newer_database_is_refused_and_left_alone() {
    let s = setting().await;
    drop(s.store);
    // The last connection folds the write-ahead log back and removes it.
    let wal = s.path.with_extension("db-wal");
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(60);
    while wal.exists() {
        assert!(std::time::Instant::now() < deadline, "the store closes");
        tokio::task::yield_now().await;
    }
    let bytes = {
        let mut bytes = std::fs::read(&s.path).unwrap();
        // The schema version stands at byte 60 of the file's header.
        bytes[60..64].copy_from_slice(&999u32.to_be_bytes());
        std::fs::write(&s.path, &bytes).unwrap();
        bytes
    };
    let sources = Sources { now: Arc::new(|| 0), id: Arc::new(|| "x".into()) };
    let result = Store::open(&s.path, sources, Options::default());
    assert!(matches!(result.map(drop), Err(StoreError::Newer { found: 999, .. })));
    assert_eq!(std::fs::read(&s.path).unwrap().len(), bytes.len());
}

#[tokio::test]
async fn everything_acknowledged_is_there_after_reopening() {
    let s = setting().await;
    for n in 0..100 {
        s.store.write(move |tx| tx.append(log(n))).await.unwrap();
    }
    let again = open(&s.path, &s.now);
    assert_eq!(again.latest_cursor(), 100);
    assert_eq!(again.read(|tx| Ok(tx.events_after(None, 0, 1000)?.len())).await.unwrap(), 100);
}
