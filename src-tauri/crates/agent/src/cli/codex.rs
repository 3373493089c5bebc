//! Codex: `codex exec --json`, for versions that cannot be spoken with ([`super::codex_server`]).
//!
//! Its exit code is 0 also when its own sandbox could start no command at all; an `item` of type `error` is often
//! only a warning; `turn.completed` and `turn.failed` decide. Its count of tokens goes on where the earlier run of
//! the same thread ended. Without its analytics switched off it waits five seconds for a network at its end.

use protocol::settings::Dialect;
use protocol::worker::WorkerBackend;
use serde_json::{Value, json};

use super::lines::{Tally, exit_code, number, object, session, short, status_in, text};
use super::{
    Asked, Cli, Ended, Errand, Event, Exit, Invocation, Login, Reader, Usage, Verdict, codex_server,
};

pub(super) const CLI: Cli = Cli {
    backend: WorkerBackend::Codex,
    title: "Codex",
    program: "codex",
    places: &[".local/bin/codex", ".npm-global/bin/codex", ".bun/bin/codex"],
    inner: &[
        "@openai/codex-linux-x64/vendor/x86_64-unknown-linux-musl/bin/codex",
        "@openai/codex-linux-arm64/vendor/aarch64-unknown-linux-musl/bin/codex",
        "@openai/codex-darwin-arm64/vendor/aarch64-apple-darwin/bin/codex",
        "@openai/codex-darwin-x64/vendor/x86_64-apple-darwin/bin/codex",
    ],
    version: Asked::Program(&["--version"]),
    login: Some(Login {
        args: &["login", "status"],
        read: |code, said| match code {
            Some(0) => Some(true),
            Some(_) if said.contains("Not logged in") => Some(false),
            _ => None,
        },
    }),
    tried: Some("0.169.0"),
    install: "npm install -g @openai/codex@0.169.0",
    speaks: &[Dialect::OpenaiResponses],
    resumes: true,
    told_denials: false,
    counts_session: true,
    invoke,
    reader: || Box::new(Lines::default()),
    spoken: Some(codex_server::SPOKEN),
};

pub(super) const PROVIDER: &str = "pilothouse";

fn invoke(errand: &Errand) -> Invocation {
    let mut made = Invocation::default();
    let mut arg = |text: &str| made.args.push(text.to_owned());
    arg("exec");
    if errand.resume.is_some() {
        arg("resume");
    }
    for flag in [
        "--json",
        // Nobody's settings, rules and hooks but these.
        "--ignore-user-config",
        "--ignore-rules",
        "--skip-git-repo-check",
        "--dangerously-bypass-approvals-and-sandbox",
    ] {
        arg(flag);
    }
    arg("-m");
    arg(&errand.model.name);
    made.args.extend(settings(errand));
    if let Some(session) = &errand.resume {
        made.args.push(session.clone());
    }
    let prompt = errand.prompt_argument(&mut made.files);
    made.args.push(prompt);
    made.env.push(key(errand));
    made
}

/// Its key, which settings name by this variable.
pub(super) fn key(errand: &Errand) -> (&'static str, String) {
    ("PILOTHOUSE_MODEL_KEY", errand.model.key.clone())
}

/// The settings of every run, as arguments.
pub(super) fn settings(errand: &Errand) -> Vec<String> {
    // JSON strings are TOML strings.
    let text = |value: &str| json!(value).to_string();
    let provider = format!(
        "{{name={},base_url={},env_key=\"PILOTHOUSE_MODEL_KEY\",wire_api=\"responses\",request_max_retries=3,stream_max_retries=3,stream_idle_timeout_ms=600000}}",
        text(PROVIDER),
        text(&errand.base_url())
    );
    let mut settings = vec![
        format!("model_provider={}", text(PROVIDER)),
        format!("model_providers.{PROVIDER}={provider}"),
        "analytics.enabled=false".to_owned(),
        "features.plugins=false".to_owned(),
        "features.remote_plugin=false".to_owned(),
        "check_for_update_on_startup=false".to_owned(),
        "web_search=\"disabled\"".to_owned(),
    ];
    settings.extend(errand.model.context_window.map(|tokens| format!("model_context_window={tokens}")));
    settings.into_iter().flat_map(|setting| ["-c".to_owned(), setting]).collect()
}

