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
            let family = kind.strip_suffix(".*").map(|f| format!("{f}."));
            let known = kind == "*"
                || KINDS.contains(&kind.as_str())
                || family.is_some_and(|family| KINDS.iter().any(|k| k.starts_with(&family)));
            if !known {
                problem(format!("{kind:?} is not a kind of action"));
            }
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
