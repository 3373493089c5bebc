//! Agents that speak the Agent Client Protocol (version 1): requests and answers of JSON-RPC, one a line, both ways.
//!
//! The protocol lets an agent ask before a tool runs (`session/request_permission`) and says nothing about what has to
//! be asked, about a reason for a no, or about words that come while a turn runs. So that an agent asks about
//! everything that matters is arranged in its own file by its own settings, and what it does with the rest is its
//! [`Manner`]. Nothing of this machine is offered to it: no files, no terminals; it works with its own tools inside the
//! sandbox. Whether words stand before the model is not told by the protocol either; whoever carries its calls to the
//! model sees it ([`Dialogue::reached`]).

mod calls;
mod messages;

use serde_json::{Value, json};

use super::dialogue::{Dialogue, Heard, Question, not_known};
use super::lines::{Tally, number, object, status, status_in, text};
use super::{Ended, Errand, Event, Exit, Usage, Verdict};
use calls::{Calls, Wanted};
use messages::{Asked, Pending, Words};

/// The version of the protocol.
const VERSION: u64 = 1;

/// How a refusal and its reason reach the model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    /// It takes words while a turn runs: the reason is put there, beside the answer.
    Beside,
    /// It tells its model which answer it got where it did not offer that one: the reason is the answer.
    Instead,
}

/// What is peculiar to one agent.
#[derive(Debug, Clone, Copy)]
pub(super) struct Manner {
    pub(super) title: &'static str,
    pub(super) refusal: Refusal,
    /// Whether words that come while a turn runs enter it.
    pub(super) hears_at_work: bool,
    /// How an earlier session goes on, where that works.
    pub(super) resume: Option<&'static str>,
    /// The mode in which it asks; it has to be in it.
    pub(super) mode: Option<&'static str>,
    /// It shows what it is about to write as if to an editor, asked or not, and writes it itself.
    pub(super) shows_writes: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Greeting,
    Opening,
    Working,
    /// Its turn is over.
    Resting,
}

pub(super) struct Talk {
    manner: Manner,
    prompt: String,
    folder: String,
    resume: Option<String>,
    stage: Stage,
    session: String,
    pending: Pending,
    /// Messages that do not stand before the model yet.
    told: Vec<u64>,
    calls: Calls,
    words: Words,
    tally: Tally,
    /// How the last turn ended; none while one runs, and none when there was none.
    ended: Option<Result<(), (Verdict, String)>>,
    unfit: Option<String>,
}

impl Talk {
    pub(super) fn new(manner: Manner, errand: &Errand) -> Self {
        Self {
            manner,
            prompt: errand.prompt.clone(),
            folder: errand.folder.clone(),
            resume: errand.resume.clone(),
            stage: Stage::Greeting,
            session: String::new(),
            pending: Pending::default(),
            told: Vec::new(),
            calls: Calls::default(),
            words: Words::default(),
            tally: Tally::default(),
            ended: None,
            unfit: None,
        }
    }

