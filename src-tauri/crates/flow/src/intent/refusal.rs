//! Saying no in one shape: what was understood, why not, what is possible now, how to connect a model.

use super::coding::{cut, search_word};
use super::facts::WorkspaceFacts;
use super::words::quote_word;
use super::{Parsed, RefusalReason, parse};
use protocol::intent::Intent;
use protocol::request::NearestStep;

/// A refusal in plain sentences.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RefusalText {
    /// What was understood, one sentence.
    pub understood: String,
    /// Why it is not done, one sentence or two.
    pub why: String,
    /// What is possible now; a command is what to send. An empty command needs nothing sent.
    pub nearest: Vec<NearestStep>,
    /// How to connect a model; empty when no model would help.
    pub connect: Vec<String>,
    /// Whether the request is to be kept as waiting for a model.
    pub waits_for_model: bool,
}

impl RefusalText {
    /// The whole refusal as a chat message.
    pub fn message(&self) -> String {
        let mut out = format!("{}\n\n{}", self.understood, self.why);
        if !self.nearest.is_empty() {
            out.push_str("\n\nPossible now:");
            for step in &self.nearest {
                match step.command.as_str() {
                    "" => out.push_str(&format!("\n- {}", step.label)),
                    command => out.push_str(&format!("\n- {}: `{command}`", step.label)),
                }
            }
        }
        if !self.connect.is_empty() {
            out.push_str("\n\nTo connect a model:");
            for way in &self.connect {
                out.push_str(&format!("\n- {way}"));
            }
        }
        out
    }
}

/// Explains why a message is not carried out by this lane.
pub fn refusal(text: &str, facts: &WorkspaceFacts) -> RefusalText {
    match parse(text) {
        Parsed::Exact(intent) | Parsed::Phrase { intent, .. } => unavailable(&intent, facts),
        Parsed::Refusal(reason) => of_reason(&reason, text, facts),
        Parsed::NotAnIntent => {
            let said = cut(text.trim().lines().next().unwrap_or_default(), 160);
            needs_model(format!("You wrote: “{said}”."), "This needs a model to read and answer", text, facts)
        }
    }
}

/// Explains why an intent that was understood cannot be carried out here and now.
pub fn unavailable(intent: &Intent, facts: &WorkspaceFacts) -> RefusalText {
    let understood = format!("You asked for `/{}`.", intent.word());
    let nearest = possible("", facts);
    let why = super::plan_for(intent, facts).err().map_or_else(String::new, |why| why.to_string());
    RefusalText { understood, why, nearest, connect: Vec::new(), waits_for_model: false }
}

fn of_reason(reason: &RefusalReason, text: &str, facts: &WorkspaceFacts) -> RefusalText {
    match reason {
        RefusalReason::UnknownCommand { command, closest } => {
            let mut nearest: Vec<NearestStep> =
                closest.iter().map(|c| step(format!("Did you mean `/{c}`?"), format!("/{c}"))).collect();
            nearest.push(step("Show every command", "/help".into()));
            RefusalText {
                understood: format!("You sent the command `/{}`.", cut(command, 40)),
                why: "There is no command of that name.".into(),
                nearest,
                connect: Vec::new(),
                waits_for_model: false,
            }
        }
        RefusalReason::BadArguments { command, usage, problem } => RefusalText {
            understood: format!("You sent the command `/{command}`."),
            why: format!("{problem}. It is written `{usage}`."),
            nearest: vec![step("Show every command", "/help".into())],
            connect: Vec::new(),
            waits_for_model: false,
        },
        RefusalReason::Unclear { problem, instead } => {
            let understood =
                format!("You wrote: “{}”.", cut(text.trim().lines().next().unwrap_or_default(), 160));
            let why = format!("{problem}, and nothing is changed on a guess");
            let mut refusal = needs_model(understood, &why, text, facts);
            refusal.nearest.splice(0..0, instead.iter().cloned());
            refusal
        }
        RefusalReason::NeedsModel { verb, object, judgement } => {
            let understood = if *judgement {
                format!("You asked: “{}”.", cut(&format!("{verb} {object}"), 160))
            } else {
                format!("You want to {verb} {object}.")
            };
            let why = if *judgement {
                "This needs code to be read and judged"
            } else {
                "This needs code to be written"
            };
            needs_model(understood, why, object, facts)
        }
    }
}

fn needs_model(understood: String, why: &str, text: &str, facts: &WorkspaceFacts) -> RefusalText {
    let mut nearest = possible(text, facts);
    let (why, connect) = if facts.model.connected {
        (format!("{why}."), Vec::new())
    } else {
        nearest.push(step("Show every command", "/help".into()));
        nearest.push(step(
            "The request is kept, and goes on by itself once a model is connected",
            String::new(),
        ));
        (format!("{why}; no model is connected."), ways_to_connect(facts))
    };
    RefusalText { understood, why, nearest, connect, waits_for_model: true }
}

