//! Building what would land, in the depot's objects.

use super::Round;
use crate::rooms::{Room, Tips};
use crate::{Engine, git};
use flow::merge::{Candidate, Input, Returned};
use protocol::ApiError;
use protocol::merge::MergeEntry;
use repo::{
    CandidateOutcome, CandidateRequest, ConflictFile, DepotRef, Expected, ObjectId, Refusal, Signature,
    Trailers,
};
use std::sync::Arc;

/// Most characters of conflict text that go back to a job.
const CONFLICT_TEXT: usize = 6_000;

impl Engine {
    pub(super) async fn build_candidate(
        &self,
        room: &Arc<Room>,
        entry: &MergeEntry,
        tips: &Tips,
    ) -> Result<Round, ApiError> {
        let (room, entry_now, onto) = (room.clone(), entry.clone(), tips.onto.clone());
        let worker = {
            let job = entry.job_id.clone();
            self.store.read(move |tx| Ok(tx.job(job.as_str())?.worker_id)).await?
        };
        let time = host::clock::parse_iso(&entry.created_at).unwrap_or(self.started_at) / 1000;
        let input =
            self.blocking(move || build(&room, &entry_now, &onto, worker, time)).await?.map_err(git::api)?;
        Ok(if self.apply(entry, input).await? { Round::Progress } else { Round::Quiet })
    }
}

fn build(
    room: &Room,
    entry: &MergeEntry,
    onto: &ObjectId,
    worker: Option<String>,
    time: i64,
) -> Result<Input, repo::RepoError> {
    // The workspace's strategy as it is now, also for an entry that came while it was another; the entry then says
    // which one made its candidate.
    let (strategy, chosen) = room.strategy();
    let (commit, base) = (ObjectId::parse(&entry.commit_sha)?, ObjectId::parse(&entry.base)?);
    let trailers = Trailers { job: Some(entry.job_id.to_string()), worker };
    let committer = Signature {
        name: "Pilothouse".into(),
        email: "pilothouse@localhost.invalid".into(),
        time,
        offset: 0,
    };
    let request = CandidateRequest {
        target: &entry.target,
        tip: onto,
        entry: &commit,
        entry_base: &base,
        strategy,
        message: &entry.title,
        trailers: &trailers,
        committer: &committer,
    };
    Ok(match room.depot.build_candidate(&request)? {
        CandidateOutcome::Built(built) => {
            // The ref keeps the candidate reachable until something takes its place.
            let keep = DepotRef::Landing(entry.id.to_string());
            let before = room.depot.read_ref(&keep)?;
            if before.as_ref() != Some(&built.commit) {
                room.depot.write_ref(&keep, &built.commit, &Expected::from(before))?;
            }
            let diff = room.depot.diff(onto, &built.commit, &crate::hand_over::summary_limits())?;
            Input::Built(Candidate {
                onto: onto.to_string(),
                commit: built.commit.to_string(),
                tree: built.tree.to_string(),
                strategy: chosen,
                patch_hash: built.patch_hash,
                files: diff.total_files as u32,
                additions: diff.additions as u32,
                deletions: diff.deletions as u32,
                risky: entry.risky.clone(),
            })
        }
        CandidateOutcome::Conflict { files, .. } => {
            Input::GiveBack { why: Returned::Conflict, detail: conflict_text(&entry.target, &files) }
        }
        CandidateOutcome::Empty => Input::GiveBack {
            why: Returned::Empty,
            detail: format!("{} already has everything in it.", entry.target),
        },
        CandidateOutcome::Refused(refusal) => {
            Input::GiveBack { why: Returned::StrategyRefused, detail: refusal_text(&refusal) }
        }
    })
}

fn conflict_text(target: &str, files: &[ConflictFile]) -> String {
    let names: Vec<_> = files.iter().map(|f| f.path.as_str()).collect();
    let mut text = format!("It conflicts with what landed on {target} meanwhile, in {}.", names.join(", "));
    for file in files {
        for hunk in &file.hunks {
            text.push_str(&format!("\n\n{} line {}:\n{}", file.path, hunk.line, hunk.text));
        }
    }
    if text.len() > CONFLICT_TEXT {
        text = text.chars().take(CONFLICT_TEXT).collect();
        text.push_str("\n…");
    }
    text
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
