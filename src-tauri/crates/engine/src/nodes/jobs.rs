//! Recipes: started here or on another machine, and what becomes of jobs whose machine was started anew.
//!
//! A recipe of a machine is a job without a workspace that only that machine's worker may have. The machine runs it by
//! its own configuration; the name is all it is told.

use crate::{Caller, Engine, Reply, ops};
use protocol::job::{FailJob, JobEnqueuedReply, JobLogs, failure};
use protocol::node::{NodeService, RECIPE_RUN, StartJob, TailParams, crew_of};
use protocol::{ApiError, DeviceId, ErrorCode, Event, Priority, SessionId};
use serde_json::json;
use store::{NewEvent, NewJob, StoreError, Tx};

/// Lines of a log when nobody says, and the most.
const LINES: (u32, u32) = (100, 1000);
/// How long a recipe may wait for its machine, run, and be put away, in milliseconds.
const BUDGETS: (u64, u64, u64) = (24 * 3_600_000, 24 * 3_600_000, 120_000);

/// The worker of a machine, as jobs name it.
pub(super) fn worker_of(node: &DeviceId) -> String {
    format!("node-{node}")
}

/// Ends what an earlier run of a machine's program had claimed. A recipe is not begun again by itself: nobody knows how
/// far it came, and doing it again may not be harmless. A job of the crew leaves nothing behind but its clone, so it
/// goes back in line at once.
pub(super) fn lost(tx: &mut Tx<'_>, node: &DeviceId) -> Result<(), StoreError> {
    let crew = crew_of(node);
    tx.end_leases(&crew)?;
    tx.set_worker_offline(&crew)?;
    for (id, claim_token) in tx.claims_of_worker(&worker_of(node))? {
        let how = FailJob {
            id,
            claim_token,
            message: "Pilothouse was started anew on its machine while it ran there, and nobody knows how far it came. Start it again if that is harmless.".into(),
            code: Some(failure::LOST.into()),
            detail: None,
            artifacts: Vec::new(),
            verification: Vec::new(),
            isolation: None,
        };
        ops::jobs::fail(tx, how, worker_of(node))?;
    }
    Ok(())
}

/// Like any other job, but of no workspace, whatever conversation it is told in.
fn enqueue(tx: &mut Tx<'_>, new: NewJob) -> Result<JobEnqueuedReply, StoreError> {
    let (session, task, kind, params) =
        (new.session_id.clone(), new.task_id.clone(), new.kind.clone(), new.params.clone());
    let (id, position) = tx.enqueue_job(new)?;
    let job_id: protocol::JobId = serde_json::from_value(id.into())?;
    if let Some(session) = session {
        let event = Event::JobEnqueued { job_id: job_id.clone(), task_id: task, kind, params };
        tx.append(NewEvent::new(&session, event, "server"))?;
    }
    Ok(JobEnqueuedReply { ok: true, job_id, queue_position: position, eta_ms: None })
}

impl Engine {
    pub async fn jobs_start(&self, caller: Caller, p: StartJob) -> Reply {
        let Some(node) = &p.node else { return self.start_recipe_here(caller, p).await };
        if p.workspace_id.is_some() {
            return Err(ApiError::bad("A recipe of another machine belongs to no workspace"));
        }
        let node = self.node_named(node).await?;
        let offer = node.offers.iter().find(|offer| offer.service == NodeService::Recipes);
        if !node.allowed.contains(&NodeService::Recipes) {
            let message = format!("{} is not let run recipes. `pilothouse node allow` lets it.", node.name);
            return Err(ApiError::new(ErrorCode::NodeNotAllowed, message));
        }
        if !offer.is_some_and(|offer| offer.features.contains(&p.recipe)) {
            let known = offer.map(|offer| offer.features.join(", ")).filter(|names| !names.is_empty());
            let known = known.unwrap_or_else(|| "none".into());
            let message = format!("{} has no recipe {}. It has: {known}.", node.name, p.recipe);
            return Err(ApiError::new(ErrorCode::NotFound, message));
        }
        let session = match p.session_id {
            Some(session) => session,
            None => SessionId::parse("dev").map_err(|e| ApiError::bad(e.to_string()))?,
        };
        self.require_session(session.clone()).await?;
        let new = NewJob {
            task_id: p.recipe.clone(),
            kind: RECIPE_RUN.into(),
            title: format!("Run the recipe {} on {}", p.recipe, node.name),
            session_id: Some(session),
            workspace_id: None,
            request_id: None,
            params: json!({ "recipe": p.recipe, "node": node.id }),
            priority: Priority::Interactive,
            target_worker_id: Some(worker_of(&node.id)),
            queue_wait_budget_ms: BUDGETS.0,
            execution_budget_ms: BUDGETS.1,
            finalization_budget_ms: BUDGETS.2,
        };
        self.change(caller, move |tx| enqueue(tx, new)).await
    }

    pub async fn jobs_tail(&self, p: TailParams) -> Result<JobLogs, ApiError> {
        let lines = p.lines.unwrap_or(LINES.0).clamp(1, LINES.1);
        Ok(self
            .store
            .read(move |tx| {
                tx.job(p.id.as_str())?;
                let logs = tx.job_log_tail(p.id.as_str(), lines)?;
                Ok(JobLogs { ok: true, cursor: logs.last().map_or(0, |line| line.id), logs })
            })
            .await?)
    }
}
