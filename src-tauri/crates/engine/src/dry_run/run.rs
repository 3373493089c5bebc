//! One trial from its set-up to its last check.

use super::{ended_by, said};
use crate::merge::checks::{Environment, check_digest, command, fill, output, waiting};
use crate::rooms::Room;
use crate::setup::{Laid, On, Once, Prepared};
use crate::{Engine, git, shutting_down};
use host::redact::LogCleaner;
use host::sandbox::Sandbox;
use host::spawn::Ended;
use protocol::because::Because;
use protocol::check::{Check, CheckPlan, DryRunState};
use protocol::{ApiError, SessionId};
use repo::ObjectId;
use std::sync::Arc;
use store::{EventFilter, StoredVerdict};

/// Lines between a check and its reader.
const LINES_IN_FLIGHT: usize = 1_024;

/// What is said when a trial that waits may go on, or has lost its ground.
const LOOK_AGAIN: [&str; 2] = ["approval.changed", "workspace.changed"];

/// Where a trial happens: files and HOME of its own, apart from those of landing.
struct Place {
    laid: Laid,
    sandbox: Sandbox,
}

impl Engine {
    /// Whether all checks passed. A check that fails does not keep the others from being tried.
    pub(super) async fn try_checks(
        &self,
        room: &Arc<Room>,
        session: &SessionId,
        plan: &CheckPlan,
        commit: &ObjectId,
    ) -> Result<bool, ApiError> {
        let on = On::Commit(commit.clone());
        let before = match self.look_at_image(room).await? {
            true => self.environment(room, plan, on.clone()).await?,
            false => None,
        };
        let (depot, of) = (room.depot.clone(), commit.clone());
        let tree = self.blocking(move || depot.tree_of(&of)).await?.map_err(git::api)?;
        let mut left = Vec::new();
        for (at, check) in plan.checks.iter().enumerate() {
            let env = before.as_ref().map(|environment| environment.of(check)).unwrap_or_default();
            let (on, digest) = (tree.to_string(), check_digest(check));
            let known = self.store.read(move |tx| tx.verdict(&on, &digest, &env)).await?;
            match known.filter(|verdict| verdict.ok) {
                Some(verdict) => room.trial.change(|run| fill(&mut run.checks, at, &verdict, true, false)),
                None => left.push((at, check)),
            }
        }
        if left.is_empty() {
            return Ok(true);
        }
        self.ready_set_up(room, session, plan, commit).await?;
        // The image it runs in may have been made only now.
        let sandbox = self.sandbox_for(room)?;
        // Making the set-up takes its time, and waiting for an answer may take days.
        self.still_confirmed(room, plan).await?;
        let gone = || ended_by(&Because::SetUpRemoved);
        let environment = self.environment(room, plan, on).await?.ok_or_else(gone)?;
        let place = Place { laid: self.fresh_tree(room, Once::DryRun, plan, commit).await?, sandbox };
        let mut passed = Ok(true);
        for (at, check) in left {
            if room.trial.is_unwanted() {
                break;
            }
            match self.try_check(room, &place, check, at, &tree, &environment).await {
                Ok(true) => {}
                Ok(false) => passed = Ok(false),
                Err(error) => {
                    room.trial.change(|run| {
                        if let Some(verdict) = run.checks.get_mut(at) {
                            *verdict = waiting(check);
                        }
                    });
                    passed = Err(error);
                    break;
                }
            }
        }
        self.clear_once(room, place.laid).await?;
        passed
    }

    /// Makes the set-up; waits for a person where one has to answer first.
    async fn ready_set_up(
        &self,
        room: &Arc<Room>,
        session: &SessionId,
        plan: &CheckPlan,
        commit: &ObjectId,
    ) -> Result<(), ApiError> {
        let filter = EventFilter { session: Some(session.clone()), all_types: true, scopes: None };
        let mut events = self.follow(filter, self.store.latest_cursor());
        self.tell_dry_run(room).await;
        while let Prepared::Asked = self.prepare(room, session, plan, On::Commit(commit.clone())).await? {
            room.trial.change(|run| {
                run.state = DryRunState::Waiting;
                (run.reason, run.because) = said(Some(Because::SetUpWaits));
            });
            self.tell_dry_run(room).await;
            loop {
                let batch = tokio::select! {
                    batch = events.next() => batch.map_err(|_| shutting_down())?,
                    () = self.stopping() => return Err(shutting_down()),
                    () = room.trial.unwanted() => return Err(ended_by(&Because::Stopped)),
                };
                if batch.iter().any(|event| answers(&event.json)) {
                    break;
                }
            }
            self.still_confirmed(room, plan).await?;
            if room.trial.is_unwanted() {
                break;
            }
            room.trial.change(|run| {
                run.state = DryRunState::Preparing;
                (run.reason, run.because) = said(None);
            });
            self.tell_dry_run(room).await;
        }
        Ok(())
    }

