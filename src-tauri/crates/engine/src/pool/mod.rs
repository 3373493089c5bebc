//! The pool: worker processes of this server, as many as there is work for. It carries out what `flow::pool` decides
//! and tells it what became of that; it decides nothing itself, and what a worker does is not its business.

mod facts;
mod process;
mod told;

use crate::Engine;
use flow::pool::{Action, Bounds, Confinement, Machine, Pool, Wanted};
use process::Exit;
use protocol::worker::WorkerEndKind;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{Notify, watch};
use tokio::task::JoinSet;

/// What our workers' ids begin with; a number follows.
const ID: &str = "w-";
/// Between two looks: while jobs wait, and while nothing does.
const LOOKS: (Duration, Duration) = (Duration::from_millis(250), Duration::from_secs(1));

/// The id of our worker of a number.
fn id_of(n: u32) -> String {
    format!("{ID}{n}")
}

/// The number of a worker of ours.
fn number_of(worker: &str) -> Option<u32> {
    let digits = worker.strip_prefix(ID)?;
    let plain = digits.bytes().all(|b| b.is_ascii_digit()) && !digits.starts_with('0');
    digits.parse().ok().filter(|_| plain)
}

/// Whether a worker id is one that this room gives out.
pub(crate) fn is_ours(worker: &str) -> bool {
    number_of(worker).is_some()
}

/// What others ask about the pool, and how they make it look.
#[derive(Default)]
pub(crate) struct Standing {
    /// Rung when something the pool decides by may have changed.
    pub(crate) bell: Notify,
    /// Processes now: the number, and when it was started in milliseconds since 1970.
    running: Mutex<BTreeMap<u32, i64>>,
}

impl Standing {
    fn running(&self) -> BTreeMap<u32, i64> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn note(&self, n: u32, since: Option<i64>) {
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        match since {
            Some(since) => running.insert(n, since),
            None => running.remove(&n),
        };
    }
}

/// A process of ours.
struct Process {
    quit: watch::Sender<bool>,
    /// Why we end it, once we do.
    why: Option<WorkerEndKind>,
    began_ms: u64,
}

/// The processes and the machine that decides about them.
struct Keeper {
    engine: Engine,
    program: PathBuf,
    pool: Pool,
    processes: BTreeMap<u32, Process>,
    tasks: JoinSet<(u32, Exit)>,
}

impl Engine {
    /// Least and most workers of this server.
    pub(crate) fn pool_bounds(&self) -> Bounds {
        let workers = &self.own.config.workers;
        let contained = self.sandbox().is_ok_and(|s| s.isolation.backend == "container");
        let machine = Machine {
            cores: std::thread::available_parallelism()
                .map_or(1, |n| u32::try_from(n.get()).unwrap_or(u32::MAX)),
            memory_mib: host::machine_memory::total_mib(),
            confinement: if contained { Confinement::Container } else { Confinement::Process },
        };
        flow::pool::bounds(&machine, &Wanted { count: workers.count, min: workers.min, max: workers.max })
    }

    /// Whether a worker is a process of ours just now.
    pub(crate) fn pool_runs(&self, worker: &str) -> bool {
        number_of(worker).is_some_and(|n| self.pool.running().contains_key(&n))
    }

    pub(crate) fn pool_shown(&self) -> protocol::worker::Pool {
        let Bounds { min, max, why } = self.pool_bounds();
        let running = u32::try_from(self.pool.running().len()).unwrap_or(u32::MAX);
        protocol::worker::Pool { min, max, running, why }
    }

    /// Removes the clone that a worker's process made ahead and did not use; that of every one without a name.
    async fn clear_spares(&self, id: Option<&str>) {
        let all = self.data.root().join("spares");
        let folder = id.map_or(all.clone(), |id| all.join(id));
        let removed = tokio::task::spawn_blocking(move || std::fs::remove_dir_all(folder)).await;
        match removed {
            Ok(Err(error)) if error.kind() != std::io::ErrorKind::NotFound => {
                tracing::warn!(%error, "a clone made ahead stays behind");
            }
            _ => {}
        }
    }

