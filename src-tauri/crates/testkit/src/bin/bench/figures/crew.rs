//! The crew at work: eight jobs at once, what a worker weighs, and the processor time a job costs us.

use crate::ground::Ground;
use crate::process::{memory_mib, whole_seconds};
use crate::row::{Amount, Row};
use crate::{by_hand, looks};
use anyhow::Context;
use protocol::ops::{TtlParams, typed};
use std::time::{Duration, Instant};
use testkit::world::processes::below;
use testkit::world::{RunningServer, Start};

const JOBS: usize = 8;
/// What each of them runs: it takes time and no processor, so that only our own work is in each other's way.
const REST: [&str; 2] = ["sleep", "2"];
/// One after the other, for the processor time of one.
const IN_ROW: usize = 10;

pub fn measure(ground: &Ground) -> anyhow::Result<Vec<Row>> {
    let repository = ground.folder("crew-repo");
    by_hand::repository(&repository)?;
    let start = Start::on(&ground.folder("crew"), &repository).flag("--trust").workers(JOBS);
    let server = RunningServer::start(&start);
    let rows = ground.runtime.block_on(of_crew(&server));
    server.terminate();
    rows
}

async fn of_crew(server: &RunningServer) -> anyhow::Result<Vec<Row>> {
    until_all_are_there(server).await?;
    let idle = weights(server)?;
    let alone = together(server, 1).await?;
    let mut busy = Vec::new();
    let (all, ()) = tokio::try_join!(together(server, JOBS), async {
        // In the middle of what they run.
        tokio::time::sleep(Duration::from_millis(1_500)).await;
        busy = weights(server)?;
        Ok(())
    })?;
    let own = |server: &RunningServer| -> anyhow::Result<(f64, f64)> {
        let pids = workers(server).into_iter().chain([server.pid()]);
        pids.map(whole_seconds).try_fold((0.0, 0.0), |sum, one| one.map(|(a, b)| (sum.0 + a, sum.1 + b)))
    };
    let before = own(server)?;
    for _ in 0..IN_ROW {
        let id = looks::enqueue(&server.client, &["true"]).await?;
        looks::completed(&server.client, &id).await?;
    }
    let after = own(server)?;
    let each = |from: f64, to: f64| Amount::Millis((to - from) * 1e3 / IN_ROW as f64);
    let middle = |mut weights: Vec<f64>| {
        weights.sort_by(f64::total_cmp);
        Amount::MiB(weights.get(weights.len() / 2).copied().unwrap_or_default())
    };
    let millis = |took: Duration| Amount::Millis(took.as_secs_f64() * 1e3);
    Ok(vec![
        Row::new("8 jobs of 2 s at once, 8 workers", millis(all)).floor(millis(alone), "one such job alone"),
        Row::new("memory of an idle worker", middle(idle.clone())),
        Row::new("memory of a worker at work, apart from what its job runs", middle(busy))
            .floor(middle(idle), "an idle worker"),
        Row::new("our own processor time per job, server and worker", each(before.0, after.0)),
        Row::new("processor time per job of what we start: git, sandbox", each(before.1, after.1)),
    ])
}

/// How long so many jobs take that are enqueued at once.
async fn together(server: &RunningServer, jobs: usize) -> anyhow::Result<Duration> {
    let since = Instant::now();
    let mut ids = Vec::new();
    for _ in 0..jobs {
        ids.push(looks::enqueue(&server.client, &REST).await?);
    }
    for id in ids {
        looks::completed(&server.client, &id).await?;
    }
    Ok(since.elapsed())
}

async fn until_all_are_there(server: &RunningServer) -> anyhow::Result<()> {
    let since = Instant::now();
    loop {
        let all = server.client.call(typed::WorkersList, &TtlParams::default(), None).await?.workers;
        if all.iter().filter(|worker| worker.is_online).count() >= JOBS {
            return Ok(());
        }
        anyhow::ensure!(since.elapsed() < Duration::from_secs(60), "the workers do not come up");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Processes of workers: those the server itself started.
fn workers(server: &RunningServer) -> Vec<u32> {
    let all = below(server.pid());
    let ours =
        |argv: &str| argv.split(' ').next().is_some_and(|program| program.ends_with("pilothouse-worker"));
    let mut found: Vec<(String, u32)> = Vec::new();
    for process in all.into_iter().filter(|process| ours(&process.argv)) {
        // What a worker starts looks like itself for a moment; parents come first.
        if !found.iter().any(|(argv, _)| *argv == process.argv) {
            found.push((process.argv, process.pid));
        }
    }
    found.into_iter().map(|(_, pid)| pid).collect()
}

fn weights(server: &RunningServer) -> anyhow::Result<Vec<f64>> {
    let weights: Vec<f64> = workers(server).into_iter().map(memory_mib).collect::<Result<_, _>>()?;
    weights.first().context("no worker runs")?;
    Ok(weights)
}
