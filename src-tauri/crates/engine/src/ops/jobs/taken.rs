//! A person takes a job over, hands their work back, or lets it go.

use crate::{Caller, Engine, Reply, markdown, reaction};
use protocol::job::{Job, JobStatus, JobWait, WaitReason};
use protocol::ops::{Done, JobParams};
use protocol::taken::{
    ByHand, HandBackJob, HandedBack, LetGoJob, TakenChanges, TakenLook, TakenOver, TakenReply, TakenState,
};
use protocol::{ApiError, ErrorCode, Event};
use store::{NewEvent, StoreError, Tx};

/// Most characters of a person's commit message.
const MESSAGE_CHARS: usize = 8_000;

impl Engine {
    /// Asks for a job. Where nobody works on it, its folder is there with the answer.
    pub async fn jobs_take_over(&self, caller: Caller, p: JobParams) -> Reply {
        let (by, now) = (caller.who.label(), host::clock::iso(self.clock.now_ms()));
        let device = caller.who.device_id();
        let path = self.taken_folder(&p.id);
        let id = p.id.clone();
        let answer = self
            .change(caller, move |tx| {
                let job = tx.job(p.id.as_str())?;
                match &job.taken {
                    Some(taken) if taken.state == TakenState::HandedBack => {
                        return refused(
                            "What was handed back is being checked; wait for that, or stop the job.",
                        );
                    }
                    Some(taken) => return Ok(TakenReply { ok: true, taken: taken.clone() }),
                    None => {}
                }
                if job.workspace_id.is_none() {
                    return refused("This job belongs to no workspace, so it has no files to take over.");
                }
                if job.cancel_requested {
                    return refused("This job is being cancelled.");
                }
                let taken = TakenOver::coming(&job.id, path.to_string_lossy().into_owned(), by, device, now);
                tx.ask_over(p.id.as_str(), &taken, waits_for(&taken))?;
                told(tx, &job, &taken)?;
                Ok(TakenReply { ok: true, taken })
            })
            .await?;
        match self.make_folder(id.as_str()).await {
            Ok(Some(taken)) => {
                return serde_json::to_value(TakenReply { ok: true, taken })
                    .map_err(|e| ApiError::new(ErrorCode::Internal, e.to_string()));
            }
            // Its worker is still at work; or the loop tries again, and the job says what the matter is.
            Ok(None) => {}
            Err(error) => tracing::warn!(job = %id, %error, "the folder of a job that was taken over"),
        }
        self.desk.bell.notify_one();
        Ok(answer)
    }

    /// The folder as it is now.
    pub async fn jobs_taken(&self, p: JobParams) -> Result<TakenLook, ApiError> {
        let job = self.jobs_get(p).await?;
        let taken = job.taken.clone().ok_or_else(not_taken)?;
        let _turn = self.desk.turn.lock().await;
        let (changed, total) = self.folder_changes(&job, &taken).await?;
        Ok(TakenLook { ok: true, taken, changed, total })
    }

    /// What is in the folder becomes the job's change, and goes through the job's own checks.
    pub async fn jobs_hand_back(&self, caller: Caller, p: HandBackJob) -> Reply {
        if let Some(answer) = self.replayed(&caller).await? {
            return Ok(answer);
        }
        let by = caller.who.label();
        let message = match p.message.as_deref().map(str::trim).filter(|text| !text.is_empty()) {
            Some(text) if text.chars().count() > MESSAGE_CHARS => {
                return Err(ApiError::bad(format!("message is at most {MESSAGE_CHARS} characters")));
            }
            text => text.map(|text| self.keys.known_out_of(text)),
        };
        let _turn = self.desk.turn.lock().await;
        let job = self.jobs_get(JobParams { id: p.id.clone() }).await?;
        let mut taken = yours(&job)?;
        let message = message.unwrap_or_else(|| job.title.trim().to_owned());
        let kept = self.keep_folder(&job, &taken, &message, true).await?;
        let Some(kept) = kept else {
            return Err(ApiError::new(
                ErrorCode::Conflict,
                "The folder holds no change against the commit this job stands on. Change something first, or let the job go.",
            ));
        };
        let answer = self
            .change(caller, move |tx| {
                let job = tx.job(p.id.as_str())?;
                yours(&job)?;
                taken.state = TakenState::HandedBack;
                taken.handed_back = Some(kept.commit.clone());
                taken.problem = None;
                let by_hand = ByHand { message, by: by.clone() };
                tx.give_back(p.id.as_str(), Some((&kept.commit, &kept.base)), Some(&by_hand), Some(&taken))?;
                told(tx, &job, &taken)?;
                resumed(tx, &job, by)?;
                Ok(HandedBack { ok: true, commit_sha: kept.commit, files: kept.files })
            })
            .await?;
        Ok(answer)
    }

