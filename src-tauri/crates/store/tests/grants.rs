//! Grants: kept until they are over, and each use counted.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use protocol::grant::{GrantFor, KeptGrant};
use protocol::policy::{Grant, Rule};
use protocol::{ApprovalId, JobId, WorkspaceId};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use store::{Options, Sources, Store};

fn open(path: &Path, now: &Arc<AtomicI64>) -> Store {
    let now = now.clone();
    let sources =
        Sources { now: Arc::new(move || now.load(Ordering::SeqCst)), id: Arc::new(|| "id".to_owned()) };
    Store::open(path, sources, Options::default()).unwrap()
}

fn kept(id: &str, workspace: &str, job: Option<&str>, expires_at_ms: Option<i64>) -> KeptGrant {
    KeptGrant {
        grant: Grant {
            id: id.into(),
            rule: Rule::default(),
            workspace_id: WorkspaceId::parse(workspace).ok(),
            session_id: None,
            job_id: job.map(|job| JobId::parse(job).unwrap()),
            expires_at_ms,
        },
        span: GrantFor::Always,
        covers: "It".into(),
        approval_id: ApprovalId::parse("a-1").unwrap(),
        by: "owner".into(),
        made_at: "2026-01-01T00:00:00.000Z".into(),
        expires_at: None,
        used: 0,
        last_used_at: None,
    }
}

async fn ids(store: &Store, workspace: Option<&'static str>) -> Vec<String> {
    let all = store.read(move |tx| tx.grants(workspace)).await.unwrap();
    all.into_iter().map(|kept| kept.grant.id).collect()
}

#[tokio::test]
async fn grants_are_of_a_workspace_until_their_time_or_their_job_is_over() {
    let (dir, now) = (tempfile::tempdir().unwrap(), Arc::new(AtomicI64::new(1_000)));
    let path = dir.path().join("grants.db");
    let store = open(&path, &now);
    for grant in [
        kept("a", "w1", None, None),
        kept("b", "w1", None, Some(2_000)),
        kept("c", "w1", Some("j-1"), None),
        kept("d", "w2", None, None),
    ] {
        store.write(move |tx| tx.put_grant(&grant)).await.unwrap();
    }
    assert_eq!(ids(&store, Some("w1")).await, ["a", "b", "c"]);
    assert_eq!(ids(&store, None).await.len(), 4);
    assert_eq!(store.write(|tx| tx.use_grant("b")).await.unwrap().unwrap().used, 1);
    now.store(2_000, Ordering::SeqCst);
    assert_eq!(ids(&store, Some("w1")).await, ["a", "c"], "its time is over");
    assert!(store.write(|tx| tx.use_grant("b")).await.unwrap().is_none(), "and it decides nothing any more");
    store.write(|tx| tx.drop_grants_of("j-1")).await.unwrap();
    assert_eq!(store.write(|tx| tx.prune_grants()).await.unwrap(), 1);
    store.write(|tx| tx.use_grant("a")).await.unwrap().unwrap();
    drop(store);
    let again = open(&path, &now);
    assert_eq!(ids(&again, Some("w1")).await, ["a"]);
    assert_eq!(
        again.write(|tx| tx.remove_grant("a")).await.unwrap().used,
        1,
        "a restart finds what it was used"
    );
    assert!(again.write(|tx| tx.remove_grant("a")).await.is_err());
}
