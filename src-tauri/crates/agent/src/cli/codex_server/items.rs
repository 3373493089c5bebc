//! Items of a turn: commands, patches, words.

use std::collections::VecDeque;

use serde_json::Value;

use super::line::spoken;
use crate::cli::Event;
use crate::cli::lines::{Tally, exit_code, short, text};

/// Patches whose files are remembered.
const PATCHES: usize = 64;

#[derive(Debug, Default)]
pub(super) struct Items {
    /// The files of each patch; a question about one names only its item.
    patches: VecDeque<(String, Vec<String>)>,
}

impl Items {
    /// All files a patch touches, also where it moves one.
    pub(super) fn files_of(&self, item: &Value) -> Vec<String> {
        let id = item.as_str().unwrap_or_default();
        let known = self.patches.iter().rev().find(|(known, _)| known == id);
        known.map(|(_, files)| files.clone()).unwrap_or_default()
    }

    /// Whether commands were begun and not one of them could be started.
    pub(super) fn none_ran(&self, tally: &Tally) -> bool {
        tally.commands > 0 && tally.commands == tally.failed_commands
    }

    pub(super) fn seen(&mut self, completed: bool, item: &Value, tally: &mut Tally) -> Vec<Event> {
        let declined = item["status"] == "declined";
        match (item["type"].as_str().unwrap_or_default(), completed) {
            ("agentMessage", true) => {
                let said = item["text"].as_str().unwrap_or_default();
                tally.say(said);
                vec![Event::Text { text: short(said) }]
            }
            ("commandExecution", false) => {
                start("bash", item["command"].as_str().map(|line| short(&spoken(line))))
            }
            ("commandExecution", true) => {
                let output = item["aggregatedOutput"].as_str().unwrap_or_default();
                let code = exit_code(&item["exitCode"]);
                // What was refused was not to start.
                if !declined {
                    tally.commands += 1;
                    tally.failed_commands += u32::from(code.is_none());
                }
                let text = if declined { "It was not run." } else { output };
                end("bash", code != Some(0), code, short(text))
            }
            ("fileChange", false) => {
                let files = files(item);
                let label = short(&files.join(", "));
                if self.patches.len() >= PATCHES {
                    self.patches.pop_front();
                }
                self.patches.push_back((item["id"].as_str().unwrap_or_default().to_owned(), files));
                start("edit", Some(label))
            }
            ("fileChange", true) => {
                let text = if declined { "It was not written." } else { "" };
                end("edit", item["status"] != "completed", None, text.to_owned())
            }
            ("mcpToolCall", false) => start("mcp", text(&item["tool"])),
            _ => Vec::new(),
        }
    }
}

fn files(item: &Value) -> Vec<String> {
    let mut files = Vec::new();
    for change in item["changes"].as_array().into_iter().flatten() {
        let moved = change["kind"]["move_path"].as_str().or_else(|| change["kind"]["movePath"].as_str());
        files.extend(change["path"].as_str().into_iter().chain(moved).map(str::to_owned));
    }
    files
}

fn start(tool: &str, label: Option<String>) -> Vec<Event> {
    vec![Event::ToolStart { tool: tool.to_owned(), label: label.unwrap_or_default() }]
}

fn end(tool: &str, failed: bool, exit_code: Option<i32>, text: String) -> Vec<Event> {
    vec![Event::ToolEnd { tool: tool.to_owned(), failed, exit_code, text }]
}
