//! Models per role: which one, where its key is, and calls to it. Keys stay in this process.

use crate::Engine;
use crate::budgets::{Charge, MeteredCall, Whose};
use agent::model::{
    Delta, Endpoint, ModelClient, ModelError, Reply, Request, RetryPolicy, Timeouts, UsageTap,
    complete_with_retries,
};
use agent::{Cancel, Secret, TokioPace};
use protocol::plan::TaskParams;
use protocol::settings::{Dialect, ModelSetting, Role};
use protocol::{ApiError, ErrorCode, SessionId};

/// What the broker needs to pass a job's call on.
#[derive(Debug, Clone)]
pub struct BrokeredModel {
    /// Full address of the dialect's call.
    pub url: String,
    pub dialect: Dialect,
    pub key: Option<Secret>,
    charge: Charge,
}

impl BrokeredModel {
    /// Takes over the counting of the answer: `streamed` is whether it is an event stream, `sent` the length of the
    /// request in bytes.
    pub fn metered(&self, engine: &Engine, streamed: bool, sent: usize) -> MeteredCall {
        MeteredCall::new(engine.clone(), self.charge.clone(), UsageTap::new(self.dialect, streamed, sent))
    }
}

/// Settings key of a role's model.
pub(crate) fn setting_key(role: Role) -> String {
    format!("model.{role}")
}

/// A client for this model with this key and no other.
pub(crate) fn client_with(setting: &ModelSetting, key: Option<Secret>) -> Result<ModelClient, ApiError> {
    let endpoint = Endpoint {
        dialect: setting.dialect,
        base_url: setting.endpoint.clone(),
        model: setting.model.clone(),
        api_key: key,
    };
    ModelClient::new(endpoint, Timeouts::default())
        .map_err(|e| ApiError::new(ErrorCode::ConfigInvalid, e.to_string()))
}

/// What a call that did not work is told as. What waiting helps is told apart.
fn code_of(error: &ModelError) -> ErrorCode {
    match error {
        ModelError::Quota { .. } => ErrorCode::ModelQuota,
        ModelError::RateLimited { .. } => ErrorCode::ModelRateLimited,
        ModelError::Budget { .. } => ErrorCode::BudgetReached,
        _ => ErrorCode::ModelUnreachable,
    }
}

impl Engine {
    /// The model of a role. None means the deterministic lane only.
    pub(crate) async fn model(&self, role: Role) -> Result<Option<ModelSetting>, ApiError> {
        Ok(self.config_now().await?.model(role))
    }

    /// The key that goes with a call to this model's own address: that of the variable it names, else the one
    /// that was saved for exactly this role and address.
    pub(crate) async fn key_of(&self, setting: &ModelSetting) -> Result<Option<Secret>, ApiError> {
        match &setting.key_env {
            None => self.saved_key(setting.role, &setting.endpoint).await,
            Some(name) => match self.options.variable(name) {
                Some(value) => Ok(Some(Secret::new(value))),
                None => Err(ApiError::new(
                    ErrorCode::NoModel,
                    format!(
                        "The environment variable {name} that holds the key is not set. Set it and start Pilothouse again."
                    ),
                )),
            },
        }
    }

    pub(crate) async fn client_of(&self, setting: &ModelSetting) -> Result<ModelClient, ApiError> {
        client_with(setting, self.key_of(setting).await?)
    }

    /// One call with retries, when the budgets allow one; what it used is charged whatever the reply says.
    pub(crate) async fn ask_model(
        &self,
        setting: &ModelSetting,
        request: &Request,
        session: &SessionId,
        mut on_delta: impl FnMut(Delta) + Send,
    ) -> Result<Reply, ApiError> {
        let workspace = self.require_session(session.clone()).await?;
        self.within_budget(Whose { workspace: workspace.as_ref().map(ToString::to_string), job: None })
            .await?;
        let client = self.client_of(setting).await?;
        let cancel = Cancel::new();
        let (policy, pace) = (RetryPolicy::default(), TokioPace::default());
        let call = complete_with_retries(&client, request, &policy, &pace, &mut on_delta, &cancel);
        let reply = tokio::select! {
            reply = call => reply.map_err(|e| ApiError::new(code_of(&e), e.to_string()))?,
            () = self.stopping() => return Err(crate::shutting_down()),
        };
        let charge = Charge {
            role: setting.role.to_string(),
            model: setting.model.clone(),
            price: setting.price,
            session: Some(session.clone()),
            workspace,
            job: None,
        };
        self.charge(charge, reply.usage).await;
        Ok(reply)
    }

    /// The model of a role, for a running job of the worker lane, while its budgets allow a call. Whatever the role,
    /// the job is charged.
    pub async fn model_for_job(&self, job: &str, role: Role) -> Result<BrokeredModel, ApiError> {
        let id = job.to_owned();
        let job = self.store.read(move |tx| tx.job(&id)).await?;
        let planned =
            serde_json::from_str::<TaskParams>(&job.params).is_ok_and(|t| t.lane == protocol::Lane::Worker);
        if !planned {
            return Err(ApiError::new(ErrorCode::Forbidden, "This job uses no model."));
        }
        let setting = self
            .model(role)
            .await?
            .ok_or_else(|| ApiError::new(ErrorCode::NoModel, format!("No model is set for {role}.")))?;
        self.within_budget(Whose::of(&job)).await?;
        let key = self.key_of(&setting).await?;
        let charge = Charge {
            role: role.to_string(),
            model: setting.model.clone(),
            price: setting.price,
            session: job.session_id,
            workspace: job.workspace_id,
            job: Some(job.id),
        };
        let endpoint = Endpoint {
            dialect: setting.dialect,
            base_url: setting.endpoint,
            model: setting.model,
            api_key: None,
        };
        let url = endpoint.url().map_err(|e| ApiError::new(ErrorCode::ConfigInvalid, e.to_string()))?;
        Ok(BrokeredModel { url: url.to_string(), dialect: setting.dialect, key, charge })
    }
}
