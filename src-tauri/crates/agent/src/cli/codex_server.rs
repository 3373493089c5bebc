//! Codex through its app-server: `codex app-server`, requests and answers as lines of JSON.
//!
//! Spoken with like this it asks before every command and every patch, also before those it calls safe, and takes
//! messages in the middle of a turn. That holds under three conditions, each seen to: the thread's policy is
//! `untrusted` (read back, because not every version takes it); the clone is marked as untrusted, since otherwise a
//! thread with full access marks it as trusted and the repository's own rules let commands through unasked; and rules,
//! hooks and settings in its HOME are taken away before each start, because what ran there could have left some.
//!
//! What an agent types into a command that already runs is not asked about; it is told as `input`. A refusal carries
//! no reason, so the reason is put into the turn beside it.

mod items;
mod line;
mod pending;

use serde_json::{Value, json};

use super::codex::{PROVIDER, key, settings};
use super::dialogue::{Dialogue, Heard, Question, Spoken, Wish, not_known};
use super::lines::{Tally, number, object, status, status_in, text};
use super::{Ended, Errand, Event, Exit, Invocation, Usage, Verdict};
use items::Items;
use line::spoken;
use pending::{Asked, Messages, Pending};

pub(super) const SPOKEN: Spoken = Spoken { invoke, open: |errand| Box::new(Talk::new(errand)) };

/// The policy under which it asks before everything.
const ASKS_ALWAYS: &str = "untrusted";
/// Confinement is ours; a second sandbox would fail to start.
const NO_SANDBOX: &str = "danger-full-access";
/// What could change whether it asks, left in its HOME.
const LEFT_BEHIND: [&str; 3] = [".codex/config.toml", ".codex/rules", ".codex/hooks.json"];

fn invoke(errand: &Errand) -> Invocation {
    let trust = json!(errand.folder).to_string();
    let mut args = vec!["app-server".to_owned()];
    args.extend(settings(errand));
    args.extend(["-c".to_owned(), format!("projects={{{trust}={{trust_level=\"untrusted\"}}}}")]);
    Invocation { args, env: vec![key(errand)], removed: LEFT_BEHIND.to_vec(), ..Invocation::default() }
}

/// Where the conversation stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Greeting,
    Opening,
    Working,
    /// Its turn is over.
    Resting,
}

struct Talk {
    prompt: String,
    folder: String,
    model: String,
    resume: Option<String>,
    stage: Stage,
    requests: u64,
    thread: String,
    turn: String,
    pending: Pending,
    messages: Messages,
    items: Items,
    tally: Tally,
    /// How the last turn ended; none while one runs, and none when there was none.
    ended: Option<Result<(), String>>,
    unfit: Option<String>,
}

impl Talk {
    fn new(errand: &Errand) -> Self {
        Self {
            prompt: errand.prompt.clone(),
            folder: errand.folder.clone(),
            model: errand.model.name.clone(),
            resume: errand.resume.clone(),
            stage: Stage::Greeting,
            requests: 0,
            thread: String::new(),
            turn: String::new(),
            pending: Pending::default(),
            messages: Messages::default(),
            items: Items::default(),
            tally: Tally::default(),
            ended: None,
            unfit: None,
        }
    }

    /// A request of ours; its answer comes back with what it was.
    fn request(&mut self, what: Asked, method: &str, params: &Value) -> String {
        self.requests += 1;
        self.pending.asked(self.requests, what);
        json!({ "id": self.requests, "method": method, "params": params }).to_string()
    }

    fn open(&mut self) -> String {
        self.stage = Stage::Opening;
        let mut params = json!({
            "cwd": self.folder,
            "model": self.model,
            "modelProvider": PROVIDER,
            "approvalPolicy": ASKS_ALWAYS,
            "approvalsReviewer": "user",
            "sandbox": NO_SANDBOX,
        });
        match self.resume.clone() {
            Some(thread) => {
                params["threadId"] = Value::from(thread);
                params["excludeTurns"] = Value::from(true);
                self.request(Asked::Thread, "thread/resume", &params)
            }
            None => self.request(Asked::Thread, "thread/start", &params),
        }
    }

    /// A turn with these words; `numbers` are the messages among them.
    fn start_turn(&mut self, words: &str, numbers: Vec<u64>) -> String {
        self.stage = Stage::Working;
        self.ended = None;
        self.turn.clear();
        let named = numbers.last().map(|number| Messages::name(*number));
        self.messages.sent(&numbers);
        let params = json!({
            "threadId": self.thread, "clientUserMessageId": named, "input": input(words),
        });
        self.request(Asked::Turn(numbers), "turn/start", &params)
    }

    fn steer(&mut self, what: Asked, name: &str, thread: &str, turn: &str, words: &str) -> String {
        let params = json!({
            "threadId": thread, "expectedTurnId": turn, "clientUserMessageId": name, "input": input(words),
        });
        self.request(what, "turn/steer", &params)
    }

