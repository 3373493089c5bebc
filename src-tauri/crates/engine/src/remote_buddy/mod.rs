//! RemoteBuddy: claims requests, turns each into one strict plan, dispatches the job, and reacts to its end.

mod by_server;
pub(crate) mod dispatch;
pub(crate) mod held;
mod own_command;
mod planner;
pub(crate) mod publish;
mod question;
pub(crate) mod recipe;
mod spoken;
mod started;

use crate::{Caller, Engine, Principal};
use flow::intent::{ModelFacts, Parsed, WorkspaceFacts};
use protocol::intent::Intent;
use protocol::policy::Profile;
use protocol::queue::RenewParams;
use protocol::request::{ClaimRequest, Request, RequestClaimed};
use protocol::settings::Role;
use protocol::{ApiError, ErrorCode, WorkspaceId};
use std::sync::Arc;
use std::time::Duration;
use store::QueueName;
use tokio::sync::Semaphore;

/// Requests planned at the same time.
const AT_ONCE: usize = 4;
const LEASE_MS: u64 = 30_000;
/// How often a planning looks whether it is still wanted.
const WANTED_MS: u64 = 500;
/// Who claims requests here.
pub(crate) const AGENT: &str = "remotebuddy";

impl Engine {
    pub(crate) async fn remote_buddy_loop(&self) {
        let slots = Arc::new(Semaphore::new(AT_ONCE));
        let mut planning = tokio::task::JoinSet::new();
        while !self.is_stopping() {
            let Ok(slot) = slots.clone().acquire_owned().await else { break };
            let claim =
                ClaimRequest { agent_id: AGENT.into(), lease_ms: Some(LEASE_MS), wait_ms: Some(LEASE_MS) };
            match self.requests_claim(Caller::new(Principal::Server), claim).await {
                Ok(claimed) => {
                    let engine = self.clone();
                    planning.spawn(async move {
                        engine.serve_request(claimed).await;
                        drop(slot);
                    });
                }
                Err(error) if error.code == ErrorCode::Empty => {}
                Err(error) => {
                    tracing::error!(%error, "claim");
                    tokio::select! {
                        () = tokio::time::sleep(Duration::from_secs(1)) => {}
                        () = self.stopping() => {}
                    }
                }
            }
            while planning.try_join_next().is_some() {}
        }
        while planning.join_next().await.is_some() {}
    }

    /// Plans one request while its lease is kept; a failure is told to the user, never swallowed.
    async fn serve_request(&self, claimed: RequestClaimed) {
        let (request, token) = (claimed.request, claimed.claim_token);
        let result = tokio::select! {
            result = self.plan_request(&request, &token) => result,
            lost = self.keep_lease(&request, &token) => Err(lost),
        };
        let Err(error) = result else { return };
        if matches!(error.code, ErrorCode::LeaseLost | ErrorCode::Unavailable) {
            tracing::info!(request = %request.id, %error, "planning given up");
            return;
        }
        if let Err(error) = self.give_up(&request, &token, &error).await {
            tracing::error!(request = %request.id, %error, "the failure could not be stored");
        }
    }

    /// Renews until the claim is lost, or the request was cancelled.
    async fn keep_lease(&self, request: &Request, token: &str) -> ApiError {
        for tick in 1_u64.. {
            tokio::time::sleep(Duration::from_millis(WANTED_MS)).await;
            if !(tick * WANTED_MS).is_multiple_of(LEASE_MS / 3) {
                let (id, held) = (request.id.to_string(), token.to_owned());
                let kept = self.store.read(move |tx| tx.require_claim(QueueName::Requests, &id, &held));
                match kept.await.map_err(ApiError::from) {
                    Err(lost) if matches!(lost.code, ErrorCode::LeaseLost | ErrorCode::Conflict) => {
                        return ApiError::new(ErrorCode::LeaseLost, lost.message);
                    }
                    _ => continue,
                }
            }
            let renew = RenewParams {
                id: request.id.to_string(),
                claim_token: token.to_owned(),
                lease_ms: Some(LEASE_MS),
            };
            if let Err(error) = self.requests_renew(Caller::new(Principal::Server), renew).await {
                return error;
            }
        }
        ApiError::new(ErrorCode::LeaseLost, "The claim is over.")
    }