    /// A request of ours; its answer comes back with what it was.
    fn request(&mut self, what: Asked, method: &str, params: &Value) -> String {
        let id = self.pending.asks(what);
        json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }).to_string()
    }

    fn open(&mut self) -> String {
        self.stage = Stage::Opening;
        let mut params = json!({ "cwd": self.folder, "mcpServers": [] });
        match (self.manner.resume, self.resume.clone()) {
            (Some(method), Some(session)) => {
                params["sessionId"] = Value::from(session.clone());
                self.session = session;
                self.request(Asked::Session, method, &params)
            }
            _ => self.request(Asked::Session, "session/new", &params),
        }
    }

    fn say(&mut self, words: &str, message: Option<u64>) -> String {
        self.stage = Stage::Working;
        self.ended = None;
        let params = json!({ "sessionId": self.session, "prompt": [{ "type": "text", "text": words }] });
        self.request(Asked::Prompt(message), "session/prompt", &params)
    }

    /// An answer to a request of ours.
    fn answered(&mut self, what: Asked, value: &Value) -> Heard {
        let failed = value.get("error").map(wrong);
        match (what, failed) {
            (Asked::Greeting, None) if value["result"]["protocolVersion"] == VERSION => {
                Heard { say: vec![self.open()], ..Heard::default() }
            }
            (Asked::Greeting, None) => self.not_fit("it speaks another version of the protocol".into()),
            (Asked::Session, None) => self.opened(&value["result"]),
            (Asked::Greeting | Asked::Session, Some(why)) => self.not_fit(why),
            (Asked::Prompt(message), failed) => self.turned(message, failed, value),
        }
    }

    fn opened(&mut self, result: &Value) -> Heard {
        if let Some(id) = result["sessionId"].as_str() {
            id.clone_into(&mut self.session);
        }
        if self.session.is_empty() {
            return self.not_fit("it opens no session".into());
        }
        if self.manner.mode.is_some_and(|mode| result["modes"]["currentModeId"] != mode) {
            return self.not_fit("it is not in the mode in which it asks".into());
        }
        let prompt = std::mem::take(&mut self.prompt);
        let events = vec![Event::Session { id: self.session.clone() }];
        Heard { events, say: vec![self.say(&prompt, None)], ..Heard::default() }
    }

    fn not_fit(&mut self, why: String) -> Heard {
        self.unfit = Some(why.clone());
        self.stage = Stage::Resting;
        self.ended = Some(Err((Verdict::Error, why)));
        Heard::default()
    }

    /// Words for the model were worked on to their end. Several that entered one turn end together.
    fn turned(&mut self, message: Option<u64>, failed: Option<String>, value: &Value) -> Heard {
        let mut heard = Heard::of(self.words.end().into_iter().collect());
        let how = match failed {
            Some(why) => {
                let code = status(&value["error"]["code"]).filter(|code| (400..600).contains(code));
                self.tally.status = code.or_else(|| status_in(&why)).or(self.tally.status);
                Err((Verdict::of_status(self.tally.status), why))
            }
            None => stopped(self.manner.title, value["result"]["stopReason"].as_str().unwrap_or_default()),
        };
        if let (Ok(()), Some(message)) = (&how, message)
            && self.reached(message)
        {
            heard.stands.push(message);
        }
        if self.pending.at_work() {
            return heard;
        }
        self.tally.usage += used(&value["result"]);
        heard.events.push(Event::Usage(self.tally.usage));
        self.stage = Stage::Resting;
        self.ended = Some(how);
        heard
    }

    fn told(&mut self, update: &Value) -> Heard {
        let mut events = Vec::new();
        match update["sessionUpdate"].as_str().unwrap_or_default() {
            "agent_message_chunk" => {
                let piece = update["content"]["text"].as_str().unwrap_or_default();
                events = self.words.add(update["messageId"].as_str(), piece, &mut self.tally);
            }
            "tool_call" | "tool_call_update" => {
                events.extend(self.words.end());
                events.extend(self.calls.seen(update, &mut self.tally));
            }
            "usage_update" => {
                let cost = update["cost"]["amount"].as_f64().filter(|cost| *cost > 0.0);
                self.tally.cost_usd = cost.or(self.tally.cost_usd);
            }
            _ => {}
        }
        Heard::of(events)
    }

    /// A request of its own. Every one is answered, or the turn would stand still.
    fn wants(&mut self, id: &Value, method: &str, params: &Value) -> Heard {
        if method == "session/request_permission" {
            let mut events: Vec<_> = self.words.end().into_iter().collect();
            let (wanted, begins) = self.calls.wants(&params["toolCall"]);
            events.extend(begins);
            let question = self.pending.wants(id, params);
            let mut heard = Heard::of(events);
            match wanted {
                Wanted::Asked(wish) => heard.asks.push(Question { id: question, wish }),
                Wanted::Free => heard.say = self.answer(question, None),
                Wanted::No(why) => {
                    heard.say = self.answer(question, Some(&format!("It was not done: {why}.")))
                }
            }
            return heard;
        }
        let answer = match method {
            "fs/write_text_file" if self.manner.shows_writes => json!({ "result": {} }),
            _ => json!({ "error": { "code": -32601, "message": "Not offered here." } }),
        };
        Heard { say: vec![reply(id, answer)], ..Heard::default() }
    }
}

fn reply(id: &Value, mut answer: Value) -> String {
    answer["jsonrpc"] = Value::from("2.0");
    answer["id"] = id.clone();
    answer.to_string()
}

/// What an error says. Some put the words beside it.
fn wrong(error: &Value) -> String {
    let said = text(&error["message"]).unwrap_or_else(|| "it answered with an error".into());
    match text(&error["data"]["details"]) {
        Some(details) => format!("{said}: {details}"),
        None => said,
    }
}

