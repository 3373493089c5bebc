//! Taking a landed entry back, by a commit that undoes all of it.

use super::{Made, Purpose, fresh_job, keep, place};
use crate::markdown::plain;
use crate::merge::candidate::{conflict_said, refused};
use crate::rooms::Room;
use crate::{Caller, Engine, Reply, git};
use flow::merge::{Input, Returned};
use protocol::because::Because;
use protocol::merge::{EntryKind, EntryParams, EntryState, MergeEntry, RevertOf};
use protocol::request::Request;
use protocol::{ApiError, EntryId, ErrorCode, Event, JobId};
use repo::{CandidateOutcome, ObjectId, RepoError, RevertRequest, Signature, Trailers};
use std::sync::Arc;
use store::{NewEvent, StoreError, Tx};

/// Reverts of reverts that are followed.
const DEPTH: usize = 64;

/// What a candidate is built from.
pub(crate) enum OnTip {
    /// This, as it would be.
    Entry(Box<MergeEntry>),
    /// It cannot be built.
    Not(Input),
}

/// Whether what an entry brought is in force, as far as the entries tell.
enum Standing {
    In,
    /// Being taken back by an open entry.
    Leaving(MergeEntry),
    Out(MergeEntry),
}

impl Engine {
    pub async fn merge_revert(&self, caller: Caller, p: EntryParams) -> Reply {
        if let Some(answer) = self.replayed(&caller).await? {
            return Ok(answer);
        }
        let id = p.id.clone();
        let entry = self.store.read(move |tx| tx.entry(id.as_str())).await?;
        let (room, session) = (self.room(&entry.workspace_id)?, entry.session_id.clone());
        let by = caller.who.label();
        let job = fresh_job(self)?;
        let (made, purpose) = self.build_revert(&room, &entry, &job, (session, None, by.clone())).await?;
        let at = room.clone();
        let reply = self
            .change(caller, move |tx| {
                let placed = place(tx, &at, &job, &made, purpose)?;
                link(tx, &placed, &by)?;
                Ok(placed)
            })
            .await?;
        room.merge.notify_one();
        Ok(reply)
    }

    /// `/revert` of something that landed through the queue; none for a commit that did not, which a job reverts.
    pub(crate) async fn revert_spoken(
        &self,
        room: &Arc<Room>,
        request: &Request,
        what: &str,
    ) -> Result<Option<String>, ApiError> {
        let prefix = match what {
            "HEAD" => {
                let looked = room.clone();
                self.blocking(move || looked.look()).await?.map_err(git::api)?.onto.to_string()
            }
            other => other.to_ascii_lowercase(),
        };
        let workspace = room.id.clone();
        let mut found = self.store.read(move |tx| tx.landed_by_prefix(workspace.as_str(), &prefix)).await?;
        let Some(entry) = found.pop() else {
            // Only ids of entries have a dash.
            return Ok(what.contains('-').then(|| format!("Nothing that landed here has the id `{what}`.")));
        };
        if !found.is_empty() {
            return Ok(Some(format!(
                "More than one thing that landed begins with `{what}`. Give more of it."
            )));
        }
        let job = fresh_job(self)?;
        let whom = (request.session_id.clone(), Some(request.id.clone()), "remotebuddy".to_owned());
        let (made, purpose) = match self.build_revert(room, &entry, &job, whom).await {
            Ok(built) => built,
            Err(error) if error.code == ErrorCode::Conflict => return Ok(Some(error.message)),
            Err(error) => return Err(error),
        };
        let (at, conflict) = (room.clone(), made.conflict.is_some());
        let placed = self.store.write(move |tx| {
            let placed = place(tx, &at, &job, &made, purpose)?;
            link(tx, &placed, "remotebuddy")?;
            Ok(placed)
        });
        let placed = match placed.await.map_err(ApiError::from) {
            Ok(placed) => placed,
            Err(error) if error.code == ErrorCode::Conflict => return Ok(Some(error.message)),
            Err(error) => return Err(error),
        };
        room.merge.notify_one();
        // What does not go together has said so already.
        Ok(Some(match conflict {
            true => format!("**{}** cannot be taken back just so.", plain(&entry.title)),
            false => format!(
                "**{}** is in the merge queue: it takes back `{}`, and lands like any other change.",
                plain(&placed.title),
                short(&entry)
            ),
        }))
    }

