//! The three profiles a person starts from: what happens where no rule and no grant speaks.

use super::Policy;
use super::matching::host_matches;
use protocol::RiskLevel;
use protocol::command::CommandClass;
use protocol::policy::{Action, ActionKind, ActorKind, Effect, Profile, Ruling, Verdict};
use std::collections::BTreeSet;

/// The largest diff that counts as small.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SmallDiff {
    pub files: u32,
    /// Added and deleted lines together.
    pub lines: u32,
}

impl Default for SmallDiff {
    fn default() -> Self {
        Self { files: 10, lines: 200 }
    }
}

/// Host globs of package registries, from the presets the user keeps.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PackageHosts(pub Vec<String>);

impl PackageHosts {
    fn covers(&self, host: &str) -> bool {
        self.0.iter().any(|glob| host_matches(glob, host))
    }
}

/// What a profile means, in sentences for the one who chooses.
pub fn meaning(profile: Profile) -> &'static [&'static str] {
    match profile {
        Profile::Careful => &[
            "Every landing asks.",
            "Every network host, push by the crew and first use of a recipe asks.",
            "Work you ask for yourself starts at once, in its own clone.",
            "Commands run in the sandbox without asking, but for those that add packages, publish, or touch what is outside the clone.",
        ],
        Profile::Balanced => &[
            "A verified, small, low-risk change that touches no risky path lands by itself.",
            "Package hosts from the presets are allowed, every other host asks.",
            "Commands may add packages. Everything else asks as in Careful.",
        ],
        Profile::Autopilot => &[
            "Every verified change lands by itself, unless it touches a risky path.",
            "Objectives of the crew's own and first uses of recipes start without asking.",
            "Risky paths, overwriting, your main branch and publishing still ask, and without a sandbox every command does.",
        ],
    }
}

/// What the profile says. Guarded actions never come here.
pub(super) fn verdict(policy: &Policy, action: &Action) -> Verdict {
    let profile = policy.profile;
    let person = action.actor == ActorKind::Person;
    let low = action.risk == RiskLevel::Low;
    let autopilot = profile == Profile::Autopilot;
    let (allowed, allow_why, ask_why): (bool, &str, String) = match &action.what {
        ActionKind::JobRun => {
            let allowed = person || autopilot || (profile == Profile::Balanced && low);
            (
                allowed,
                "work in its own clone starts without asking",
                "work nobody asked for asks first".into(),
            )
        }
        ActionKind::Land { files, additions, deletions, verified, .. } => {
            let small =
                *files <= policy.small.files && additions.saturating_add(*deletions) <= policy.small.lines;
            let allowed = match profile {
                Profile::Careful => false,
                Profile::Balanced => *verified && small && low,
                Profile::Autopilot => *verified,
            };
            let ruling = match (profile, verified) {
                _ if allowed => Ruling::Fits { profile },
                (Profile::Careful, _) => Ruling::EveryLanding { profile },
                (_, false) => Ruling::Unverified { profile },
                (_, true) if !low => Ruling::NotLowRisk { profile },
                (_, true) => Ruling::NotSmall { profile },
            };
            let effect = if allowed { Effect::Allow } else { Effect::Ask };
            return super::ruled(effect, &format!("profile.{profile}.{}", action.what.word()), ruling);
        }
        ActionKind::Network { host, port } => {
            let allowed = profile != Profile::Careful && *port == 443 && policy.package_hosts.covers(host);
            (allowed, "package hosts of the presets are allowed", format!("reaching {host} asks"))
        }
        ActionKind::SetupNetwork { hosts, .. } => {
            let known = !hosts.is_empty() && hosts.iter().all(|host| policy.package_hosts.covers(host));
            let allowed = profile != Profile::Careful && known;
            (
                allowed,
                "set-up may reach package hosts of the presets",
                "opening the network for set-up asks".into(),
            )
        }
        ActionKind::Command { argv, cwd, confined } if action.actor == ActorKind::Worker => {
            let reading = super::command::reading(argv, cwd);
            let (effect, why) = command(profile, *confined, &reading.classes);
            let class = match (*confined, reading.classes.last()) {
                (true, Some(class)) => class.as_str(),
                _ => "host",
            };
            let id = format!("profile.{profile}.command.{class}");
            return super::verdict(effect, &id, format!("{}: {why}", title(profile)));
        }
        ActionKind::Command { .. } => {
            (autopilot && low, "commands of low risk run without asking", "running a command asks".into())
        }
        ActionKind::FileWrite { .. } if action.actor == ActorKind::Worker => (
            low,
            "a worker writes what its task may change, in its own clone",
            "writing outside what the task may change asks".into(),
        ),
        ActionKind::FileWrite { .. } => {
            (autopilot && low, "files of low risk are written without asking", "writing files asks".into())
        }
        ActionKind::TerminalStart { .. } => {
            (person, "your own terminal opens at once", "opening a terminal asks".into())
        }
        ActionKind::AgentTurn { .. } => {
            (person, "your own message goes to the agent at once", "a turn nobody typed asks".into())
        }
        ActionKind::PublishPush { .. } | ActionKind::PublishPr { .. } => {
            (person, "pressing publish is the approval", "publishing asks".into())
        }
        ActionKind::AutonomyDispatch { .. } => (
            autopilot,
            "objectives of the crew's own start by themselves",
            "an objective of the crew's own asks".into(),
        ),
        ActionKind::RecipeFirstUse { name, .. } => (
            autopilot,
            "a recipe's first use does not ask",
            format!("the first use of the recipe {name} asks"),
        ),
        ActionKind::CheckoutUpdate { .. } => (false, "", "changing your checkout asks".into()),
        ActionKind::SecretUse { name } => (false, "", format!("using the secret {name} asks")),
        ActionKind::BudgetRaise { what, .. } => {
            (person, "your own raise is the approval", format!("raising the budget of {what} asks"))
        }
        ActionKind::NodeRegister { .. } => (false, "", "a new node asks".into()),
        // Guarded; the sentence is for a policy that would come here by mistake.
        ActionKind::LandMain { .. }
        | ActionKind::PublishForce { .. }
        | ActionKind::DevicePair { .. }
        | ActionKind::WorkspaceTrust { .. } => (false, "", "this always asks".into()),
    };
    let (effect, why) = if allowed { (Effect::Allow, allow_why.to_owned()) } else { (Effect::Ask, ask_why) };
    let id = format!("profile.{profile}.{}", action.what.word());
    super::verdict(effect, &id, format!("{}: {why}", title(profile)))
}

pub(super) fn title(profile: Profile) -> &'static str {
    match profile {
        Profile::Careful => "Careful",
        Profile::Balanced => "Balanced",
        Profile::Autopilot => "Autopilot",
    }
}

/// What the profile says to a command a worker's model chose. In a sandbox the sandbox is the boundary, and hosts are
/// asked about one by one; without one every command asks.
pub(super) fn command(
    profile: Profile,
    confined: bool,
    classes: &BTreeSet<CommandClass>,
) -> (Effect, String) {
    if !confined {
        return (Effect::Ask, "without a sandbox every command asks".into());
    }
    let asks = |class: &CommandClass| match class {
        CommandClass::Publish => true,
        CommandClass::Delete => profile != Profile::Autopilot,
        CommandClass::Install => profile == Profile::Careful,
        CommandClass::Read | CommandClass::Build | CommandClass::Other | CommandClass::Network => false,
    };
    match classes.iter().rev().find(|class| asks(class)) {
        Some(class) => (Effect::Ask, format!("{} ask", super::class_words(*class))),
        None => (Effect::Allow, "the sandbox confines the command, and every host asks for itself".into()),
    }
}
