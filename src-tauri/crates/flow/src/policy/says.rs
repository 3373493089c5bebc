//! Rules and what is asked about, in words.

use super::Policy;
use super::profile;
use protocol::command::CommandClass;
use protocol::policy::{Action, ActionKind, ActorKind, Effect, Profile, Rule};
use protocol::rulebook::ProfileLine;
use protocol::{RiskLevel, WorkspaceId};

/// Characters of a command that a sentence holds.
const SHOWN: usize = 400;

/// A command in one line; of `bash -c TEXT` it is the text.
pub(super) fn line(argv: &[String]) -> String {
    let text = match argv {
        [shell, flag, text]
            if super::command::is_shell(shell) && flag.starts_with('-') && flag.ends_with('c') =>
        {
            text.clone()
        }
        words => words
            .iter()
            .map(|word| if word.contains(char::is_whitespace) { format!("'{word}'") } else { word.clone() })
            .collect::<Vec<_>>()
            .join(" "),
    };
    let flat: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let short: String = flat.chars().take(SHOWN).collect();
    let more = if flat.chars().count() > SHOWN { "…" } else { "" };
    format!("`{short}{more}`")
}

/// What an action is about, in few words.
pub fn about(action: &ActionKind) -> String {
    match action {
        ActionKind::Command { argv, .. }
        | ActionKind::TerminalStart { argv, .. }
        | ActionKind::SetupNetwork { argv, .. } => line(argv),
        ActionKind::RecipeFirstUse { name, .. } => name.clone(),
        ActionKind::Network { host, port } => format!("{host}:{port}"),
        ActionKind::FileWrite { paths } => paths.join(", "),
        ActionKind::Land { files, additions, deletions, .. } => {
            format!("{files} files, +{additions} -{deletions}")
        }
        ActionKind::LandMain { branch, .. }
        | ActionKind::CheckoutUpdate { branch, .. }
        | ActionKind::PublishPush { branch }
        | ActionKind::PublishPr { branch, .. }
        | ActionKind::PublishForce { branch } => branch.clone(),
        ActionKind::AgentTurn { provider } => provider.clone(),
        ActionKind::SecretUse { name }
        | ActionKind::DevicePair { name }
        | ActionKind::NodeRegister { name } => name.clone(),
        ActionKind::BudgetRaise { what, .. } => what.clone(),
        ActionKind::AutonomyDispatch { objective } => objective.clone(),
        ActionKind::JobRun | ActionKind::WorkspaceTrust { .. } => String::new(),
    }
}

/// A rule as a sentence.
pub fn says(rule: &Rule) -> String {
    let effect = match rule.effect {
        Some(Effect::Allow) => "Allows",
        Some(Effect::Deny) => "Denies",
        Some(Effect::Ask) | None => "Asks before",
    };
    let kinds = match rule.kinds.as_slice() {
        [] => "everything".to_owned(),
        all if all.iter().any(|kind| kind == "*") => "everything".to_owned(),
        kinds => kinds.join(", "),
    };
    let mut parts = Vec::new();
    let mut part = |words: &str, list: String| {
        if !list.is_empty() {
            parts.push(format!("{words} {list}"));
        }
    };
    part(
        "for commands that begin with",
        if rule.argv_prefix.is_empty() { String::new() } else { line(&rule.argv_prefix) },
    );
    part("of the class", rule.classes.iter().map(|class| class.as_str()).collect::<Vec<_>>().join(", "));
    part("on", rule.paths.join(", "));
    part("to", rule.hosts.join(", "));
    part("on port", rule.ports.iter().map(u16::to_string).collect::<Vec<_>>().join(", "));
    part(
        "",
        rule.confined
            .map(|yes| if yes { "in a sandbox" } else { "without a sandbox" })
            .unwrap_or_default()
            .into(),
    );
    part("up to risk", rule.max_risk.map(|risk| risk.as_str().to_owned()).unwrap_or_default());
    part("of at most", rule.max_files.map(|n| format!("{n} files")).unwrap_or_default());
    part("of at most", rule.max_lines.map(|n| format!("{n} lines")).unwrap_or_default());
    part("by", rule.actors.iter().map(|actor| actor.as_str()).collect::<Vec<_>>().join(", "));
    part(
        "between",
        rule.minutes.map(|(from, to)| format!("{} and {}", clock(from), clock(to))).unwrap_or_default(),
    );
    let rest = parts.iter().map(|part| format!(" {}", part.trim())).collect::<String>();
    format!("{effect} {kinds}{rest}")
}

fn clock(minute: u16) -> String {
    format!("{:02}:{:02}", minute / 60, minute % 60)
}

/// What the profile says to what a crew does, where no rule and no grant speaks.
pub fn profile_lines(profile: Profile) -> Vec<ProfileLine> {
    let policy = Policy { profile, ..Policy::default() };
    let act = |id: &str, risk, actor, what| {
        let action = Action { workspace_id: None::<WorkspaceId>, actor, risk, what };
        let verdict = match super::guard::guard(&action) {
            Some(guard) => guard.verdict(),
            None => profile::verdict(&policy, &action),
        };
        let says = verdict.rule.split_once(": ").map_or(verdict.rule.clone(), |(_, rest)| rest.to_owned());
        ProfileLine { id: id.to_owned(), effect: verdict.effect, says }
    };
    let land = |verified| ActionKind::Land {
        entry_id: String::new(),
        files: 1,
        additions: 1,
        deletions: 0,
        paths: vec!["a".into()],
        risky_paths: Vec::new(),
        verified,
    };
    let (worker, low) = (ActorKind::Worker, RiskLevel::Low);
    let mut out: Vec<ProfileLine> = CommandClass::ALL
        .iter()
        .map(|class| {
            let verdict = profile::command(profile, true, &[*class].into());
            ProfileLine { id: format!("command.{class}"), effect: verdict.0, says: verdict.1 }
        })
        .collect();
    let host = profile::command(profile, false, &[CommandClass::Read].into());
    out.push(ProfileLine { id: "command.host".into(), effect: host.0, says: host.1 });
    out.push(act(
        "network",
        RiskLevel::Medium,
        worker,
        ActionKind::Network { host: "a host".into(), port: 443 },
    ));
    out.push(act("file.write", RiskLevel::Medium, worker, ActionKind::FileWrite { paths: vec!["a".into()] }));
    out.push(act("land", low, worker, land(true)));
    out.push(act("land.unverified", RiskLevel::Medium, worker, land(false)));
    let recipe = ActionKind::RecipeFirstUse { name: "a recipe".into(), argv: Vec::new() };
    out.push(act("recipe.first_use", low, ActorKind::Person, recipe));
    out.push(act("publish.push", low, worker, ActionKind::PublishPush { branch: String::new() }));
    out
}

/// What a class of commands is, in words.
pub fn class_words(class: CommandClass) -> &'static str {
    match class {
        CommandClass::Read => "commands that only look",
        CommandClass::Build => "commands that build or test",
        CommandClass::Other => "other commands inside the clone",
        CommandClass::Install => "commands that add packages",
        CommandClass::Network => "commands that talk to other machines",
        CommandClass::Delete => "commands that touch what is outside the clone, or ask for more rights",
        CommandClass::Publish => "commands that push or publish",
    }
}
