//! Running an entry's checks, one after the other, until one fails.

use super::left_out::mark_left_out;
use super::machine::{could_not_start, fault};
use super::verdicts::{edited, failed, fill, mark_running, output, waiting};
use super::{Environment, check_digest, command};
use crate::merge::apply_input;
use crate::merge::run::Asked;
use crate::merge::slots::Slot;
use crate::rooms::Room;
use crate::{Engine, git, shutting_down};
use flow::merge::Input;
use host::HostError;
use host::sandbox::Sandbox;
use host::spawn::{Ended, Outcome};
use protocol::because::{Absent, Because};
use protocol::check::Check;
use protocol::merge::{CheckVerdict, EntryState, MergeEntry};
use protocol::{ApiError, ErrorCode, Event, WorkspaceId};
use repo::{CheckTree, ObjectId};
use std::io::ErrorKind;
use std::path::Path;
use std::sync::Arc;
use store::{NewEvent, StoreError, StoredVerdict, Tx};

/// How running one check ended.
enum Ran {
    Said(StoredVerdict),
    Edited(Vec<String>),
}

/// What an entry's checks say.
pub(super) enum Said {
    /// Their last word.
    Last(Input),
    /// One of them failed and is to be tried once more before that counts: the check's digest.
    Once { said: Input, check: String },
}

impl Engine {
    /// An error means that the checks could not be run, which is not the candidate's fault.
    pub(super) async fn run_checks(
        &self,
        room: &Arc<Room>,
        entry: &MergeEntry,
        asked: &Asked,
        place: &Slot,
        sandbox: &Sandbox,
        environment: &Environment,
    ) -> Result<Said, ApiError> {
        let tree = entry.tree.clone().unwrap_or_default();
        let plan = &asked.plan;
        let mut verdicts: Vec<CheckVerdict> = plan.checks.iter().map(waiting).collect();
        let left_out = self.left_out(room, entry, plan).await?;
        mark_left_out(&mut verdicts, &left_out);
        let mut slot = None;
        for (at, check) in plan.checks.iter().enumerate() {
            if left_out.get(at).is_some_and(Option::is_some) {
                continue;
            }
            let (on, digest, env) = (tree.clone(), check_digest(check), environment.of(check));
            let known = {
                let (on, digest, env) = (on.clone(), digest.clone(), env.clone());
                self.store.read(move |tx| tx.verdict(&on, &digest, &env)).await?
            };
            if let Some(known) = known {
                fill(&mut verdicts, at, &known, true, false);
                self.tell_finished(entry, check, &known, true).await?;
                if !known.ok {
                    return self.give_back(entry, place, verdicts, check, &known).await.map(Said::Last);
                }
                continue;
            }
            let first = slot.is_none();
            let slot = match &slot {
                Some(slot) => slot,
                None => slot.insert(self.check_slot(room, entry, plan, place.number).await?),
            };
            // A retry is shown as such.
            let failed_before = asked.failed.get(&digest).copied().unwrap_or_default();
            mark_running(&mut verdicts, at, failed_before > 0);
            self.tell_started(entry, place, check, &verdicts, first).await?;
            let verdict = match self.run_one(room, (slot, place), check, sandbox, &tree).await {
                Ok(Ran::Said(verdict)) => verdict,
                Ok(Ran::Edited(paths)) => {
                    self.clear_slot(room, slot).await?;
                    return Ok(Said::Last(edited(check, paths)));
                }
                Err(error) => {
                    // It may be the disk that is full, of what this very check made.
                    if error.code != ErrorCode::Unavailable {
                        let _ = self.clear_slot(room, slot).await;
                    }
                    return Err(error);
                }
            };
            if !verdict.ok && failed_before < asked.retries {
                // Not a verdict yet. What it left behind is its own when it is tried again.
                fill(&mut verdicts, at, &verdict, false, failed_before > 0);
                self.tell_finished(entry, check, &verdict, false).await?;
                self.checks_ended(slot, entry).await?;
                let said = self.give_back(entry, place, verdicts, check, &verdict).await?;
                return Ok(Said::Once { said, check: digest });
            }
            let (name, stored) = (check.name.clone(), verdict.clone());
            self.store.write(move |tx| tx.store_verdict(&on, &digest, &env, &name, &stored)).await?;
            fill(&mut verdicts, at, &verdict, false, failed_before > 0);
            self.tell_finished(entry, check, &verdict, false).await?;
            if !verdict.ok {
                // What an entry that does not land left behind must not reach the next one's check.
                self.clear_slot(room, slot).await?;
                return self.give_back(entry, place, verdicts, check, &verdict).await.map(Said::Last);
            }
        }
        if let Some(slot) = &slot {
            self.checks_ended(slot, entry).await?;
        }
        Ok(Said::Last(Input::ChecksPassed(verdicts)))
    }

