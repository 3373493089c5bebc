//! The integration branch was moved from outside: said once, whoever noticed.
//!
//! Every look at the branches takes such a movement over at once, so the next look no longer sees it. It is noted
//! here until the merge loop has said it. Our own landing, cut short between the depot and the user's repository,
//! looks the same from there and is nobody's news.

use crate::Engine;
use crate::rooms::Room;
use protocol::merge::{EntryState, MergeEntry};
use protocol::{ApiError, Event};
use repo::{Depot, ObjectId, RepoError};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use store::NewEvent;

/// Movements kept apart; what comes on top is told as one with the last.
const KEPT: usize = 16;

/// A movement that was taken over.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Moved {
    /// The depot's tip before.
    pub old: ObjectId,
    /// The user's tip, and the depot's from now on.
    pub new: ObjectId,
    /// `new` does not continue `old`.
    pub rewritten: bool,
}

/// Movements not told yet, oldest first.
#[derive(Debug, Default)]
pub(crate) struct Moves(Mutex<VecDeque<Moved>>);

impl Moves {
    pub(crate) fn note(&self, moved: Moved) {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if waiting.len() >= KEPT
            && let Some(last) = waiting.back_mut()
        {
            last.new = moved.new;
            last.rewritten |= moved.rewritten;
            return;
        }
        waiting.push_back(moved);
    }

    fn first(&self) -> Option<Moved> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).front().cloned()
    }

    fn told(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
    }
}

/// Whether a movement undid the half of a landing that a crash left in the depot: the depot stood at the candidate
/// of an entry that is landing, the user's branch has yet to reach it.
fn half_landing(depot: &Depot, entries: &[MergeEntry], moved: &Moved) -> Result<bool, RepoError> {
    let landing = entries.iter().any(|entry| {
        entry.state == EntryState::Landing && entry.candidate.as_deref() == Some(moved.old.as_str())
    });
    Ok(landing && depot.contains(&moved.old, &moved.new)?)
}

impl Engine {
    /// Says what moved since the last time. `entries` are the open ones.
    pub(super) async fn tell_moves(&self, room: &Arc<Room>, entries: &[MergeEntry]) -> Result<(), ApiError> {
        while let Some(moved) = room.moves.first() {
            let (looked, open, asked) = (room.clone(), entries.to_vec(), moved.clone());
            let ours = self
                .blocking(move || half_landing(&looked.depot, &open, &asked))
                .await?
                .map_err(crate::git::api)?;
            if !ours {
                self.tell_moved(room, moved).await?;
            }
            // Only now: a movement that could not be stored is told the next time.
            room.moves.told();
        }
        Ok(())
    }

    async fn tell_moved(&self, room: &Room, moved: Moved) -> Result<(), ApiError> {
        let (workspace, branch) = (room.id.clone(), room.row().integration_branch);
        let explanation = match moved.rewritten {
            false => format!("{branch} got new commits from outside. They were taken over."),
            true => format!(
                "{branch} was reset or rewritten from outside. That stands; what had landed before is kept in the depot."
            ),
        };
        self.store
            .write(move |tx| {
                let session =
                    tx.sessions()?.into_iter().find(|s| s.workspace_id.as_ref() == Some(&workspace));
                let Some(session) = session else { return Ok(()) };
                let (old, new) = (Some(moved.old.to_string()), Some(moved.new.to_string()));
                let event = Event::BranchMoved { branch, old, new, explanation };
                tx.append(NewEvent::new(&session.session_id, event, "merge")).map(drop)
            })
            .await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(n: usize) -> ObjectId {
        ObjectId::parse(&format!("{:040x}", n + 1)).unwrap()
    }

    #[test]
    fn movements_are_told_in_order_and_what_is_too_many_is_told_as_one() {
        let moves = Moves::default();
        for n in 0..KEPT + 3 {
            moves.note(Moved { old: id(n), new: id(n + 1), rewritten: n == KEPT + 1 });
        }
        let mut told = Vec::new();
        while let Some(moved) = moves.first() {
            told.push(moved);
            moves.told();
        }
        assert_eq!(told.len(), KEPT);
        assert!(told.windows(2).all(|two| two[0].new == two[1].old), "nothing in between is lost");
        let last = Moved { old: id(KEPT - 1), new: id(KEPT + 3), rewritten: true };
        assert_eq!(told.last(), Some(&last));
    }
}
