//! Trying one entry: its checks on what would land now, without landing it.
//!
//! It has a tree and a HOME of its own beside those of the queue and takes no slot from it. What passes is stored as a
//! verdict of that tree, so landing the same tree runs it no more; what fails is shown and counts for nobody, because
//! a failure that is blamed on a change is tried twice. It does not survive a restart: it can be run again.

use super::{ended_by, refused, said};
use crate::made_here::OnTip;
use crate::merge::candidate;
use crate::merge::checks::{Environment, check_digest, command, fill, output, waiting};
use crate::rooms::{Room, Tips};
use crate::setup::{Laid, On, Once, Prepared};
use crate::{Caller, Engine, Reply, git, shutting_down};
use flow::because::named;
use flow::merge::Input;
use host::clock::iso;
use host::spawn::Ended;
use protocol::because::Because;
use protocol::check::{Check, CheckPlan, DryRunState};
use protocol::merge::{EntryParams, EntryState, MergeEntry};
use protocol::merge_history::{EntryDryRun, EntryDryRunShown};
use protocol::{ApiError, Event};
use repo::{CandidateOutcome, ObjectId};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use store::{NewEvent, StoredVerdict};
use tokio::sync::watch;

/// Trials kept per workspace.
const KEPT: usize = 64;

/// The newest trial of each entry of a workspace; one is under way at most.
pub(crate) struct EntryTrials {
    known: Mutex<HashMap<String, EntryDryRun>>,
    unwanted: watch::Sender<bool>,
}

impl Default for EntryTrials {
    fn default() -> Self {
        Self { known: Mutex::default(), unwanted: watch::Sender::new(false) }
    }
}

impl EntryTrials {
    fn shown(&self, id: &str) -> Option<EntryDryRun> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).get(id).cloned()
    }

    /// The one under way, if it is of this entry; refused while another's is. None when the new one begins.
    fn begin(&self, fresh: &EntryDryRun) -> Result<Option<EntryDryRun>, ApiError> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(other) = known.values().find(|run| run.finished_at.is_none()) {
            return match other.entry_id == fresh.entry_id {
                true => Ok(Some(other.clone())),
                false => {
                    Err(refused("Another entry is being tried. Wait for its end, or stop it, and try again."))
                }
            };
        }
        if known.len() >= KEPT {
            let oldest = known.values().min_by(|a, b| a.started_at.cmp(&b.started_at));
            if let Some(oldest) = oldest.map(|run| run.entry_id.to_string()) {
                known.remove(&oldest);
            }
        }
        known.insert(fresh.entry_id.to_string(), fresh.clone());
        self.unwanted.send_replace(false);
        Ok(None)
    }

    fn stop(&self, id: &str) {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.get(id).is_some_and(|run| run.finished_at.is_none()) {
            self.unwanted.send_replace(true);
        }
    }

    fn change(&self, id: &str, change: impl FnOnce(&mut EntryDryRun)) {
        if let Some(run) = self.known.lock().unwrap_or_else(PoisonError::into_inner).get_mut(id) {
            change(run);
        }
    }

    fn is_unwanted(&self) -> bool {
        *self.unwanted.borrow()
    }
}

/// What is tried, and where.
struct Tried<'a> {
    room: &'a Arc<Room>,
    entry: &'a MergeEntry,
    plan: &'a CheckPlan,
    commit: ObjectId,
    onto: ObjectId,
}

