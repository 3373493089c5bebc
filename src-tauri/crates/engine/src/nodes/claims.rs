//! What a node's workers may call, and as whom: a claim, checked against the owner's list, and jobs of its own alone.

use super::NodeLine;
use super::jobs::worker_of;
use super::standing::Here;
use crate::{Engine, Principal};
use protocol::job::TASK_EXECUTE;
use protocol::node::{NodeService, RECIPE_RUN, WorkNode, crew_of};
use protocol::ops::Method;
use protocol::{ApiError, ErrorCode, JobId};
use serde_json::{Value, json};
use store::QueueName;

/// How long a job of the crew is a machine's without a word, in milliseconds. A cut line may take so long.
const CREW_LEASE_MS: u64 = 90_000;

impl NodeLine {
    /// As whom a call of one of its workers is made, if it may be.
    pub async fn works_as(&self, method: Method, work: &mut WorkNode) -> Result<Principal, ApiError> {
        let here = self.here()?;
        let id = match work.crew {
            true => crew_may(&here, method, &mut work.params)?,
            false => recipes_may(&here, method, &mut work.params)?,
        };
        if method == Method::JobsClaim && work.crew {
            self.engine.claims_anew(&id).await?;
        }
        if method == Method::WorkersHeartbeat || method == Method::JobsClaim {
            return Ok(Principal::Worker { id });
        }
        let job = work.params["id"].as_str().and_then(|id| JobId::parse(id).ok());
        let job = job.ok_or_else(|| ApiError::bad("id is that of a job"))?;
        self.engine.require_own(&id, &job).await?;
        if method == Method::JobsComplete && !work.params["handOver"].is_null() {
            self.engine.require_carried(&job, &work.params["handOver"]["commitSha"]).await?;
        }
        Ok(Principal::Worker { id })
    }

    /// The worker whose errands these are, if it may have any.
    pub fn errands_as(&self) -> Result<String, ApiError> {
        let here = self.here()?;
        may(&here, NodeService::Workers)?;
        Ok(crew_of(&here.line.node))
    }
}

fn may(here: &Here, service: NodeService) -> Result<(), ApiError> {
    if here.may(service) {
        return Ok(());
    }
    let what = if service == NodeService::Workers { "take jobs of the crew" } else { "run recipes" };
    Err(ApiError::new(ErrorCode::NodeNotAllowed, format!("{} is not let {what}.", here.line.name)))
}

fn not_for_machines(method: Method) -> ApiError {
    let message = format!("{} is not for machines.", method.operation().name);
    ApiError::new(ErrorCode::Forbidden, message)
}

fn recipes_may(here: &Here, method: Method, params: &mut Value) -> Result<String, ApiError> {
    let known = matches!(
        method,
        Method::JobsClaim | Method::JobsRenew | Method::JobsLog | Method::JobsComplete | Method::JobsFail
    );
    if !known {
        return Err(not_for_machines(method));
    }
    may(here, NodeService::Recipes)?;
    let id = worker_of(&here.line.node);
    if method == Method::JobsClaim {
        params["workerId"] = json!(id);
        params["kinds"] = json!([RECIPE_RUN]);
    }
    if method == Method::JobsComplete && !params["handOver"].is_null() {
        return Err(ApiError::bad("a recipe of a machine hands nothing over"));
    }
    Ok(id)
}

/// What the worker of a job calls in its life; everything else is not for machines.
fn crew_may(here: &Here, method: Method, params: &mut Value) -> Result<String, ApiError> {
    let known = matches!(
        method,
        Method::WorkersHeartbeat
            | Method::JobsClaim
            | Method::JobsRenew
            | Method::JobsLog
            | Method::JobsAllow
            | Method::JobsNetwork
            | Method::JobsRemember
            | Method::JobsRecall
            | Method::JobsSteered
            | Method::JobsPark
            | Method::JobsComplete
            | Method::JobsFail
    );
    if !known {
        return Err(not_for_machines(method));
    }
    may(here, NodeService::Workers)?;
    if !params.is_object() {
        return Err(ApiError::bad("params is an object"));
    }
    let id = crew_of(&here.line.node);
    match method {
        Method::JobsClaim => {
            params["workerId"] = json!(id);
            params["kinds"] = json!([TASK_EXECUTE]);
            params["leaseMs"] = json!(CREW_LEASE_MS);
        }
        Method::JobsRenew => params["leaseMs"] = json!(CREW_LEASE_MS),
        Method::WorkersHeartbeat => {
            params["workerId"] = json!(id);
            if !params["details"].is_object() {
                params["details"] = json!({});
            }
            params["details"]["node"] = json!({ "id": here.line.node, "name": here.line.name });
        }
        _ => {}
    }
    Ok(id)
}

impl Engine {
    /// The worker of a machine has one job at a time and claims when it has none. What it still has by our books it
    /// never heard of, or its process ended: that goes back in line.
    async fn claims_anew(&self, crew: &str) -> Result<(), ApiError> {
        let id = crew.to_owned();
        if self.store.read(move |tx| tx.jobs_of_worker(&id)).await? > 0 {
            let id = crew.to_owned();
            self.store.write(move |tx| tx.end_leases(&id)).await?;
        }
        Ok(())
    }

    async fn require_own(&self, worker: &str, job: &JobId) -> Result<(), ApiError> {
        let (worker, id) = (worker.to_owned(), job.to_string());
        let own = self.store.read(move |tx| Ok(tx.job(&id)?.worker_id.as_deref() == Some(worker.as_str())));
        match own.await? {
            true => Ok(()),
            false => Err(ApiError::new(ErrorCode::LeaseLost, "This job is not this machine's.")),
        }
    }

    /// Refuses unless a machine's worker has this job now, by its current claim.
    pub async fn require_errand(&self, worker: &str, job: &JobId, claim: &str) -> Result<(), ApiError> {
        self.require_own(worker, job).await?;
        let (id, claim) = (job.to_string(), claim.to_owned());
        Ok(self.store.read(move |tx| tx.require_claim(QueueName::Jobs, &id, &claim)).await?)
    }

    /// What a machine hands over it has sent: a commit is not looked for anywhere else on its word.
    async fn require_carried(&self, job: &JobId, commit: &Value) -> Result<(), ApiError> {
        let path = self.bundle_of(job);
        let tip = self.blocking(move || repo::bundle_tip(&path)).await?;
        match tip {
            Ok(tip) if commit.as_str() == Some(tip.as_str()) => Ok(()),
            _ => Err(ApiError::new(ErrorCode::CommitNotFound, "This commit was not sent by its machine.")),
        }
    }
}
