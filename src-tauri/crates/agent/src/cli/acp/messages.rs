//! What waits for an answer, and words on their way to the model.

use std::collections::{BTreeMap, VecDeque};

use serde_json::Value;

use super::super::Event;
use super::super::lines::Tally;

/// Questions that may wait at the same time; of more, the oldest is forgotten.
const QUESTIONS: usize = 256;
/// Longest line of its words that is waited for.
const LINE_CHARS: usize = 2_000;

/// What a request of ours was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Asked {
    Greeting,
    Session,
    /// Words for the model; the message among them, when a person said them.
    Prompt(Option<u64>),
}

/// A question of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Question {
    /// Its own name for it: a number or a text.
    pub(super) request: Value,
    /// The call it is about.
    pub(super) call: String,
    /// What answers yes, and no, where it offers that.
    pub(super) yes: Option<String>,
    pub(super) no: Option<String>,
}

#[derive(Debug, Default)]
pub(super) struct Pending {
    ours: BTreeMap<u64, Asked>,
    questions: VecDeque<(u64, Question)>,
    requests: u64,
    last: u64,
}

impl Pending {
    /// The name of a new request of ours.
    pub(super) fn asks(&mut self, what: Asked) -> u64 {
        self.requests += 1;
        self.ours.insert(self.requests, what);
        self.requests
    }

    pub(super) fn answered(&mut self, id: u64) -> Option<Asked> {
        self.ours.remove(&id)
    }

    /// Whether words for the model are still worked on.
    pub(super) fn at_work(&self) -> bool {
        self.ours.values().any(|asked| matches!(asked, Asked::Prompt(_)))
    }

    pub(super) fn wants(&mut self, request: &Value, params: &Value) -> u64 {
        let options = params["options"].as_array().cloned().unwrap_or_default();
        let option = |kind: &str| {
            let found = options.iter().find(|option| option["kind"] == kind)?;
            found["optionId"].as_str().map(str::to_owned)
        };
        let question = Question {
            request: request.clone(),
            call: params["toolCall"]["toolCallId"].as_str().unwrap_or_default().to_owned(),
            // Never the one that allows more than this.
            yes: option("allow_once"),
            no: option("reject_once"),
        };
        self.last += 1;
        if self.questions.len() >= QUESTIONS {
            self.questions.pop_front();
        }
        self.questions.push_back((self.last, question));
        self.last
    }

    pub(super) fn settled(&mut self, id: u64) -> Option<Question> {
        let at = self.questions.iter().position(|(known, _)| *known == id)?;
        self.questions.remove(at).map(|(_, question)| question)
    }
}

/// Its words come in pieces; the log has lines.
#[derive(Debug, Default)]
pub(super) struct Words {
    message: Option<String>,
    whole: String,
    line: String,
}

impl Words {
    pub(super) fn add(&mut self, message: Option<&str>, piece: &str, tally: &mut Tally) -> Vec<Event> {
        let mut events = Vec::new();
        if message.is_some() && message != self.message.as_deref() {
            events.extend(self.end());
            self.message = message.map(str::to_owned);
        }
        self.whole.push_str(piece);
        tally.say(&self.whole);
        self.line.push_str(piece);
        if let Some(at) = self.line.rfind('\n') {
            let rest = self.line.split_off(at + 1);
            events.extend(told(&std::mem::replace(&mut self.line, rest)));
        }
        if self.line.chars().count() > LINE_CHARS {
            events.extend(told(&std::mem::take(&mut self.line)));
        }
        events
    }

    /// Something else comes now.
    pub(super) fn end(&mut self) -> Option<Event> {
        self.whole.clear();
        self.message = None;
        told(&std::mem::take(&mut self.line))
    }
}

fn told(line: &str) -> Option<Event> {
    let text = line.trim_end();
    (!text.trim().is_empty()).then(|| Event::Text { text: text.to_owned() })
}
