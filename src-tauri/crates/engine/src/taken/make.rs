//! Making the folder of a job that was taken over.

use crate::ops::jobs::{told, waits_for};
use crate::{Engine, git, reaction};
use protocol::job::{Job, JobStatus};
use protocol::plan::TaskParams;
use protocol::taken::{TakenOver, TakenState};
use protocol::{ApiError, ErrorCode, Event};
use repo::{DepotRef, ObjectId};
use store::NewEvent;

impl Engine {
    /// Makes what can be made. Answers whether any folder is still to come.
    pub(super) async fn make_folders(&self) -> Result<bool, ApiError> {
        let jobs = self.store.read(|tx| tx.taken_jobs()).await?;
        let open = |job: &&Job| {
            let coming = job.taken.as_ref().is_some_and(|taken| taken.state == TakenState::Coming);
            coming && matches!(job.status, JobStatus::Pending | JobStatus::Claimed | JobStatus::Waiting)
        };
        let mut coming = false;
        for job in jobs.iter().filter(open) {
            match self.make_folder(job.id.as_str()).await {
                Ok(made) => coming |= made.is_none(),
                Err(error) => {
                    tracing::warn!(job = %job.id, %error, "the folder of a job that was taken over");
                    coming = true;
                }
            }
        }
        Ok(coming)
    }

    /// Makes the folder of a job that has put its work aside; none when it has not.
    pub(crate) async fn make_folder(&self, id: &str) -> Result<Option<TakenOver>, ApiError> {
        let _turn = self.desk.turn.lock().await;
        let wanted = id.to_owned();
        let job = self.store.write(move |tx| {
            let job = tx.job(&wanted)?;
            // Its worker is gone, or never was there.
            if let (JobStatus::Pending, Some(taken)) = (job.status, &job.taken)
                && taken.state == TakenState::Coming
            {
                tx.wait_for_person(&job, waits_for(taken))?;
            }
            tx.job(&wanted)
        });
        let job = job.await?;
        let Some(taken) = job.taken.clone() else { return Ok(None) };
        match (taken.state, job.status) {
            (TakenState::Coming, JobStatus::Waiting) => {}
            (TakenState::Yours, _) => return Ok(Some(taken)),
            _ => return Ok(None),
        }
        match self.clone_for(&job, &taken).await {
            Ok(made) => self.opened(&job, made).await.map(Some),
            Err(error) => {
                self.not_made(&job, taken, &error).await?;
                Err(error)
            }
        }
    }

    async fn clone_for(&self, job: &Job, taken: &TakenOver) -> Result<TakenOver, ApiError> {
        let workspace =
            job.workspace_id.as_ref().ok_or_else(|| ApiError::bad("a job without a workspace"))?;
        let (room, folder) = (self.room(workspace)?, self.taken_folder(&job.id));
        let (job, mut taken) = (job.clone(), taken.clone());
        self.blocking(move || {
            let kept = job.waiting.as_ref().and_then(|wait| wait.resume_commit.clone());
            let kept = kept.map(|kept| ObjectId::parse(&kept)).transpose().map_err(git::api)?;
            let began = room.depot.read_ref(&DepotRef::Base(job.id.to_string())).map_err(git::api)?;
            let planned =
                serde_json::from_str::<TaskParams>(&job.params).ok().and_then(|task| task.base_commit);
            let base = match (began, planned) {
                (Some(base), _) => base,
                (None, Some(base)) => ObjectId::parse(&base).map_err(git::api)?,
                (None, None) => room.look().map_err(git::api)?.onto,
            };
            let made = room
                .depot
                .clone_for_person(job.id.as_str(), &base, kept.as_ref(), &taken.branch, &folder)
                .map_err(git::api)?;
            taken.base = Some(made.base.to_string());
            taken.commit = made.kept.map(|kept| kept.to_string());
            taken.state = TakenState::Yours;
            taken.problem = None;
            Ok(taken)
        })
        .await?
    }

    async fn opened(&self, job: &Job, taken: TakenOver) -> Result<TakenOver, ApiError> {
        let (job, made) = (job.clone(), taken.clone());
        self.store
            .write(move |tx| {
                tx.set_taken(job.id.as_str(), Some(&made))?;
                told(tx, &job, &made)?;
                let Some(session) = &job.session_id else { return Ok(()) };
                if let Some(wait) = job.waiting.clone() {
                    let event = Event::JobWaiting { job_id: job.id.clone(), wait: Box::new(wait) };
                    tx.append(NewEvent::new(session, event, "server"))?;
                }
                let title = crate::markdown::plain(&job.title);
                let said = format!("**{title}** is yours. Its files are in `{}`.", made.path);
                reaction::say(tx, session, said, None)
            })
            .await?;
        Ok(taken)
    }

    /// Keeps the reason with the job, once.
    async fn not_made(&self, job: &Job, mut taken: TakenOver, error: &ApiError) -> Result<(), ApiError> {
        let problem = match error.code {
            ErrorCode::StorageFull => "The disk is full. Free some space; it is tried again.".to_owned(),
            _ => error.message.clone(),
        };
        if taken.problem.as_deref() == Some(problem.as_str()) {
            return Ok(());
        }
        taken.problem = Some(problem);
        let job = job.clone();
        self.store
            .write(move |tx| {
                tx.set_taken(job.id.as_str(), Some(&taken))?;
                told(tx, &job, &taken)
            })
            .await?;
        Ok(())
    }
}
