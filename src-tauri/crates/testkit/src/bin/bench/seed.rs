//! Data folders with a past, written straight into the store: measuring a full queue must not take the time
//! it takes to fill one over HTTP.

use anyhow::{Context, bail};
use host::clock::{Clock, SystemClock};
use host::ids::{Ids, SystemIds};
use host::paths::DataFolder;
use protocol::{Event, Priority, SessionId};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};
use store::{NewEvent, NewJob, Sources, Store};

/// Kind of the jobs of a bench; no worker of ours takes it.
pub const KIND: &str = "bench";
/// Rows per transaction while seeding.
const ROWS: usize = 2_000;

/// Opens the store of a data folder as the server would.
pub fn open(data: &Path) -> anyhow::Result<Store> {
    let folder = DataFolder::open(data)?;
    let clock = SystemClock::new();
    let sources = Sources { now: Arc::new(move || clock.now_ms()), id: Arc::new(|| SystemIds.uuid()) };
    Ok(Store::open(&folder.database(), sources, store::Options::default())?)
}

/// A pending job as the bench's own workers take it.
pub fn job(n: usize) -> NewJob {
    NewJob {
        task_id: format!("t-{n}"),
        kind: KIND.into(),
        title: format!("job {n}"),
        session_id: None,
        workspace_id: None,
        request_id: None,
        params: serde_json::json!({ "n": n }),
        priority: Priority::Normal,
        target_worker_id: None,
        queue_wait_budget_ms: 90_000,
        execution_budget_ms: 900_000,
        finalization_budget_ms: 120_000,
    }
}

/// A data folder whose job queue holds `count` pending jobs.
pub async fn backlog(data: &Path, count: usize) -> anyhow::Result<()> {
    let store = open(data)?;
    for start in (0..count).step_by(ROWS) {
        let end = (start + ROWS).min(count);
        store.write(move |tx| (start..end).try_for_each(|n| tx.enqueue_job(job(n)).map(drop))).await?;
    }
    close(store).await
}

/// A data folder with `sessions` sessions `s-0`, `s-1` … of `events` log lines each, written in turns so that
/// the sessions lie mixed in the log. The lines of a session are numbered from 0.
pub async fn sessions(data: &Path, sessions: usize, events: usize) -> anyhow::Result<()> {
    let store = open(data)?;
    let ids = (0..sessions).map(|n| SessionId::parse(format!("s-{n}"))).collect::<Result<Vec<_>, _>>()?;
    let made = ids.clone();
    store
        .write(move |tx| made.iter().try_for_each(|id| tx.insert_session(id, None, id.as_str(), None)))
        .await?;
    for start in (0..events).step_by(ROWS / 8) {
        let (ids, end) = (ids.clone(), (start + ROWS / 8).min(events));
        let append = move |tx: &mut store::Tx<'_>| {
            for (n, id) in (start..end).flat_map(|n| ids.iter().map(move |id| (n, id))) {
                tx.append(NewEvent::new(id, line(n), "bench"))?;
            }
            Ok(())
        };
        store.write(append).await?;
    }
    close(store).await
}

fn line(n: usize) -> Event {
    let message =
        format!("line {n} of a log that is as long as such lines usually are: compiling, testing, done.");
    Event::Log { level: "info".into(), message }
}

/// Waits until the writer has folded its log back and let go of the file.
async fn close(store: Store) -> anyhow::Result<()> {
    let mut wal = store.path().as_os_str().to_owned();
    wal.push("-wal");
    let wal = std::path::PathBuf::from(wal);
    drop(store);
    let deadline = Instant::now() + Duration::from_secs(30);
    while wal.exists() {
        if Instant::now() > deadline {
            bail!("{} stays behind", wal.display());
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    std::fs::File::open(wal.parent().context("a folder")?)?.sync_all()?;
    Ok(())
}
