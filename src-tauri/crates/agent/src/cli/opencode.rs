//! opencode: `opencode acp`, where it asks before commands and edits and hears messages while it works, and
//! `opencode run --format json` for a version without it.
//!
//! It asks for a title first, in a call of its own. Rate limits are waited for in silence. A run is finished when
//! its last step ended with `stop` and no error came after it.
//!
//! Spoken with, four things have to be so. A refusal ends its turn unless `continue_loop_on_deny` is set. A helper of
//! its own (`task`) asks in a session nobody hears and would wait for ever, so there is none. The repository's own
//! settings and plug-ins could answer its questions, so they are not read; its AGENTS.md is. And what ran there could
//! have left settings and plug-ins in HOME, so those are taken away before each start. Its sessions stay, since later
//! rounds go on with them.

use protocol::settings::Dialect;
use protocol::worker::WorkerBackend;
use serde_json::{Value, json};

use super::acp::{Manner, Refusal, Talk};
use super::dialogue::Spoken;
use super::lines::{Tally, exit_code, first_text, number, object, short, status, text};
use super::{Asked, Cli, Ended, Errand, Event, Exit, Invocation, Reader, Usage, Verdict};

pub(super) const CLI: Cli = Cli {
    backend: WorkerBackend::Opencode,
    title: "opencode",
    program: "opencode",
    places: &[
        ".opencode/bin/opencode",
        ".local/bin/opencode",
        ".npm-global/bin/opencode",
        ".bun/bin/opencode",
    ],
    // The one that runs on every processor first.
    inner: &[
        "opencode-linux-x64-baseline/bin/opencode",
        "opencode-linux-x64/bin/opencode",
        "opencode-linux-arm64/bin/opencode",
        "opencode-darwin-arm64/bin/opencode",
        "opencode-darwin-x64/bin/opencode",
    ],
    version: Asked::Program(&["--version"]),
    // `opencode auth list` is a table for people.
    login: None,
    tried: Some("1.18.33"),
    install: "npm install -g opencode-ai@1.18.33",
    speaks: &[Dialect::OpenaiChat],
    resumes: true,
    told_denials: true,
    counts_session: false,
    invoke,
    reader: || Box::new(Lines::default()),
    spoken: Some(Spoken { invoke: invoke_spoken, open: |errand| Box::new(Talk::new(MANNER, errand)) }),
};

const MANNER: Manner = Manner {
    title: "opencode",
    refusal: Refusal::Beside,
    hears_at_work: true,
    resume: Some("session/resume"),
    mode: None,
    shows_writes: true,
};

const PROVIDER: &str = "pilothouse";

/// What could change what it asks about, left in its HOME.
const LEFT_BEHIND: [&str; 3] = [".config/opencode", ".opencode", ".local/share/opencode/auth.json"];

fn invoke(errand: &Errand) -> Invocation {
    let named = format!("{PROVIDER}/{}", errand.model.name);
    let mut made = configured(errand, "allow");
    made.args = ["run", "--format", "json", "--auto", "-m", named.as_str()].map(str::to_owned).to_vec();
    if let Some(session) = &errand.resume {
        made.args.extend(["--session".to_owned(), session.clone()]);
    }
    let prompt = errand.prompt_argument(&mut made.files);
    made.args.push(prompt);
    made
}

fn invoke_spoken(errand: &Errand) -> Invocation {
    Invocation { args: vec!["acp".to_owned()], ..configured(errand, "ask") }
}