impl Engine {
    /// Builds what would land of an entry now and runs its checks. Answers at once.
    pub async fn merge_dry_run(&self, caller: Caller, p: EntryParams) -> Reply {
        if let Some(answer) = self.replayed(&caller).await? {
            return Ok(answer);
        }
        if self.is_held().await? {
            return Err(refused("Everything is paused. Resume everything, then try it."));
        }
        let id = p.id.to_string();
        let entry = self.store.read(move |tx| tx.entry(&id)).await?;
        if entry.state == EntryState::Landed {
            return Err(refused("It has landed; there is nothing to try."));
        }
        let room = self.room(&entry.workspace_id)?;
        let looked = room.clone();
        let tips = self.blocking(move || looked.look()).await?.map_err(git::api)?;
        let plan = self.check_plan_at(&room, tips.onto.clone()).await?;
        if !plan.confirmed {
            return Err(refused("The checks of this workspace are not confirmed yet. Use them first."));
        }
        let by = caller.who.label();
        let fresh = EntryDryRun {
            entry_id: entry.id.clone(),
            workspace_id: entry.workspace_id.clone(),
            state: DryRunState::Preparing,
            onto: tips.onto.to_string(),
            candidate: String::new(),
            tree: String::new(),
            checks: plan.checks.iter().map(waiting).collect(),
            reason: None,
            because: None,
            by,
            started_at: iso(self.clock.now_ms()),
            finished_at: None,
        };
        let shown = match room.entry_trials.begin(&fresh)? {
            Some(running) => running,
            None => {
                let engine = self.clone();
                self.run(async move { engine.entry_dry_run(&room, &entry, &plan, &tips).await }).await;
                fresh
            }
        };
        self.change(caller, move |_| Ok(shown)).await
    }

    pub async fn merge_dry_run_stop(&self, caller: Caller, p: EntryParams) -> Reply {
        let (id, room) = self.room_of_entry(p).await?;
        room.entry_trials.stop(&id);
        self.change(caller, move |_| Ok(EntryDryRunShown { run: room.entry_trials.shown(&id) })).await
    }

    pub async fn merge_dry_run_state(&self, p: EntryParams) -> Result<EntryDryRunShown, ApiError> {
        let (id, room) = self.room_of_entry(p).await?;
        Ok(EntryDryRunShown { run: room.entry_trials.shown(&id) })
    }

    async fn room_of_entry(&self, p: EntryParams) -> Result<(String, Arc<Room>), ApiError> {
        let id = p.id.to_string();
        let of = id.clone();
        let workspace = self.store.read(move |tx| Ok(tx.entry(&of)?.workspace_id)).await?;
        Ok((id, self.room(&workspace)?))
    }

    async fn entry_dry_run(&self, room: &Arc<Room>, entry: &MergeEntry, plan: &CheckPlan, tips: &Tips) {
        let ended = self.try_entry(room, entry, plan, tips).await;
        let (state, because) = match ended {
            _ if room.entry_trials.is_unwanted() => (DryRunState::Stopped, Some(Because::Stopped)),
            Ok(true) => (DryRunState::Passed, None),
            Ok(false) => (DryRunState::Failed, None),
            Err(error) if self.is_stopping() => (DryRunState::Stopped, Some(Because::of(&error))),
            Err(error) => (DryRunState::Failed, Some(Because::of(&error))),
        };
        let at = iso(self.clock.now_ms());
        room.entry_trials.change(entry.id.as_str(), |run| {
            run.state = state;
            (run.reason, run.because) = said(because);
            run.finished_at = Some(at);
            // What was cut short has no verdict.
            for check in run.checks.iter_mut().filter(|check| check.state == "running") {
                check.state = "waiting".into();
            }
        });
        self.tell_entry_dry_run(room, entry).await;
    }

    /// Whether every check passed. One that fails does not keep the others from being tried.
    async fn try_entry(
        &self,
        room: &Arc<Room>,
        entry: &MergeEntry,
        plan: &CheckPlan,
        tips: &Tips,
    ) -> Result<bool, ApiError> {
        let (commit, tree) = self.candidate_on(room, entry, &tips.onto).await?;
        room.entry_trials.change(entry.id.as_str(), |run| {
            run.candidate = commit.to_string();
            run.tree = tree.to_string();
        });
        self.tell_entry_dry_run(room, entry).await;
        if plan.checks.is_empty() {
            return Ok(true);
        }
        let on = On::Candidate { commit: commit.clone(), onto: tips.onto.clone() };
        if let Prepared::Asked = self.prepare(room, &entry.session_id, plan, on.clone()).await? {
            return Err(ended_by(&Because::SetUpWaits));
        }
        let gone = || ended_by(&Because::SetUpRemoved);
        let environment = self.environment(room, plan, on).await?.ok_or_else(gone)?;
        let mut left = Vec::new();
        for (at, check) in plan.checks.iter().enumerate() {
            let (of, digest, env) = (tree.to_string(), check_digest(check), environment.of(check));
            let known = self.store.read(move |tx| tx.verdict(&of, &digest, &env)).await?;
            match known {
                Some(known) => room
                    .entry_trials
                    .change(entry.id.as_str(), |run| fill(&mut run.checks, at, &known, true, false)),
                None => left.push((at, check)),
            }
        }
        let passed = |room: &Room| {
            let run = room.entry_trials.shown(entry.id.as_str());
            run.is_some_and(|run| run.checks.iter().all(|check| check.state == "passed"))
        };
        if left.is_empty() {
            return Ok(passed(room));
        }
        let laid = self.fresh_tree(room, Once::Entry, plan, &commit).await?;
        let tried = Tried { room, entry, plan, commit, onto: tips.onto.clone() };
        let ran = self.try_each(&tried, &left, &laid, (&tree, &environment)).await;
        self.clear_once(room, laid).await?;
        ran.map(|()| passed(room))
    }

