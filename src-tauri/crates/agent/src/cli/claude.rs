//! Claude Code: `claude -p --output-format stream-json`, and where its version can, `--input-format stream-json` as
//! well: then a message enters its session while it works.
//!
//! `subtype` says `success` also when nothing was done because nobody is logged in: `is_error` decides. A refused
//! key is asked with ten more times, for more than a minute, unless somebody stops it. As root it refuses to skip
//! its questions unless `IS_SANDBOX` says that something else confines it.

use protocol::settings::Dialect;
use protocol::worker::WorkerBackend;
use serde_json::{Value, json};

use super::dialogue::{Dialogue, Heard, Spoken, not_known};
use super::hook::{ASKED_ABOUT, ASKED_AT};
use super::lines::{Tally, Tools, first_text, number, object, short, status, status_in, text};
use super::{Asked, Cli, Ended, Errand, Event, Exit, Invocation, Login, Reader, Usage, Verdict};

pub(super) const CLI: Cli = Cli {
    backend: WorkerBackend::Claude,
    title: "Claude Code",
    program: "claude",
    places: &[".local/bin/claude", ".claude/local/claude", ".npm-global/bin/claude", ".bun/bin/claude"],
    inner: &[
        "@anthropic-ai/claude-code-linux-x64/claude",
        "@anthropic-ai/claude-code-linux-arm64/claude",
        "@anthropic-ai/claude-code-linux-x64-musl/claude",
        "@anthropic-ai/claude-code-linux-arm64-musl/claude",
        "@anthropic-ai/claude-code-darwin-arm64/claude",
        "@anthropic-ai/claude-code-darwin-x64/claude",
    ],
    version: Asked::Program(&["--version"]),
    login: Some(Login {
        args: &["auth", "status"],
        read: |_, said| match said.split_whitespace().collect::<String>() {
            said if said.contains("\"loggedIn\":true") => Some(true),
            said if said.contains("\"loggedIn\":false") => Some(false),
            _ => None,
        },
    }),
    tried: Some("2.1.197"),
    install: "npm install -g @anthropic-ai/claude-code@2.1.197",
    speaks: &[Dialect::AnthropicMessages],
    resumes: true,
    told_denials: true,
    counts_session: false,
    invoke,
    reader: || Box::new(Lines::default()),
    spoken: Some(Spoken { invoke: invoke_spoken, open: |errand| Box::new(Talk::new(&errand.prompt)) }),
};

/// Longest time a person is waited for; the answer comes before.
const ASKED_SECONDS: u64 = 900;

/// What could change how it asks, left in its HOME.
const LEFT_BEHIND: [&str; 2] = [".claude/settings.json", ".claude/settings.local.json"];

/// What a job needs. Without a network, a person or another day the other tools are of no use.
const TOOLS: &str = "Bash,Read,Edit,Write,Glob,Grep,NotebookEdit";

fn invoke(errand: &Errand) -> Invocation {
    let mut made = Invocation::default();
    // Before the options: some of those take any number of words.
    made.args = vec!["-p".to_owned(), errand.prompt_argument(&mut made.files)];
    with_options(made, errand)
}

fn invoke_spoken(errand: &Errand) -> Invocation {
    // A message is said once more when it enters the session.
    let args = ["-p", "--input-format", "stream-json", "--replay-user-messages"].map(str::to_owned);
    with_options(Invocation { args: args.to_vec(), ..Invocation::default() }, errand)
}