/// Its settings; `action` is what it does before commands and edits.
fn configured(errand: &Errand, action: &str) -> Invocation {
    let named = format!("{PROVIDER}/{}", errand.model.name);
    let mut model = json!({ "name": errand.model.name });
    if let Some(tokens) = errand.model.context_window {
        model["limit"] = json!({ "context": tokens, "output": (tokens / 4).min(32_000) });
    }
    // The last pattern that fits decides, and a star comes first in any order of keys.
    let mut bash = serde_json::Map::from_iter([("*".to_owned(), json!(action))]);
    for words in &errand.denied {
        bash.insert(words.join(" "), json!("deny"));
        bash.insert(format!("{} *", words.join(" ")), json!("deny"));
    }
    let config = json!({
        "share": "disabled",
        "autoupdate": false,
        "experimental": { "continue_loop_on_deny": true },
        "instructions": [format!("{}/AGENTS.md", errand.folder)],
        "permission": {
            "*": "allow",
            "webfetch": "deny",
            "websearch": "deny",
            "task": "deny",
            "question": "deny",
            "edit": action,
            "bash": bash,
        },
        "provider": {
            PROVIDER: {
                "npm": "@ai-sdk/openai-compatible",
                "name": "Pilothouse",
                "options": { "baseURL": errand.base_url(), "apiKey": errand.model.key },
                "models": { errand.model.name.as_str(): model },
            }
        },
        "model": named,
        "small_model": named,
    });
    let env = vec![
        ("OPENCODE_CONFIG_CONTENT", config.to_string()),
        ("OPENCODE_DISABLE_AUTOUPDATE", "1".into()),
        ("OPENCODE_DISABLE_MODELS_FETCH", "1".into()),
        ("OPENCODE_DISABLE_LSP_DOWNLOAD", "1".into()),
        ("OPENCODE_DISABLE_PROJECT_CONFIG", "1".into()),
        ("OPENCODE_PURE", "1".into()),
    ];
    Invocation { env, removed: LEFT_BEHIND.to_vec(), ..Invocation::default() }
}

#[derive(Default)]
struct Lines {
    tally: Tally,
    session: bool,
    /// Why the last step ended.
    finish: Option<String>,
    error: Option<String>,
}

impl Reader for Lines {
    fn line(&mut self, line: &str) -> Vec<Event> {
        let Some(value) = object(line) else { return Vec::new() };
        let part = &value["part"];
        let mut events = Vec::new();
        if let (false, Some(id)) = (self.session, value["sessionID"].as_str()) {
            self.session = true;
            events.push(Event::Session { id: id.to_owned() });
        }
        match value["type"].as_str().unwrap_or_default() {
            "text" => {
                let said = part["text"].as_str().unwrap_or_default();
                self.tally.say(said);
                events.push(Event::Text { text: short(said) });
            }
            "tool_use" => events.extend(used(part)),
            "step_finish" => {
                let tokens = &part["tokens"];
                let cached = number(&tokens["cache"]["read"]);
                self.tally.usage += Usage {
                    input: number(&tokens["input"]) + number(&tokens["cache"]["write"]) + cached,
                    cached,
                    output: number(&tokens["output"]) + number(&tokens["reasoning"]),
                };
                if let Some(cost) = part["cost"].as_f64().filter(|cost| *cost > 0.0) {
                    self.tally.cost_usd = Some(self.tally.cost_usd.unwrap_or_default() + cost);
                }
                self.finish = part["reason"].as_str().map(str::to_owned);
                self.error = None;
                events.push(Event::Usage(self.tally.usage));
            }
            "error" => {
                let (name, data) = (&value["error"]["name"], &value["error"]["data"]);
                let status = status(&data["statusCode"]);
                self.tally.status = status;
                let why = text(&data["message"])
                    .or_else(|| text(name))
                    .unwrap_or_else(|| "opencode reported an error.".into());
                self.error = Some(match status {
                    Some(status) => format!("{why} ({status})"),
                    None => why,
                });
            }
            _ => {}
        }
        events
    }

    fn end(&mut self, exit: &Exit) -> Ended {
        if let Some(why) = self.error.take() {
            return self.tally.ended(Verdict::of_status(self.tally.status), why);
        }
        match self.finish.take().as_deref() {
            Some("stop") => self.tally.ended(Verdict::Finished, "opencode finished."),
            Some("length") => self.tally.ended(Verdict::Limit, "The model's reply was cut at its limit."),
            _ => self.tally.vanished("opencode", exit),
        }
    }
}

/// It tells of a tool once, when it has ended.
fn used(part: &Value) -> [Event; 2] {
    let (tool, state) = (part["tool"].as_str().unwrap_or_default().to_owned(), &part["state"]);
    let input = &state["input"];
    let label = first_text(input, &["command", "filePath", "pattern", "path"])
        .or_else(|| text(&state["title"]))
        .unwrap_or_default();
    let code = exit_code(&state["metadata"]["exit"]);
    let said = text(&state["output"]).or_else(|| text(&state["error"])).unwrap_or_default();
    let failed = state["status"] == "error" || code.is_some_and(|code| code != 0);
    [
        Event::ToolStart { tool: tool.clone(), label },
        Event::ToolEnd { tool, failed, exit_code: code, text: said },
    ]
}