    /// Gives a job back to the crew, or ends it; and the folder goes.
    pub async fn jobs_let_go(&self, caller: Caller, p: LetGoJob) -> Reply {
        if let Some(answer) = self.replayed(&caller).await? {
            return Ok(answer);
        }
        let _turn = self.desk.turn.lock().await;
        let job = self.jobs_get(JobParams { id: p.id.clone() }).await?;
        let taken = job.taken.clone().ok_or_else(not_taken)?;
        let ended = matches!(job.status, JobStatus::Completed | JobStatus::Failed | JobStatus::Cancelled);
        if taken.state == TakenState::HandedBack && !ended {
            return Err(ApiError::new(
                ErrorCode::Conflict,
                "What was handed back is being checked; wait for that, or stop the job.",
            ));
        }
        let (changed, total) = self.folder_changes(&job, &taken).await?;
        let mut from = taken.commit.clone().zip(taken.base.clone());
        let mut kept = false;
        if total > 0 {
            match p.changes {
                None => return Err(unsaved(&taken, &changed, total)),
                Some(TakenChanges::Discard) => {}
                Some(TakenChanges::Keep) => {
                    let message = format!("Work so far, by hand: {}", job.title.trim());
                    let work = self.keep_folder(&job, &taken, &message, false).await?;
                    from = work.map(|work| (work.commit, work.base));
                    kept = true;
                    if job.status == JobStatus::Waiting {
                        self.forget_left_behind(&job).await;
                    }
                }
            }
        }
        let by = caller.who.label();
        let answer = self
            .change(caller, move |tx| {
                let job = tx.job(p.id.as_str())?;
                match job.status {
                    JobStatus::Waiting if !p.end => {
                        let from = from.as_ref().map(|(commit, base)| (commit.as_str(), base.as_str()));
                        tx.give_back(p.id.as_str(), from, None, None)?;
                        // Whoever goes on may remember the files as they were.
                        if kept && super::steer::takes_messages(&tx.job(p.id.as_str())?).is_ok() {
                            tx.steer_job(p.id.as_str(), &meanwhile(&changed), &by)?;
                        }
                        resumed(tx, &job, by.clone())?;
                    }
                    JobStatus::Claimed | JobStatus::Pending if !p.end => tx.forget_asked(p.id.as_str())?,
                    JobStatus::Waiting | JobStatus::Claimed | JobStatus::Pending => {
                        let at_once = tx.cancel_job(p.id.as_str())?;
                        tx.forget_asked(p.id.as_str())?;
                        if let (true, Some(session)) = (at_once, &job.session_id) {
                            let event = Event::JobCancelled { job_id: job.id.clone(), by: by.clone() };
                            tx.append(NewEvent::new(session, event, "server"))?;
                            crate::returned::mender_ended(tx, &job.id)?;
                        }
                    }
                    JobStatus::Completed | JobStatus::Failed | JobStatus::Cancelled => {
                        tx.set_taken(p.id.as_str(), None)?;
                    }
                }
                if let Some(session) = &job.session_id {
                    let event = Event::JobLetGo { job_id: job.id.clone(), by: by.clone(), kept };
                    tx.append(NewEvent::new(session, event, by))?;
                }
                Ok(Done { ok: true })
            })
            .await?;
        self.remove_folder(&job).await;
        Ok(answer)
    }
}

/// A job that is being taken over has put its work aside.
pub(super) fn parked_for(job: &Job, wait: &mut JobWait) {
    if let Some(taken) = job.taken.as_ref().filter(|taken| taken.state == TakenState::Coming) {
        let resume_commit = wait.resume_commit.take();
        *wait = JobWait { resume_commit, since: wait.since.clone(), ..waits_for(taken) };
    }
}

