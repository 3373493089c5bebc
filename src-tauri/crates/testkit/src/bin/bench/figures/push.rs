//! From enqueuing a job to the moment a worker that was already waiting holds it.

use crate::ground::Ground;
use crate::http::Address;
use crate::row::{Amount, Goal, Row};
use crate::sample::Sample;
use crate::{floor, seed, serve};
use anyhow::Context;
use std::sync::mpsc;
use std::time::{Duration, Instant};

const TIMES: usize = 500;
/// Commits in a row before a waiting worker can hold a job: the job itself, and its claim.
const COMMITS: usize = 2;

pub fn measure(ground: &Ground) -> anyhow::Result<Vec<Row>> {
    let data = ground.folder("push");
    let server = serve::built(&data);
    let ours = Sample::new(hand_overs(&serve::address(&server))?);
    let floor = floor::syncs_and_exchange(ground.dir(), COMMITS, TIMES)?;
    let row = |name: &str, q: f64| {
        Row::new(format!("enqueue → waiting worker has it, {name}"), Amount::Millis(ours.millis(q)))
            .floor(Amount::Millis(floor.millis(q)), "2 raw write+fsync, 1 loopback exchange")
    };
    Ok(vec![row("p50", 0.5), row("p99", 0.99).goal(Goal::AtMost(Amount::Millis(10.0)))])
}

fn hand_overs(address: &Address) -> anyhow::Result<Vec<Duration>> {
    let (ask, asked) = mpsc::sync_channel::<()>(0);
    let (waits, waiting) = mpsc::sync_channel::<()>(0);
    let (holds, held) = mpsc::sync_channel::<Instant>(1);
    let worker = {
        let mut connection = address.connect()?;
        move || -> anyhow::Result<()> {
            let claim = format!(r#"{{"workerId":"b-0","kinds":["{}"],"waitMs":30000}}"#, seed::KIND);
            while asked.recv().is_ok() {
                connection.send("/jobs/claim", &claim)?;
                waits.send(())?;
                let (status, _) = connection.receive()?;
                anyhow::ensure!(status == 200, "the claim was answered with {status}");
                holds.send(Instant::now())?;
            }
            Ok(())
        }
    };
    let worker = std::thread::spawn(worker);
    let mut connection = address.connect()?;
    let enqueue = format!(r#"{{"taskId":"t","kind":"{}"}}"#, seed::KIND);
    let mut taken = Vec::with_capacity(TIMES);
    for _ in 0..TIMES {
        let sent = ask.send(()).is_ok() && waiting.recv().is_ok();
        if !sent {
            break;
        }
        // Calls that are answered after the claim was sent: by then the server has seen it and waits.
        for _ in 0..2 {
            connection.call("/v1/rpc/session.list", "{}")?;
        }
        let since = Instant::now();
        connection.call("/jobs/enqueue", &enqueue)?;
        let at = held.recv_timeout(Duration::from_secs(30)).context("nobody got the job")?;
        taken.push(at.saturating_duration_since(since));
    }
    drop(ask);
    worker.join().map_err(|_| anyhow::anyhow!("the worker panicked"))??;
    anyhow::ensure!(taken.len() == TIMES, "only {} of {TIMES} jobs were handed over", taken.len());
    Ok(taken)
}
