//! The resolved configuration as the rest of the product reads it.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::path::PathBuf;

use protocol::check::{Check, CheckGroup, Recipe, SetupStep};
use protocol::main_line::ToMain;
use protocol::merge::Strategy;
use protocol::policy::Profile;
use protocol::settings::{ConfigShown, ConfigValue, ConfigWarning, ModelSetting, Role};
use protocol::worker::WorkerBackend;

use super::{Layers, Origin, RoleModel, Value, keys, resolve};
use crate::{HostError, redact};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Server {
    pub host: IpAddr,
    /// 0 picks a free one; none leaves the choice to the server.
    pub port: Option<u16>,
    pub localbuddy_port: Option<u16>,
    /// The server a client should talk to instead of looking for one.
    pub url: Option<String>,
    /// Of the only certificate that counts there; none leaves it to the system.
    pub fingerprint: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Workers {
    /// Exactly so many; none keeps between `min` and `max`.
    pub count: Option<u32>,
    pub min: Option<u32>,
    /// None sizes from the machine.
    pub max: Option<u32>,
    /// What works on tasks of the worker lane.
    pub backend: WorkerBackend,
    /// What is required, when something is.
    pub sandbox: crate::sandbox::Preference,
    /// Refuse anything weaker.
    pub require: Option<crate::sandbox::Preference>,
    /// Of the container sandbox; none means ours.
    pub image: Option<String>,
    /// Where the container engine listens; none looks for one.
    pub engine: Option<String>,
    /// Processors of one job or check; none means all.
    pub cpus: Option<u32>,
    /// Bytes of memory of one job or check; none leaves it to the sandbox.
    pub memory: Option<u64>,
    /// Most bytes of one job's clone and HOME.
    pub disk: u64,
}

/// What jobs may connect to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Reach {
    /// Nothing at all.
    Off,
    /// What is listed.
    Listed,
    /// What is listed, and what a person allows.
    #[default]
    Ask,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Network {
    pub jobs: Reach,
    /// Names of presets and host patterns.
    pub allow: Vec<String>,
}

/// Where the server can be reached from beside loopback.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Listen {
    pub tailnet: bool,
    /// 0 picks a free one.
    pub tailnet_port: Option<u16>,
    pub serve: bool,
    pub serve_port: Option<u16>,
    pub serve_https: u16,
    /// As it was written; an empty one is none.
    pub address: Option<String>,
    pub certificate: Option<PathBuf>,
    pub certificate_key: Option<PathBuf>,
    pub names: Vec<String>,
    /// Logins and tags.
    pub allow: Vec<String>,
    /// Path of tailscaled's socket.
    pub tailscaled: Option<String>,
}

/// What happens with a finished change beside our own checks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Gate {
    /// Whether a reviewer's concerns lead to one more round of work.
    pub reviewer_revises: bool,
    /// Longest time it is waited for.
    pub reviewer_seconds: u64,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Merge {
    pub enabled: bool,
    pub slots: Option<u32>,
    pub window: Option<u32>,
    pub strategy: Strategy,
    pub flaky_retries: u32,
    /// Automatic tries to mend a change that came back.
    pub fix_ups: u32,
    /// When the user's own branch is moved without their pressing a button.
    pub to_main: ToMain,
    pub push: bool,
    pub open_pr: bool,
    /// Whether landings are pushed to a branch of our own instead of the integration branch.
    pub push_generated: bool,
}

/// Push and pull request.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Publish {
    pub enabled: bool,
    /// Globs of branch names.
    pub protected: Vec<String>,
    /// `host=address of its API`.
    pub github_hosts: Vec<String>,
    /// `host=NAME` of a variable.
    pub token_variables: Vec<String>,
    pub gh: bool,
    pub timeout_s: u64,
}

/// Where a repository says its changes belong.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ScopeHints {
    pub write_globs: Vec<String>,
    pub hints: Vec<String>,
}

/// Limits of one scope; none means no limit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Ceiling {
    pub tokens: Option<u64>,
    pub minutes: Option<u64>,
    /// Millionths of the unit prices are given in.
    pub micros: Option<u64>,
}

/// What the crew may use.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Budget {
    pub job: Ceiling,
    pub day: Ceiling,
    /// Of one workspace in one day.
    pub workspace: Ceiling,
    pub auto_resume: bool,
}

/// Where newer versions of the window come from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Update {
    /// Whether it looks by itself; none leaves that to whether it can.
    pub enabled: Option<bool>,
    /// `stable` or `canary`.
    pub channel: String,
    /// With the places that are filled in, such as `{{channel}}`.
    pub endpoint: Option<String>,
    pub public_key: Option<String>,
}

/// Notifications on phones and in browsers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Push {
    /// Hosts beside the usual ones.
    pub services: Vec<String>,
    pub contact: Option<String>,
}

/// Terminals of people.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Terminals {
    /// That run at once.
    pub most: u32,
    /// 0 is never.
    pub idle_hours: u32,
    pub record: bool,
}

