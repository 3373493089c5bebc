//! LocalBuddy with a model of its own: it answers short questions from facts, and restates requests for the planner.
//!
//! It is an extra pair of hands, never a condition: without a model, or when it is late, broken or unsure, the
//! request goes on exactly as it would have without it, and the user is told where that makes a difference.

use crate::Engine;
use crate::rooms::Room;
use agent::model::Request as ModelRequest;
use agent::prompt::{DELEGATE, Inputs, Prompts};
use protocol::request::{Request, RequestStatus};
use protocol::settings::{ModelSetting, Role};
use protocol::{ApiError, ErrorCode, Event, SessionId};
use serde_json::json;
use std::time::Duration;
use store::{NewEvent, RequestFinish};

/// Whoever asked waits no longer than this for each call.
const PATIENCE: Duration = Duration::from_secs(10);
const MAX_TOKENS: u32 = 1_024;
/// Characters of an answer or a restated request; more is no light work.
const LONGEST: usize = 6_000;
/// Messages of the conversation that a model is shown.
const CONVERSATION: usize = 12;
/// Characters of each.
const MESSAGE_CHARS: usize = 1_000;

impl Engine {
    /// The newest messages of a session, a line each.
    pub(crate) async fn conversation(&self, session: &SessionId) -> Result<String, ApiError> {
        let lines = self.messages(session).await?.into_iter().map(|(who, text)| {
            let who = if who == "message" { "user" } else { "crew" };
            format!("{who}: {}", text.chars().take(MESSAGE_CHARS).collect::<String>())
        });
        Ok(lines.collect::<Vec<_>>().join("\n"))
    }

    async fn messages(&self, session: &SessionId) -> Result<Vec<(String, String)>, ApiError> {
        let session = session.clone();
        Ok(self.store.read(move |tx| tx.recent_messages(session.as_str(), CONVERSATION)).await?)
    }

    /// An answer to a request that is a question, when LocalBuddy has a model that knows one.
    pub(crate) async fn light_answer(&self, room: &Room, request: &Request) -> Option<String> {
        if !flow::light::is_question(&request.prompt) {
            return None;
        }
        let setting = self.model(Role::Localbuddy).await.ok().flatten()?;
        let messages = self.messages(&request.session_id).await.ok()?;
        let by_name = |text: &str| flow::light::delegated_by_name(text) == Some(request.prompt.as_str());
        if messages.iter().any(|(who, text)| who == "message" && by_name(text)) {
            return None;
        }
        let asked = async {
            let (facts, _) = self.facts_block(&room.id).await?;
            let inputs = Inputs::new()
                .with("question", &request.prompt)
                .with("conversation", self.conversation(&request.session_id).await?)
                .with("repo_facts", facts)
                .with("crew_status", self.status_answer(None).await?);
            let asked = self.rendered("localbuddy.answer", inputs)?;
            self.ask_briefly(&setting, asked, &request.session_id).await
        };
        match asked.await {
            Ok(text) => answer_in(&text),
            Err(error) => {
                tracing::warn!(request = %request.id, %error, "LocalBuddy's model; the question is passed on");
                None
            }
        }
    }

    /// Ends a request with LocalBuddy's answer.
    pub(crate) async fn answer_lightly(
        &self,
        request: &Request,
        token: &str,
        text: String,
    ) -> Result<(), ApiError> {
        let (request, token) = (request.clone(), token.to_owned());
        self.store
            .write(move |tx| {
                let finish = RequestFinish {
                    status: RequestStatus::Completed,
                    result: Some(json!({ "answeredBy": "localbuddy" })),
                    error: None,
                    job_id: None,
                };
                tx.finish_request(request.id.as_str(), &token, finish)?;
                let ended = Event::RequestChanged {
                    request_id: request.id.clone(),
                    status: RequestStatus::Completed,
                };
                let about = request.id.as_str();
                tx.append(NewEvent::new(&request.session_id, ended, "localbuddy").about(about))?;
                let answer = Event::AssistantMessage { text };
                tx.append(NewEvent::new(&request.session_id, answer, "localbuddy").about(about)).map(drop)
            })
            .await?;
        Ok(())
    }

