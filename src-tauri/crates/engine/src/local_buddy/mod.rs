//! LocalBuddy: reads the repository, answers light questions at once, adds facts to what it passes on.
//!
//! All of that works without a model; `model` is what one adds.

mod facts;
mod local;
mod model;
pub(crate) mod run;
pub(crate) mod steps;

use crate::Engine;
use flow::light::{Answer, Route};
use protocol::{ApiError, Event, WorkspaceId};
use serde::Deserialize;
use store::{NewApproval, NewEvent, OutboxRow};

#[derive(Deserialize)]
struct LocalAnswer {
    session: protocol::SessionId,
    workspace: Option<WorkspaceId>,
    turn: String,
    text: String,
}

#[derive(Deserialize)]
struct Enhance {
    request: String,
    #[serde(default)]
    turn: Option<String>,
}

/// What it says to a message.
enum Said {
    Text(String),
    /// The question, and that it waits for an answer.
    Question(Box<NewApproval>),
}

impl Engine {
    /// Performs a `local_answer` effect: the answer and the end of the effect commit together.
    pub(crate) async fn answer_locally(&self, row: &OutboxRow) -> Result<(), ApiError> {
        let job: LocalAnswer =
            serde_json::from_value(row.payload.clone()).map_err(|e| ApiError::bad(e.to_string()))?;
        let said = match self.compose(&job).await {
            Ok(said) => said,
            Err(error) => Said::Text(format!("I could not look that up: {}", error.message)),
        };
        let id = row.id;
        self.store
            .write(move |tx| {
                let text = match said {
                    Said::Text(text) => text,
                    Said::Question(question) => run::ask(tx, *question)?,
                };
                tx.append(
                    NewEvent::new(&job.session, Event::AssistantMessage { text }, "localbuddy")
                        .turn(Some(job.turn)),
                )?;
                tx.performed(id)
            })
            .await?;
        Ok(())
    }

    async fn compose(&self, job: &LocalAnswer) -> Result<Said, ApiError> {
        let asked = job.text.clone();
        let route = self
            .store
            .read(move |tx| Ok(flow::light::route(&asked, &crate::ops::chat::light_facts(tx, &asked)?)))
            .await?;
        let Route::Answer(answer) = route else {
            return Err(ApiError::bad("what this was about is gone; send it again."));
        };
        if let Answer::LocalRun { argv } = answer {
            return Ok(match self.question_about(job, argv).await {
                Ok(question) => Said::Question(Box::new(question)),
                Err(error) => Said::Text(run::refused(&error)),
            });
        }
        self.answer_text(job, answer).await.map(Said::Text)
    }

    async fn answer_text(&self, job: &LocalAnswer, answer: Answer) -> Result<String, ApiError> {
        match answer {
            Answer::Greeting => {
                Ok(facts::greeting(self.model(protocol::settings::Role::Remotebuddy).await?.is_some()))
            }
            Answer::Thanks => Ok("You are welcome.".into()),
            Answer::Help => Ok(facts::help()),
            Answer::Status => self.status_answer(job.workspace.as_ref()).await,
            Answer::RequestStatus(id) => self.lookup_text(id.as_str()).await,
            Answer::JobStatus(id) => self.lookup_text(id.as_str()).await,
            Answer::UnknownId { typed, candidates } if candidates.is_empty() => {
                Ok(format!("There is no request or job whose id begins with `{typed}`."))
            }
            Answer::UnknownId { typed, candidates } => {
                Ok(format!("`{typed}` could be any of {}.", candidates.join(", ")))
            }
            Answer::Branch | Answer::DirtyFiles | Answer::LastCommits { .. } => {
                self.repository_text(job.workspace.as_ref(), &answer).await
            }
            Answer::Local(request) => self.local_text(job.workspace.as_ref(), request).await,
            Answer::LocalRun { .. } | Answer::LocalUsage => Ok(format!(
                "I can do these here:\n\n{}",
                flow::light::local_usage().iter().map(|l| format!("- `{l}`")).collect::<Vec<_>>().join("\n")
            )),
        }
    }

    /// Performs an `enhance` effect: repository facts are added to the request's prompt.
    pub(crate) async fn enhance_request(&self, row: &OutboxRow) -> Result<(), ApiError> {
        let job: Enhance =
            serde_json::from_value(row.payload.clone()).map_err(|e| ApiError::bad(e.to_string()))?;
        let wanted = job.request.clone();
        let (request, workspace) =
            self.store.read(move |tx| Ok((tx.request(&wanted)?, tx.request_workspace(&wanted)?))).await?;
        let block = match workspace.and_then(|w| WorkspaceId::parse(w).ok()) {
            Some(workspace) => self.facts_block(&workspace).await.ok(),
            None => None,
        };
        let id = row.id;
        self.store
            .write(move |tx| {
                let message = match &block {
                    // What a model has made of it meanwhile says more than facts alone.
                    Some((_, line)) if tx.request(&job.request)?.enhanced_prompt.is_some() => line.clone(),
                    Some((text, line)) => {
                        tx.set_enhanced_prompt(&job.request, &format!("{}\n\n{text}", request.prompt))?;
                        line.clone()
                    }
                    None => "Passed on as it is; no repository is open here.".to_owned(),
                };
                let message = match tx.is_held()? {
                    true => format!("{message} Everything is paused; this waits until you resume."),
                    false => message,
                };
                let event = Event::BuddyStatus { message, request_id: Some(request.id.clone()) };
                tx.append(
                    NewEvent::new(&request.session_id, event, "localbuddy")
                        .turn(job.turn)
                        .about(job.request.clone()),
                )?;
                tx.performed(id)
            })
            .await?;
        Ok(())
    }
}