    /// An answer to a request of ours.
    fn answered(&mut self, what: Asked, value: &Value) -> Heard {
        let failed = value
            .get("error")
            .map(|error| text(&error["message"]).unwrap_or_else(|| "it answered with an error".into()));
        let result = &value["result"];
        match (what, failed) {
            (Asked::Greeting, None) => {
                let open = self.open();
                Heard { say: vec![json!({ "method": "initialized" }).to_string(), open], ..Heard::default() }
            }
            (Asked::Thread, None) => {
                self.thread = result["thread"]["id"].as_str().unwrap_or_default().to_owned();
                if self.thread.is_empty() || result["approvalPolicy"] != ASKS_ALWAYS {
                    return self.not_fit("it does not take the policy under which it asks".into());
                }
                let prompt = std::mem::take(&mut self.prompt);
                let say = vec![self.start_turn(&prompt, Vec::new())];
                let events = vec![Event::Session { id: self.thread.clone() }];
                Heard { events, say, ..Heard::default() }
            }
            (Asked::Turn(_), None) => {
                self.turn_is(&result["turn"]["id"]);
                Heard::default()
            }
            (Asked::Steer(_) | Asked::Reason, None) => Heard::default(),
            (Asked::Greeting | Asked::Thread, Some(why)) => self.not_fit(why),
            (Asked::Turn(numbers), Some(why)) => {
                self.messages.keep(numbers);
                self.over(Err(why));
                Heard::default()
            }
            // Its turn ended meanwhile: the message begins one of its own, at the end of that turn or now.
            (Asked::Steer(number), Some(_)) => {
                self.messages.keep(vec![number]);
                self.next_turn()
            }
            (Asked::Reason, Some(_)) => Heard::default(),
        }
    }

    fn not_fit(&mut self, why: String) -> Heard {
        self.unfit = Some(why.clone());
        self.over(Err(why));
        Heard::default()
    }

    fn over(&mut self, how: Result<(), String>) {
        self.stage = Stage::Resting;
        self.turn.clear();
        self.ended = Some(how);
    }

    fn turn_is(&mut self, id: &Value) {
        if let (Some(id), Stage::Working) = (id.as_str(), self.stage) {
            id.clone_into(&mut self.turn);
        }
    }

    /// Begins one with what did not find its way into the last, once that is over.
    fn next_turn(&mut self) -> Heard {
        if self.stage != Stage::Resting || self.unfit.is_some() {
            return Heard::default();
        }
        let Some((numbers, words)) = self.messages.kept() else { return Heard::default() };
        let say = vec![self.start_turn(&words, numbers)];
        Heard { say, ..Heard::default() }
    }

    /// Something that happened.
    fn told(&mut self, method: &str, params: &Value) -> Heard {
        // Helpers of its own have threads of their own; what they do is asked, what they say is not ours.
        let ours = params["threadId"].as_str().is_none_or(|thread| thread == self.thread);
        match method {
            "turn/started" if ours => {
                self.turn_is(&params["turn"]["id"]);
                Heard::default()
            }
            "item/started" | "item/completed" => {
                let item = &params["item"];
                if ours && item["type"] == "userMessage" {
                    let stands = self.messages.stands(&item["clientId"]);
                    return Heard { stands, ..Heard::default() };
                }
                Heard::of(self.items.seen(method == "item/completed", item, &mut self.tally))
            }
            "item/commandExecution/terminalInteraction" => {
                let typed = text(&params["stdin"]).filter(|typed| !typed.is_empty());
                let event = |label| Event::ToolStart { tool: "input".into(), label };
                Heard::of(typed.map(event).into_iter().collect())
            }
            "thread/tokenUsage/updated" if ours => {
                let total = &params["tokenUsage"]["total"];
                self.tally.usage = Usage {
                    input: number(&total["inputTokens"]),
                    cached: number(&total["cachedInputTokens"]),
                    output: number(&total["outputTokens"]),
                };
                Heard::of(vec![Event::Usage(self.tally.usage)])
            }
            "warning" | "configWarning" | "deprecationNotice" => {
                let said = text(&params["message"]).or_else(|| text(&params["summary"]));
                Heard::of(said.map(|text| Event::Warning { text }).into_iter().collect())
            }
            "error" if ours => Heard::of(self.erred(params)),
            "turn/completed" if ours => self.completed(&params["turn"]),
            _ => Heard::default(),
        }
    }

    fn erred(&mut self, params: &Value) -> Vec<Event> {
        let error = &params["error"];
        let said = text(&error["message"]).unwrap_or_default();
        let more = text(&error["additionalDetails"]).unwrap_or_default();
        let code = error["codexErrorInfo"].as_object().into_iter().flat_map(|info| info.values());
        let code = code.filter_map(|info| status(&info["httpStatusCode"])).next();
        let status = code.or_else(|| status_in(&more)).or_else(|| status_in(&said));
        self.tally.status = status.or(self.tally.status);
        match params["willRetry"] == true {
            true => vec![Event::Retry { status, wait_ms: None }],
            false => vec![Event::Warning { text: said }],
        }
    }

