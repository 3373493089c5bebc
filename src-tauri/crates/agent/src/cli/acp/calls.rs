//! Tool calls of a turn: what each is, what is asked about it, and what the job's log says of it.

use std::collections::VecDeque;

use serde_json::Value;

use super::super::lines::{Tally, exit_code, first_text, short, text};
use super::super::{Event, Wish};

/// Calls that are remembered.
const OPEN: usize = 256;

/// What a call that wants to be allowed is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Wanted {
    /// Policy decides.
    Asked(Wish),
    /// It changes nothing.
    Free,
    /// It is of no use here, and why.
    No(&'static str),
}

#[derive(Debug, Clone, Default)]
struct Call {
    id: String,
    kind: String,
    label: String,
    /// It was told that it begins.
    told: bool,
    refused: bool,
}

/// The calls of a run.
#[derive(Debug, Default)]
pub(super) struct Calls(VecDeque<Call>);

impl Calls {
    /// What is asked for, and that it is about to begin.
    pub(super) fn wants(&mut self, call: &Value) -> (Wanted, Vec<Event>) {
        let events = self.begins(call);
        let known = self.known(call);
        let wanted = match known.kind.as_str() {
            "execute" => Wanted::Asked(Wish::Command(known.label.clone())),
            "edit" | "delete" | "move" => Wanted::Asked(Wish::Files(files(call))),
            "read" | "search" | "think" => Wanted::Free,
            "fetch" => Wanted::No("nothing is fetched this way here"),
            _ => Wanted::No("that is not offered here"),
        };
        (wanted, events)
    }

    pub(super) fn refused(&mut self, id: &str) {
        self.0.iter_mut().filter(|call| call.id == id).for_each(|call| call.refused = true);
    }

    /// A call, or how it stands now.
    pub(super) fn seen(&mut self, update: &Value, tally: &mut Tally) -> Vec<Event> {
        let status = update["status"].as_str().unwrap_or_default();
        match status {
            // Announced while its words still come in.
            "" | "pending" => {
                self.known(update);
                Vec::new()
            }
            "completed" | "failed" => {
                let mut events = self.begins(update);
                events.push(self.ends(update, status == "failed", tally));
                events
            }
            _ => self.begins(update),
        }
    }

    fn begins(&mut self, update: &Value) -> Vec<Event> {
        let call = self.known(update);
        if call.told {
            return Vec::new();
        }
        call.told = true;
        vec![Event::ToolStart { tool: tool(&call.kind).to_owned(), label: call.label.clone() }]
    }

    fn ends(&mut self, update: &Value, failed: bool, tally: &mut Tally) -> Event {
        let call = self.known(update);
        let (kind, refused) = (call.kind.clone(), call.refused);
        let id = call.id.clone();
        self.0.retain(|call| call.id != id);
        let raw = &update["rawOutput"];
        let exit = exit_code(&raw["metadata"]["exit"]);
        let said = match refused {
            true if kind == "execute" => "It was not run.".to_owned(),
            true => "It was not done.".to_owned(),
            false => text(&raw["output"]).unwrap_or_else(|| content(update)),
        };
        if kind == "execute" && !refused {
            tally.commands += 1;
        }
        let failed = failed || refused || exit.is_some_and(|code| code != 0);
        Event::ToolEnd { tool: tool(&kind).to_owned(), failed, exit_code: exit, text: said }
    }

    /// The call an update is about, with what the update adds to it.
    fn known(&mut self, update: &Value) -> &mut Call {
        let id = update["toolCallId"].as_str().unwrap_or_default();
        let at = self.0.iter().rposition(|call| call.id == id).unwrap_or_else(|| {
            if self.0.len() >= OPEN {
                self.0.pop_front();
            }
            self.0.push_back(Call { id: id.to_owned(), ..Call::default() });
            self.0.len() - 1
        });
        let call = &mut self.0[at];
        if let Some(kind) = update["kind"].as_str() {
            kind.clone_into(&mut call.kind);
        }
        let exact = match call.kind.as_str() {
            // A command is judged by its words, so it is kept whole.
            "execute" => update["rawInput"]["command"].as_str().map(str::to_owned),
            _ => first_text(&update["rawInput"], &["filePath", "filepath", "pattern", "path"])
                .or_else(|| text(&update["locations"][0]["path"])),
        };
        match (exact, update["title"].as_str()) {
            (Some(exact), _) => call.label = exact,
            (None, Some(title)) if call.label.is_empty() || !call.told => title.clone_into(&mut call.label),
            _ => {}
        }
        call
    }
}

/// What the job's log calls a kind of call.
fn tool(kind: &str) -> &str {
    match kind {
        "execute" => "bash",
        "" => "tool",
        other => other,
    }
}

/// All files a call touches, also where it moves one.
fn files(call: &Value) -> Vec<String> {
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let mut files: Vec<String> = Vec::new();
    let mut add = |name: &Value| {
        if let Some(name) = name.as_str().filter(|name| !name.is_empty())
            && !files.iter().any(|known| known == name)
        {
            files.push(name.to_owned());
        }
    };
    list(&call["locations"]).iter().for_each(|place| add(&place["path"]));
    list(&call["content"]).iter().for_each(|part| add(&part["path"]));
    for file in list(&call["rawInput"]["files"]) {
        add(&file["filePath"]);
        add(&file["movePath"]);
    }
    files
}

fn content(update: &Value) -> String {
    let parts = update["content"].as_array().into_iter().flatten();
    let texts: Vec<&str> = parts.filter_map(|part| part["content"]["text"].as_str()).collect();
    short(&texts.join("\n"))
}
