//! Building what would land, in the depot's objects.

use super::Round;
use crate::made_here::OnTip;
use crate::rooms::Room;
use crate::{Engine, git};
use flow::merge::{Candidate, Input, Returned};
use protocol::merge::MergeEntry;
use protocol::{ApiError, EntryId};
use repo::{
    CandidateOutcome, CandidateRequest, ConflictFile, DepotRef, Expected, ObjectId, Refusal, Trailers,
};
use std::sync::Arc;

/// Most characters of conflict text that go back to a job.
const CONFLICT_TEXT: usize = 6_000;

impl Engine {
    pub(super) async fn build_candidate(
        &self,
        room: &Arc<Room>,
        entry: &MergeEntry,
        onto: &ObjectId,
        ahead: Option<EntryId>,
    ) -> Result<(Round, Option<String>), ApiError> {
        let input = match self.on_tip(room, entry, onto).await? {
            OnTip::Not(input) => input,
            OnTip::Entry(entry) => {
                let maker = self.maker(&entry).await?;
                let (room, on) = (room.clone(), onto.clone());
                self.blocking(move || build(&room, &entry, &on, maker)).await?.map_err(git::api)?
            }
        };
        let input = stood_on(input, onto, ahead);
        let made = match &input {
            Input::Built(candidate) => Some(candidate.commit.clone()),
            _ => None,
        };
        let round = if self.apply(entry, input).await? { Round::Progress } else { Round::Quiet };
        Ok((round, made))
    }

    pub(crate) async fn maker(&self, entry: &MergeEntry) -> Result<Maker, ApiError> {
        let job = entry.job_id.clone();
        let worker = self.store.read(move |tx| Ok(tx.job(job.as_str())?.worker_id)).await?;
        Ok(Maker {
            worker,
            time: host::clock::parse_iso(&entry.created_at).unwrap_or(self.started_at) / 1000,
        })
    }
}

/// What a candidate says of where it comes from. It does not change, so the same entry on the same commit is always the
/// same candidate.
pub(crate) struct Maker {
    worker: Option<String>,
    /// Seconds since 1970.
    time: i64,
}

/// An entry's candidate, by the workspace's strategy as it is now, also for one that came while it was another. Nothing
/// refers to it yet.
pub(crate) fn built_on(
    room: &Room,
    entry: &MergeEntry,
    onto: &ObjectId,
    maker: Maker,
) -> Result<CandidateOutcome, repo::RepoError> {
    room.depot.build_candidate(&CandidateRequest {
        target: &entry.target,
        tip: onto,
        entry: &ObjectId::parse(&entry.commit_sha)?,
        entry_base: &ObjectId::parse(&entry.base)?,
        strategy: crate::made_here::strategy_of(room, entry).0,
        message: &entry.title,
        trailers: &Trailers { job: Some(entry.job_id.to_string()), worker: maker.worker },
        committer: &git::committer(maker.time),
    })
}

/// Keeps a commit made for an entry reachable until another takes its place.
pub(crate) fn keep(room: &Room, entry: &MergeEntry, commit: &ObjectId) -> Result<(), repo::RepoError> {
    let keep = DepotRef::Landing(entry.id.to_string());
    let before = room.depot.read_ref(&keep)?;
    if before.as_ref() != Some(commit) {
        room.depot.write_ref(&keep, commit, &Expected::from(before))?;
    }
    Ok(())
}

/// What came of building it behind an entry that has yet to land: only with that on the branch it is the last word.
fn stood_on(input: Input, onto: &ObjectId, ahead: Option<EntryId>) -> Input {
    match (input, ahead) {
        (Input::Built(candidate), ahead) => Input::Built(Candidate { ahead, ..candidate }),
        (Input::GiveBack { why, detail } | Input::Returned { why, detail, .. }, Some(ahead)) => {
            Input::Unfit { onto: onto.to_string(), ahead: Some(ahead), why, detail }
        }
        (input, _) => input,
    }
}

fn build(room: &Room, entry: &MergeEntry, onto: &ObjectId, maker: Maker) -> Result<Input, repo::RepoError> {
    Ok(match built_on(room, entry, onto, maker)? {
        CandidateOutcome::Built(built) => {
            keep(room, entry, &built.commit)?;
            let diff = room.depot.diff(onto, &built.commit, &crate::hand_over::summary_limits())?;
            Input::Built(Candidate {
                onto: onto.to_string(),
                ahead: None,
                commit: built.commit.to_string(),
                tree: built.tree.to_string(),
                // The entry then says which one made its candidate.
                strategy: crate::made_here::strategy_of(room, entry).1,
                patch_hash: built.patch_hash,
                files: diff.total_files as u32,
                additions: diff.additions as u32,
                deletions: diff.deletions as u32,
                risky: entry.risky.clone(),
            })
        }
        CandidateOutcome::Conflict { files, .. } => Input::Returned {
            why: Returned::Conflict,
            detail: conflict_text(
                &format!("It conflicts with what landed on {} meanwhile", entry.target),
                &files,
            ),
            back: Box::new(crate::returned::conflict(onto.as_str(), &files)),
            fix_ups: crate::returned::FIX_UPS,
        },
        CandidateOutcome::Empty => Input::GiveBack {
            why: Returned::Empty,
            detail: format!("{} already has everything in it.", entry.target),
        },
        CandidateOutcome::Refused(refusal) => {
            Input::GiveBack { why: Returned::StrategyRefused, detail: refusal_text(&refusal) }
        }
    })
}

/// `what` conflicts, in which files and with which lines.
pub(crate) fn conflict_text(what: &str, files: &[ConflictFile]) -> String {
    let names: Vec<_> = files.iter().map(|f| f.path.as_str()).collect();
    let mut text = format!("{what}, in {}.", names.join(", "));
    for file in files {
        for hunk in &file.hunks {
            text.push_str(&format!("\n\n{} line {}:\n{}", file.path, hunk.line, hunk.text));
        }
    }
    match text.char_indices().nth(CONFLICT_TEXT) {
        Some((end, _)) => format!("{}\n…", &text[..end]),
        None => text,
    }
}

fn refusal_text(refusal: &Refusal) -> String {
    match refusal {
        Refusal::NotFastForward { .. } => {
            "The strategy is ff-only and the branch has moved. Choose another strategy, or repeat the job."
                .into()
        }
        Refusal::MergeCommit { .. } => {
            "It contains a merge commit, which cherry-pick cannot take. Choose no-ff or squash.".into()
        }
        Refusal::Unrelated => "It has no history in common with the branch.".into(),
        Refusal::TooManyCommits { limit } => {
            format!("It has more than {limit} commits. Choose squash or no-ff.")
        }
    }
}