    fn completed(&mut self, turn: &Value) -> Heard {
        let how = match turn["status"].as_str().unwrap_or_default() {
            "completed" => Ok(()),
            "interrupted" => Err("Its turn was interrupted.".to_owned()),
            _ => {
                let why = text(&turn["error"]["message"]).unwrap_or_else(|| "The turn failed.".into());
                self.tally.status = status_in(&why).or(self.tally.status);
                Err(why)
            }
        };
        // After a turn that failed the next would fail too; what was said waits for another run.
        let goes_on = how.is_ok();
        self.over(how);
        if goes_on {
            self.messages.left_out();
            return self.next_turn();
        }
        Heard::default()
    }

    /// A request of its own. Every one is answered, or the turn would stand still.
    fn wants(&mut self, id: &Value, method: &str, params: &Value) -> Heard {
        let answer = |result: Value| Heard {
            say: vec![json!({ "id": id, "result": result }).to_string()],
            ..Heard::default()
        };
        let wish = match method {
            "item/commandExecution/requestApproval" => {
                Wish::Command(spoken(params["command"].as_str().unwrap_or_default()))
            }
            "item/fileChange/requestApproval" => Wish::Files(self.items.files_of(&params["itemId"])),
            "execCommandApproval" | "applyPatchApproval" => return answer(json!({ "decision": "denied" })),
            "item/permissions/requestApproval" => {
                return answer(json!({ "permissions": {}, "scope": "turn" }));
            }
            "item/tool/requestUserInput" => return answer(json!({ "answers": {} })),
            "mcpServer/elicitation/request" => {
                return answer(json!({ "action": "decline", "content": null, "_meta": null }));
            }
            _ => {
                let error = json!({ "code": -32601, "message": "Not offered here." });
                let say = vec![json!({ "id": id, "error": error }).to_string()];
                return Heard { say, ..Heard::default() };
            }
        };
        let asks = vec![Question { id: self.pending.wants(id, params), wish }];
        Heard { asks, ..Heard::default() }
    }
}

fn input(words: &str) -> Value {
    json!([{ "type": "text", "text": words, "text_elements": [] }])
}

impl Dialogue for Talk {
    fn begin(&mut self) -> Vec<String> {
        let client =
            json!({ "name": "pilothouse", "title": "Pilothouse", "version": env!("CARGO_PKG_VERSION") });
        let params = json!({ "clientInfo": client, "capabilities": null });
        vec![self.request(Asked::Greeting, "initialize", &params)]
    }

    fn line(&mut self, line: &str) -> Heard {
        let Some(value) = object(line) else { return Heard::default() };
        match (value["method"].as_str(), value.get("id")) {
            (Some(method), Some(id)) => self.wants(id, method, &value["params"]),
            (Some(method), None) => self.told(method, &value["params"]),
            (None, Some(id)) => match id.as_u64().and_then(|id| self.pending.answered(id)) {
                Some(what) => self.answered(what, &value),
                None => Heard::default(),
            },
            (None, None) => Heard::default(),
        }
    }

    fn answer(&mut self, id: u64, no: Option<&str>) -> Vec<String> {
        let Some(wanted) = self.pending.settled(id) else { return Vec::new() };
        let decision = if no.is_some() { "decline" } else { "accept" };
        let mut say = Vec::new();
        // Before the refusal, so that the model reads both together.
        if let (Some(why), Some(thread), Some(turn)) = (no, wanted.thread, wanted.turn) {
            say.push(self.steer(Asked::Reason, &format!("refusal-{id}"), &thread, &turn, why));
        }
        say.push(json!({ "id": wanted.request, "result": { "decision": decision } }).to_string());
        say
    }

    fn tell(&mut self, number: u64, words: &str) -> Option<Vec<String>> {
        if self.unfit.is_some() || matches!(self.stage, Stage::Greeting | Stage::Opening) {
            return None;
        }
        // After a turn that failed another run has to go on.
        if matches!(self.ended, Some(Err(_))) {
            return None;
        }
        if self.stage == Stage::Resting {
            self.messages.told(number, words);
            return Some(self.next_turn().say);
        }
        // Its turn begins just now, and has no name yet.
        if self.turn.is_empty() {
            return None;
        }
        let (thread, turn) = (self.thread.clone(), self.turn.clone());
        self.messages.told(number, words);
        self.messages.sent(&[number]);
        Some(vec![self.steer(Asked::Steer(number), &Messages::name(number), &thread, &turn, words)])
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
            None => self.tally.vanished("Codex", exit),
            Some(Err(why)) => {
                let verdict = Verdict::of_status(self.tally.status);
                self.tally.ended(verdict, why)
            }
            Some(Ok(())) if self.items.none_ran(&self.tally) => {
                self.tally.ended(Verdict::Error, "None of Codex's commands could be started.")
            }
            Some(Ok(())) => self.tally.ended(Verdict::Finished, "Codex finished."),
        }
    }
}

#[cfg(test)]
mod tests;
