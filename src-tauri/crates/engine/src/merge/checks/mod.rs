//! Checks on exactly the tree that would land, in the strongest sandbox there is; verdicts are stored.
//!
//! A verdict is about the change: what this machine could not run gives none, and the entry waits with the reason.

mod environment;
mod machine;
mod run;
mod slot;
mod verdicts;

pub(crate) use environment::{Environment, installed};
pub(crate) use verdicts::{fill, tail, waiting};

use super::Round;
use crate::rooms::Room;
use crate::setup::On;
use crate::{Engine, hash};
use flow::merge::Input;
use host::sandbox::Sandbox;
use protocol::check::{Check, CheckPlan, ChecksOrigin};
use protocol::merge::MergeEntry;
use protocol::{ApiError, ErrorCode};
use std::sync::Arc;

/// Evidence that every confirmed check passed on a commit's tree. Only this file makes one.
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

pub(crate) fn no_checks() -> CheckPlan {
    CheckPlan {
        origin: ChecksOrigin::None,
        confirmed: false,
        checks: Vec::new(),
        setup: Vec::new(),
        recipes: Default::default(),
        formatter: None,
        test_runner: None,
        warnings: Vec::new(),
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
                return Ok(Round::Quiet);
            }
            Err(error) => return self.block(entry, error).await,
        }
        let (sandbox, environment) = match self.ready_to_check(room, entry, plan).await {
            Ok(ready) => ready,
            Err(error) => return self.block(entry, error).await,
        };
        self.apply(entry, Input::CheckStarted).await?;
        let input = match self.run_checks(room, entry, plan, &sandbox, &environment).await {
            Ok(input) => input,
            // Stopped by us: it is checked again by the next server.
            Err(error) if error.code == ErrorCode::Unavailable => {
                self.apply(entry, Input::TipMoved).await?;
                return Err(error);
            }
            Err(error) => return self.block(entry, error).await,
        };
        Ok(if self.apply(entry, input).await? { Round::Progress } else { Round::Quiet })
    }

    async fn block(&self, entry: &MergeEntry, error: ApiError) -> Result<Round, ApiError> {
        if error.code == ErrorCode::Unavailable {
            return Err(error);
        }
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
        if entry.reason.is_some()
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
        if self.sandbox_for(&room).is_err() {
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
