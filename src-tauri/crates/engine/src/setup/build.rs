//! Making the layers that are missing.

use super::network::{Leave, close_stale};
use super::online::Decided;
use super::run::{Ended, Ran, last};
use super::wanted::{On, Wanted};
use crate::Engine;
use crate::rooms::Room;
use host::layers::Layer;
use host::network::Target;
use protocol::check::CheckPlan;
use protocol::merge::MergeEntry;
use protocol::{ApiError, ErrorCode, Event, SessionId};
use std::sync::Arc;
use store::{NewEvent, StoreError, Tx};

/// Characters of output inside an error.
const SHOWN: usize = 1_500;

/// What preparing came to.
pub(crate) enum Prepared {
    Ready,
    /// A person has to answer first; the question is durable.
    Asked,
}

/// What layers are made for.
pub(super) struct Work<'a> {
    pub room: &'a Arc<Room>,
    /// Where events and questions appear.
    pub session: &'a SessionId,
    /// Every layer of the work.
    pub all: &'a [Wanted],
}

impl Engine {
    /// Set-up for an entry's checks, on the candidate's own files. True when the layers are there.
    pub(crate) async fn set_up(
        &self,
        room: &Arc<Room>,
        entry: &MergeEntry,
        plan: &CheckPlan,
    ) -> Result<bool, ApiError> {
        if plan.checks.is_empty() {
            return Ok(true);
        }
        let prepared = self.prepare(room, &entry.session_id, plan, On::candidate(entry)?).await?;
        Ok(matches!(prepared, Prepared::Ready))
    }

    /// Makes what is missing of the set-up that work needs.
    pub(crate) async fn prepare(
        &self,
        room: &Arc<Room>,
        session: &SessionId,
        plan: &CheckPlan,
        on: On,
    ) -> Result<Prepared, ApiError> {
        // The image first: what is made in one is worth nothing in another.
        if let Prepared::Asked = self.prepare_image(room, session).await? {
            return Ok(Prepared::Asked);
        }
        let all = self.wanted(room, plan, on).await?;
        if all.is_empty() {
            return Ok(Prepared::Ready);
        }
        let _alone = tokio::select! {
            alone = room.set_up.building.lock() => alone,
            () = self.stopping() => return Err(crate::shutting_down()),
        };
        let work = Work { room, session, all: &all };
        let mut layers = Vec::new();
        for wanted in &all {
            let layer = match self.layer(wanted).await? {
                Some(layer) => layer,
                None => match self.obtain(&work, wanted, &layers).await? {
                    Some(layer) => layer,
                    None => return Ok(Prepared::Asked),
                },
            };
            layers.push(layer);
        }
        Ok(Prepared::Ready)
    }

    /// Makes one layer on top of those before it. None when a person has to answer first.
    async fn obtain(
        &self,
        work: &Work<'_>,
        wanted: &Wanted,
        below: &[Layer],
    ) -> Result<Option<Layer>, ApiError> {
        if let Some(error) = work.room.set_up.failure(&wanted.digest, self.clock.now_ms()) {
            return Err(error);
        }
        let given = match self.leave(work.room, wanted).await? {
            Leave::Waiting => return Ok(None),
            Leave::Denied(error) => return Err(error),
            Leave::Given => true,
            Leave::Unasked => false,
        };
        let confines = self.sandbox_for(work.room)?.confines();
        let names_hosts = !wanted.step.network.is_empty();
        if !given {
            let mut offline = None;
            // Without confinement there is no "offline": a step that names hosts would reach them unasked.
            if confines || !names_hosts {
                match self.run_offline(work.room, wanted, below).await? {
                    ran if ran.failed().is_none() || !names_hosts => {
                        return self.settle(work, wanted, ran, false).await.map(Some);
                    }
                    ran => offline = ran.failed(),
                }
            }
            if !self.may_open_network(work, wanted, offline.as_deref()).await? {
                return Ok(None);
            }
        }
        let ran = self.run_online(work.room, wanted, below).await?;
        self.settle(work, wanted, ran, true).await.map(Some)
    }