/// What this lane can do about a text now, most likely first.
fn possible(text: &str, facts: &WorkspaceFacts) -> Vec<NearestStep> {
    let mut steps = Vec::new();
    let lower = text.to_lowercase();
    let named =
        |name: &str| lower.split(|c: char| !c.is_alphanumeric() && c != '-' && c != '_').any(|w| w == name);
    for name in facts.recipes.keys().filter(|name| named(&name.to_lowercase())).take(2) {
        steps.push(step(format!("Run the recipe `{name}`"), format!("/run {}", quote_word(name))));
    }
    if facts.tools.test_runner.is_some() {
        steps.push(step("Run the tests", "/test".into()));
    }
    if facts.tools.linter.is_some() && (named("lint") || named("warnings") || named("clippy")) {
        steps.push(step("Run the linter", "/lint".into()));
    }
    if let Some(word) = search_word(text) {
        steps.push(step(format!("Search for `{word}`"), format!("/find {}", quote_word(word))));
    }
    if steps.is_empty() {
        steps.push(step("Show what the repository holds", "/overview".into()));
    }
    steps
}

fn ways_to_connect(facts: &WorkspaceFacts) -> Vec<String> {
    let mut ways = facts.model.detected.clone();
    if ways.is_empty() {
        ways.push(
            "Start Ollama, LM Studio or llama-server on this machine, then choose it in the settings".into(),
        );
    }
    ways.push("Or enter the address and key of a provider in the settings".into());
    ways
}

fn step(label: impl Into<String>, command: String) -> NearestStep {
    NearestStep { label: label.into(), command }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::intent::{ModelFacts, Tools};

    fn facts() -> WorkspaceFacts {
        let test_runner = Some(vec!["cargo".into(), "test".into()]);
        WorkspaceFacts { tools: Tools { test_runner, ..Tools::default() }, ..WorkspaceFacts::default() }
    }

    #[test]
    fn a_refactoring_is_refused_with_what_is_possible_now() {
        let refusal = refusal("refactor the combat module", &facts());
        assert_eq!(refusal.understood, "You want to refactor the combat module.");
        assert_eq!(refusal.why, "This needs code to be written; no model is connected.");
        let nearest: Vec<(&str, &str)> =
            refusal.nearest.iter().map(|n| (n.label.as_str(), n.command.as_str())).collect();
        assert_eq!(nearest[0], ("Run the tests", "/test"));
        assert_eq!(nearest[1], ("Search for `combat`", "/find combat"));
        assert_eq!(nearest[2], ("Show every command", "/help"));
        assert!(nearest[3].0.contains("kept") && nearest[3].1.is_empty());
        assert!(refusal.waits_for_model && refusal.connect.len() == 2);
    }

    #[test]
    fn every_offered_command_is_one_that_is_read() {
        for text in [
            "refactor the combat module",
            "replace lodash with ramda",
            "rename foo to bar",
            "/replce a b",
            "why?",
            "fix Foo::bar(x)",
        ] {
            for step in refusal(text, &facts())
                .nearest
                .iter()
                .filter(|s| !s.command.is_empty() && s.command != "/help")
            {
                let parsed = parse(&step.command);
                let is_bare_hint = matches!(parsed, Parsed::Refusal(RefusalReason::BadArguments { .. }));
                assert!(matches!(parsed, Parsed::Exact(_)) || is_bare_hint, "{}", step.command);
            }
        }
    }

    #[test]
    fn a_wrong_command_says_how_it_is_written_and_is_not_kept() {
        let refusal = refusal("/replace a", &facts());
        assert!(refusal.why.ends_with("It is written `/replace A B [GLOB] [regex]`."), "{}", refusal.why);
        assert!(!refusal.waits_for_model && refusal.connect.is_empty());
    }

    #[test]
    fn a_question_offers_the_order_and_a_negation_offers_none() {
        let asked = refusal("can you replace `a b` with c in src/**?", &facts());
        assert!(
            asked.why.starts_with("It is a question, and nothing is changed on a guess"),
            "{}",
            asked.why
        );
        assert_eq!(asked.nearest[0].command, "/replace 'a b' c src/**");
        let negated = refusal("format the code, please, but never the docs", &facts());
        assert!(negated.nearest.iter().all(|step| !step.command.starts_with("/format")));
    }

    #[test]
    fn with_a_model_connected_nobody_is_told_to_connect_one() {
        let facts = WorkspaceFacts { model: ModelFacts { connected: true, detected: vec![] }, ..facts() };
        let refusal = refusal("replace lodash with ramda", &facts);
        assert!(refusal.connect.is_empty() && !refusal.message().contains("no model"));
    }
}
