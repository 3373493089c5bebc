//! The whole crew at a glance.

use crate::Engine;
use protocol::ApiError;
use protocol::check::{DryRun, DryRunState};
use protocol::ops::TtlParams;
use protocol::status::{Budgets, Queues, Runtime, SloPair, Storage, SystemStatus, WorkerCounts};
use std::sync::PoisonError;

impl Engine {
    pub async fn system_status(&self, p: TtlParams) -> Result<SystemStatus, ApiError> {
        let now = self.clock.now_ms();
        let day = self.day_began();
        let runtime = Runtime {
            started_at: host::clock::iso(self.started_at),
            uptime_ms: self.clock.monotonic_ms().saturating_sub(self.started_mono),
            version: env!("CARGO_PKG_VERSION").into(),
            protocol_version: protocol::PROTOCOL_VERSION.into(),
            pid: std::process::id(),
            data: self.data.root().to_string_lossy().into_owned(),
            git: self.git.as_ref().map(|g| g.version().to_string()),
        };
        let (isolation, isolation_problem) = match self.sandbox() {
            Ok(selected) => (Some(selected.isolation), None),
            Err(none) => (None, Some(none.to_string())),
        };
        let (dry_runs_running, set_ups_running) = self.busy_rooms();
        let model_ready = self.model(protocol::settings::Role::Remotebuddy).await?.is_some();
        Ok(self
            .store
            .read(move |tx| {
                let workers = tx.workers(p.ttl_ms)?;
                let online = workers.iter().filter(|w| w.is_online).count() as u64;
                let busy = workers.iter().filter(|w| w.is_online && w.active_job_count > 0).count() as u64;
                let facts = tx.storage_facts()?;
                let today = tx.spent_since(day, None)?;
                let merge = tx.counts("merge")?;
                Ok(SystemStatus {
                    ts: host::clock::iso(now),
                    workers: WorkerCounts { total: workers.len() as u64, online, busy, idle: online - busy },
                    queues: Queues {
                        requests: tx.counts("requests")?,
                        request_priorities: tx.priority_counts("requests")?,
                        request_pending_snapshot: tx.pending_requests()?,
                        jobs: tx.counts("jobs")?,
                        job_priorities: tx.priority_counts("jobs")?,
                        job_pending_snapshot: tx.pending_jobs(online)?,
                        completions: tx.counts("completions")?,
                        merge: merge
                            .iter()
                            .filter(|(k, _)| {
                                !["landed", "returned", "failed", "removed"].contains(&k.as_str())
                            })
                            .map(|(k, v)| (k.clone(), *v))
                            .collect(),
                    },
                    slo: SloPair { requests: tx.slo("requests")?, jobs: tx.slo("jobs")? },
                    runtime,
                    storage: Storage {
                        journal_mode: facts.journal_mode,
                        synchronous: facts.synchronous,
                        wal_bytes: facts.wal_bytes,
                        database_bytes: facts.database_bytes,
                        events: facts.events,
                    },
                    isolation,
                    isolation_problem,
                    budgets: Budgets {
                        input_tokens_today: today.input_tokens,
                        output_tokens_today: today.output_tokens,
                    },
                    pending_approvals: tx.pending_approvals()?,
                    checks_running: merge.get("checking").copied().unwrap_or(0),
                    dry_runs_running,
                    set_ups_running,
                    holds: tx.holds()?,
                    model_ready,
                    latest_cursor: facts.events,
                })
            })
            .await?)
    }

    /// Workspaces with a trial of their checks under way, and those whose set-up is being made.
    fn busy_rooms(&self) -> (u64, u64) {
        let rooms = self.rooms.read().unwrap_or_else(PoisonError::into_inner);
        let tries = |run: DryRun| run.finished_at.is_none() && run.state != DryRunState::Waiting;
        let dry_runs = rooms.values().filter(|room| room.trial.shown().is_some_and(tries)).count();
        let set_ups = rooms.values().filter(|room| room.set_up.is_building()).count();
        (dry_runs as u64, set_ups as u64)
    }
}
