//! Enqueue, claim and complete, by sixteen workers at once, with an empty and with a full queue.

use crate::ground::Ground;
use crate::http::Connection;
use crate::load::Load;
use crate::row::{Amount, Goal, Row};
use crate::sample::median;
use crate::{seed, serve};
use protocol::job::JobStatus;
use serde::Deserialize;
use std::path::Path;
use std::time::{Duration, Instant};
use store::JobFinish;
use testkit::world::RunningServer;

const BACKLOGS: [usize; 3] = [0, 10_000, 100_000];
const ROUNDS: usize = 5;
const SLICE: Duration = Duration::from_millis(1_500);
const WORKERS: usize = 16;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Claimed<'a> {
    claim_token: &'a str,
    #[serde(borrow)]
    job: Job<'a>,
}

#[derive(Deserialize)]
struct Job<'a> {
    id: &'a str,
}

pub fn measure(ground: &Ground) -> anyhow::Result<Vec<Row>> {
    let folders = BACKLOGS.map(|backlog| (backlog, ground.folder(&format!("claims-{backlog}"))));
    for (backlog, folder) in &folders {
        ground.runtime.block_on(seed::backlog(folder, *backlog))?;
    }
    let _watches = folders.each_ref().map(|(_, folder)| ground.watch(folder));
    let servers = folders.each_ref().map(|(_, folder)| serve::built(folder));
    for server in &servers {
        cycles(&mut Load::default(), server, SLICE / 5)?;
    }
    let alone = ground.folder("claims-alone");
    let (mut store_alone, mut loads) = (Vec::new(), BACKLOGS.map(|_| Load::default()));
    for _ in 0..ROUNDS {
        store_alone.push(ground.runtime.block_on(without_http(&alone))?);
        for (server, load) in servers.iter().zip(&mut loads) {
            cycles(load, server, SLICE)?;
        }
    }
    let store_alone = Amount::PerSecond(median(store_alone));
    let [empty, some, full] = loads.each_ref().map(|load| Amount::PerSecond(load.per_second()));
    let [empty_time, some_time, full_time] = loads.each_ref().map(|load| Amount::Micros(load.micros_each()));
    let flat = |row: Row| row.floor(empty, "backlog 0").goal(Goal::RatioAtLeast(0.9));
    let flat_time = |row: Row| row.floor(empty_time, "backlog 0").goal(Goal::RatioAtMost(1.1));
    Ok(vec![
        Row::new("claim cycles, 16 workers, backlog 0", empty).floor(store_alone, "the store without HTTP"),
        flat(Row::new("claim cycles, 16 workers, backlog 10000", some)),
        flat(Row::new("claim cycles, 16 workers, backlog 100000", full)),
        Row::new("processor time per cycle, backlog 0", empty_time),
        flat_time(Row::new("processor time per cycle, backlog 10000", some_time)),
        flat_time(Row::new("processor time per cycle, backlog 100000", full_time)),
        Row::new("claim cycles, the store without HTTP", store_alone)
            .floor(Amount::PerSecond(ground.machine.syncs_per_second / 3.0), "3 raw write+fsync each"),
    ])
}

/// Every worker reports itself once, and adds a job before it claims one, so there is always one to claim.
fn cycles(load: &mut Load, server: &RunningServer, length: Duration) -> anyhow::Result<()> {
    let address = serve::address(server);
    let mut connection = address.connect()?;
    for n in 0..WORKERS {
        connection.call("/workers/heartbeat", &format!(r#"{{"workerId":"b-{n}","status":"busy"}}"#))?;
    }
    load.slice((&address, server.pid()), WORKERS, length, cycle)
}

fn cycle(connection: &mut Connection, worker: usize) -> anyhow::Result<()> {
    connection.call("/jobs/enqueue", &format!(r#"{{"taskId":"t","kind":"{}"}}"#, seed::KIND))?;
    let answer = connection.call("/jobs/claim", &format!(r#"{{"workerId":"b-{worker}"}}"#))?;
    let claimed: Claimed<'_> = serde_json::from_slice(answer)?;
    let path = format!("/jobs/{}/complete", claimed.job.id);
    let body = format!(r#"{{"claimToken":"{}"}}"#, claimed.claim_token);
    connection.call(&path, &body)?;
    Ok(())
}

/// The same three transactions straight on the store: what is left when HTTP costs nothing.
async fn without_http(data: &Path) -> anyhow::Result<f64> {
    let store = seed::open(data)?;
    let (mut workers, began) = (tokio::task::JoinSet::new(), Instant::now());
    for worker in 0..WORKERS {
        let store = store.clone();
        workers.spawn(async move {
            let mut count = 0;
            while began.elapsed() < SLICE {
                store.write(move |tx| tx.enqueue_job(seed::job(count))).await?;
                let claimed =
                    store.write(move |tx| tx.claim_job(&format!("b-{worker}"), None, None, "none")).await?;
                if let Some(claimed) = claimed {
                    store.write(move |tx| tx.finish_job(&claimed.id, &claimed.token, finish())).await?;
                }
                count += 1;
            }
            Ok::<_, store::StoreError>(count)
        });
    }
    let mut total = 0;
    while let Some(count) = workers.join_next().await {
        total += count??;
    }
    Ok(total as f64 / began.elapsed().as_secs_f64())
}

fn finish() -> JobFinish {
    JobFinish {
        status: JobStatus::Completed,
        result: None,
        error: None,
        artifacts: Vec::new(),
        verified: None,
        isolation: None,
        commit_sha: None,
        branch: None,
    }
}
