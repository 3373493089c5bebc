//! What waits for an answer: our requests, its questions, and messages that do not stand before its model yet.

use std::collections::{BTreeMap, VecDeque};

use serde_json::Value;

/// Questions that may wait at the same time; of more, the oldest is forgotten.
const QUESTIONS: usize = 256;

/// What a request of ours was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Asked {
    Greeting,
    Thread,
    /// A turn, with the messages that began it.
    Turn(Vec<u64>),
    Steer(u64),
    /// Why something was refused.
    Reason,
}

/// A question of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wanted {
    /// Its own name for it: a number or a text.
    pub(super) request: Value,
    pub(super) thread: Option<String>,
    pub(super) turn: Option<String>,
}

#[derive(Debug, Default)]
pub(super) struct Pending {
    ours: BTreeMap<u64, Asked>,
    questions: VecDeque<(u64, Wanted)>,
    last: u64,
}

impl Pending {
    pub(super) fn asked(&mut self, id: u64, what: Asked) {
        self.ours.insert(id, what);
    }

    pub(super) fn answered(&mut self, id: u64) -> Option<Asked> {
        self.ours.remove(&id)
    }

    pub(super) fn wants(&mut self, request: &Value, params: &Value) -> u64 {
        let word = |name: &str| params[name].as_str().map(str::to_owned);
        let wanted = Wanted { request: request.clone(), thread: word("threadId"), turn: word("turnId") };
        self.last += 1;
        if self.questions.len() >= QUESTIONS {
            self.questions.pop_front();
        }
        self.questions.push_back((self.last, wanted));
        self.last
    }

    pub(super) fn settled(&mut self, id: u64) -> Option<Wanted> {
        let at = self.questions.iter().position(|(known, _)| *known == id)?;
        self.questions.remove(at).map(|(_, wanted)| wanted)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Where {
    /// To begin a turn of its own.
    Kept,
    /// On its way into a turn.
    Sent,
}

/// Messages until they stand before the model, oldest first.
#[derive(Debug, Default)]
pub(super) struct Messages(VecDeque<(u64, String, Where)>);

impl Messages {
    pub(super) fn name(number: u64) -> String {
        format!("message-{number}")
    }

    pub(super) fn told(&mut self, number: u64, words: &str) {
        self.0.push_back((number, words.to_owned(), Where::Kept));
    }

    pub(super) fn sent(&mut self, numbers: &[u64]) {
        self.put(numbers, Where::Sent);
    }

    pub(super) fn keep(&mut self, numbers: Vec<u64>) {
        self.put(&numbers, Where::Kept);
    }

    fn put(&mut self, numbers: &[u64], place: Where) {
        self.0.iter_mut().filter(|(number, ..)| numbers.contains(number)).for_each(|one| one.2 = place);
    }

    /// The turn is over: what was on its way into it did not arrive.
    pub(super) fn left_out(&mut self) {
        self.0.iter_mut().for_each(|one| one.2 = Where::Kept);
    }

    /// What begins the next turn.
    pub(super) fn kept(&self) -> Option<(Vec<u64>, String)> {
        let kept = || self.0.iter().filter(|(.., place)| *place == Where::Kept);
        let numbers: Vec<u64> = kept().map(|(number, ..)| *number).collect();
        let words: Vec<&str> = kept().map(|(_, words, _)| words.as_str()).collect();
        (!numbers.is_empty()).then(|| (numbers, words.join("\n\n")))
    }

    /// Which messages stand before the model, now that one of this name does. A turn that several began together has
    /// the name of the last.
    pub(super) fn stands(&mut self, name: &Value) -> Vec<u64> {
        let Some(name) = name.as_str() else { return Vec::new() };
        let Some(last) = self.0.iter().position(|(number, ..)| Self::name(*number) == name) else {
            return Vec::new();
        };
        let mut stand = Vec::new();
        let mut at = 0;
        for _ in 0..=last {
            match self.0.get(at) {
                Some((number, _, Where::Sent)) => {
                    stand.push(*number);
                    self.0.remove(at);
                }
                _ => at += 1,
            }
        }
        stand
    }
}
