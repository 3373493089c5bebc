//! Checks on exactly the tree that would land, in the strongest sandbox there is; verdicts are stored.
//!
//! A verdict is about the change: what this machine could not run gives none, and the entry waits with the reason.

pub(crate) mod command;
mod environment;
mod left_out;
mod machine;
mod run;
mod slot;
mod verdicts;

pub(crate) use environment::{Environment, installed};
pub(crate) use verdicts::{fill, output, waiting};

use super::Round;
use super::held::ATTEMPTS;
use super::run::Asked;
use super::slots::Slot;
use crate::rooms::Room;
use crate::setup::On;
use crate::{Engine, hash};
use flow::because::{self, BY_THEMSELVES};
use flow::merge::Input;
use host::sandbox::Sandbox;
use protocol::because::Because;
use protocol::check::{Check, CheckPlan};
use protocol::merge::{EntryState, MergeEntry};
use protocol::{ApiError, ErrorCode};
use run::Said;
use std::sync::Arc;

/// Evidence that every confirmed check passed on a commit's tree, or reads nothing of what the commit touches and was
/// left out by the owner's own word. Its fields are private to the checks, and
/// [`Engine::proof`] makes it from stored verdicts.
pub(crate) struct Proof {
    commit: String,
    tree: String,
    /// Checks that were left out: they prove nothing.
    skipped: Vec<String>,
}

impl Proof {
    pub(super) fn commit(&self) -> &str {
        &self.commit
    }

    pub(super) fn tree(&self) -> &str {
        &self.tree
    }

    pub(super) fn skipped(&self) -> &[String] {
        &self.skipped
    }
}

pub(crate) fn check_digest(check: &Check) -> String {
    hash::json(&serde_json::json!({ "run": check.run, "timeoutS": check.timeout_s }))
}

/// What came of an entry's checks.
pub(super) enum Came {
    /// What is to be said of its candidate.
    Said(Input),
    /// The same, of a check that is to be tried once more before it counts: its digest.
    Once { said: Input, check: String },
    /// Its set-up waits for a person.
    AsksFirst,
    /// It is not to be checked now, or not any more.
    NotNow,
    /// This machine cannot run them now.
    CouldNotBegin(ApiError),
    /// They were begun and could not be ended.
    CouldNotEnd(ApiError),
    /// The server ends.
    Stopped,
}

impl Came {
    /// Whether the time it took says how long checks usually take: all of them were run once and passed.
    pub(super) fn is_usual(&self) -> bool {
        let Came::Said(Input::ChecksPassed(checks)) = self else { return false };
        checks.iter().all(|check| !check.flaky_retry && !check.reused)
            && checks.iter().any(|check| check.state == "passed")
    }
}

impl Engine {
    /// Runs the checks of an entry's candidate in a slot. Once the slot is cut nobody hears what comes of it.
    pub(super) async fn check_candidate(
        &self,
        room: &Arc<Room>,
        entry: &MergeEntry,
        asked: &Asked,
        slot: &Slot,
    ) -> Came {
        let plan = &asked.plan;
        let could_not = |error: ApiError| match error.code {
            ErrorCode::Unavailable => Came::Stopped,
            _ => Came::CouldNotBegin(error),
        };
        match self.set_up(room, entry, plan).await {
            Ok(true) => {}
            // The answer wakes the queue.
            Ok(false) => return Came::AsksFirst,
            Err(error) => return could_not(error),
        }
        let (sandbox, environment) = match self.ready_to_check(room, entry, plan).await {
            Ok(ready) => ready,
            Err(error) => return could_not(error),
        };
        match self.begin_checking(entry, slot).await {
            Ok(true) => {}
            Ok(false) => return Came::NotNow,
            Err(error) => return could_not(error),
        }
        match self.run_checks(room, entry, asked, slot, &sandbox, &environment).await {
            // Whether the branch itself fails is found out here, beside the loop; the verdict is there when it counts.
            Ok(Said::Once { said, check }) => Came::Once { said, check },
            Ok(Said::Last(input)) => match self.ask_the_branch(room, entry, &input).await {
                Err(error) if error.code == ErrorCode::Unavailable => Came::Stopped,
                _ => Came::Said(input),
            },
            Err(error) if error.code == ErrorCode::Unavailable => Came::Stopped,
            Err(error) => Came::CouldNotEnd(error),
        }
    }

