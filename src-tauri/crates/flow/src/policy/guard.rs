//! Actions that ask whatever the profile says, unless a rule of the user names them.

use crate::scope::literal_globs;
use protocol::policy::{Action, ActionKind, ActorKind, Effect, Rule, Ruling, Verdict};

/// A standing reason to ask.
pub(super) struct Guard {
    id: &'static str,
    why: Why,
}

enum Why {
    Said(String),
    Ruled(Ruling),
}

impl Guard {
    /// What it says where nothing else does.
    pub(super) fn verdict(self) -> Verdict {
        match self.why {
            Why::Said(why) => super::verdict(Effect::Ask, self.id, why),
            Why::Ruled(ruling) => super::ruled(Effect::Ask, self.id, ruling),
        }
    }
}

pub(super) fn guard(action: &Action) -> Option<Guard> {
    let ask = |id, why: &str| Some(Guard { id, why: Why::Said(why.to_owned()) });
    let ruled = |id, ruling| Some(Guard { id, why: Why::Ruled(ruling) });
    match &action.what {
        ActionKind::PublishForce { .. } => ruled("always.force", Ruling::Overwrites),
        ActionKind::LandMain { branch, .. } => {
            ruled("always.main", Ruling::MovesMain { branch: branch.clone() })
        }
        ActionKind::DevicePair { .. } => ask("always.pair", "A new device always asks"),
        ActionKind::WorkspaceTrust { .. } => {
            ask("always.trust", "Trusting a repository's own commands always asks")
        }
        ActionKind::PublishPush { .. } | ActionKind::PublishPr { .. }
            if action.actor != ActorKind::Person =>
        {
            ruled("always.publish", Ruling::PublishesItself)
        }
        ActionKind::Land { risky_paths, .. } if !risky_paths.is_empty() => {
            let path = risky_paths.first().cloned().unwrap_or_default();
            let more = u32::try_from(risky_paths.len() - 1).unwrap_or(u32::MAX);
            ruled("always.risky", Ruling::RiskyPath { path, more })
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