    async fn build_revert(
        &self,
        room: &Arc<Room>,
        entry: &MergeEntry,
        job: &JobId,
        (session, request, by): (protocol::SessionId, Option<protocol::RequestId>, String),
    ) -> Result<(Made, Purpose), ApiError> {
        let (looked, now) = (entry.clone(), self.clock.now_ms() / 1000);
        self.store.read(move |tx| may_revert(tx, &looked)).await?;
        let (at, of, job) = (room.clone(), entry.clone(), job.clone());
        let made = self.blocking(move || build(&at, &of, &job, now)).await?.map_err(git::api)?;
        let Some(made) = made else {
            let text = format!(
                "{} has nothing of “{}” any more; there is nothing to take back.",
                entry.target, entry.title
            );
            return Err(ApiError::new(ErrorCode::Conflict, text));
        };
        let commit = entry.landed_commit.clone().unwrap_or_default();
        let instruction = format!(
            "Take back what the commit {commit} (“{}”) brought, and keep what came after it. `git revert` alone does not do it, because later changes touch the same lines: look at `git show {commit}` and at those lines as they are now, undo what that commit did and nothing else, and keep the code working.",
            entry.title
        );
        let purpose = Purpose {
            kind: EntryKind::Revert,
            title: title(entry),
            instruction,
            reverts: Some(Box::new(RevertOf {
                entry_id: entry.id.clone(),
                title: entry.title.clone(),
                commit,
            })),
            session,
            request,
            by,
        };
        Ok((made, purpose))
    }
}

fn title(entry: &MergeEntry) -> String {
    let text = match (entry.kind, &entry.reverts) {
        (EntryKind::Revert, Some(of)) => format!("Reapply “{}”", of.title),
        _ => format!("Revert “{}”", entry.title),
    };
    text.chars().take(200).collect()
}

fn short(entry: &MergeEntry) -> String {
    entry.landed_commit.as_deref().unwrap_or_default().chars().take(10).collect()
}

fn build(room: &Room, entry: &MergeEntry, job: &JobId, now: i64) -> Result<Option<Made>, RepoError> {
    let tip = room.look()?.onto;
    let (committer, trailers) = signed(job, now);
    let built = undo(room, entry, &tip, (&committer, &trailers))?;
    let (commit, conflict) = match built {
        CandidateOutcome::Built(built) => (built.commit, None),
        CandidateOutcome::Empty => return Ok(None),
        CandidateOutcome::Conflict { files, .. } => {
            let said = conflict_said(&files, conflicting(entry));
            (room.depot.empty_commit(&tip, &title(entry), &trailers, &committer)?, Some((said, files)))
        }
        CandidateOutcome::Refused(refusal) => return Err(RepoError::StrategyRefused { refusal }),
    };
    keep(room, job, &commit)?;
    let diff = room.depot.diff(&tip, &commit, &crate::hand_over::summary_limits())?;
    Ok(Some(Made {
        commit,
        base: tip,
        files: diff.total_files as u32,
        additions: diff.additions as u32,
        deletions: diff.deletions as u32,
        conflict,
    }))
}

fn conflicting(entry: &MergeEntry) -> impl FnOnce(Vec<String>, u32) -> Because {
    let branch = entry.target.clone();
    |paths, more| Because::RevertConflict { branch, paths, more }
}

fn signed(job: &JobId, time: i64) -> (Signature, Trailers) {
    (git::committer(time), Trailers { job: Some(job.to_string()), worker: None })
}

/// A commit on `tip` that undoes all of a landed entry.
fn undo(
    room: &Room,
    entry: &MergeEntry,
    tip: &ObjectId,
    (committer, trailers): (&Signature, &Trailers),
) -> Result<CandidateOutcome, RepoError> {
    let id = |text: &Option<String>| text.as_deref().map(ObjectId::parse).transpose();
    let landed = id(&entry.landed_commit)?
        .ok_or_else(|| RepoError::NotFound { what: format!("where {} landed", entry.id) })?;
    let before = id(&entry.onto)?;
    let (target, landed, before) = (entry.target.as_str(), &landed, before.as_ref());
    room.depot.build_revert(&RevertRequest { target, tip, landed, before, trailers, committer })
}

