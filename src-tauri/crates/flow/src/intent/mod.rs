//! The deterministic lane: what a message asks for, when fixed code can do it without a model.
//!
//! Three steps from strict to loose: slash forms, anchored phrases, and for intents that change nothing a closed
//! vocabulary. A changing intent is never guessed: what no slash form and no phrase covers from its first to its
//! last word is refused, with the nearest things that are possible, and so is what asks or holds a negation.
//!
//! This room reads text and writes plans. It knows no file, no tool and no model.

mod caution;
mod check;
mod clean;
mod coding;
mod commands;
mod facts;
mod nature;
mod patch_paths;
mod phrases;
mod plan;
mod refusal;
mod score;
mod slash;
mod slash_form;
mod words;

pub use check::{SlotProblem, slot_problem};
pub use commands::{Command, commands};
pub use facts::{ModelFacts, Tools, WorkspaceFacts};
pub use nature::{Nature, Slot, nature, slots};
pub use patch_paths::patch_paths;
pub use plan::{Unplanned, plan_for};
pub use refusal::{RefusalText, refusal, unavailable};
pub use slash_form::slash_form;
pub use words::{WordsError, split_words};

use protocol::intent::Intent;
use protocol::request::NearestStep;

/// Longest text a phrase is looked for in, in bytes; longer texts are prose.
const MAX_PHRASE: usize = 600;

/// What a message turned out to be.
#[derive(Debug, Clone, PartialEq)]
pub enum Parsed {
    /// A slash form: unmistakable, runs without a tap.
    Exact(Intent),
    /// A phrase; when it changes something the slots are shown and a person confirms.
    Phrase { intent: Intent, slots: Vec<Slot> },
    /// It asks for something, and this lane does not do it as written.
    Refusal(RefusalReason),
    /// Nothing this lane knows.
    NotAnIntent,
}

/// Why the lane does not do what a message asks.
#[derive(Debug, Clone, PartialEq)]
pub enum RefusalReason {
    /// A slash form with a name nobody knows.
    UnknownCommand { command: String, closest: Option<&'static str> },
    /// A known slash form with arguments it cannot take.
    BadArguments { command: &'static str, usage: &'static str, problem: String },
    /// Close to an intent, but what exactly to do would be a guess.
    Unclear { problem: String, instead: Vec<NearestStep> },
    /// Asks for code, or for judgement about code.
    NeedsModel { verb: String, object: String, judgement: bool },
}

impl RefusalReason {
    /// Whether the request is worth keeping until a model is connected.
    pub fn waits_for_model(&self) -> bool {
        match self {
            RefusalReason::UnknownCommand { .. } | RefusalReason::BadArguments { .. } => false,
            RefusalReason::Unclear { .. } | RefusalReason::NeedsModel { .. } => true,
        }
    }
}

impl Parsed {
    /// The intent, however it was written.
    pub fn intent(&self) -> Option<&Intent> {
        match self {
            Parsed::Exact(intent) | Parsed::Phrase { intent, .. } => Some(intent),
            Parsed::Refusal(_) | Parsed::NotAnIntent => None,
        }
    }

    /// Whether a person has to confirm the slots before anything starts.
    pub fn needs_tap(&self) -> bool {
        match self {
            Parsed::Phrase { intent, .. } => nature(intent).changing,
            Parsed::Exact(_) | Parsed::Refusal(_) | Parsed::NotAnIntent => false,
        }
    }
}

/// Reads one message.
pub fn parse(text: &str) -> Parsed {
    let text = text.trim();
    if text.starts_with('/') {
        return match slash::parse(text) {
            slash::Slash::Intent(intent) => Parsed::Exact(intent),
            slash::Slash::Refused(reason) => Parsed::Refusal(reason),
            slash::Slash::NotOurs => Parsed::NotAnIntent,
        };
    }
    if let Some(outcome) = phrases::pasted_patch(text) {
        return phrase(outcome);
    }
    if text.len() > MAX_PHRASE || text.contains('\n') {
        return coding::reason(text).map_or(Parsed::NotAnIntent, Parsed::Refusal);
    }
    if let Some(outcome) = phrases::read(text) {
        return phrase(outcome);
    }
    if let Some(intent) = score::read(text) {
        return phrase(Ok(intent));
    }
    coding::reason(text).map_or(Parsed::NotAnIntent, Parsed::Refusal)
}

/// A phrase whose slots do not hold is unclear, not an error of the person's.
fn phrase(outcome: Result<Intent, RefusalReason>) -> Parsed {
    match outcome {
        Err(reason) => Parsed::Refusal(reason),
        Ok(intent) => match slot_problem(&intent) {
            None => Parsed::Phrase { slots: slots(&intent), intent },
            Some(SlotProblem { message, .. }) => {
                Parsed::Refusal(RefusalReason::Unclear { problem: message, instead: Vec::new() })
            }
        },
    }
}
