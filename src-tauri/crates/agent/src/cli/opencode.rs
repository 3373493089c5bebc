//! opencode: `opencode run --format json`.
//!
//! It asks for a title first, in a call of its own. Rate limits are waited for in silence. A run is finished when
//! its last step ended with `stop` and no error came after it.

use protocol::settings::Dialect;
use protocol::worker::WorkerBackend;
use serde_json::{Value, json};

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
};

const PROVIDER: &str = "pilothouse";

fn invoke(errand: &Errand) -> Invocation {
    let mut made = Invocation::default();
    let named = format!("{PROVIDER}/{}", errand.model.name);
    let mut model = json!({ "name": errand.model.name });
    if let Some(tokens) = errand.model.context_window {
        model["limit"] = json!({ "context": tokens, "output": (tokens / 4).min(32_000) });
    }
    // The last pattern that fits decides, and a star comes first in any order of keys.
    let mut bash = serde_json::Map::from_iter([("*".to_owned(), json!("allow"))]);
    for words in &errand.denied {
        bash.insert(words.join(" "), json!("deny"));
        bash.insert(format!("{} *", words.join(" ")), json!("deny"));
    }
    let config = json!({
        "share": "disabled",
        "autoupdate": false,
        "permission": { "webfetch": "deny", "websearch": "deny", "bash": bash },
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
    made.args = ["run", "--format", "json", "--auto", "-m", named.as_str()].map(str::to_owned).to_vec();
    if let Some(session) = &errand.resume {
        made.args.extend(["--session".to_owned(), session.clone()]);
    }
    let prompt = errand.prompt_argument(&mut made.files);
    made.args.push(prompt);
    made.env = vec![
        ("OPENCODE_CONFIG_CONTENT", config.to_string()),
        ("OPENCODE_DISABLE_AUTOUPDATE", "1".into()),
        ("OPENCODE_DISABLE_MODELS_FETCH", "1".into()),
        ("OPENCODE_DISABLE_LSP_DOWNLOAD", "1".into()),
    ];
    made
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
