//! Looking back: the events of one entry, and figures of spans of time.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use protocol::because::{Because, FolderBlock};
use protocol::merge::{EntryState, MergeEntry, ThrownReason};
use protocol::{Event, SessionId, WorkspaceId};
use serde_json::json;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use store::{NewEvent, Options, Sources, Store};

fn open(path: &Path, now: &Arc<AtomicI64>) -> Store {
    let (ids, now) = (AtomicU64::new(0), now.clone());
    let sources = Sources {
        now: Arc::new(move || now.load(Ordering::SeqCst)),
        id: Arc::new(move || format!("id-{}", ids.fetch_add(1, Ordering::SeqCst))),
    };
    Store::open(path, sources, Options::default()).unwrap()
}

fn entry(id: &str, workspace: &str) -> MergeEntry {
    serde_json::from_value(json!({
        "id": id, "completionId": format!("c-{id}"), "jobId": "j", "workspaceId": workspace, "sessionId": "dev", "title": id,
        "state": "queued", "commitSha": "c", "base": "b", "branch": "w", "strategy": "squash", "target": "main_agents",
        "onto": null, "candidate": null, "tree": null, "patchHash": null, "files": 1, "additions": 1, "deletions": 0,
        "risky": [], "verified": true, "position": null, "reason": null, "approvalId": null, "checks": [],
        "landedCommit": null, "createdAt": "t", "updatedAt": "t", "landedAt": null
    }))
    .unwrap()
}

fn session() -> SessionId {
    SessionId::parse("dev").unwrap()
}

fn returned(entry: &MergeEntry) -> NewEvent {
    let event = Event::MergeReturned {
        entry: Box::new(entry.clone()),
        reason: "merge.conflict".into(),
        detail: String::new(),
    };
    NewEvent::new(&session(), event, "merge").about(entry.id.as_str())
}

#[tokio::test]
async fn an_entry_has_its_own_events_alone_oldest_first() {
    let dir = tempfile::tempdir().unwrap();
    let now = Arc::new(AtomicI64::new(1_000));
    let store = open(&dir.path().join("look.db"), &now);
    let events = store
        .write(|tx| {
            tx.insert_session(&session(), None, "dev", None)?;
            let (one, two) = (entry("e-1", "tern"), entry("e-2", "tern"));
            let queued = |entry: &MergeEntry| {
                let event = Event::MergeQueued { entry: Box::new(entry.clone()) };
                NewEvent::new(&session(), event, "merge").about(entry.id.as_str())
            };
            tx.append(queued(&one))?;
            tx.append(queued(&two))?;
            tx.append(NewEvent::new(&session(), Event::Done { ok: true }, "merge").about("e-1"))?;
            tx.append(returned(&one))?;
            tx.entry_events("e-1")
        })
        .await
        .unwrap();
    let kinds: Vec<_> = events.iter().map(|event| event.event.type_name()).collect();
    assert_eq!(kinds, ["merge.entry.queued", "merge.entry.returned"]);
}

#[tokio::test]
async fn what_happened_is_counted_in_the_span_in_which_it_did() {
    let dir = tempfile::tempdir().unwrap();
    let now = Arc::new(AtomicI64::new(100));
    let store = open(&dir.path().join("look.db"), &now);
    let at = now.clone();
    store
        .write(move |tx| {
            tx.insert_session(&session(), None, "dev", None)?;
            for (id, workspace) in [("e-1", "tern"), ("e-2", "tern"), ("e-3", "other")] {
                tx.insert_entry(&entry(id, workspace))?;
            }
            let mut one = tx.entry("e-1")?;
            let mut other = tx.entry("e-3")?;
            tx.begin_run(&mut one, "tree-1", 0)?;
            tx.end_run("e-1")?;
            let mut two = tx.entry("e-2")?;
            tx.begin_run(&mut two, "tree-2", 1)?;
            tx.throw_run("e-2", ThrownReason::AheadFailed, Some(&one.id))?;
            at.store(1_200, Ordering::SeqCst);
            one.state = EntryState::Landed;
            tx.update_entry(&mut one)?;
            other.state = EntryState::Landed;
            tx.update_entry(&mut other)?;
            tx.append(returned(&entry("e-2", "tern")))?;
            Ok(())
        })
        .await
        .unwrap();
    let edges = [0, 1_000, 2_000];
    let tern = WorkspaceId::parse("tern").unwrap();
    let (mine, all) = store
        .read(move |tx| Ok((tx.merge_buckets(Some(&tern), &edges)?, tx.merge_buckets(None, &edges)?)))
        .await
        .unwrap();
    assert_eq!(
        mine.iter().map(|b| (b.landed, b.returned, b.runs)).collect::<Vec<_>>(),
        [(0, 0, 2), (1, 1, 0)]
    );
    assert_eq!((mine[0].cancelled_runs, mine[1].cancelled_runs), (1, 0));
    assert_eq!(mine[1].time_to_land_ms.p50, Some(1_100.0));
    assert_eq!((mine[0].runs_per_landed, mine[1].runs_per_landed), (None, Some(0.0)));
    assert_eq!(all[1].landed, 2, "of every workspace");
}

#[tokio::test]
async fn a_reason_is_kept_with_what_it_is_made_of_and_older_rows_have_the_sentence_alone() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(&dir.path().join("because.db"), &Arc::new(AtomicI64::new(1_000)));
    let because = Because::CheckedOut {
        branch: "main_agents".into(),
        folder: "/home/anna/tern".into(),
        block: FolderBlock::Dirty,
        names: vec!["a.txt".into()],
        more: 2,
    };
    let said = because.clone();
    let (new, old) = store
        .write(move |tx| {
            tx.insert_session(&session(), None, "dev", None)?;
            let new = MergeEntry {
                reason: Some("It is checked out.".into()),
                because: Some(Box::new(said)),
                ..entry("e-1", "tern")
            };
            tx.insert_entry(&new)?;
            // As a server stored it that knew no codes, or more of them than this one.
            let old = MergeEntry { reason: Some("It rains.".into()), ..entry("e-2", "tern") };
            tx.insert_entry(&old)?;
            let newer = serde_json::to_value(&old).map(|mut record| {
                record["because"] = json!({ "code": "rain", "mm": 3 });
                record
            })?;
            let newer: MergeEntry = serde_json::from_value(newer)?;
            assert_eq!((newer.because, newer.reason.as_deref()), (None, Some("It rains.")));
            Ok((tx.entry("e-1")?, tx.entry("e-2")?))
        })
        .await
        .unwrap();
    assert_eq!(new.because.as_deref(), Some(&because));
    assert_eq!((old.because, old.reason.as_deref()), (None, Some("It rains.")));
}