    /// False when everything is held, or the candidate is not wanted any more: a set-up takes its time, and that may
    /// have been said meanwhile.
    async fn begin_checking(&self, entry: &MergeEntry, slot: &Slot) -> Result<bool, ApiError> {
        let (id, candidate, slot) = (entry.id.to_string(), entry.candidate.clone(), slot.clone());
        let begun = self.store.write(move |tx| {
            let now = tx.entry(&id)?;
            let again = now.state == EntryState::Checking && now.doubt.is_some();
            let wanted = (now.state == EntryState::Approved || again) && now.candidate == candidate;
            if tx.is_held()? || slot.is_cut() || !wanted {
                return Ok(false);
            }
            let at = host::clock::iso(tx.now());
            super::apply_input(tx, &id, Input::CheckStarted { slot: slot.number, at }).map(|_| true)
        });
        Ok(begun.await?)
    }

    /// The checks were begun and could not be ended. This machine was in order before, as far as could be seen, so it
    /// may be the change that breaks it: that is tried a few times.
    pub(super) async fn fault(
        &self,
        room: &Arc<Room>,
        entry: &MergeEntry,
        error: ApiError,
    ) -> Result<Round, ApiError> {
        let attempts = room.held.faulted(entry);
        if attempts < ATTEMPTS {
            self.apply(entry, Input::Blocked { said: Because::of(&error).into() }).await?;
            room.held.wait(entry, self.clock.monotonic_ms(), true);
            return Ok(Round::Blocked);
        }
        self.apply(entry, Input::GivenUp { said: given_up(attempts, &error.message) }).await?;
        room.held.forget(entry);
        Ok(Round::Progress)
    }

    /// What checking needs of this machine.
    async fn ready_to_check(
        &self,
        room: &Arc<Room>,
        entry: &MergeEntry,
        plan: &CheckPlan,
    ) -> Result<(Sandbox, Environment), ApiError> {
        let sandbox = self.sandbox_for(room)?;
        // It says why it waits: whatever that was is looked at before all of its checks are begun once more.
        if (entry.reason.is_some() || room.held.has_faulted(entry))
            && let Some(fault) = self.machine_fault(room, &plan.checks, &sandbox).await?
        {
            return Err(machine::fault(&fault));
        }
        let environment = self.environment(room, plan, On::candidate(entry)?).await?;
        let environment = environment.ok_or_else(|| machine::fault(&Because::SetUpRemoved))?;
        Ok((sandbox, environment))
    }

    /// The stored verdicts of an entry's candidate, when they are all there and all passed.
    pub(super) async fn proof(
        &self,
        entry: &MergeEntry,
        plan: &CheckPlan,
    ) -> Result<Option<Proof>, ApiError> {
        let (Some(tree), Some(commit)) = (entry.tree.clone(), entry.candidate.clone()) else {
            return Ok(None);
        };
        let room = self.room(&entry.workspace_id)?;
        if !self.look_at_image(&room).await.unwrap_or(false) || self.sandbox_for(&room).is_err() {
            return Ok(None);
        }
        let Some(environment) = self.environment(&room, plan, On::candidate(entry)?).await? else {
            return Ok(None);
        };
        let left_out = self.left_out(&room, entry, plan).await?;
        let (skipped, needed): (Vec<_>, Vec<_>) =
            plan.checks.iter().zip(&left_out).partition(|(_, reason)| reason.is_some());
        let skipped = skipped.into_iter().map(|(check, _)| check.name.clone()).collect();
        let wanted: Vec<(String, String)> =
            needed.into_iter().map(|(check, _)| (check_digest(check), environment.of(check))).collect();
        let on = tree.clone();
        let proven = self
            .store
            .read(move |tx| {
                for (check, environment) in &wanted {
                    if !tx.verdict(&on, check, environment)?.is_some_and(|v| v.ok) {
                        return Ok(false);
                    }
                }
                Ok(true)
            })
            .await?;
        Ok(proven.then_some(Proof { commit, tree, skipped }))
    }

    /// The strongest sandbox, or the owner's explicit leave to do without.
    pub(crate) fn sandbox_for(&self, room: &Room) -> Result<Sandbox, ApiError> {
        if let Some(own) = room.image.sandbox() {
            return own;
        }
        match self.sandbox() {
            Ok(selected) => Ok(selected.sandbox),
            Err(_) if self.allows_host(room) => Ok(Sandbox::Host),
            Err(none) => Err(ApiError::new(
                ErrorCode::NoSandbox,
                format!("{none}. Or allow plain host processes for this workspace in its settings."),
            )),
        }
    }
}

/// Cause and next step of an entry whose checks could not be run again and again.
fn given_up(attempts: u32, last: &str) -> because::Said {
    let last = last.strip_suffix(BY_THEMSELVES).unwrap_or(last);
    because::Said::from(Because::GivenUp { attempts }).and(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_given_up_does_not_say_that_it_is_tried_again() {
        let last = machine::fault(&machine::could_not_start("no file can be written")).message;
        let said = given_up(3, &last);
        assert!(said.text().ends_with("no file can be written."), "{}", said.text());
    }
}
