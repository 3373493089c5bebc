//! From a plan to a job, a refusal or an answer; each ends the request in the same transaction.

use super::held::Held;
use crate::markdown::plain;
use crate::rooms::Room;
use crate::{Engine, reaction};
use protocol::job::TASK_EXECUTE;
use protocol::merge::{EntryParams, EntryState};
use protocol::plan::TaskParams;
use protocol::request::{Request, RequestStatus};
use protocol::worker::WorkerBackend;
use protocol::{ApiError, Event, Lane, Plan, WorkspaceId};
use std::sync::Arc;
use store::{NewEvent, NewJob, RequestFinish, StoreError, Tx};

impl Engine {
    pub(super) async fn dispatch(
        &self,
        room: &Arc<Room>,
        request: &Request,
        token: &str,
        plan: Plan,
    ) -> Result<(), ApiError> {
        if !plan.requires_worker {
            return self.answer(request, token, plan.assistant_message).await;
        }
        if let Some(why) = self.nobody_works(request, &plan).await? {
            return self.answer(request, token, why).await;
        }
        let plan = match self.within_bounds(room, plan).await? {
            Ok(plan) => plan,
            Err(why) => return self.answer(request, token, why).await,
        };
        let recipe = self.recipe_of(room, &plan).await?;
        let question = match &recipe {
            Some(wanted) => self.first_use(room, request, wanted, &plan).await?,
            None => self.command_question(room, request, &plan).await?,
        };
        let recipe_digest = recipe.map(|wanted| wanted.digest);
        let meets = self.meets(room, &plan).await;
        let held = Held { request: request.clone(), workspace: room.id.clone(), plan, recipe_digest, meets };
        if let Some(question) = question {
            return self.hold(held, token, question).await;
        }
        // Where the server has no sandbox of its own, even git in a clone needs the workspace's image.
        let bare = self.sandbox_now().await.is_err() && !self.look_at_image(room).await.unwrap_or(false);
        if bare || held.needs_set_up() && self.set_up_is_missing(room).await? {
            return self.hold_for_set_up(room, held, token).await;
        }
        let token = token.to_owned();
        self.store
            .write(move |tx| {
                let id = held.request.id.as_str();
                tx.require_claim(store::QueueName::Requests, id, &token)?;
                let job_id = enqueue_plan(tx, &held)?;
                let finish = RequestFinish {
                    status: RequestStatus::Completed,
                    result: Some(serde_json::to_value(&held.plan)?),
                    error: None,
                    job_id: Some(job_id.to_string()),
                };
                tx.finish_request(id, &token, finish)
            })
            .await?;
        Ok(())
    }

    /// Why nothing is begun although there is a plan: what was named is not what would do it, or nothing is to.
    async fn nobody_works(&self, request: &Request, plan: &Plan) -> Result<Option<String>, ApiError> {
        let named = flow::with::named(&request.original_prompt).and_then(|(named, _)| named.ok());
        Ok(match (plan.lane, named) {
            (Lane::Deterministic, Some(named)) => Some(format!(
                "This needs no model, so {named} would have nothing to do with it, and nothing was begun. Send it without `/with {named}`."
            )),
            (Lane::Worker, None) if self.config_now().await?.workers.backend == WorkerBackend::None => Some(
                "Nothing is chosen to work on tasks that need a model, so nothing was begun. Choose something in Settings, Workers, or name it: `/with native` and the task.".to_owned(),
            ),
            _ => None,
        })
    }

    /// Ends a request with words alone.
    pub(super) async fn answer(&self, request: &Request, token: &str, text: String) -> Result<(), ApiError> {
        let (request, token) = (request.clone(), token.to_owned());
        self.store
            .write(move |tx| {
                tx.finish_request(
                    request.id.as_str(),
                    &token,
                    RequestFinish {
                        status: RequestStatus::Completed,
                        result: None,
                        error: None,
                        job_id: None,
                    },
                )?;
                tx.append(NewEvent::new(
                    &request.session_id,
                    Event::RequestChanged {
                        request_id: request.id.clone(),
                        status: RequestStatus::Completed,
                    },
                    "remotebuddy",
                ))?;
                reaction::say(tx, &request.session_id, text, None)
            })
            .await?;
        Ok(())
    }

    /// Says no with next steps; a request that a model could serve is kept for when there is one.
    pub(super) async fn refuse(
        &self,
        request: &Request,
        token: &str,
        refusal: flow::intent::RefusalText,
    ) -> Result<(), ApiError> {
        let (request, token) = (request.clone(), token.to_owned());
        self.store
            .write(move |tx| {
                let status = if refusal.waits_for_model {
                    RequestStatus::WaitingForModel
                } else {
                    RequestStatus::Completed
                };
                let result = Some(serde_json::to_value(&refusal)?);
                tx.finish_request(
                    request.id.as_str(),
                    &token,
                    RequestFinish { status, result, error: None, job_id: None },
                )?;
                tx.append(NewEvent::new(
                    &request.session_id,
                    Event::RequestChanged { request_id: request.id.clone(), status },
                    "remotebuddy",
                ))?;
                if refusal.waits_for_model {
                    let event = Event::RequestWaiting {
                        request_id: request.id.clone(),
                        understood: refusal.understood.clone(),
                        why: refusal.why.clone(),
                        nearest: refusal.nearest.clone(),
                        connect: refusal.connect.clone(),
                    };
                    tx.append(NewEvent::new(&request.session_id, event, "remotebuddy"))?;
                }
                // The same again in words, for whoever shows messages only.
                let said = NewEvent::new(
                    &request.session_id,
                    Event::AssistantMessage { text: refusal.message() },
                    "remotebuddy",
                );
                tx.append(said.about(request.id.as_str())).map(drop)
            })
            .await?;
        Ok(())
    }

