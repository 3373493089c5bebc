//! Planning with a model: one strict answer, one repair round, then the user is told.

use super::spoken::Spoken;
use crate::Engine;
use crate::rooms::Room;
use agent::model::{Delta, Request as ModelRequest};
use agent::plan::{PlanProblem, extract_json, plan_schema, repair};
use agent::prompt::{Inputs, Prompts};
use protocol::check::CheckPlan;
use protocol::intent::Intent;
use protocol::request::Request;
use protocol::settings::Role;
use protocol::{ApiError, ErrorCode, Plan};
use serde_json::json;
use std::sync::Arc;

const MAX_TOKENS: u32 = 4_096;

impl Engine {
    pub(super) async fn plan_with_model(
        &self,
        room: &Arc<Room>,
        request: &Request,
        token: &str,
        checks: &CheckPlan,
    ) -> Result<(), ApiError> {
        let setting = self
            .model(Role::Remotebuddy)
            .await?
            .ok_or_else(|| ApiError::new(ErrorCode::NoModel, "No model is connected."))?;
        let prompts = Prompts::with_overrides(&self.data.prompts())
            .map_err(|e| ApiError::new(ErrorCode::ConfigInvalid, e.to_string()))?;
        let (facts, _) = self.facts_block(&room.id).await?;
        let conversation = self.conversation(&request.session_id).await?;
        let enhanced = self.enhanced(request, &facts, &conversation).await?;
        let said = self.scope_said(room).await?;
        let bounds = said.bounds.map(|globs| match globs.as_slice() {
            [] => "(no path at all)".to_owned(),
            globs => globs.join("\n"),
        });
        let running = self.live_told(room).await?;
        let commands: Vec<_> = checks.checks.iter().map(|c| c.run.join(" ")).collect();
        let inputs = Inputs::new()
            .with("request", &request.prompt)
            .with("enhanced", enhanced)
            .with("repo_facts", facts)
            .with("hints", flow::hints::told(&said.hints))
            .with("bounds", bounds.unwrap_or_default())
            .with("checks", commands.join("\n"))
            .with("conversation", conversation)
            .with("running", running);
        let rendered = prompts
            .render("remotebuddy.plan", inputs)
            .map_err(|e| ApiError::new(ErrorCode::ConfigInvalid, e.to_string()))?;
        let mut ask = ModelRequest::new(rendered.system, rendered.user.unwrap_or_default());
        ask.schema = Some(plan_schema());
        ask.max_tokens = MAX_TOKENS;
        let reply = self.ask_model(&setting, &ask, &request.session_id, self.speaker(request)).await?;
        let plan = match read_plan(&reply.text) {
            Ok(plan) => plan,
            Err(problem) => {
                let again = repair(&prompts, &ask, &reply.text, &problem)
                    .map_err(|e| ApiError::new(ErrorCode::ConfigInvalid, e.to_string()))?;
                let reply = self.ask_model(&setting, &again, &request.session_id, |_| {}).await?;
                read_plan(&reply.text).map_err(|problem| {
                    ApiError::new(ErrorCode::BadRequest, format!("The model answered twice with something that is not a valid plan:\n{problem}\n\nTry again, or choose another model in Settings."))
                })?
            }
        };
        self.dispatch(room, request, token, plan).await
    }

    /// Streams the plan's words for the user while it is written.
    fn speaker(&self, request: &Request) -> impl FnMut(Delta) + Send + use<> {
        let (engine, session, id) = (self.clone(), request.session_id.clone(), request.id.clone());
        let mut spoken = Spoken::default();
        move |delta| match delta {
            Delta::Text { text } => {
                if let Some(gained) = spoken.push(&text) {
                    engine.ephemeral.send(json!({ "type": "assistant.delta", "sessionId": session, "requestId": id, "text": gained }));
                }
            }
            Delta::Restart { .. } => spoken.restart(),
            Delta::Reasoning { .. } | Delta::ToolCall { .. } => {}
        }
    }
}

/// The plan in a reply, judged by the strict rules.
fn read_plan(text: &str) -> Result<Plan, PlanProblem> {
    let value = extract_json(text)?;
    let plan = flow::plan::validate(&value).map_err(|problems| PlanProblem::Wrong {
        problems: problems.iter().map(ToString::to_string).collect(),
    })?;
    match plan.deterministic {
        Some(Intent::Publish { .. }) => Err(PlanProblem::Wrong {
            problems: vec![
                "deterministic: publishing is a person's own word; say in assistantMessage that `/publish` does it"
                    .to_owned(),
            ],
        }),
        _ => Ok(plan),
    }
}