fn stopped(title: &str, reason: &str) -> Result<(), (Verdict, String)> {
    match reason {
        "end_turn" => Ok(()),
        "cancelled" => Err((Verdict::Error, "Its turn was cancelled.".into())),
        "max_tokens" | "max_turn_requests" => {
            Err((Verdict::Limit, format!("{title} stopped at its limit ({reason}).")))
        }
        other => Err((Verdict::Error, format!("{title} stopped: {other}."))),
    }
}

/// Tokens, in the two places where they are told.
fn used(result: &Value) -> Usage {
    let (usage, count) = (&result["usage"], &result["_meta"]["quota"]["token_count"]);
    let cached = number(&usage["cachedReadTokens"]);
    Usage {
        input: number(&usage["inputTokens"])
            + number(&usage["cachedWriteTokens"])
            + cached
            + number(&count["input_tokens"]),
        cached,
        output: number(&usage["outputTokens"])
            + number(&usage["thoughtTokens"])
            + number(&count["output_tokens"]),
    }
}

impl Dialogue for Talk {
    fn begin(&mut self) -> Vec<String> {
        let client =
            json!({ "name": "pilothouse", "title": "Pilothouse", "version": env!("CARGO_PKG_VERSION") });
        let nothing = json!({ "fs": { "readTextFile": false, "writeTextFile": false }, "terminal": false });
        let params =
            json!({ "protocolVersion": VERSION, "clientCapabilities": nothing, "clientInfo": client });
        vec![self.request(Asked::Greeting, "initialize", &params)]
    }

    fn line(&mut self, line: &str) -> Heard {
        let Some(value) = object(line) else { return Heard::default() };
        match (value["method"].as_str(), value.get("id")) {
            (Some(method), Some(id)) => self.wants(id, method, &value["params"]),
            // Helpers of its own may have sessions of their own.
            (Some("session/update"), None) if value["params"]["sessionId"] == self.session.as_str() => {
                self.told(&value["params"]["update"])
            }
            (None, Some(id)) => match id.as_u64().and_then(|id| self.pending.answered(id)) {
                Some(what) => self.answered(what, &value),
                None => Heard::default(),
            },
            _ => Heard::default(),
        }
    }

    fn answer(&mut self, id: u64, no: Option<&str>) -> Vec<String> {
        let Some(question) = self.pending.settled(id) else { return Vec::new() };
        let selected = |option: &str| json!({ "outcome": "selected", "optionId": option });
        let mut say = Vec::new();
        let outcome = match (no, self.manner.refusal) {
            (None, _) => question.yes.as_deref().map(selected),
            (Some(why), Refusal::Instead) => Some(selected(why)),
            (Some(why), Refusal::Beside) => {
                // Before the refusal, so that the model reads both together.
                say.push(self.say(why, None));
                question.no.as_deref().map(selected)
            }
        };
        if no.is_some() || outcome.is_none() {
            self.calls.refused(&question.call);
        }
        let outcome = outcome.unwrap_or_else(|| json!({ "outcome": "cancelled" }));
        say.push(reply(&question.request, json!({ "result": { "outcome": outcome } })));
        say
    }

    fn tell(&mut self, number: u64, words: &str) -> Option<Vec<String>> {
        let may = match self.stage {
            Stage::Greeting | Stage::Opening => false,
            Stage::Working => self.manner.hears_at_work,
            // After a turn that failed another run has to go on.
            Stage::Resting => self.unfit.is_none() && !matches!(self.ended, Some(Err(_))),
        };
        if !may {
            return None;
        }
        self.told.push(number);
        Some(vec![self.say(words, Some(number))])
    }

    fn reached(&mut self, number: u64) -> bool {
        let before = self.told.len();
        self.told.retain(|told| *told != number);
        self.told.len() < before
    }

    fn hears_at_work(&self) -> bool {
        self.manner.hears_at_work
    }

    fn rests(&self) -> bool {
        self.stage == Stage::Resting
    }

    fn unfit(&self, exit: &Exit) -> Option<String> {
        let silent = self.stage == Stage::Greeting;
        self.unfit.clone().or_else(|| not_known(exit).filter(|_| silent))
    }

    fn end(&mut self, exit: &Exit) -> Ended {
        match self.ended.take() {
            None => self.tally.vanished(self.manner.title, exit),
            Some(Err((verdict, why))) => self.tally.ended(verdict, why),
            Some(Ok(())) => self.tally.ended(Verdict::Finished, format!("{} finished.", self.manner.title)),
        }
    }
}

#[cfg(test)]
mod tests;