    /// The entry takes its last verdicts with it.
    async fn give_back(
        &self,
        entry: &MergeEntry,
        place: &Slot,
        verdicts: Vec<CheckVerdict>,
        check: &Check,
        verdict: &StoredVerdict,
    ) -> Result<Input, ApiError> {
        let (id, candidate, place) = (entry.id.to_string(), entry.candidate.clone(), place.clone());
        let shown = self.store.write(move |tx| {
            if still_in(tx, &id, candidate.as_deref(), &place)? {
                apply_input(tx, &id, Input::CheckProgress(verdicts))?;
            }
            Ok(())
        });
        shown.await?;
        let absent = match &entry.candidate {
            Some(candidate) => self.absent(&entry.workspace_id, candidate).await?,
            None => Vec::new(),
        };
        Ok(failed(check, verdict, absent))
    }

    /// What checks of a commit may have missed.
    pub(crate) async fn absent(
        &self,
        workspace: &WorkspaceId,
        commit: &str,
    ) -> Result<Vec<Absent>, ApiError> {
        let (depot, commit) = (self.room(workspace)?.depot.clone(), commit.to_owned());
        let found = self.blocking(move || depot.absent(&depot.resolve(&commit)?)).await?.map_err(git::api)?;
        let told = [(found.large_files, Absent::LargeFiles), (found.submodules, Absent::Submodules)];
        Ok(told.into_iter().filter(|(there, _)| *there).map(|(_, what)| what).collect())
    }

    async fn run_one(
        &self,
        room: &Arc<Room>,
        (slot, place): (&CheckTree, &Slot),
        check: &Check,
        sandbox: &Sandbox,
        tree: &str,
    ) -> Result<Ran, ApiError> {
        let laid = (slot, &*self.check_home(room, slot));
        let stop = async {
            tokio::select! {
                () = self.stopping() => {}
                () = place.cut() => {}
            }
        };
        let command::Ended { outcome, duration_ms } =
            self.run_check(room, check, sandbox, laid, None, stop).await?;
        let verdict = match outcome {
            Ok(outcome) if outcome.ended == Ended::Cancelled => return Err(shutting_down()),
            Ok(outcome) if was_killed(&outcome) => {
                return Err(fault(&Because::CheckKilled { check: check.name.clone() }));
            }
            Ok(outcome) => StoredVerdict {
                ok: outcome.success(),
                duration_ms,
                tail: output(&outcome, check, &self.redactor()),
            },
            // A program that is missing here, or a machine that cannot start any, is found below.
            Err(error) if of_the_tree(&error, check, sandbox) => {
                StoredVerdict { ok: false, duration_ms, tail: format!("{}: {error}", check.run.join(" ")) }
            }
            Err(error) => return Err(fault(&could_not_start(&error.to_string()))),
        };
        if !verdict.ok {
            if self.is_stopping() {
                return Err(shutting_down());
            }
            if let Some(why) = self.machine_fault(room, std::slice::from_ref(check), sandbox).await? {
                return Err(fault(&why));
            }
        }
        let tree = ObjectId::parse(tree).map_err(crate::git::api)?;
        Ok(match self.edited(slot, &tree).await? {
            Some(paths) => Ran::Edited(paths),
            None => Ran::Said(verdict),
        })
    }

