//! Gemini CLI: `gemini --acp`, where it asks before commands and edits, and `gemini --output-format stream-json` for a
//! version without it.
//!
//! Its model calls are in a dialect of Google's own, which [`super::google`] translates. It asks which way to log in
//! before anything else unless a settings file has answered that, and exits with many different codes.
//!
//! Spoken with, it lets commands it takes for safe through unasked (`echo`, `cat`, `ls`), whatever a rule says, unless
//! the rule looks at a command's words: ours does, and fits all. Words that come while a turn runs would end the turn
//! and the command in it, so they begin the next one. The clone stays untrusted, because the repository's settings could
//! bring rules, hooks and servers of their own; so nothing of it is read by itself, and it is told to read what is written
//! for agents. A session of an earlier run is not found again (0.61 empties the record it is about to read).

use protocol::settings::Dialect;
use protocol::worker::WorkerBackend;
use serde_json::json;

use super::acp::{Manner, Refusal, Talk};
use super::dialogue::Spoken;
use super::lines::{Tally, Tools, first_text, number, object, session, short, status_in, text};
use super::{Asked, Cli, Ended, Errand, Event, Exit, File, Invocation, Reader, Usage, Verdict};

pub(super) const CLI: Cli = Cli {
    backend: WorkerBackend::Gemini,
    title: "Gemini CLI",
    program: "gemini",
    places: &[".local/bin/gemini", ".npm-global/bin/gemini", ".bun/bin/gemini"],
    inner: &[],
    version: Asked::Program(&["--version"]),
    login: None,
    tried: Some("0.61.0"),
    install: "npm install -g @google/gemini-cli@0.61.0",
    speaks: &[Dialect::OpenaiChat, Dialect::OpenaiResponses, Dialect::AnthropicMessages],
    resumes: false,
    told_denials: true,
    counts_session: false,
    invoke,
    reader: || Box::new(Lines::default()),
    spoken: Some(Spoken { invoke: invoke_spoken, open: |errand| Box::new(Talk::new(MANNER, errand)) }),
};

const MANNER: Manner = Manner {
    title: "Gemini CLI",
    refusal: Refusal::Instead,
    hears_at_work: false,
    resume: None,
    mode: Some("default"),
    shows_writes: false,
};

/// Settings, rules, hooks, extensions and memories that ran there could have left.
const LEFT_BEHIND: [&str; 1] = [".gemini"];

/// Above everything but its administrator's rules.
const HIGHEST: u32 = 999;

/// For a clone it does not trust.
const READ_FIRST: &str = "Before you begin, read the files GEMINI.md and AGENTS.md in the project's folder, where they exist: they say how to work there.\n";

fn invoke(errand: &Errand) -> Invocation {
    let mut made = configured(errand, false);
    let prompt = errand.prompt_argument(&mut made.files);
    let args = [
        "--output-format",
        "stream-json",
        "--approval-mode",
        "yolo",
        "--skip-trust",
        "-m",
        errand.model.name.as_str(),
        "-p",
        prompt.as_str(),
    ];
    made.args = args.map(str::to_owned).to_vec();
    made
}

fn invoke_spoken(errand: &Errand) -> Invocation {
    let mut made = configured(errand, true);
    let args = ["--acp", "--approval-mode", "default", "-m", errand.model.name.as_str()];
    made.args = args.map(str::to_owned).to_vec();
    made.files.push(File { below_home: ".gemini/GEMINI.md", text: READ_FIRST.to_owned() });
    made
}

fn configured(errand: &Errand, asks: bool) -> Invocation {
    let mut made = Invocation { removed: LEFT_BEHIND.to_vec(), ..Invocation::default() };
    let settings = json!({
        "security": { "auth": { "selectedType": "gemini-api-key" } },
        "privacy": { "usageStatisticsEnabled": false },
        "general": { "disableAutoUpdate": true },
        "model": { "maxSessionTurns": errand.steps },
    });
    made.files.push(File { below_home: ".gemini/settings.json", text: settings.to_string() });
    // JSON strings are TOML strings.
    let denied = errand.denied.iter().map(|words| {
        let prefix = json!(words.join(" "));
        format!(
            "[[rule]]\ntoolName = \"run_shell_command\"\ncommandPrefix = {prefix}\ndecision = \"deny\"\npriority = {HIGHEST}\n"
        )
    });
    let asked = format!(
        "[[rule]]\ntoolName = [\"run_shell_command\", \"write_file\", \"replace\"]\nargsPattern = \".\"\ndecision = \"ask_user\"\npriority = {}\n",
        HIGHEST - 1
    );
    let rules: Vec<_> = denied.chain(asks.then_some(asked)).collect();
    if !rules.is_empty() {
        made.files.push(File { below_home: ".gemini/policies/pilothouse.toml", text: rules.join("\n") });
    }
    made.env = vec![
        ("GOOGLE_GEMINI_BASE_URL", errand.model.origin.clone()),
        ("GEMINI_API_KEY", errand.model.key.clone()),
    ];
    made
}

#[derive(Default)]
struct Lines {
    tally: Tally,
    speaking: String,
    result: Option<(String, String)>,
    tools: Tools,
}

impl Reader for Lines {
    fn line(&mut self, line: &str) -> Vec<Event> {
        let Some(value) = object(line) else { return Vec::new() };
        match value["type"].as_str().unwrap_or_default() {
            "init" => session(&value["session_id"]),
            // Its words come in pieces.
            "message" if value["role"] == "assistant" => {
                let piece = value["content"].as_str().unwrap_or_default();
                if value["delta"] != true {
                    self.speaking.clear();
                }
                self.speaking.push_str(piece);
                self.tally.say(&self.speaking);
                vec![Event::Text { text: short(piece) }]
            }
            "tool_use" => {
                self.speaking.clear();
                let tool = value["tool_name"].as_str().unwrap_or_default().to_owned();
                let input = &value["parameters"];
                let names = ["command", "file_path", "absolute_path", "pattern", "path"];
                let label = first_text(input, &names).unwrap_or_default();
                self.tools.began(&value["tool_id"], &tool);
                vec![Event::ToolStart { tool, label }]
            }
            "tool_result" => {
                let said = text(&value["output"]).or_else(|| text(&value["error"]["message"]));
                vec![Event::ToolEnd {
                    tool: self.tools.of(&value["tool_id"]),
                    failed: value["status"] != "success",
                    exit_code: None,
                    text: said.unwrap_or_default(),
                }]
            }
            "error" => vec![Event::Warning { text: text(&value["message"]).unwrap_or_default() }],
            "result" => {
                let stats = &value["stats"];
                self.tally.usage = Usage {
                    input: number(&stats["input_tokens"]),
                    cached: number(&stats["cached"]),
                    output: number(&stats["output_tokens"]),
                };
                let why = text(&value["error"]["message"]).unwrap_or_default();
                self.tally.status = status_in(&why);
                self.result = Some((value["status"].as_str().unwrap_or_default().to_owned(), why));
                vec![Event::Usage(self.tally.usage)]
            }
            _ => Vec::new(),
        }
    }

    fn end(&mut self, exit: &Exit) -> Ended {
        match self.result.take() {
            Some((status, _)) if status == "success" => {
                self.tally.ended(Verdict::Finished, "Gemini CLI finished.")
            }
            Some((_, why)) => {
                let status = self.tally.status.or_else(|| status_in(&exit.stderr));
                let why = if why.is_empty() { "Gemini CLI reported an error.".to_owned() } else { why };
                self.tally.ended(Verdict::of_status(status), why)
            }
            None => self.tally.vanished("Gemini CLI", exit),
        }
    }
}