/// What a person handed back does not pass: it is theirs again, with the reason. False for any other job.
pub(super) fn came_back(
    tx: &mut Tx<'_>,
    job: &Job,
    claim_token: &str,
    message: &str,
    detail: Option<&str>,
) -> Result<bool, StoreError> {
    let Some(mut taken) = job.taken.clone().filter(|taken| taken.state == TakenState::HandedBack) else {
        return Ok(false);
    };
    taken.state = TakenState::Yours;
    taken.problem = Some(match detail {
        Some(detail) => format!("{message}\n{detail}"),
        None => message.to_owned(),
    });
    let wait = JobWait { since: host::clock::iso(tx.now()), ..waits_for(&taken) };
    tx.park_job(job.id.as_str(), claim_token, &wait)?;
    tx.set_taken(job.id.as_str(), Some(&taken))?;
    told(tx, job, &taken)?;
    if let Some(session) = &job.session_id {
        let event = Event::JobWaiting { job_id: job.id.clone(), wait: Box::new(wait) };
        tx.append(NewEvent::new(session, event, "server"))?;
        let said = format!(
            "What you handed back for **{}** did not pass: {message}\n\nIt is yours again, in {}. Mend it and hand it back, or give it back to the crew.",
            markdown::plain(&job.title),
            markdown::plain(&taken.path)
        );
        reaction::say(tx, session, said, None)?;
    }
    Ok(true)
}

/// Says how far a take-over is.
pub(crate) fn told(tx: &mut Tx<'_>, job: &Job, taken: &TakenOver) -> Result<(), StoreError> {
    let Some(session) = &job.session_id else { return Ok(()) };
    let event = Event::JobTaken { job_id: job.id.clone(), taken: Box::new(taken.clone()) };
    tx.append(NewEvent::new(session, event, "server")).map(drop)
}

/// How a job waits that a person has.
pub(crate) fn waits_for(taken: &TakenOver) -> JobWait {
    JobWait {
        reason: WaitReason::Taken,
        detail: format!("{} has taken it over.", taken.by),
        since: taken.since.clone(),
        resets_at: None,
        resume_commit: None,
    }
}

fn resumed(tx: &mut Tx<'_>, job: &Job, by: String) -> Result<(), StoreError> {
    let Some(session) = &job.session_id else { return Ok(()) };
    let event = Event::JobResumed { job_id: job.id.clone(), by };
    tx.append(NewEvent::new(session, event, "server")).map(drop)
}

fn yours(job: &Job) -> Result<TakenOver, ApiError> {
    let taken = job.taken.clone().ok_or_else(not_taken)?;
    match (taken.state, job.status) {
        (TakenState::Yours, JobStatus::Waiting) => Ok(taken),
        (TakenState::Coming, _) => Err(ApiError::new(ErrorCode::Conflict, "Its folder is not there yet.")),
        (TakenState::HandedBack, _) => Err(ApiError::new(ErrorCode::Conflict, "It was handed back already.")),
        (_, status) => Err(ApiError::new(ErrorCode::Conflict, format!("This job is already {status}."))),
    }
}

fn not_taken() -> ApiError {
    ApiError::new(ErrorCode::Conflict, "Nobody has taken this job over.")
}

fn unsaved(taken: &TakenOver, changed: &[String], total: u32) -> ApiError {
    let what = protocol::count(total, "file", "files");
    let message = format!(
        "{} changed in {} and not handed back. Hand it back, or say whether the changes are kept or discarded.",
        what, taken.path
    );
    ApiError::new(ErrorCode::TakenUnsaved, message)
        .with(serde_json::json!({ "paths": changed, "total": total }))
}

/// What whoever goes on is told of a person's changes.
fn meanwhile(changed: &[String]) -> String {
    const NAMED: usize = 20;
    let more = if changed.len() > NAMED { ", and more" } else { "" };
    let named = changed.iter().take(NAMED).map(String::as_str).collect::<Vec<_>>().join(", ");
    format!(
        "I took your work over meanwhile and changed it ({named}{more}). What is in the files now is right; look at it before you go on."
    )
}

fn refused<T>(why: &str) -> Result<T, StoreError> {
    Err(ApiError::new(ErrorCode::Conflict, why).into())
}