    /// Tells how a step ended, and keeps what follows from it.
    async fn settle(
        &self,
        work: &Work<'_>,
        wanted: &Wanted,
        ran: Ran,
        online: bool,
    ) -> Result<Layer, ApiError> {
        let Ran { ended, tail, ms: duration_ms, asked_for } = ran;
        let about = |event| NewEvent::new(work.session, event, "setup").about(wanted.digest.clone());
        // The list keeps a few hundred at most.
        let mut told: Vec<NewEvent> = asked_for
            .into_iter()
            .map(|(target, decided)| about(decision(wanted, target, &decided)))
            .collect();
        let run = wanted.step.run.clone();
        let layer = match ended {
            Ended::Kept(layer) => *layer,
            Ended::Failed(why) => {
                let error = failure(wanted, &why, &tail, online);
                work.room.set_up.remember(&wanted.digest, self.clock.now_ms(), error.clone());
                told.push(about(Event::SetupFinished { run, ok: false, duration_ms, tail }));
                self.store.write(move |tx| append(tx, told)).await?;
                return Err(error);
            }
        };
        told.push(about(Event::SetupFinished { run, ok: true, duration_ms, tail }));
        let workspace = work.room.id.clone();
        let candidate = wanted.candidate.then(|| wanted.at.to_string());
        // A question about this very step that is still open has answered itself.
        let others = work.all.iter().map(|other| other.digest.clone());
        let others: Vec<String> = others.filter(|digest| *digest != wanted.digest).collect();
        self.store
            .write(move |tx| {
                close_stale(tx, &workspace, candidate.as_deref(), &others)?;
                crate::remote_buddy::held::look_again(tx, &workspace)?;
                append(tx, told)
            })
            .await?;
        self.keep_quota(work, &layer).await?;
        Ok(layer)
    }

    async fn keep_quota(&self, work: &Work<'_>, newest: &Layer) -> Result<(), ApiError> {
        let mut in_use: Vec<String> = work.all.iter().map(|wanted| wanted.digest.clone()).collect();
        in_use.push(newest.digest.clone());
        let store = self.layers.clone();
        match self.blocking(move || store.collect(host::layers::QUOTA, &in_use)).await? {
            Ok(gone) if gone.removed.is_empty() => {}
            Ok(gone) => tracing::info!(layers = gone.removed.len(), bytes = gone.freed_bytes, "removed"),
            Err(error) => tracing::warn!(%error, "old set-up layers"),
        }
        Ok(())
    }
}

fn decision(wanted: &Wanted, target: Target, decided: &Decided) -> Event {
    Event::SetupNetwork {
        run: wanted.step.run.clone(),
        host: target.host,
        port: target.port,
        allowed: decided.allowed(),
        why: decided.why().to_owned(),
    }
}

fn append(tx: &mut Tx<'_>, all: Vec<NewEvent>) -> Result<(), StoreError> {
    all.into_iter().try_for_each(|new| tx.append(new).map(drop))
}

/// Cause and next step.
fn failure(wanted: &Wanted, why: &str, tail: &str, network: bool) -> ApiError {
    let program = wanted.step.run.first().map(String::as_str).unwrap_or_default();
    let missing = tail.contains("execvp") || tail.contains("not found") && tail.contains(program);
    let next = if why.starts_with("timed out") {
        "Give it a longer timeoutS in its [[setup]] entry, then try again.".to_owned()
    } else if missing {
        format!("If `{program}` is not installed, install it and restart the server, then try again.")
    } else if network {
        "It ran with a way to the hosts of its [[setup]] entry's `network`. Add what is missing there, or repair the \
         step, what it reads, or the connection; then try again."
            .to_owned()
    } else {
        "It ran without network, as it names no hosts. If it has to load packages, say so in its [[setup]] \
         entry of .pilothouse/config.toml with network = [\"cargo\"] or the like; else repair it. Then try again."
            .to_owned()
    };
    let shown = last(tail, SHOWN);
    let shown = if shown.is_empty() { String::new() } else { format!("\n\n{shown}") };
    let text = format!("The set-up step `{}` failed: {why}.{shown}\n\n{next}", wanted.command());
    ApiError::new(ErrorCode::Conflict, text)
}