#[derive(Default)]
struct Lines {
    tally: Tally,
    completed: bool,
    failed: Option<String>,
}

impl Reader for Lines {
    fn line(&mut self, line: &str) -> Vec<Event> {
        let Some(value) = object(line) else { return Vec::new() };
        match value["type"].as_str().unwrap_or_default() {
            "thread.started" => session(&value["thread_id"]),
            "item.started" => self.started(&value["item"]),
            "item.completed" => self.ended_item(&value["item"]),
            "turn.completed" => {
                self.completed = true;
                let usage = &value["usage"];
                self.tally.usage = Usage {
                    input: number(&usage["input_tokens"]),
                    cached: number(&usage["cached_input_tokens"]),
                    output: number(&usage["output_tokens"]),
                };
                vec![Event::Usage(self.tally.usage)]
            }
            "turn.failed" => {
                let why = text(&value["error"]["message"]).unwrap_or_else(|| "The turn failed.".into());
                self.tally.status = status_in(&why).or(self.tally.status);
                self.failed = Some(why);
                Vec::new()
            }
            // Said before each of its own retries, and once more before `turn.failed`.
            "error" => {
                let said = text(&value["message"]).unwrap_or_default();
                let status = status_in(&said);
                self.tally.status = status.or(self.tally.status);
                match said.starts_with("Reconnecting") {
                    true => vec![Event::Retry { status, wait_ms: None }],
                    false => vec![Event::Warning { text: said }],
                }
            }
            _ => Vec::new(),
        }
    }

    fn end(&mut self, exit: &Exit) -> Ended {
        if let Some(why) = self.failed.take() {
            let verdict = Verdict::of_status(self.tally.status);
            return self.tally.ended(verdict, why);
        }
        if !self.completed {
            return self.tally.vanished("Codex", exit);
        }
        if self.tally.commands > 0 && self.tally.commands == self.tally.failed_commands {
            return self.tally.ended(Verdict::Error, "None of Codex's commands could be started.");
        }
        self.tally.ended(Verdict::Finished, "Codex finished.")
    }
}

impl Lines {
    fn started(&self, item: &Value) -> Vec<Event> {
        let start = |tool: &str, label: Option<String>| {
            vec![Event::ToolStart { tool: tool.to_owned(), label: label.unwrap_or_default() }]
        };
        match item["type"].as_str().unwrap_or_default() {
            "command_execution" => start("bash", text(&item["command"])),
            "mcp_tool_call" => start("mcp", text(&item["tool"])),
            _ => Vec::new(),
        }
    }

    fn ended_item(&mut self, item: &Value) -> Vec<Event> {
        match item["type"].as_str().unwrap_or_default() {
            "agent_message" => {
                let said = item["text"].as_str().unwrap_or_default();
                self.tally.say(said);
                vec![Event::Text { text: short(said) }]
            }
            "command_execution" => {
                let output = item["aggregated_output"].as_str().unwrap_or_default();
                let code = exit_code(&item["exit_code"]);
                self.tally.commands += 1;
                // A command that ran and failed is ordinary; one that its sandbox kept from running is not.
                if code.is_none() || (code != Some(0) && output.contains("codex-linux-sandbox")) {
                    self.tally.failed_commands += 1;
                }
                vec![Event::ToolEnd {
                    tool: "bash".into(),
                    failed: code != Some(0),
                    exit_code: code,
                    text: short(output),
                }]
            }
            "file_change" => {
                let paths: Vec<_> = item["changes"]
                    .as_array()
                    .into_iter()
                    .flatten()
                    .filter_map(|change| change["path"].as_str())
                    .collect();
                let failed = item["status"] == "failed";
                vec![
                    Event::ToolStart { tool: "edit".into(), label: short(&paths.join(", ")) },
                    Event::ToolEnd { tool: "edit".into(), failed, exit_code: None, text: String::new() },
                ]
            }
            "error" => vec![Event::Warning { text: text(&item["message"]).unwrap_or_default() }],
            _ => Vec::new(),
        }
    }
}
