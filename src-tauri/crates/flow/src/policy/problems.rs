//! What is wrong with the rules of a file, told when it is read.

use crate::scope::glob_problem;
use protocol::policy::{Effect, Rule};
use std::collections::BTreeSet;

/// Every action word a rule may name.
pub const KINDS: &[&str] = &[
    "job.run",
    "command",
    "network",
    "file.write",
    "land",
    "land.main",
    "checkout.update",
    "publish.push",
    "publish.pr",
    "publish.force",
    "terminal.start",
    "agent.turn",
    "secret.use",
    "budget.raise",
    "device.pair",
    "node.register",
    "autonomy.dispatch",
    "recipe.first_use",
    "workspace.trust",
    "setup.network",
];

/// Those that nothing asks about yet.
const UNASKED: &[&str] = &[
    "job.run",
    "checkout.update",
    "agent.turn",
    "secret.use",
    "device.pair",
    "node.register",
    "autonomy.dispatch",
    "workspace.trust",
];

/// Whose file it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    User,
    Repository,
}

/// One thing wrong with one rule. The rule still counts where that is the careful reading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleProblem {
    pub rule_id: String,
    pub message: String,
}

/// Judges the rules of one file.
pub fn rule_problems(rules: &[Rule], source: Source) -> Vec<RuleProblem> {
    let mut out = Vec::new();
    let mut seen = BTreeSet::new();
    for rule in rules {
        let mut problem = |message: String| out.push(RuleProblem { rule_id: rule.id.clone(), message });
        if rule.id.is_empty() {
            problem("The rule has no id".into());
        } else if !seen.insert(rule.id.as_str()) {
            problem(format!("There are two rules {:?}", rule.id));
        }
        match (rule.effect, source) {
            (None, _) => problem("It says neither allow, ask nor deny; it is read as ask".into()),
            (Some(Effect::Allow), Source::Repository) => {
                problem("A repository can only tighten; this rule is not used".into());
            }
            (Some(_), _) => {}
        }
        for kind in &rule.kinds {
            if !KINDS.iter().any(|word| names(kind, word)) {
                problem(format!("{kind:?} is not a kind of action"));
            }
        }
        // It is meant for something, and what it says would be missed only when it was needed.
        if !rule.kinds.is_empty() && rule.kinds.iter().all(|kind| is_unasked(kind)) {
            problem(format!("Nothing asks about {} yet, so the rule does nothing", rule.kinds.join(" or ")));
        }
        for glob in &rule.paths {
            if let Some(why) = glob_problem(glob) {
                problem(format!("The path {glob:?} {why}"));
            }
        }
        for host in &rule.hosts {
            let inner = host.strip_prefix("*.").unwrap_or(host);
            if host != "*" && (inner.is_empty() || inner.contains(['*', '/', ':', ' '])) {
                problem(format!("{host:?} is not a host; write a name or *.name"));
            }
        }
        if let Some((from, to)) = rule.minutes
            && (from > 1440 || to > 1440 || from == to)
        {
            problem("The time of day is two different minutes from 0 to 1440".into());
        }
    }
    out
}

/// Whether what a rule has under `kinds` speaks of an action.
fn names(kind: &str, word: &str) -> bool {
    let rest = kind.strip_suffix(".*").and_then(|family| word.strip_prefix(family));
    kind == "*" || kind == word || rest.is_some_and(|rest| rest.starts_with('.'))
}

/// Whether it speaks of actions, and of none that anything asks about.
fn is_unasked(kind: &str) -> bool {
    let mut spoken_of = KINDS.iter().filter(|word| names(kind, word)).peekable();
    spoken_of.peek().is_some() && spoken_of.all(|word| UNASKED.contains(word))
}