    /// What would land of an entry on a commit, and its tree. The same entry on the same commit is the same candidate
    /// as the queue would build, so a verdict of one counts for the other.
    async fn candidate_on(
        &self,
        room: &Arc<Room>,
        entry: &MergeEntry,
        onto: &ObjectId,
    ) -> Result<(ObjectId, ObjectId), ApiError> {
        let entry = match self.on_tip(room, entry, onto).await? {
            OnTip::Entry(entry) => entry,
            OnTip::Not(Input::GiveBack { said, .. } | Input::Returned { said, .. }) => {
                return Err(match said.because() {
                    Some(because) => ended_by(because),
                    None => refused(said.text()),
                });
            }
            OnTip::Not(_) => return Err(refused("It cannot be built on what has landed.")),
        };
        let maker = self.maker(&entry).await?;
        let (room, onto, branch) = (room.clone(), onto.clone(), entry.target.clone());
        let outcome = self.blocking(move || {
            let strategy = room.strategy_of(&entry);
            candidate::built_on(&room, &entry, &onto, strategy, maker)
        });
        match outcome.await?.map_err(git::api)? {
            CandidateOutcome::Built(built) => Ok((built.commit, built.tree)),
            CandidateOutcome::Conflict { files, .. } => {
                let (paths, more) = named(files.into_iter().map(|file| file.path));
                Err(ended_by(&Because::Conflict { branch, paths, more }))
            }
            CandidateOutcome::Empty => Err(ended_by(&Because::Empty { branch })),
            CandidateOutcome::Refused(refusal) => Err(ended_by(&candidate::refused(&refusal))),
        }
    }

    async fn try_each(
        &self,
        tried: &Tried<'_>,
        left: &[(usize, &Check)],
        laid: &Laid,
        (tree, environment): (&ObjectId, &Environment),
    ) -> Result<(), ApiError> {
        let (trials, id) = (&tried.room.entry_trials, tried.entry.id.as_str());
        for (at, check) in left {
            if trials.is_unwanted() {
                return Ok(());
            }
            self.still_tried(tried).await?;
            trials.change(id, |run| {
                run.state = DryRunState::Running;
                if let Some(verdict) = run.checks.get_mut(*at) {
                    verdict.state = "running".into();
                }
            });
            self.tell_entry_dry_run(tried.room, tried.entry).await;
            let mut verdict = self.try_one(tried, check, laid).await?;
            if let Some(paths) = self.edited(&laid.tree, tree).await? {
                let paths = paths.join(", ");
                verdict.ok = false;
                verdict.tail = format!(
                    "It changed the files it was checking: {paths}. A check must leave the tree as it is.\n\n{}",
                    verdict.tail
                );
            } else if verdict.ok {
                let (of, digest, env) = (tree.to_string(), check_digest(check), environment.of(check));
                let (name, stored) = (check.name.clone(), verdict.clone());
                self.store.write(move |tx| tx.store_verdict(&of, &digest, &env, &name, &stored)).await?;
            }
            trials.change(id, |run| fill(&mut run.checks, *at, &verdict, false, false));
            self.tell_entry_dry_run(tried.room, tried.entry).await;
        }
        Ok(())
    }

