//! Building what would land, in the depot's objects.

use super::Round;
use crate::made_here::OnTip;
use crate::rooms::Room;
use crate::{Engine, git};
use flow::because::{Said, named};
use flow::merge::{Candidate, Input, Returned};
use protocol::because::Because;
use protocol::merge::{MergeEntry, Strategy};
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

/// An entry's candidate, built in this way. Nothing refers to it yet.
pub(crate) fn built_on(
    room: &Room,
    entry: &MergeEntry,
    onto: &ObjectId,
    strategy: Strategy,
    maker: Maker,
) -> Result<CandidateOutcome, repo::RepoError> {
    room.depot.build_candidate(&CandidateRequest {
        target: &entry.target,
        tip: onto,
        entry: &ObjectId::parse(&entry.commit_sha)?,
        entry_base: &ObjectId::parse(&entry.base)?,
        strategy: in_git(strategy),
        message: &entry.title,
        trailers: &Trailers { job: Some(entry.job_id.to_string()), worker: maker.worker },
        committer: &git::committer(maker.time),
    })
}

fn in_git(strategy: Strategy) -> repo::Strategy {
    match strategy {
        Strategy::CherryPick => repo::Strategy::CherryPick,
        Strategy::NoFf => repo::Strategy::NoFf,
        Strategy::FfOnly => repo::Strategy::FfOnly,
        Strategy::Squash => repo::Strategy::Squash,
    }
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
        (Input::GiveBack { why, said } | Input::Returned { why, said, .. }, Some(ahead)) => {
            Input::Unfit { onto: onto.to_string(), ahead: Some(ahead), why, said }
        }
        (input, _) => input,
    }
}

fn build(room: &Room, entry: &MergeEntry, onto: &ObjectId, maker: Maker) -> Result<Input, repo::RepoError> {
    // By the workspace's strategy as it is now, also for one that came while it was another.
    let strategy = room.strategy_of(entry);
    Ok(match built_on(room, entry, onto, strategy, maker)? {
        CandidateOutcome::Built(built) => {
            keep(room, entry, &built.commit)?;
            let diff = room.depot.diff(onto, &built.commit, &crate::hand_over::summary_limits())?;
            Input::Built(Candidate {
                onto: onto.to_string(),
                ahead: None,
                commit: built.commit.to_string(),
                tree: built.tree.to_string(),
                // The entry then says which one made its candidate.
                strategy,
                patch_hash: built.patch_hash,
                files: diff.total_files as u32,
                additions: diff.additions as u32,
                deletions: diff.deletions as u32,
                risky: entry.risky.clone(),
            })
        }
        CandidateOutcome::Conflict { files, .. } => Input::Returned {
            why: Returned::Conflict,
            said: conflict_said(&files, |paths, more| {
                let branch = entry.target.clone();
                Because::Conflict { branch, paths, more }
            }),
            back: Box::new(crate::returned::conflict(onto.as_str(), &files)),
            fix_ups: crate::returned::FIX_UPS,
        },
        CandidateOutcome::Empty => Input::GiveBack {
            why: Returned::Empty,
            said: Because::Empty { branch: entry.target.clone() }.into(),
        },
        CandidateOutcome::Refused(refusal) => {
            Input::GiveBack { why: Returned::StrategyRefused, said: refused(&refusal).into() }
        }
    })
}

/// A conflict with its reason, which is made of the files, and their lines, for whoever mends it.
pub(crate) fn conflict_said(files: &[ConflictFile], of: impl FnOnce(Vec<String>, u32) -> Because) -> Said {
    let (paths, more) = named(files.iter().map(|file| file.path.clone()));
    let mut lines = String::new();
    for hunk in files.iter().flat_map(|file| file.hunks.iter().map(move |hunk| (&file.path, hunk))) {
        let (path, hunk) = hunk;
        lines.push_str(&format!("\n\n{path} line {}:\n{}", hunk.line, hunk.text));
    }
    let lines = match lines.char_indices().nth(CONFLICT_TEXT) {
        Some((end, _)) => format!("{}\n…", &lines[..end]),
        None => lines,
    };
    Said::from(of(paths, more)).and(lines.trim_start())
}

/// Why the strategy cannot take it.
pub(crate) fn refused(refusal: &Refusal) -> Because {
    match refusal {
        Refusal::NotFastForward { .. } => Because::NotFastForward,
        Refusal::MergeCommit { .. } => Because::MergeCommit,
        Refusal::Unrelated => Because::Unrelated,
        Refusal::TooManyCommits { limit } => {
            Because::TooManyCommits { limit: u32::try_from(*limit).unwrap_or(u32::MAX) }
        }
    }
}
