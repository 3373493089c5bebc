//! The integration branch was moved from outside: said once, whoever noticed.
//!
//! Every look at the branches takes such a movement over at once, so the next look no longer sees it. It is noted
//! here until the merge loop has said it. Our own landing, cut short between the depot and the user's repository,
//! looks the same from there and is nobody's news.

use crate::Engine;
use crate::rooms::Room;
use protocol::merge::{EntryState, MergeEntry};
use protocol::{ApiError, Event};
use repo::{Depot, DepotRef, ObjectId, RepoError};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use store::NewEvent;

/// Landed changes that are looked for when the branch was moved away from something.
const LOOKED: usize = 200;
/// Movements kept apart; what comes on top is told as one with the last.
const KEPT: usize = 16;

/// A movement that was taken over.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Moved {
    /// The depot's tip before.
    pub old: ObjectId,
    /// The user's tip, and the depot's from now on.
    pub new: ObjectId,
    pub how: How,
}

/// How the branch got from one commit to the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum How {
    /// It got new commits.
    Continued,
    /// It was set back to a commit before.
    Rewound,
    /// It has another history now.
    Rewritten,
    /// It is not there any more.
    Deleted,
}

impl How {
    pub(crate) fn of(depot: &Depot, old: &ObjectId, new: &ObjectId) -> Result<Self, RepoError> {
        Ok(match (depot.contains(new, old)?, depot.contains(old, new)?) {
            (true, _) => Self::Continued,
            (false, true) => Self::Rewound,
            (false, false) => Self::Rewritten,
        })
    }

    fn word(self) -> &'static str {
        match self {
            Self::Continued => "continued",
            Self::Rewound => "rewound",
            Self::Rewritten => "rewritten",
            Self::Deleted => "deleted",
        }
    }
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
            if moved.how != How::Continued {
                last.how = moved.how;
            }
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

    async fn tell_moved(&self, room: &Arc<Room>, moved: Moved) -> Result<(), ApiError> {
        let (workspace, branch) = (room.id.clone(), room.row().integration_branch);
        let gone = self.gone_with(room, &moved).await?;
        let told = words(&branch, &moved, &gone);
        self.store
            .write(move |tx| {
                let session =
                    tx.sessions()?.into_iter().find(|s| s.workspace_id.as_ref() == Some(&workspace));
                let Some(session) = session else { return Ok(()) };
                let kept = (moved.how != How::Continued)
                    .then(|| DepotRef::Kept(moved.old.clone()).name().ok())
                    .flatten();
                let event = Event::BranchMoved {
                    branch,
                    old: Some(moved.old.to_string()),
                    new: (moved.how != How::Deleted).then(|| moved.new.to_string()),
                    explanation: told.explanation,
                    how: moved.how.word().into(),
                    next: told.next,
                    kept,
                };
                tx.append(NewEvent::new(&session.session_id, event, "merge")).map(drop)
            })
            .await?;
        Ok(())
    }

    /// Titles of what had landed and is not on the branch any more, newest first.
    async fn gone_with(&self, room: &Arc<Room>, moved: &Moved) -> Result<Vec<String>, ApiError> {
        if !matches!(moved.how, How::Rewound | How::Rewritten) {
            return Ok(Vec::new());
        }
        let id = room.id.to_string();
        let landed = self.store.read(move |tx| tx.landed_commits(&id)).await?;
        let (looked, moved) = (room.clone(), moved.clone());
        let gone = self.blocking(move || -> Result<Vec<String>, RepoError> {
            let mut gone = Vec::new();
            for (entry, commit) in landed.into_iter().rev().take(LOOKED) {
                let Ok(commit) = ObjectId::parse(&commit) else { continue };
                let on = |tip: &ObjectId| looked.depot.contains(tip, &commit);
                if on(&moved.old)? && !on(&moved.new)? {
                    gone.push(entry);
                }
            }
            Ok(gone)
        });
        let gone = gone.await?.map_err(crate::git::api)?;
        Ok(self.store.read(move |tx| gone.iter().map(|id| Ok(tx.entry(id)?.title)).collect()).await?)
    }
}

/// What is said of a movement, and what can be done about it.
struct Words {
    explanation: String,
    next: Option<String>,
}

fn words(branch: &str, moved: &Moved, gone: &[String]) -> Words {
    let (old, new) = (moved.old.short(), moved.new.short());
    let mut explanation = match moved.how {
        How::Continued => format!("{branch} got new commits from outside. They were taken over."),
        How::Rewound => format!(
            "{branch} was reset or rewritten from outside: it was set back from {old} to {new}. That stands; what had landed before is kept in the depot."
        ),
        How::Rewritten => format!(
            "{branch} was reset or rewritten from outside: it is at {new}, which does not continue {old}. That stands; what had landed before is kept in the depot."
        ),
        How::Deleted => format!(
            "{branch} was deleted from your repository. What had landed is kept in the depot at {old}, and the next landing makes the branch again, with all of it."
        ),
    };
    if !gone.is_empty() {
        let named: Vec<_> = gone.iter().take(5).map(|title| format!("“{title}”")).collect();
        let more = match gone.len().saturating_sub(named.len()) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        explanation.push_str(&format!(" Not on it any more: {}{more}.", named.join(", ")));
    }
    let next = match moved.how {
        How::Continued => None,
        How::Rewound | How::Rewritten => Some(format!(
            "To have it back: `git merge {old}` on {branch}. If it was meant, nothing is to be done; open changes are built anew on what is there."
        )),
        How::Deleted => Some(format!(
            "To have it back now: `git branch {branch} {old}`. To begin anew without what had landed: make {branch} where you want it to begin."
        )),
    };
    Words { explanation, next }
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
            let how = if n == KEPT + 1 { How::Rewritten } else { How::Continued };
            moves.note(Moved { old: id(n), new: id(n + 1), how });
        }
        let mut told = Vec::new();
        while let Some(moved) = moves.first() {
            told.push(moved);
            moves.told();
        }
        assert_eq!(told.len(), KEPT);
        assert!(told.windows(2).all(|two| two[0].new == two[1].old), "nothing in between is lost");
        let last = Moved { old: id(KEPT - 1), new: id(KEPT + 3), how: How::Rewritten };
        assert_eq!(told.last(), Some(&last));
    }
}
