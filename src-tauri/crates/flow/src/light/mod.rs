//! LocalBuddy's routing: what it answers at once, and what it hands to RemoteBuddy.
//!
//! It answers only what it can answer from facts at hand and without judgement: greetings, help, status look-ups, and
//! three questions about git. Everything else is delegated, and so is everything that merely looks like one of these.

mod local;
mod lookup;
mod question;

pub use local::{LocalRequest, local_usage};
pub use question::is_question;

use crate::intent::{Parsed, nature, parse};
use protocol::intent::Intent;
use protocol::{JobId, Priority, RequestId};

/// Ids LocalBuddy may be asked about, newest first.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct LightFacts {
    pub requests: Vec<RequestId>,
    pub jobs: Vec<JobId>,
}

/// What LocalBuddy answers by itself.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    Greeting,
    Thanks,
    /// What it is and what it can do.
    Help,
    /// Branch, queue, workers, approvals.
    Status,
    RequestStatus(RequestId),
    JobStatus(JobId),
    /// A look-up by an id that nothing has, or that more than one thing has.
    UnknownId {
        typed: String,
        candidates: Vec<String>,
    },
    Branch,
    /// The last commits, at most this many.
    LastCommits {
        count: u32,
    },
    DirtyFiles,
    /// A look at something of this machine the user asked for by name.
    Local(LocalRequest),
    /// One command the user asked for by name. It runs only after an answer.
    LocalRun {
        argv: Vec<String>,
    },
    /// `/local` without something it knows.
    LocalUsage,
}

/// Where a message goes.
#[derive(Debug, Clone, PartialEq)]
pub enum Route {
    Answer(Answer),
    /// `text` is the message without the word that forced delegation.
    Delegate {
        text: String,
        priority: Priority,
    },
}

/// Forces delegation of what follows.
const FORCE: &str = "/ask_remote_buddy";

/// What a message wants delegated by name, whoever could answer it.
pub fn delegated_by_name(text: &str) -> Option<&str> {
    command_rest(text.trim(), FORCE)
}

/// Routes one message.
pub fn route(text: &str, facts: &LightFacts) -> Route {
    let text = text.trim();
    if let Some(rest) = delegated_by_name(text) {
        return Route::Delegate { text: rest.to_owned(), priority: priority(rest) };
    }
    if let Some(rest) = command_rest(text, "/local") {
        return Route::Answer(local::read(rest).unwrap_or(Answer::LocalUsage));
    }
    if command_rest(text, "/help").is_some() {
        return Route::Answer(Answer::Help);
    }
    if let Some(answer) = lookup::by_id(text, facts) {
        return Route::Answer(answer);
    }
    if let Some(Intent::Status) = parse(text).intent() {
        return Route::Answer(Answer::Status);
    }
    match small_talk(text).or_else(|| lookup::git_question(text)) {
        Some(answer) => Route::Answer(answer),
        None => Route::Delegate { text: text.to_owned(), priority: priority(text) },
    }
}

/// What follows a command word, when the text is that command.
fn command_rest<'a>(text: &'a str, command: &str) -> Option<&'a str> {
    let head = text.get(..command.len())?;
    let rest = &text[command.len()..];
    (head.eq_ignore_ascii_case(command) && (rest.is_empty() || rest.starts_with(char::is_whitespace)))
        .then(|| rest.trim())
}

/// Someone waits for a reading intent and for a slash form; a message may also say how it wants to be treated.
fn priority(text: &str) -> Priority {
    let words = plain_words(text);
    let says = |phrase: &str| format!(" {words} ").contains(&format!(" {phrase} "));
    match parse(text) {
        Parsed::Exact(_) => return Priority::Interactive,
        Parsed::Phrase { intent, .. } if !nature(&intent).changing => return Priority::Interactive,
        Parsed::Phrase { .. } | Parsed::Refusal(_) | Parsed::NotAnIntent => {}
    }
    if [
        "in the background",
        "when you have time",
        "no rush",
        "low priority",
        "whenever you can",
        "at some point",
    ]
    .into_iter()
    .any(says)
    {
        return Priority::Background;
    }
    if ["urgent", "asap", "as soon as possible", "right now", "immediately", "high priority"]
        .into_iter()
        .any(says)
        && !["not urgent", "isn't urgent", "nothing urgent"].into_iter().any(says)
    {
        return Priority::Interactive;
    }
    Priority::Normal
}

/// Lower-case words with single spaces and no punctuation around them.
fn plain_words(text: &str) -> String {
    let words =
        text.split_whitespace().map(|w| w.trim_matches(|c: char| c.is_ascii_punctuation()).to_lowercase());
    words.filter(|w| !w.is_empty()).collect::<Vec<_>>().join(" ")
}

/// Only whole messages: "hi, can you fix the build" is no greeting.
fn small_talk(text: &str) -> Option<Answer> {
    if text.len() > 60 {
        return None;
    }
    match plain_words(text).as_str() {
        "hi" | "hello" | "hey" | "hi there" | "hello there" | "hey there" | "good morning"
        | "good afternoon" | "good evening" | "morning" | "yo" | "howdy" | "hi buddy" | "hey buddy"
        | "hello buddy" | "ping" | "are you there" | "you there" => Some(Answer::Greeting),
        "thanks"
        | "thank you"
        | "thx"
        | "ty"
        | "cheers"
        | "great thanks"
        | "thanks a lot"
        | "thank you very much"
        | "many thanks"
        | "perfect thanks"
        | "nice thanks"
        | "great thank you" => Some(Answer::Thanks),
        "help"
        | "what can you do"
        | "who are you"
        | "what are you"
        | "what can i do here"
        | "how does this work"
        | "what commands are there"
        | "which commands are there"
        | "list commands"
        | "show commands"
        | "commands" => Some(Answer::Help),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
