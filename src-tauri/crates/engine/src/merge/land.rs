//! Moving the branch: only to a commit whose checks passed on exactly its tree, and only by compare and swap.

use super::Round;
use super::checks::Proof;
use crate::rooms::{Room, Tips};
use crate::{Engine, git};
use flow::because::named;
use flow::merge::Input;
use protocol::ApiError;
use protocol::because::{Because, FolderBlock};
use protocol::check::CheckPlan;
use protocol::merge::{EntryState, MergeEntry};
use repo::{Advance, AdvanceRequest, CheckoutBlock, IntegrationLease, ObjectId, RepoError};
use std::sync::Arc;
use store::Store;

impl Engine {
    /// Lands a proven candidate, or settles a landing that a crash interrupted: the same call does both.
    pub(super) async fn land_candidate(
        &self,
        room: &Arc<Room>,
        entry: &MergeEntry,
        plan: &CheckPlan,
        tips: &mut Tips,
    ) -> Result<Round, ApiError> {
        let already = entry.candidate.as_deref() == Some(tips.integration.as_str());
        let Some(proof) = self.proof(entry, plan).await? else {
            // Without stored verdicts nothing is proven; what is on the branch already stays there.
            let input = if already {
                Input::Landed { commit: tips.integration.to_string() }
            } else {
                Input::TipMoved
            };
            return Ok(if self.apply(entry, input).await? { Round::Progress } else { Round::Quiet });
        };
        if !self.claim_landing(room, entry).await? {
            return Ok(Round::Quiet);
        }
        let (landing, room_now, looked) = (entry.clone(), room.clone(), tips.clone());
        let store = self.store.clone();
        let landed = self.blocking(move || land(&room_now, &store, &landing, &proof, &looked)).await;
        // What did not move the branch may be removed by whoever hears of it.
        if !matches!(landed, Ok(Input::Landed { .. })) {
            room.slots.set_landing(None);
        }
        let said = match landed {
            Ok(input) => self.apply(entry, input.clone()).await.map(|changed| (input, changed)),
            Err(error) => Err(error),
        };
        room.slots.set_landing(None);
        let (input, changed) = said?;
        let blocked = matches!(input, Input::Blocked { .. });
        if let (Input::Landed { commit }, true) = (&input, changed) {
            room.slots.landed();
            let tip = ObjectId::parse(commit).map_err(git::api)?;
            // The next one lands on this without another look; what moved meanwhile is found by compare and swap.
            if entry.onto.as_deref() == Some(tips.onto.as_str()) {
                (tips.integration, tips.user_integration, tips.onto) = (tip.clone(), Some(tip.clone()), tip);
            }
        }
        Ok(match (blocked, changed) {
            (true, _) => Round::Blocked,
            (false, true) => Round::Progress,
            (false, false) => Round::Quiet,
        })
    }

    /// From now on nobody can remove the entry; false when somebody has. The store's writer has removals and this
    /// question one after the other, so one of the two sees the other.
    async fn claim_landing(&self, room: &Arc<Room>, entry: &MergeEntry) -> Result<bool, ApiError> {
        room.slots.set_landing(Some(entry.id.clone()));
        let (id, candidate) = (entry.id.to_string(), entry.candidate.clone());
        let asked = self.store.write(move |tx| {
            let now = tx.entry(&id)?;
            Ok(now.state == EntryState::Landing && now.candidate == candidate)
        });
        let may = asked.await;
        if !matches!(may, Ok(true)) {
            room.slots.set_landing(None);
        }
        Ok(may?)
    }

    /// Landing is not allowed now. What a crash kept from being said is said; nothing is moved.
    pub(super) async fn settle_landing(
        &self,
        room: &Arc<Room>,
        entry: &MergeEntry,
        tips: &Tips,
    ) -> Result<Round, ApiError> {
        let (looked, candidate, user) =
            (room.clone(), entry.candidate.clone(), tips.user_integration.clone());
        let store = self.store.clone();
        let input = self
            .blocking(move || -> Result<Option<Input>, RepoError> {
                let candidate = ObjectId::parse(candidate.as_deref().unwrap_or_default())?;
                // Half of a landing is none: only the user's repository counts.
                Ok(match user {
                    Some(tip) if looked.depot.contains(&tip, &candidate)? => {
                        Some(Input::Landed { commit: candidate.to_string() })
                    }
                    Some(_) | None => held_by(&looked, &store).map(|why| Input::Blocked { said: why.into() }),
                })
            })
            .await?
            .map_err(git::api)?;
        // Nothing holds it any more: that came in between.
        let Some(input) = input else { return Ok(Round::Progress) };
        let landed = matches!(input, Input::Landed { .. });
        let changed = self.apply(entry, input).await?;
        // What stands in the way is a person's word, and that rings the bell.
        Ok(if landed && changed { Round::Progress } else { Round::Quiet })
    }
}