fn with_options(mut made: Invocation, errand: &Errand) -> Invocation {
    let steps = errand.steps.to_string();
    let args = [
        "--output-format",
        "stream-json",
        "--verbose",
        "--model",
        errand.model.name.as_str(),
        "--dangerously-skip-permissions",
        // Settings and hooks of the repository would change how this runs.
        "--setting-sources",
        "user",
        "--strict-mcp-config",
        "--max-turns",
        steps.as_str(),
        "--tools",
        TOOLS,
    ];
    made.args.extend(args.map(str::to_owned));
    // It asks at the way to the model before each command and each file it writes, also with its own questions switched
    // off. As an argument, because a file below its HOME could be changed by what runs there. What it cannot ask about it runs, so denials
    // are told as well; those hold in every mode.
    let hook = json!({
        "type": "http",
        "url": format!("{}{ASKED_AT}", errand.model.origin.trim_end_matches('/')),
        // By the name of its variable: a key is no argument.
        "headers": { "Authorization": "Bearer $ANTHROPIC_API_KEY" },
        "allowedEnvVars": ["ANTHROPIC_API_KEY"],
        "timeout": ASKED_SECONDS,
    });
    let hooks = json!({ "PreToolUse": [{ "matcher": ASKED_ABOUT.join("|"), "hooks": [hook] }] });
    // Said here as well: what runs there could switch them off in its HOME.
    let settings = json!({ "disableAllHooks": false, "hooks": hooks });
    made.removed = LEFT_BEHIND.to_vec();
    made.args.extend(["--settings".to_owned(), settings.to_string()]);
    if !errand.denied.is_empty() {
        made.args.push("--disallowedTools".to_owned());
        made.args.extend(errand.denied.iter().map(|words| format!("Bash({}:*)", words.join(" "))));
    }
    if let Some(session) = &errand.resume {
        made.args.extend(["--resume".to_owned(), session.clone()]);
    }
    let model = || errand.model.name.clone();
    made.env = vec![
        ("ANTHROPIC_BASE_URL", errand.model.origin.clone()),
        ("ANTHROPIC_API_KEY", errand.model.key.clone()),
        // Its side calls would ask for models of other names.
        ("ANTHROPIC_DEFAULT_HAIKU_MODEL", model()),
        ("ANTHROPIC_DEFAULT_SONNET_MODEL", model()),
        ("ANTHROPIC_DEFAULT_OPUS_MODEL", model()),
        ("CLAUDE_CODE_SUBAGENT_MODEL", model()),
        ("CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC", "1".into()),
        ("CLAUDE_CODE_MAX_RETRIES", "4".into()),
        ("DISABLE_AUTOUPDATER", "1".into()),
        ("IS_SANDBOX", "1".into()),
    ];
    made
}

#[derive(Default)]
struct Lines {
    tally: Tally,
    session: Option<String>,
    result: Option<(bool, String, String)>,
    tools: Tools,
}

impl Reader for Lines {
    fn line(&mut self, line: &str) -> Vec<Event> {
        let Some(value) = object(line) else { return Vec::new() };
        match (value["type"].as_str().unwrap_or_default(), value["subtype"].as_str().unwrap_or_default()) {
            ("system", "init") => self.session(&value),
            ("system", "api_retry") => {
                let status = status(&value["error_status"]);
                self.tally.status = status.or(self.tally.status);
                let wait_ms = value["retry_delay_ms"].as_f64().map(|ms| ms.max(0.0) as u64);
                vec![Event::Retry { status, wait_ms }]
            }
            ("assistant", _) => self.spoke(&value["message"]["content"]),
            ("user", _) => self.came_back(&value["message"]["content"]),
            ("result", kind) => {
                let said = value["result"].as_str().unwrap_or_default().to_owned();
                let status = status(&value["api_error_status"]).or_else(|| status_in(&said));
                self.tally.status = status.or(self.tally.status);
                self.tally.cost_usd = value["total_cost_usd"].as_f64();
                let usage = &value["usage"];
                let cached = number(&usage["cache_read_input_tokens"]);
                // Of its turn alone; messages may have led to more than one.
                self.tally.usage += Usage {
                    input: number(&usage["input_tokens"])
                        + number(&usage["cache_creation_input_tokens"])
                        + cached,
                    cached,
                    output: number(&usage["output_tokens"]),
                };
                let failed = value["is_error"].as_bool().unwrap_or(true);
                if !failed {
                    self.tally.say(&said);
                }
                self.result = Some((failed, kind.to_owned(), said));
                vec![Event::Usage(self.tally.usage)]
            }
            _ => Vec::new(),
        }
    }

    fn end(&mut self, exit: &Exit) -> Ended {
        let Some((failed, kind, said)) = self.result.take() else {
            return self.tally.vanished("Claude Code", exit);
        };
        if kind.starts_with("error_max") {
            return self.tally.ended(Verdict::Limit, format!("Claude Code stopped at its limit ({kind})."));
        }
        if !failed && kind == "success" {
            return self.tally.ended(Verdict::Finished, "Claude Code finished.");
        }
        let lower = said.to_lowercase();
        let verdict = match () {
            () if lower.contains("not logged in") || lower.contains("/login") => Verdict::NotLoggedIn,
            () if lower.contains("usage limit") || lower.contains("limit reached") => Verdict::Limit,
            () => Verdict::of_status(self.tally.status),
        };
        let reason = if said.is_empty() { format!("Claude Code failed ({kind}).") } else { said };
        self.tally.ended(verdict, reason)
    }
}