    /// Ends a request that cannot be planned, with the reason.
    pub(super) async fn give_up(
        &self,
        request: &Request,
        token: &str,
        error: &ApiError,
    ) -> Result<(), ApiError> {
        let (request, token, message) = (request.clone(), token.to_owned(), error.message.clone());
        let result = Some(serde_json::json!({ "code": error.code }));
        self.store
            .write(move |tx| {
                let finish = RequestFinish {
                    status: RequestStatus::Failed,
                    result,
                    error: Some(message.clone()),
                    job_id: None,
                };
                tx.finish_request(request.id.as_str(), &token, finish)?;
                tx.append(NewEvent::new(
                    &request.session_id,
                    Event::RequestChanged { request_id: request.id.clone(), status: RequestStatus::Failed },
                    "remotebuddy",
                ))?;
                reaction::say(tx, &request.session_id, format!("I could not plan this. {message}"), None)
            })
            .await?;
        Ok(())
    }

    /// `/land JOB`: what the job's entry waits for, and a push where a person's word is all it needs.
    pub(super) async fn land_by_job(&self, job: &str) -> Result<String, ApiError> {
        let wanted = job.to_owned();
        let entry = self
            .store
            .read(move |tx| match tx.job_by_prefix(&wanted)? {
                Some(job) => tx.entry_of_job(job.id.as_str()),
                None => Ok(None),
            })
            .await?;
        let Some(entry) = entry else {
            return Ok(format!("No job whose id begins with `{job}` has anything to land."));
        };
        match entry.state {
            EntryState::Parked => {
                self.merge_retry(
                    crate::Caller::new(crate::Principal::Server),
                    EntryParams { id: entry.id.clone() },
                )
                .await?;
                Ok(format!("“{}” is back in the merge queue.", plain(&entry.title)))
            }
            EntryState::Landed => Ok(format!(
                "“{}” has landed as `{}`.",
                plain(&entry.title),
                entry.landed_commit.unwrap_or_default()
            )),
            state => Ok(format!(
                "“{}” is {state} in the merge queue. {}",
                plain(&entry.title),
                entry.reason.unwrap_or_default()
            )),
        }
    }

    pub(super) async fn status_text_for(&self, workspace: &WorkspaceId) -> Result<String, ApiError> {
        self.status_answer(Some(workspace)).await
    }
}

/// Enqueues a plan's job and says so.
pub(super) fn enqueue_plan(tx: &mut Tx<'_>, held: &Held) -> Result<protocol::JobId, StoreError> {
    let Held { request, workspace, plan, recipe_digest, meets } = held;
    let (backend, text) = match flow::with::named(&request.original_prompt) {
        Some((named, text)) => (named.ok(), text),
        None => (None, request.original_prompt.as_str()),
    };
    let params = TaskParams {
        schema_version: plan.schema_version,
        deterministic: plan.deterministic.clone(),
        recipe_digest: recipe_digest.clone(),
        backend,
        mends_branch: crate::returned::asked_to_mend(tx, workspace, text)?,
        request_id: Some(request.id.clone()),
        ..TaskParams::new(plan.lane, plan.title.clone(), plan.instruction.clone(), plan.planning.clone())
    };
    let new = NewJob {
        task_id: request.id.to_string(),
        kind: TASK_EXECUTE.into(),
        title: plan.title.clone(),
        session_id: Some(request.session_id.clone()),
        workspace_id: Some(workspace.clone()),
        request_id: Some(request.id.clone()),
        params: serde_json::to_value(&params)?,
        priority: plan.planning.queue_priority,
        target_worker_id: request.target_worker_id.clone(),
        queue_wait_budget_ms: plan.planning.queue_wait_budget_ms,
        execution_budget_ms: plan.planning.execution_budget_ms,
        finalization_budget_ms: plan.planning.finalization_budget_ms,
    };
    let enqueued = crate::ops::jobs::enqueue(tx, new)?;
    let event = Event::PlanReady {
        request_id: request.id.clone(),
        plan: Box::new(plan.clone()),
        job_id: Some(enqueued.job_id.clone()),
        meets: meets.clone(),
    };
    tx.append(NewEvent::new(&request.session_id, event, "remotebuddy").about(request.id.as_str()))?;
    if !plan.assistant_message.trim().is_empty() {
        reaction::say(tx, &request.session_id, plan.assistant_message.clone(), None)?;
    }
    if let Some(text) = crate::forecast::meets_text(meets) {
        reaction::say(tx, &request.session_id, text, None)?;
    }
    Ok(enqueued.job_id)
}