    async fn try_check(
        &self,
        room: &Arc<Room>,
        place: &Place,
        check: &Check,
        at: usize,
        tree: &ObjectId,
        environment: &Environment,
    ) -> Result<bool, ApiError> {
        room.trial.change(|run| {
            run.state = DryRunState::Running;
            if let Some(verdict) = run.checks.get_mut(at) {
                verdict.state = "running".into();
            }
        });
        room.trial.print([format!("$ {}", check.run.join(" "))], 0);
        self.tell_dry_run(room).await;
        let mut verdict = self.watch_check(room, place, check).await?;
        if let Some(paths) = self.edited(&place.laid.tree, tree).await? {
            let paths = paths.join(", ");
            verdict.ok = false;
            verdict.tail = format!(
                "It changed the files it was checking: {paths}. A check must leave the tree as it is.\n\n{}",
                verdict.tail
            );
        } else if verdict.ok {
            // Only what passed is kept: what is missing on this machine may be there the next time.
            let (on, digest, env) = (tree.to_string(), check_digest(check), environment.of(check));
            let (name, stored) = (check.name.clone(), verdict.clone());
            self.store.write(move |tx| tx.store_verdict(&on, &digest, &env, &name, &stored)).await?;
        }
        room.trial.change(|run| fill(&mut run.checks, at, &verdict, false, false));
        self.tell_dry_run(room).await;
        Ok(verdict.ok)
    }

    /// Runs a check and prints what it says as it comes.
    async fn watch_check(
        &self,
        room: &Arc<Room>,
        place: &Place,
        check: &Check,
    ) -> Result<StoredVerdict, ApiError> {
        let (lines, mut seen) = tokio::sync::mpsc::channel(LINES_IN_FLIGHT);
        let redactor = Arc::new(self.redactor());
        let mut cleaner = LogCleaner::new(redactor.clone());
        let stop = async {
            tokio::select! {
                () = self.stopping() => {}
                () = room.trial.unwanted() => {}
            }
        };
        let of = (&place.laid.tree, place.laid.home.as_path());
        let mut running = std::pin::pin!(self.run_check(room, check, &place.sandbox, of, Some(lines), stop));
        let ended = loop {
            tokio::select! {
                ended = &mut running => break ended,
                Some(line) = seen.recv() => room.trial.print(cleaner.line(&line.text), line.lost_before),
            }
        };
        while let Ok(line) = seen.try_recv() {
            room.trial.print(cleaner.line(&line.text), line.lost_before);
        }
        room.trial.print(cleaner.finish(), 0);
        let command::Ended { outcome, duration_ms } = ended?;
        match outcome {
            Ok(outcome) if outcome.ended == Ended::Cancelled => match room.trial.is_unwanted() {
                true => Err(ended_by(&Because::Stopped)),
                false => Err(shutting_down()),
            },
            Ok(outcome) => Ok(StoredVerdict {
                ok: outcome.success(),
                duration_ms,
                tail: output(&outcome, check, &redactor),
            }),
            Err(error) => {
                let text = format!("{}: {error}", check.run.join(" "));
                room.trial.print([text.clone()], 0);
                Ok(StoredVerdict { ok: false, duration_ms, tail: text })
            }
        }
    }
}

/// Whether an event may have answered what a set-up waits for, or taken back what it is made for.
fn answers(json: &[u8]) -> bool {
    serde_json::from_slice::<serde_json::Value>(json).is_ok_and(|delivered| {
        delivered["envelope"]["type"].as_str().is_some_and(|kind| LOOK_AGAIN.contains(&kind))
    })
}