    async fn plan_request(&self, request: &Request, token: &str) -> Result<(), ApiError> {
        let Some((named, asked)) = flow::with::named(&request.original_prompt) else {
            return self.plan_task(request, token).await;
        };
        let named = match named {
            Ok(named) => named,
            Err(why) => return self.answer(request, token, why).await,
        };
        // Known before anything is planned; nothing else is taken in its place.
        self.usable(named).await?;
        // The name is no part of the task. Dispatching reads it from what was typed.
        let request = Request {
            prompt: asked.to_owned(),
            enhanced_prompt: request.enhanced_prompt.clone().map(|text| {
                match text.strip_prefix(&request.prompt) {
                    Some(facts) => format!("{asked}{facts}"),
                    None => text,
                }
            }),
            ..request.clone()
        };
        self.plan_task(&request, token).await
    }

    async fn plan_task(&self, request: &Request, token: &str) -> Result<(), ApiError> {
        let id = request.id.to_string();
        let workspace = self.store.read(move |tx| tx.request_workspace(&id)).await?;
        let workspace = workspace.and_then(|w| WorkspaceId::parse(w).ok());
        let Some(workspace) = workspace else {
            return Err(ApiError::new(
                ErrorCode::NotFound,
                "No repository is open in this session. Open one first, then send it again.",
            ));
        };
        let room = self.room(&workspace)?;
        let checks = self.check_plan(&room).await?;
        let model = self.model(Role::Remotebuddy).await?;
        let facts =
            WorkspaceFacts::new(&checks, ModelFacts { connected: model.is_some(), detected: Vec::new() });
        let parsed = flow::intent::parse(&request.prompt);
        let needs_model = match &parsed {
            Parsed::NotAnIntent => true,
            Parsed::Refusal(reason) => reason.waits_for_model(),
            Parsed::Exact(_) | Parsed::Phrase { .. } => false,
        };
        if needs_model && let Some(text) = self.light_answer(&room, request).await {
            return self.answer_lightly(request, token, text).await;
        }
        match parsed {
            Parsed::Exact(intent) | Parsed::Phrase { intent, .. } => {
                // A policy that cannot be read stops the landing, not the planning.
                let profile = self.profile_of(&room).await.unwrap_or_default();
                let facts = facts.proving_edits(&checks, profile);
                self.serve_intent(&room, request, token, intent, &facts).await
            }
            Parsed::NotAnIntent if model.is_some() => {
                self.plan_with_model(&room, request, token, &checks).await
            }
            Parsed::Refusal(reason) if model.is_some() && reason.waits_for_model() => {
                self.plan_with_model(&room, request, token, &checks).await
            }
            Parsed::Refusal(_) | Parsed::NotAnIntent => {
                let facts = WorkspaceFacts {
                    model: ModelFacts { detected: self.detected_models().await, ..facts.model },
                    ..facts
                };
                let refusal = flow::intent::refusal(&request.prompt, &facts);
                self.refuse(request, token, refusal).await
            }
        }
    }

    /// The profile that counts in a workspace now.
    async fn profile_of(&self, room: &Arc<crate::rooms::Room>) -> Result<Profile, ApiError> {
        let (engine, room) = (self.clone(), room.clone());
        self.blocking(move || {
            let base = room.look().map_err(crate::git::api)?.onto;
            Ok(engine.configured_at(&room, &base)?.tightened(room.row().profile).0)
        })
        .await?
    }

    /// Model servers that answer on this machine, a sentence each; asked only when a refusal can name them.
    async fn detected_models(&self) -> Vec<String> {
        let targets = agent::detect::Targets::usual(self.options.variable("OLLAMA_HOST"));
        let found = agent::detect::detect(&targets).await;
        let answering = found.into_iter().filter(|f| {
            matches!(f.state, agent::detect::State::Ready { .. } | agent::detect::State::FoundNotReady { .. })
        });
        answering.map(|f| format!("{} answers at {}", f.name, f.base_url)).collect()
    }

    async fn serve_intent(
        &self,
        room: &Arc<crate::rooms::Room>,
        request: &Request,
        token: &str,
        intent: Intent,
        facts: &WorkspaceFacts,
    ) -> Result<(), ApiError> {
        if let Intent::Revert { commit } = &intent
            && let Some(text) = self.revert_spoken(room, request, commit).await?
        {
            return self.answer(request, token, text).await;
        }
        if matches!(intent, Intent::Publish { .. }) {
            let text = self.publish_spoken(request, &intent).await?;
            return self.answer(request, token, text).await;
        }
        if let Some(text) = self.done_here(room, &intent).await? {
            return self.answer(request, token, text).await;
        }
        match flow::intent::plan_for(&intent, facts) {
            Ok(plan) => self.dispatch(room, request, token, plan).await,
            Err(unplanned) => {
                let mut refusal = flow::intent::unavailable(&intent, facts);
                refusal.why = unplanned.to_string();
                refusal.waits_for_model = false;
                self.refuse(request, token, refusal).await
            }
        }
    }
}