    /// The request as the planner gets it: restated by LocalBuddy's model, else as it was enhanced with facts.
    pub(crate) async fn enhanced(
        &self,
        request: &Request,
        facts: &str,
        conversation: &str,
    ) -> Result<String, ApiError> {
        let known = request.enhanced_prompt.clone().unwrap_or_default();
        let Some(setting) = self.model(Role::Localbuddy).await? else { return Ok(known) };
        let inputs = Inputs::new()
            .with("request", &request.prompt)
            .with("conversation", conversation)
            .with("repo_facts", facts);
        let asked = self.rendered("localbuddy.enhance", inputs)?;
        let restated = match self.ask_briefly(&setting, asked, &request.session_id).await {
            Ok(text) if text.trim().is_empty() => Err("it answered nothing".to_owned()),
            Ok(text) => Ok(text.chars().take(LONGEST).collect::<String>()),
            Err(error) if self.is_stopping() => return Err(error),
            Err(error) => Err(error.message),
        };
        let message = match &restated {
            Ok(_) => "LocalBuddy's model restated the request for the planner.".to_owned(),
            Err(why) => {
                format!("LocalBuddy's model was of no help ({why}); the planner gets the plain facts.")
            }
        };
        let (id, session, text) = (request.id.clone(), request.session_id.clone(), restated.clone());
        self.store
            .write(move |tx| {
                if let Ok(text) = &text {
                    tx.set_enhanced_prompt(id.as_str(), text)?;
                }
                let event = Event::BuddyStatus { message, request_id: Some(id.clone()) };
                tx.append(NewEvent::new(&session, event, "localbuddy").about(id.as_str())).map(drop)
            })
            .await?;
        Ok(restated.unwrap_or(known))
    }

    fn rendered(&self, id: &str, inputs: Inputs) -> Result<ModelRequest, ApiError> {
        let invalid = |e: agent::prompt::PromptError| ApiError::new(ErrorCode::ConfigInvalid, e.to_string());
        let prompts = Prompts::with_overrides(&self.data.prompts()).map_err(invalid)?;
        let rendered = prompts.render(id, inputs).map_err(invalid)?;
        let mut asked = ModelRequest::new(rendered.system, rendered.user.unwrap_or_default());
        asked.max_tokens = MAX_TOKENS;
        Ok(asked)
    }

    async fn ask_briefly(
        &self,
        setting: &ModelSetting,
        asked: ModelRequest,
        session: &SessionId,
    ) -> Result<String, ApiError> {
        match tokio::time::timeout(PATIENCE, self.ask_model(setting, &asked, session, |_| {})).await {
            Ok(reply) => Ok(reply?.text),
            Err(_) => {
                let text = format!("it did not answer within {} s", PATIENCE.as_secs());
                Err(ApiError::new(ErrorCode::Timeout, text))
            }
        }
    }
}

/// The answer in a reply. Whoever says DELEGATE anywhere has not answered.
fn answer_in(reply: &str) -> Option<String> {
    let delegates = reply.split(|c: char| !c.is_ascii_alphanumeric()).any(|word| word == DELEGATE);
    let text = reply.trim();
    (!delegates && !text.is_empty() && text.chars().count() <= LONGEST).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::answer_in;

    #[test]
    fn an_answer_is_taken_and_anything_that_delegates_is_not() {
        assert_eq!(answer_in(" It is in `src/a.rs`. \n").as_deref(), Some("It is in `src/a.rs`."));
        for reply in ["DELEGATE", "`DELEGATE`.", "I think so.\n\nDELEGATE", "", "  "] {
            assert_eq!(answer_in(reply), None, "{reply:?}");
        }
        assert_eq!(answer_in(&"x".repeat(10_000)), None);
    }
}
