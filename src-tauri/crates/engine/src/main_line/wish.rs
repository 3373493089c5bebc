//! A person says that the user's branch moves: judged, bound to what they saw, and written down. Carrying it out is the
//! loop's.

use super::look::Seen;
use super::tell;
use crate::rooms::Room;
use crate::{Caller, Engine, Principal, Reply};
use protocol::main_line::{LandMainParams, MainBlock, MainLanding, MainLandingState, MainWith, ProofState};
use protocol::policy::{Action, ActionKind, ActorKind, Effect};
use protocol::{ApiError, ErrorCode, RiskLevel};
use std::sync::Arc;
use store::{StoreError, Tx};

/// Blocks that carrying it out may lift: a check is run again, and the user's git has its own look at the folder.
fn stands_in_the_way(block: &MainBlock, with: MainWith) -> bool {
    match block.code.as_str() {
        "failed" => false,
        "checkout" => with == MainWith::Server,
        _ => true,
    }
}

impl Engine {
    /// Only a person's device or the local token, never a worker, a job or an agent, whatever scopes somebody gave it.
    pub async fn main_land(&self, caller: Caller, p: LandMainParams) -> Reply {
        if !matches!(caller.who, Principal::Owner | Principal::Device { .. }) {
            return Err(ApiError::new(ErrorCode::Forbidden, "Only a person says that this branch moves."));
        }
        if let Some(answer) = self.replayed(&caller).await? {
            return Ok(answer);
        }
        if p.sign && p.with != MainWith::MyMerge {
            return Err(ApiError::bad("Only a merge commit of your own git can be signed."));
        }
        let room = self.room(&p.workspace_id)?;
        let seen = self.see_main(&room).await?;
        let stale = |what: &str| {
            let text = format!("{what} since you looked. Look at it again before you say so.");
            Err(ApiError::new(ErrorCode::Stale, text))
        };
        if seen.tip.as_ref().is_none_or(|tip| tip.as_str() != p.expected_tip) {
            return stale(&format!("{} has moved", seen.integration));
        }
        if p.with == MainWith::Server {
            if p.hash.as_ref().is_some_and(|hash| *hash != seen.hash()) {
                return stale(&format!("{} has moved", seen.branch));
            }
        } else {
            let git = self.users_git(&room, &seen).await?;
            if let Some(why) = git.blocked {
                return Err(ApiError::new(ErrorCode::Conflict, why));
            }
            match p.hash {
                None => {
                    return Err(ApiError::bad(
                        "hash is needed: it says which hooks and which signing you saw (`git.hash` of main.show)",
                    ));
                }
                Some(hash) if hash != git.hash => {
                    return stale("The branch, its folder, your hooks or your signing have changed");
                }
                Some(_) => {}
            }
        }
        let plan = self.check_plan(&room).await?;
        let proof = if plan.confirmed { ProofState::Missing } else { ProofState::Unconfirmed };
        let blocked = self.main_blocks(&room, &seen, proof).await?;
        if let Some(block) = blocked.iter().find(|block| stands_in_the_way(block, p.with)) {
            let details = serde_json::json!({ "code": format!("main.{}", block.code) });
            return Err(ApiError::new(ErrorCode::Conflict, block.message.clone()).with(details));
        }
        self.forbidden(&room, &seen).await?;
        let by = caller.who.label();
        let session = self.main_session(&room).await?;
        let landing = self.new_landing(&room, &seen, by, (p.with, p.sign))?;
        let reply = self
            .change(caller, move |tx| {
                begin(tx, &landing)?;
                tell(tx, &session, &landing)?;
                Ok(landing)
            })
            .await?;
        room.main.look_again();
        Ok(reply)
    }

    /// A person's own word needs no other; a rule that denies comes first all the same.
    async fn forbidden(&self, room: &Arc<Room>, seen: &Seen) -> Result<(), ApiError> {
        let action = Action {
            workspace_id: Some(room.id.clone()),
            actor: ActorKind::Person,
            risk: RiskLevel::Medium,
            what: wanted(seen),
        };
        let session = self.main_session(room).await?;
        let verdict = self.decide(room, &session, &action).await?;
        match verdict.effect {
            Effect::Deny => Err(ApiError::new(ErrorCode::Forbidden, format!("{}.", verdict.rule))),
            Effect::Allow | Effect::Ask => Ok(()),
        }
    }

    pub(super) fn new_landing(
        &self,
        room: &Room,
        seen: &Seen,
        by: String,
        (with, sign): (MainWith, bool),
    ) -> Result<MainLanding, ApiError> {
        let gone = || ApiError::new(ErrorCode::Conflict, "One of the branches is not there any more.");
        let now = host::clock::iso(self.clock.now_ms());
        let folder = seen.folder.as_ref().filter(|_| with != MainWith::Server);
        Ok(MainLanding {
            id: self.ids.uuid(),
            workspace_id: room.id.clone(),
            branch: seen.branch.clone(),
            integration_branch: seen.integration.clone(),
            from: seen.main.as_ref().ok_or_else(gone)?.to_string(),
            to: seen.tip.as_ref().ok_or_else(gone)?.to_string(),
            with,
            sign,
            by,
            state: MainLandingState::Checking,
            code: None,
            reason: None,
            checks: Vec::new(),
            output: None,
            commit: None,
            folder: folder.map(|folder| folder.display().to_string()),
            folders: Vec::new(),
            created_at: now.clone(),
            updated_at: now,
        })
    }
}

/// The action policy is asked about.
pub(super) fn wanted(seen: &Seen) -> ActionKind {
    ActionKind::LandMain {
        branch: seen.branch.clone(),
        commit: seen.tip.as_ref().map(ToString::to_string).unwrap_or_default(),
    }
}

/// Writes it down, unless another one is under way.
pub(super) fn begin(tx: &mut Tx<'_>, landing: &MainLanding) -> Result<(), StoreError> {
    if tx.open_main_landing(landing.workspace_id.as_str())?.is_some() {
        let text = format!("A landing on {} is under way.", landing.branch);
        let details = serde_json::json!({ "code": "main.busy" });
        return Err(ApiError::new(ErrorCode::Conflict, text).with(details).into());
    }
    tx.insert_main_landing(landing)
}
