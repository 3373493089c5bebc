//! The exact shape of a grant: what "allow this again" would cover.

use super::guard::exactly;
use protocol::policy::{Action, ActionKind, Effect, Rule};

/// The narrowest rule that covers an action again, or none where every single time needs its own answer.
///
/// The id stays empty; whoever stores the grant names it.
pub fn shape(action: &Action) -> Option<Rule> {
    let rule = Rule {
        effect: Some(Effect::Allow),
        kinds: vec![action.what.word().to_owned()],
        max_risk: Some(action.risk),
        actors: vec![action.actor],
        ..Rule::default()
    };
    let with_argv = |argv: &Vec<String>| Rule { argv_prefix: argv.clone(), ..rule.clone() };
    match &action.what {
        ActionKind::Command { argv, confined, .. } if !argv.is_empty() => {
            Some(Rule { confined: Some(*confined), ..with_argv(argv) })
        }
        ActionKind::TerminalStart { argv, .. } if !argv.is_empty() => Some(with_argv(argv)),
        ActionKind::RecipeFirstUse { argv, .. } if !argv.is_empty() => Some(with_argv(argv)),
        ActionKind::SetupNetwork { argv, hosts } if !argv.is_empty() && !hosts.is_empty() => {
            Some(Rule { hosts: hosts.clone(), ..with_argv(argv) })
        }
        ActionKind::Network { host, port } => {
            Some(Rule { hosts: vec![host.clone()], ports: vec![*port], ..rule })
        }
        ActionKind::FileWrite { paths } if !paths.is_empty() => Some(Rule { paths: exactly(paths), ..rule }),
        ActionKind::Land { files, additions, deletions, paths, .. } if !paths.is_empty() => Some(Rule {
            paths: exactly(paths),
            max_files: Some(*files),
            max_lines: Some(additions.saturating_add(*deletions)),
            ..rule
        }),
        ActionKind::JobRun | ActionKind::AgentTurn { .. } => Some(rule),
        // Each of these names a thing the shape of a rule cannot hold, so a grant would cover more than was shown.
        ActionKind::Command { .. }
        | ActionKind::TerminalStart { .. }
        | ActionKind::RecipeFirstUse { .. }
        | ActionKind::SetupNetwork { .. }
        | ActionKind::FileWrite { .. }
        | ActionKind::Land { .. }
        | ActionKind::LandMain { .. }
        | ActionKind::CheckoutUpdate { .. }
        | ActionKind::PublishPush { .. }
        | ActionKind::PublishPr { .. }
        | ActionKind::PublishForce { .. }
        | ActionKind::SecretUse { .. }
        | ActionKind::BudgetRaise { .. }
        | ActionKind::DevicePair { .. }
        | ActionKind::NodeRegister { .. }
        | ActionKind::AutonomyDispatch { .. }
        | ActionKind::WorkspaceTrust { .. } => None,
    }
}