/// A crash came between the depot and a branch of the user's that had yet to be made. A branch that is there says which
/// half counts; without one the depot's tip is the candidate itself, and the landing is to be finished.
pub(super) fn is_half_of_the_first(entry: &MergeEntry, tips: &Tips) -> bool {
    entry.state == EntryState::Landing
        && tips.user_integration.is_none()
        && entry.candidate.as_deref() == Some(tips.integration.as_str())
        && entry.onto.as_deref() != Some(tips.onto.as_str())
}

/// Why a landing waits although everything is proven, as the workspace's owner wants it at this moment.
fn held_by(room: &Room, store: &Store) -> Option<Because> {
    let row = room.row();
    // Where nobody can say whether it is held, it is.
    if store.read_blocking(|tx| tx.is_held()).unwrap_or(true) {
        Some(Because::AllPaused)
    } else if row.merge_paused || !row.merge_enabled {
        Some(Because::QueuePaused)
    } else if row.own_checks.is_none() && !row.trusted {
        Some(Because::ChecksUnconfirmed)
    } else {
        None
    }
}

fn land(room: &Room, store: &Store, entry: &MergeEntry, proof: &Proof, tips: &Tips) -> Input {
    let result = room.alone(|| -> Result<Input, RepoError> {
        let new = ObjectId::parse(proof.commit())?;
        // The candidate's tree is the proven one, read from the object itself.
        if room.depot.tree_of(&new)?.as_str() != proof.tree() {
            return Ok(Input::TipMoved);
        }
        // A crash came between the move and the word of it, and others may have gone on from there.
        if tips.integration != new && room.depot.contains(&tips.integration, &new)? {
            return Ok(Input::Landed { commit: new.to_string() });
        }
        // What is half on the branch is finished; any other is to be what would be built at this moment.
        let stands = entry.onto.as_deref() == Some(tips.onto.as_str());
        if !(stands && entry.strategy == room.strategy_of(entry)) && tips.integration != new {
            return Ok(Input::TipMoved);
        }
        // The round looked at this a while ago; what counts is the moment before the branch moves.
        if let Some(why) = held_by(room, store) {
            return Ok(Input::Blocked { said: why.into() });
        }
        let lease = IntegrationLease::acquire(&room.depot)?;
        let left_out = match proof.skipped() {
            [] => String::new(),
            skipped => format!(" (skipped: {})", skipped.join(", ")),
        };
        let note = format!("pilothouse: land {}{left_out}", entry.title);
        let request = AdvanceRequest {
            user_repo: &room.root,
            branch: &entry.target,
            old: &tips.integration,
            user_old: tips.user_integration.as_ref(),
            new: &new,
            note: &note,
        };
        Ok(match room.depot.advance(&lease, &request)? {
            Advance::Landed { .. } | Advance::AlreadyThere => Input::Landed { commit: new.to_string() },
            Advance::Moved { .. } => Input::TipMoved,
            Advance::CheckedOutDirty { worktree, reason } => Input::Blocked {
                said: checked_out(&entry.target, &worktree.display().to_string(), reason).into(),
            },
        })
    });
    match result {
        Ok(input) => input,
        Err(RepoError::RefMoved { .. } | RepoError::NotFastForward { .. }) => Input::TipMoved,
        Err(error) => Input::Blocked { said: Because::of(&git::api(error)).into() },
    }
}

fn checked_out(branch: &str, folder: &str, block: CheckoutBlock) -> Because {
    let (block, names) = match block {
        CheckoutBlock::Dirty { files } => (FolderBlock::Dirty, files),
        CheckoutBlock::Unfinished { operation } => (FolderBlock::Unfinished, vec![operation]),
        CheckoutBlock::Busy => (FolderBlock::Busy, Vec::new()),
        CheckoutBlock::Missing => (FolderBlock::Missing, Vec::new()),
        CheckoutBlock::Sparse => (FolderBlock::Sparse, Vec::new()),
        CheckoutBlock::Filtered { file } => (FolderBlock::Filtered, vec![file]),
    };
    let (names, more) = named(names);
    Because::CheckedOut { branch: branch.to_owned(), folder: folder.to_owned(), block, names, more }
}