impl Engine {
    /// An entry as its candidate is built on `onto`. A revert is made anew on each tip, because what has to be undone
    /// there is decided by what is there; any other is what it is.
    pub(crate) async fn on_tip(
        &self,
        room: &Arc<Room>,
        entry: &MergeEntry,
        onto: &ObjectId,
    ) -> Result<OnTip, ApiError> {
        let Some(of) = entry.reverts.as_ref().filter(|_| entry.kind == EntryKind::Revert) else {
            return Ok(OnTip::Entry(Box::new(entry.clone())));
        };
        let id = of.entry_id.to_string();
        let landed = self.store.read(move |tx| tx.entry(&id)).await?;
        let time = host::clock::parse_iso(&entry.created_at).unwrap_or(self.started_at) / 1000;
        let (at, tip, job) = (room.clone(), onto.clone(), entry.job_id.clone());
        let built = self.blocking(move || {
            let (committer, trailers) = signed(&job, time);
            undo(&at, &landed, &tip, (&committer, &trailers))
        });
        Ok(match built.await?.map_err(git::api)? {
            CandidateOutcome::Built(built) => OnTip::Entry(Box::new(MergeEntry {
                commit_sha: built.commit.to_string(),
                base: onto.to_string(),
                ..entry.clone()
            })),
            CandidateOutcome::Empty => OnTip::Not(Input::GiveBack {
                why: Returned::Empty,
                said: Because::RevertEmpty { branch: entry.target.clone() }.into(),
            }),
            CandidateOutcome::Conflict { files, .. } => OnTip::Not(Input::Returned {
                why: Returned::Conflict,
                said: conflict_said(&files, conflicting(entry)),
                back: Box::new(crate::returned::conflict(onto.as_str(), &files)),
                fix_ups: crate::returned::FIX_UPS,
            }),
            CandidateOutcome::Refused(refusal) => {
                OnTip::Not(Input::GiveBack { why: Returned::StrategyRefused, said: refused(&refusal).into() })
            }
        })
    }
}

/// Refuses what has not landed, and what is out or leaving already.
fn may_revert(tx: &Tx<'_>, entry: &MergeEntry) -> Result<(), StoreError> {
    let no = |text: String| -> Result<(), StoreError> {
        let details = serde_json::json!({ "revertedBy": entry.reverted_by });
        Err(ApiError::new(ErrorCode::Conflict, text).with(details).into())
    };
    if entry.state != EntryState::Landed {
        return no(format!("“{}” has not landed; only what landed can be taken back.", entry.title));
    }
    if entry.kind == EntryKind::BringUp {
        return no("This brought your own branch in. Revert the commit there that you do not want.".into());
    }
    match standing(tx, entry, DEPTH)? {
        Standing::In => Ok(()),
        Standing::Leaving(by) => {
            no(format!("“{}” is being taken back already, by “{}”.", entry.title, by.title))
        }
        Standing::Out(by) => no(format!(
            "“{}” was taken back already, by “{}”. Revert that one to have it again.",
            entry.title, by.title
        )),
    }
}

fn standing(tx: &Tx<'_>, entry: &MergeEntry, depth: usize) -> Result<Standing, StoreError> {
    let Some(by) = entry.reverted_by.as_ref().filter(|_| depth > 0) else { return Ok(Standing::In) };
    let by = tx.entry(by.as_str())?;
    Ok(match by.state {
        EntryState::Landed => match standing(tx, &by, depth - 1)? {
            Standing::In | Standing::Leaving(_) => Standing::Out(by),
            Standing::Out(_) => Standing::In,
        },
        // A repair of it counts in its place.
        EntryState::Returned if mended_by(&by).is_some() => {
            let mender = mended_by(&by).cloned();
            standing(tx, &MergeEntry { reverted_by: mender, ..entry.clone() }, depth - 1)?
        }
        // It came to nothing; it can be tried again.
        EntryState::Returned | EntryState::Failed | EntryState::Removed => Standing::In,
        EntryState::Queued
        | EntryState::WaitingApproval
        | EntryState::Approved
        | EntryState::Checking
        | EntryState::Landing
        | EntryState::Parked => Standing::Leaving(by),
    })
}

fn mended_by(entry: &MergeEntry) -> Option<&EntryId> {
    entry.repair.as_ref().and_then(|repair| repair.mended_by.as_ref())
}

/// The link from what is taken back; looked at again here, because two may have asked at once.
fn link(tx: &mut Tx<'_>, placed: &MergeEntry, by: &str) -> Result<(), StoreError> {
    let Some(of) = &placed.reverts else { return Ok(()) };
    let mut entry = tx.entry(of.entry_id.as_str())?;
    may_revert(tx, &entry)?;
    entry.reverted_by = Some(placed.id.clone());
    tx.note_reverted(&entry)?;
    let event = Event::MergeReverted { entry: Box::new(entry.clone()) };
    tx.append(NewEvent::new(&entry.session_id, event, by).about(entry.id.as_str())).map(drop)
}
