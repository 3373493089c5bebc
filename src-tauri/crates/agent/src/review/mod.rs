//! Asking a model for its opinion on a finished change.
//!
//! What this room is for: the question, the strict reading of the answer, one repair round. What it deliberately does
//! not know: what an opinion is good for. It is advice for people; nothing here judges, verifies or lands anything,
//! and what a change says to its reviewer can at most become words in an answer that are shown as words.

mod opinion;
mod shown;

pub use opinion::{Opinion, read, schema};
pub use shown::{Shown, shown};

use crate::model::{Delta, Message, Model, ModelError, Request, RetryPolicy, complete_with_retries};
use crate::prompt::{Inputs, PromptError, Prompts};
use crate::{Cancel, Pace};

const REPLY_TOKENS: u32 = 1_500;
/// Of a reply that is shown again in the repair round.
const REPAIR_CHARS: usize = 8_000;

/// What a reviewer is given. All of it is material to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    pub instruction: String,
    pub criteria: Vec<String>,
    /// What our own checks found, a line each.
    pub gate: Vec<String>,
    pub diff: Shown,
    /// Paths of the change, in its new version.
    pub files: Vec<String>,
}

/// Why there is no opinion.
#[derive(Debug, thiserror::Error)]
pub enum ReviewProblem {
    #[error(transparent)]
    Model(#[from] ModelError),
    #[error("the reviewer could not be understood: {why}")]
    NotUnderstood { why: String },
    #[error(transparent)]
    Prompt(#[from] PromptError),
}

impl ReviewProblem {
    pub fn code(&self) -> &'static str {
        match self {
            ReviewProblem::Model(error) => error.code(),
            ReviewProblem::NotUnderstood { .. } => "review.not_understood",
            ReviewProblem::Prompt(error) => error.code(),
        }
    }
}

/// The question about a change.
pub fn question(prompts: &Prompts, change: &Change) -> Result<Request, PromptError> {
    let inputs = Inputs::new()
        .with("instruction", &change.instruction)
        .with("criteria", change.criteria.join("\n"))
        .with("gate", change.gate.join("\n"))
        .with("diff", &change.diff.text)
        .with("cut", change.diff.cut);
    let rendered = prompts.render("reviewer.review", inputs)?;
    let mut request = Request::new(rendered.system, rendered.user.unwrap_or_default());
    request.schema = Some(schema());
    request.max_tokens = REPLY_TOKENS;
    Ok(request)
}

/// Asks, and asks once more when the answer cannot be read.
pub async fn ask<M: Model, P: Pace>(
    model: &M,
    prompts: &Prompts,
    change: &Change,
    pace: &P,
    cancel: &Cancel,
) -> Result<Opinion, ReviewProblem> {
    let policy = RetryPolicy::default();
    let mut unheard = |_: Delta| {};
    let mut request = question(prompts, change)?;
    let reply = complete_with_retries(model, &request, &policy, pace, &mut unheard, cancel).await?;
    let problem = match read(&reply.text, &change.files) {
        Ok(opinion) => return Ok(opinion),
        Err(problem) => problem,
    };
    let asked = prompts.render("reviewer.repair", Inputs::new().with("problem", problem.to_string()))?;
    let shown: String = reply.text.chars().take(REPAIR_CHARS).collect();
    request.messages.push(Message::assistant(shown));
    request.messages.push(Message::user(asked.system));
    let reply = complete_with_retries(model, &request, &policy, pace, &mut unheard, cancel).await?;
    read(&reply.text, &change.files)
        .map_err(|problem| ReviewProblem::NotUnderstood { why: first_line(&problem.to_string()) })
}

fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().chars().take(200).collect()
}