impl Lines {
    fn session(&mut self, value: &Value) -> Vec<Event> {
        let id = value["session_id"].as_str().map(str::to_owned);
        if id.is_none() || id == self.session {
            return Vec::new();
        }
        self.session.clone_from(&id);
        id.map(|id| Event::Session { id }).into_iter().collect()
    }

    fn spoke(&mut self, content: &Value) -> Vec<Event> {
        let mut events = Vec::new();
        for block in content.as_array().into_iter().flatten() {
            match block["type"].as_str().unwrap_or_default() {
                "text" => {
                    let said = block["text"].as_str().unwrap_or_default();
                    self.tally.say(said);
                    events.push(Event::Text { text: short(said) });
                }
                "tool_use" => {
                    let tool = block["name"].as_str().unwrap_or_default().to_lowercase();
                    let input = &block["input"];
                    let names = ["command", "file_path", "pattern", "path", "notebook_path"];
                    let label = first_text(input, &names).unwrap_or_default();
                    self.tools.began(&block["id"], &tool);
                    events.push(Event::ToolStart { tool, label });
                }
                _ => {}
            }
        }
        events
    }

    fn came_back(&self, content: &Value) -> Vec<Event> {
        let blocks = content.as_array().into_iter().flatten();
        let results = blocks.filter(|block| block["type"] == "tool_result");
        results
            .map(|block| {
                let parts = block["content"].as_array().into_iter().flatten();
                let said = text(&block["content"]).unwrap_or_else(|| {
                    short(&parts.filter_map(|part| part["text"].as_str()).collect::<Vec<_>>().join("\n"))
                });
                Event::ToolEnd {
                    tool: self.tools.of(&block["tool_use_id"]),
                    failed: block["is_error"].as_bool().unwrap_or(false),
                    exit_code: None,
                    text: said,
                }
            })
            .collect()
    }
}

/// A run that messages enter.
struct Talk {
    lines: Lines,
    prompt: String,
    heard: bool,
    /// Turns that were begun and have not ended, as far as it is known: its first, and one for each message that did
    /// not enter a turn.
    at_work: bool,
    /// Messages that do not stand before the model yet.
    told: Vec<u64>,
}

impl Talk {
    fn new(prompt: &str) -> Self {
        let prompt = prompt.to_owned();
        Self { lines: Lines::default(), prompt, heard: false, at_work: true, told: Vec::new() }
    }
}

/// What names a message; the agent wants the form of a UUID.
fn named(number: u64) -> String {
    format!("00000000-0000-4000-8000-{:012x}", number & 0xffff_ffff_ffff)
}

fn message(text: &str) -> Value {
    json!({ "type": "user", "message": { "role": "user", "content": [{ "type": "text", "text": text }] } })
}

impl Dialogue for Talk {
    fn begin(&mut self) -> Vec<String> {
        vec![message(&self.prompt).to_string()]
    }

    fn line(&mut self, line: &str) -> Heard {
        let mut heard = Heard::of(self.lines.line(line));
        let Some(value) = object(line) else { return heard };
        self.heard = true;
        match value["type"].as_str().unwrap_or_default() {
            // What it was told is no result of a tool, and it is at work on it from here on.
            "user" if value["isReplay"] == true => {
                self.at_work = true;
                let uuid = value["uuid"].as_str().unwrap_or_default();
                if let Some(at) = self.told.iter().position(|number| named(*number) == uuid) {
                    heard.stands.push(self.told.remove(at));
                }
            }
            "result" => self.at_work = false,
            _ => {}
        }
        heard
    }

    /// It asks where the model is, see [`super::hook`].
    fn answer(&mut self, _: u64, _: Option<&str>) -> Vec<String> {
        Vec::new()
    }

    fn tell(&mut self, number: u64, text: &str) -> Option<Vec<String>> {
        let mut said = message(text);
        said["uuid"] = Value::from(named(number));
        self.told.push(number);
        Some(vec![said.to_string()])
    }

    fn rests(&self) -> bool {
        !self.at_work && self.told.is_empty()
    }

    fn unfit(&self, exit: &Exit) -> Option<String> {
        not_known(exit).filter(|_| !self.heard)
    }

    fn end(&mut self, exit: &Exit) -> Ended {
        self.lines.end(exit)
    }
}
