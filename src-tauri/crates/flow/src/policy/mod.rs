//! What asks and what is allowed: one pure function, the same for window, phone, command line, worker and agent.
//!
//! The order is fixed. A rule that denies decides first, whoever wrote it. Then a grant, which is a remembered answer
//! of a person to exactly this question. Then rules that ask, rules of the user that allow, and last the profile. What
//! nothing covers asks. A repository's rules are only read where they tighten, so a repository can never loosen what
//! its user allows.

pub mod command;
mod guard;
mod matching;
mod offer;
mod problems;
mod profile;
mod ruling;
mod says;
mod shape;

pub use offer::offer;
pub use problems::{KINDS, RuleProblem, Source, rule_problems};
pub use profile::{PackageHosts, SmallDiff, meaning};
pub use ruling::sentence;
pub use says::{about, class_words, profile_lines, says};
pub use shape::shape;

use matching::{Sense, matches};
use protocol::policy::{Action, Effect, Grant, Profile, Rule, Ruling, Verdict};
use protocol::{JobId, SessionId};

/// Everything that stands written about a workspace.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Policy {
    pub profile: Profile,
    /// The user's own rules.
    pub user: Vec<Rule>,
    /// Rules of the repository's file, once its folder is trusted; allowing ones are not looked at.
    pub repository: Vec<Rule>,
    /// What the profiles call a small diff.
    pub small: SmallDiff,
    /// Hosts of package registries the user's presets name.
    pub package_hosts: PackageHosts,
}

/// An action and where it comes from; grants may be bound to a session or a job.
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    pub action: &'a Action,
    pub session: Option<&'a SessionId>,
    pub job: Option<&'a JobId>,
}

/// The time a question is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// Milliseconds since 1970.
    pub ms: i64,
    /// Minutes after midnight, local time.
    pub minute_of_day: u16,
}

/// Decides one action and says which rule did.
pub fn decide(policy: &Policy, grants: &[Grant], question: Question<'_>, now: Moment) -> Verdict {
    let action = question.action;
    let hit = |rules: &'_ [Rule], effect: Effect| -> Option<Rule> {
        let sense = if effect == Effect::Allow { Sense::Loosen } else { Sense::Tighten };
        rules.iter().find(|rule| effect_of(rule) == effect && matches(rule, action, now, sense)).cloned()
    };
    let own = |rule: &Rule| Ruling::Own { rule: rule.id.clone() };
    let of_repository = |rule: &Rule| Ruling::Repository { rule: rule.id.clone() };
    if let Some(rule) = hit(&policy.user, Effect::Deny) {
        return ruled(Effect::Deny, &rule.id, own(&rule));
    }
    if let Some(rule) = hit(&policy.repository, Effect::Deny) {
        return ruled(Effect::Deny, &rule.id, of_repository(&rule));
    }
    let guard = guard::guard(action);
    // What always asks is never remembered, whatever a grant says.
    let granted = grants.iter().find(|grant| guard.is_none() && grant_covers(grant, question, now));
    if let Some(grant) = granted {
        return ruled(Effect::Allow, &grant.id, Ruling::Grant { ends: grant.expires_at_ms.is_some() });
    }
    if let Some(rule) = hit(&policy.user, Effect::Ask) {
        return ruled(Effect::Ask, &rule.id, own(&rule));
    }
    if let Some(rule) = hit(&policy.repository, Effect::Ask) {
        return ruled(Effect::Ask, &rule.id, of_repository(&rule));
    }
    let allowing = policy.user.iter().find(|rule| {
        effect_of(rule) == Effect::Allow
            && matches(rule, action, now, Sense::Loosen)
            && guard.as_ref().is_none_or(|_| guard::names(rule, action))
    });
    if let Some(rule) = allowing {
        return ruled(Effect::Allow, &rule.id, own(rule));
    }
    if let Some(guard) = guard {
        return guard.verdict();
    }
    profile::verdict(policy, action)
}

/// A rule without an effect asks: the careful reading of a line that says too little.
fn effect_of(rule: &Rule) -> Effect {
    rule.effect.unwrap_or(Effect::Ask)
}

/// A grant covers a question when it is of the same place, not over, names the kind, and has the exact shape.
fn grant_covers(grant: &Grant, question: Question<'_>, now: Moment) -> bool {
    let action = question.action;
    let bound = |wanted: Option<&str>, given: Option<&str>| wanted.is_none_or(|wanted| given == Some(wanted));
    let workspace = bound(
        grant.workspace_id.as_ref().map(|w| w.as_str()),
        action.workspace_id.as_ref().map(|w| w.as_str()),
    );
    let session = bound(grant.session_id.as_ref().map(|s| s.as_str()), question.session.map(|s| s.as_str()));
    let job = bound(grant.job_id.as_ref().map(|j| j.as_str()), question.job.map(|j| j.as_str()));
    let valid = grant.expires_at_ms.is_none_or(|expires| now.ms < expires);
    workspace
        && session
        && job
        && valid
        && grant.rule.effect == Some(Effect::Allow)
        && guard::names(&grant.rule, action)
        && matches(&grant.rule, action, now, Sense::Grant)
}

fn verdict(effect: Effect, rule_id: &str, rule: impl Into<String>) -> Verdict {
    Verdict { effect, rule_id: rule_id.to_owned(), rule: rule.into(), ruling: None }
}

/// A verdict whose sentence is made of what decided.
fn ruled(effect: Effect, rule_id: &str, ruling: Ruling) -> Verdict {
    Verdict { effect, rule_id: rule_id.to_owned(), rule: sentence(&ruling, effect), ruling: Some(ruling) }
}

#[cfg(test)]
mod tests;