    /// Says that a command begins, and shows it; the first of a run begins the run. An error once the slot is cut.
    async fn tell_started(
        &self,
        entry: &MergeEntry,
        place: &Slot,
        check: &Check,
        verdicts: &[CheckVerdict],
        first: bool,
    ) -> Result<(), ApiError> {
        let tree = entry.tree.clone().unwrap_or_default();
        let event = Event::CheckStarted {
            entry_id: entry.id.clone(),
            name: check.name.clone(),
            run: check.run.clone(),
            tree: tree.clone(),
        };
        let new = NewEvent::new(&entry.session_id, event, "merge").about(entry.id.as_str());
        let (id, candidate, place) = (entry.id.to_string(), entry.candidate.clone(), place.clone());
        let verdicts = verdicts.to_vec();
        let begun = self.store.write(move |tx| {
            if !still_in(tx, &id, candidate.as_deref(), &place)? {
                return Ok(false);
            }
            if first {
                tx.begin_run(&mut tx.entry(&id)?, &tree, place.number)?;
            }
            apply_input(tx, &id, Input::CheckProgress(verdicts))?;
            tx.append(new).map(|_| true)
        });
        if begun.await? { Ok(()) } else { Err(shutting_down()) }
    }

    async fn tell_finished(
        &self,
        entry: &MergeEntry,
        check: &Check,
        verdict: &StoredVerdict,
        reused: bool,
    ) -> Result<(), ApiError> {
        let event = Event::CheckFinished {
            entry_id: entry.id.clone(),
            name: check.name.clone(),
            ok: verdict.ok,
            duration_ms: verdict.duration_ms,
            reused,
            tail: verdict.tail.clone(),
        };
        self.tell_check(entry, event).await
    }

    async fn tell_check(&self, entry: &MergeEntry, event: Event) -> Result<(), ApiError> {
        let new = NewEvent::new(&entry.session_id, event, "merge").about(entry.id.as_str());
        self.store.write(move |tx| tx.append(new).map(drop)).await?;
        Ok(())
    }
}

/// Whether a slot is still at work on an entry's candidate.
fn still_in(tx: &Tx<'_>, id: &str, candidate: Option<&str>, place: &Slot) -> Result<bool, StoreError> {
    let now = tx.entry(id)?;
    let same = now.candidate.as_deref() == candidate && now.slot == Some(place.number);
    Ok(same && now.state == EntryState::Checking && !place.is_cut())
}

/// Whether what could not be started is a file the change brings: a script that names an interpreter nobody has, or
/// one that is not executable. Only without confinement is it the check's own program that was to be started.
fn of_the_tree(error: &HostError, check: &Check, sandbox: &Sandbox) -> bool {
    let with_folder = check.run.first().is_some_and(|name| Path::new(name).components().count() > 1);
    match error {
        HostError::ProgramNotFound { .. } => true,
        HostError::Spawn { source, .. } => {
            matches!(sandbox, Sandbox::Host) && with_folder && refused_by_its_file(source)
        }
        _ => false,
    }
}

/// Not executable, no program at all, or a path through a file; whatever else may be the machine's trouble.
fn refused_by_its_file(error: &std::io::Error) -> bool {
    /// `ENOEXEC`, and `ERROR_BAD_EXE_FORMAT` of Windows.
    const NO_PROGRAM: i32 = if cfg!(windows) { 193 } else { 8 };
    matches!(error.kind(), ErrorKind::PermissionDenied | ErrorKind::NotADirectory)
        || error.raw_os_error() == Some(NO_PROGRAM)
}

/// Whether somebody else than us killed it. A sandbox tells the signal of its program as a shell does.
fn was_killed(outcome: &Outcome) -> bool {
    /// `SIGKILL`, and 128 more.
    const KILL: i32 = 9;
    outcome.ended == Ended::Exited && (outcome.signal == Some(KILL) || outcome.code == Some(128 + KILL))
}
