//! Actions that ask whatever the profile says, unless a rule of the user names them.

use crate::scope::literal_globs;
use protocol::policy::{Action, ActionKind, ActorKind, Rule};

/// A standing reason to ask.
pub(super) struct Guard {
    pub(super) id: &'static str,
    pub(super) why: String,
}

pub(super) fn guard(action: &Action) -> Option<Guard> {
    let ask = |id, why: &str| Some(Guard { id, why: why.to_owned() });
    match &action.what {
        ActionKind::PublishForce { .. } => ask("always.force", "Overwriting a remote branch always asks"),
        ActionKind::LandMain { branch, .. } => {
            Some(Guard { id: "always.main", why: format!("Moving {branch}, which is yours, always asks") })
        }
        ActionKind::DevicePair { .. } => ask("always.pair", "A new device always asks"),
        ActionKind::WorkspaceTrust { .. } => {
            ask("always.trust", "Trusting a repository's own commands always asks")
        }
        ActionKind::PublishPush { .. } | ActionKind::PublishPr { .. }
            if action.actor != ActorKind::Person =>
        {
            ask("always.publish", "Publishing by anyone but a person always asks")
        }
        ActionKind::Land { risky_paths, .. } if !risky_paths.is_empty() => {
            let first = risky_paths.first().map(String::as_str).unwrap_or_default();
            let more = match risky_paths.len() - 1 {
                0 => String::new(),
                n => format!(" and {n} more"),
            };
            Some(Guard {
                id: "always.risky",
                why: format!("It touches {first}{more}: such paths always ask"),
            })
        }
        ActionKind::PublishPush { .. }
        | ActionKind::PublishPr { .. }
        | ActionKind::Land { .. }
        | ActionKind::JobRun
        | ActionKind::Command { .. }
        | ActionKind::Network { .. }
        | ActionKind::FileWrite { .. }
        | ActionKind::CheckoutUpdate { .. }
        | ActionKind::TerminalStart { .. }
        | ActionKind::AgentTurn { .. }
        | ActionKind::SecretUse { .. }
        | ActionKind::BudgetRaise { .. }
        | ActionKind::NodeRegister { .. }
        | ActionKind::AutonomyDispatch { .. }
        | ActionKind::RecipeFirstUse { .. }
        | ActionKind::SetupNetwork { .. } => None,
    }
}

/// Whether a rule speaks of exactly this kind of action, not through a star, and for a risky landing also of paths.
pub(super) fn names(rule: &Rule, action: &Action) -> bool {
    if !rule.kinds.iter().any(|kind| kind == action.what.word()) {
        return false;
    }
    match &action.what {
        // A star over everything does not mention a workflow file; a path or a folder does.
        ActionKind::Land { risky_paths, .. } if !risky_paths.is_empty() => {
            let named: Vec<String> = rule.paths.iter().filter(|glob| !is_everything(glob)).cloned().collect();
            !named.is_empty() && risky_paths.iter().all(|path| super::matching::any_glob(&named, path))
        }
        _ => true,
    }
}

fn is_everything(glob: &str) -> bool {
    let bare = glob.trim_end_matches('/');
    bare.split('/').all(|step| step.chars().all(|c| c == '*'))
}

/// Globs that name exactly these paths.
pub(super) fn exactly(paths: &[String]) -> Vec<String> {
    paths.iter().flat_map(|path| literal_globs(path)).collect()
}