    pub(crate) async fn pool_loop(&self) {
        let bounds = self.pool_bounds();
        if bounds.max == 0 {
            return;
        }
        let Some(program) = self.worker_program() else {
            tracing::warn!("pilothouse-worker was not found beside this program; no worker is started");
            return;
        };
        tracing::debug!(min = bounds.min, max = bounds.max, "workers: {}", bounds.why);
        if let Err(error) = self.store.write(|tx| tx.end_retirement(None)).await {
            tracing::error!(%error, "workers that were being ended when the server was");
        }
        self.clear_spares(None).await;
        let mut keeper = Keeper {
            engine: self.clone(),
            program,
            pool: Pool::new(bounds.min, bounds.max),
            processes: BTreeMap::new(),
            tasks: JoinSet::new(),
        };
        keeper.keep().await;
    }
}

impl Keeper {
    async fn keep(&mut self) {
        let engine = self.engine.clone();
        while !engine.is_stopping() {
            let rest = self.look().await;
            tokio::select! {
                Some(ended) = self.tasks.join_next(), if !self.tasks.is_empty() => self.joined(ended).await,
                () = engine.pool.bell.notified() => {}
                () = tokio::time::sleep(rest) => {}
                () = engine.stopping() => {}
            }
        }
        for process in self.processes.values_mut() {
            process.why.get_or_insert(WorkerEndKind::Stopped);
            process.quit.send_replace(true);
        }
        while let Some(ended) = self.tasks.join_next().await {
            self.joined(ended).await;
        }
    }

    /// Looks once and does what follows; answers how long to rest.
    async fn look(&mut self) -> Duration {
        let view = match self.engine.pool_view().await {
            Ok(view) => view,
            Err(error) => {
                tracing::error!(%error, "the pool of workers cannot look");
                return LOOKS.1;
            }
        };
        for action in self.pool.decide(&view) {
            match action {
                Action::Start(n) => self.start(n),
                Action::End(n) => self.end(n, WorkerEndKind::Drained),
                Action::Retire(n) => self.retire(n).await,
            }
        }
        if view.waiting > 0 { LOOKS.0 } else { LOOKS.1 }
    }

    fn start(&mut self, n: u32) {
        let (quit, asked) = watch::channel(false);
        let (began_ms, engine, program) =
            (self.engine.clock.monotonic_ms(), self.engine.clone(), self.program.clone());
        self.engine.pool.note(n, Some(self.engine.clock.now_ms()));
        self.processes.insert(n, Process { quit, why: None, began_ms });
        self.tasks.spawn(async move { (n, engine.run_worker(&id_of(n), &program, asked).await) });
    }

    fn end(&mut self, n: u32, why: WorkerEndKind) {
        if let Some(process) = self.processes.get_mut(&n) {
            process.why = Some(why);
            process.quit.send_replace(true);
        }
    }

    /// Ends one that has nothing to do, unless it got something to do in the meantime.
    async fn retire(&mut self, n: u32) {
        let done =
            self.engine.store.write(move |tx| tx.retire_worker(&id_of(n))).await.unwrap_or_else(|error| {
                tracing::error!(%error, "an idle worker is kept");
                false
            });
        self.pool.retired(n, done, self.engine.clock.monotonic_ms());
        if done {
            self.end(n, WorkerEndKind::Idle);
        }
    }

    async fn joined(&mut self, ended: Result<(u32, Exit), tokio::task::JoinError>) {
        let (n, exit) = match ended {
            Ok(ended) => ended,
            // Only a mistake of ours unwinds it: the crew's alarm is for that.
            Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
            Err(_) => return,
        };
        let id = id_of(n);
        self.engine.principals.dismiss_worker(&id);
        self.engine.pool.note(n, None);
        let Some(process) = self.processes.remove(&n) else { return };
        self.engine.clear_spares(Some(&id)).await;
        let now = self.engine.clock.monotonic_ms();
        let died = match process.why {
            // The machine is not asked any more.
            Some(WorkerEndKind::Stopped) => None,
            _ => self.pool.ended(n, now),
        };
        self.engine.tell_end(id, process.why, exit, now.saturating_sub(process.began_ms), died).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_ours_when_it_is_one_that_is_given_out() {
        for n in [1, 2, 10, 64] {
            assert_eq!(number_of(&id_of(n)), Some(n));
        }
        for foreign in
            ["", "w-", "w-0", "w-01", "w-x", "w-1x", "worker-1", "W-1", "w-99999999999", "w- 1", "w-+1"]
        {
            assert!(!is_ours(foreign), "{foreign}");
        }
    }
}