    /// Refuses to go on with checks that are not the confirmed ones any more.
    async fn still_tried(&self, tried: &Tried<'_>) -> Result<(), ApiError> {
        self.reload_row(&tried.room.id).await?;
        let now = self.check_plan_at(tried.room, tried.onto.clone()).await?;
        let same =
            now.confirmed && crate::ground::plan_digest(&now) == crate::ground::plan_digest(tried.plan);
        match same {
            true => Ok(()),
            false => Err(ended_by(&Because::ChecksChanged)),
        }
    }

    async fn try_one(
        &self,
        tried: &Tried<'_>,
        check: &Check,
        laid: &Laid,
    ) -> Result<StoredVerdict, ApiError> {
        let sandbox = self.sandbox_for(tried.room)?;
        let mut unwanted = tried.room.entry_trials.unwanted.subscribe();
        let stop = async {
            tokio::select! {
                () = self.stopping() => {}
                _ = unwanted.wait_for(|unwanted| *unwanted) => {}
            }
        };
        let command::Ended { outcome, duration_ms } =
            self.run_check(tried.room, check, &sandbox, (&laid.tree, &laid.home), None, stop).await?;
        match outcome {
            Ok(outcome) if outcome.ended == Ended::Cancelled => match self.is_stopping() {
                true => Err(shutting_down()),
                false => Err(ended_by(&Because::Stopped)),
            },
            Ok(outcome) => Ok(StoredVerdict {
                ok: outcome.success(),
                duration_ms,
                tail: output(&outcome, check, &self.redactor()),
            }),
            Err(error) => {
                tracing::debug!(commit = %tried.commit, %error, "a tried check");
                Ok(StoredVerdict {
                    ok: false,
                    duration_ms,
                    tail: format!("{}: {error}", check.run.join(" ")),
                })
            }
        }
    }

    async fn tell_entry_dry_run(&self, room: &Room, entry: &MergeEntry) {
        let Some(mut run) = room.entry_trials.shown(entry.id.as_str()) else { return };
        // The whole output is fetched by who wants it.
        for check in run.checks.iter_mut().filter(|check| check.state != "failed") {
            check.tail.clear();
        }
        let event = Event::MergeDryRun { run: Box::new(run) };
        let new = NewEvent::new(&entry.session_id, event, "merge").about(entry.id.as_str());
        if let Err(error) = self.store.write(move |tx| tx.append(new).map(drop)).await {
            tracing::warn!(entry = %entry.id, %error, "a dry run's event");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::{EntryId, WorkspaceId};

    fn fresh(id: &str) -> EntryDryRun {
        EntryDryRun {
            entry_id: EntryId::parse(id).unwrap(),
            workspace_id: WorkspaceId::parse("tern").unwrap(),
            state: DryRunState::Preparing,
            onto: String::new(),
            candidate: String::new(),
            tree: String::new(),
            checks: Vec::new(),
            reason: None,
            because: None,
            by: "anna".into(),
            started_at: id.into(),
            finished_at: None,
        }
    }

    #[test]
    fn one_entry_is_tried_at_a_time_and_asking_twice_joins_the_trial_under_way() {
        let trials = EntryTrials::default();
        assert_eq!(trials.begin(&fresh("e-1")), Ok(None));
        assert!(trials.begin(&fresh("e-1")).unwrap().is_some());
        assert!(trials.begin(&fresh("e-2")).is_err());
        trials.change("e-1", |run| run.finished_at = Some("t".into()));
        assert_eq!(trials.begin(&fresh("e-2")), Ok(None));
        assert!(trials.shown("e-1").is_some(), "the one before is still shown");
    }

    #[test]
    fn only_the_newest_trials_are_kept() {
        let trials = EntryTrials::default();
        for n in 0..KEPT + 1 {
            let id = format!("e-{n:03}");
            assert_eq!(trials.begin(&fresh(&id)), Ok(None));
            trials.change(&id, |run| run.finished_at = Some("t".into()));
        }
        assert!(trials.shown("e-000").is_none() && trials.shown("e-064").is_some());
    }
}
