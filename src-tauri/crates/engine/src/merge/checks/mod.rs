//! Checks on exactly the tree that would land, in the strongest sandbox there is; verdicts are stored.
//!
//! A verdict is about the change: what this machine could not run gives none, and the entry waits with the reason.

pub(crate) mod command;
mod environment;
mod machine;
mod run;
mod slot;
mod verdicts;

pub(crate) use environment::{Environment, installed};
pub(crate) use verdicts::{fill, output, waiting};

use super::Round;
use super::held::ATTEMPTS;
use crate::rooms::Room;
use crate::setup::On;
use crate::{Engine, hash};
use flow::merge::Input;
use host::sandbox::Sandbox;
use protocol::check::{Check, CheckPlan};
use protocol::merge::MergeEntry;
use protocol::{ApiError, ErrorCode};
use std::sync::Arc;

/// How the reason of a fault ends that is tried again.
const BY_THEMSELVES: &str = " They are tried again by themselves.";

/// Evidence that every confirmed check passed on a commit's tree. Its fields are private to the checks, and
/// [`Engine::proof`] makes it from stored verdicts.
pub(crate) struct Proof {
    commit: String,
    tree: String,
}

impl Proof {
    pub(super) fn commit(&self) -> &str {
        &self.commit
    }

    pub(super) fn tree(&self) -> &str {
        &self.tree
    }
}

pub(crate) fn check_digest(check: &Check) -> String {
    hash::json(&serde_json::json!({ "run": check.run, "timeoutS": check.timeout_s }))
}

impl Engine {
    pub(super) async fn check_candidate(
        &self,
        room: &Arc<Room>,
        entry: &MergeEntry,
        plan: &CheckPlan,
    ) -> Result<Round, ApiError> {
        match self.set_up(room, entry, plan).await {
            Ok(true) => {}
            // The answer wakes the queue.
            Ok(false) => {
                self.apply(entry, Input::Blocked { reason: "Its set-up waits for an answer.".into() })
                    .await?;
                room.held.put_last(entry);
                return Ok(Round::Quiet);
            }
            Err(error) => return self.block(room, entry, error).await,
        }
        let (sandbox, environment) = match self.ready_to_check(room, entry, plan).await {
            Ok(ready) => ready,
            Err(error) => return self.block(room, entry, error).await,
        };
        if !self.begin_checking(entry).await? {
            return Ok(Round::Quiet);
        }
        let input = match self.run_checks(room, entry, plan, &sandbox, &environment).await {
            Ok(input) => input,
            // Stopped by us: it is checked again by the next server.
            Err(error) if error.code == ErrorCode::Unavailable => {
                self.apply(entry, Input::TipMoved).await?;
                return Err(error);
            }
            Err(error) => return self.fault(room, entry, error).await,
        };
        room.held.forget(entry);
        Ok(if self.apply(entry, input).await? { Round::Progress } else { Round::Quiet })
    }

    /// False when everything is held: a set-up takes its time, and that may have been said meanwhile.
    async fn begin_checking(&self, entry: &MergeEntry) -> Result<bool, ApiError> {
        let id = entry.id.to_string();
        let begun = self.store.write(move |tx| {
            if tx.is_held()? {
                return Ok(false);
            }
            super::apply_input(tx, &id, Input::CheckStarted).map(|_| true)
        });
        Ok(begun.await?)
    }

    /// The checks were begun and could not be ended. This machine was in order before, as far as could be seen, so it
    /// may be the change that breaks it: that is tried a few times.
    async fn fault(&self, room: &Arc<Room>, entry: &MergeEntry, error: ApiError) -> Result<Round, ApiError> {
        let attempts = room.held.faulted(entry);
        if attempts < ATTEMPTS {
            return self.block(room, entry, error).await;
        }
        self.apply(entry, Input::GivenUp { reason: given_up(attempts, &error.message) }).await?;
        room.held.forget(entry);
        Ok(Round::Progress)
    }

    async fn block(&self, room: &Arc<Room>, entry: &MergeEntry, error: ApiError) -> Result<Round, ApiError> {
        if error.code == ErrorCode::Unavailable {
            return Err(error);
        }
        room.held.put_last(entry);
        self.apply(entry, Input::Blocked { reason: error.message }).await?;
        Ok(Round::Blocked)
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
            return Err(ApiError::new(ErrorCode::Internal, fault));
        }
        let environment = self.environment(room, plan, On::candidate(entry)?).await?;
        let environment = environment
            .ok_or_else(|| ApiError::new(ErrorCode::Internal, "Its set-up was removed meanwhile."))?;
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
        let wanted: Vec<(String, String)> =
            plan.checks.iter().map(|check| (check_digest(check), environment.of(check))).collect();
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
        Ok(proven.then_some(Proof { commit, tree }))
    }

    /// The strongest sandbox, or the owner's explicit leave to do without.
    pub(crate) fn sandbox_for(&self, room: &Room) -> Result<Sandbox, ApiError> {
        if let Some(own) = room.image.sandbox() {
            return own;
        }
        match &self.sandbox {
            Ok(selected) => Ok(selected.sandbox.clone()),
            Err(_) if self.allows_host(room) => Ok(Sandbox::Host),
            Err(none) => Err(ApiError::new(
                ErrorCode::NoSandbox,
                format!("{none}. Or allow plain host processes for this workspace in its settings."),
            )),
        }
    }
}

/// Cause and next step of an entry whose checks could not be run again and again.
fn given_up(attempts: u32, last: &str) -> String {
    let last = last.strip_suffix(BY_THEMSELVES).unwrap_or(last);
    format!(
        "Its checks were begun {attempts} times and could not be ended, although this machine could run checks before \
         each. Its commit is kept; look at what the change does to its checks, then retry or remove it.\n\n{last}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_given_up_does_not_say_that_it_is_tried_again() {
        let text = given_up(3, &machine::could_not_start("no file can be written"));
        assert!(text.ends_with("no file can be written."), "{text}");
    }
}