/// Everything that is configured, and where it was.
#[derive(Debug, Clone, PartialEq)]
pub struct Config {
    pub server: Server,
    pub data_dir: Option<PathBuf>,
    /// Holds what saved keys are encrypted with where there is no keychain.
    pub secrets_key_file: Option<PathBuf>,
    pub workers: Workers,
    pub network: Network,
    pub listen: Listen,
    pub gate: Gate,
    pub merge: Merge,
    pub publish: Publish,
    /// One per role, in the order of the roles.
    pub models: Vec<RoleModel>,
    pub profile: Profile,
    /// The profile before a repository made it stricter.
    pub chosen_profile: Profile,
    /// The loosest profile the repository allows, and where it says so.
    pub profile_cap: Option<(Profile, Origin)>,
    pub scope: ScopeHints,
    pub budget: Budget,
    pub update: Update,
    pub terminals: Terminals,
    pub push: Push,
    /// `None`: nobody said anything, detection may propose. `Some(vec![])`: written out, none.
    pub checks: Option<Vec<Check>>,
    pub checks_origin: Option<Origin>,
    /// What the checks of a group have in common, by the group's name.
    pub check_groups: BTreeMap<String, CheckGroup>,
    pub setup: Option<Vec<SetupStep>>,
    pub setup_origin: Option<Origin>,
    pub recipes: BTreeMap<String, Recipe>,
    pub recipe_origins: BTreeMap<String, Origin>,
    pub warnings: Vec<ConfigWarning>,
    pub(super) values: BTreeMap<&'static str, (Value, Origin)>,
}

impl Config {
    /// Resolves all layers. Fails with `config.syntax` or `config.value`, naming file, line and cause.
    pub fn resolve(layers: &Layers) -> Result<Self, HostError> {
        resolve::resolve(layers)
    }

    /// Where the value of a key came from; none when the key is unset or unknown.
    pub fn origin(&self, key: &str) -> Option<&Origin> {
        self.values.get(key).map(|(_, origin)| origin)
    }

    /// A profile as the repository allows it, and where it says so when that made it stricter.
    pub fn tightened(&self, chosen: Profile) -> (Profile, Option<&Origin>) {
        let place = |profile: Profile| keys::PROFILES.iter().position(|word| *word == profile.as_str());
        match &self.profile_cap {
            Some((cap, origin)) if place(*cap) < place(chosen) => (*cap, Some(origin)),
            _ => (chosen, None),
        }
    }

    /// The model of a role with the origin of what names it; none when no layer names one.
    pub fn model(&self, role: Role) -> Option<ModelSetting> {
        let named = |field: &str| self.origin(&format!("llm.{role}.{field}"));
        let origin = named("endpoint").or_else(|| named("backend"));
        self.models.iter().find(|model| model.role == role)?.setting(origin)
    }

    /// Warnings that `own`, the same configuration without a workspace's files, does not have.
    pub fn warnings_beyond(&self, own: &Self) -> impl Iterator<Item = &ConfigWarning> {
        self.warnings.iter().filter(|warning| !own.warnings.contains(warning))
    }

    /// Every key with its value (null when unset) and origin, secrets redacted.
    pub fn show(&self) -> ConfigShown {
        let scalar = |key: &keys::Key| match self.values.get(key.name) {
            Some((value, origin)) => shown(key.name, value.to_json(), Some(origin)),
            None => shown(key.name, serde_json::Value::Null, None),
        };
        let mut values: Vec<ConfigValue> = keys::KEYS.iter().map(scalar).collect();
        values.push(shown("check", json(&self.checks), self.checks_origin.as_ref()));
        for (name, group) in &self.check_groups {
            values.push(shown(&format!("checkGroup.{name}"), json(group), self.checks_origin.as_ref()));
        }
        values.push(shown("setup", json(&self.setup), self.setup_origin.as_ref()));
        for (name, recipe) in &self.recipes {
            values.push(shown(&format!("recipes.{name}"), json(recipe), self.recipe_origins.get(name)));
        }
        ConfigShown { values, warnings: self.warnings.clone() }
    }
}

fn shown(key: &str, value: serde_json::Value, origin: Option<&Origin>) -> ConfigValue {
    let origin = origin.map_or_else(|| "built-in".to_owned(), ToString::to_string);
    ConfigValue { key: key.to_owned(), value: redacted(value), origin }
}

/// A token may stand anywhere a text may: in an argument of a check, in an address.
pub fn redacted(value: serde_json::Value) -> serde_json::Value {
    match value {
        serde_json::Value::String(text) => redact::Redactor::default().text(&text).into(),
        serde_json::Value::Array(items) => items.into_iter().map(redacted).collect(),
        serde_json::Value::Object(fields) => fields
            .into_iter()
            .map(|(name, value)| (name, redacted(value)))
            .collect::<serde_json::Map<_, _>>()
            .into(),
        other => other,
    }
}

fn json(value: &impl serde::Serialize) -> serde_json::Value {
    serde_json::to_value(value).unwrap_or_default()
}
