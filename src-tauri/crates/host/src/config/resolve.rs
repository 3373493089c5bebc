//! Laying the layers over each other.

use std::collections::BTreeMap;

use protocol::listen::SetListening;
use protocol::network::SetNetwork;
use protocol::notify::SetNotify;
use protocol::publishing::SetPublishing;
use protocol::settings::{ConfigWarning, ModelSetting};
use protocol::worker::WorkerBackend;

use super::environment::{ENDPOINT_OF_ALL, Meaning, meaning};
use super::keys::{self, KEYS, PROFILES, Reader, Repository};
use super::nearest::nearest;
use super::node::{self, Kind, Node};
use super::proofs::{Mistake, Proofs};
use super::settings::Config;
use super::value::money_text;
use super::{ConfigFile, Flag, Layer, Layers, Origin, RoleModel, Value};
use crate::HostError;

pub(super) fn resolve(layers: &Layers) -> Result<Config, HostError> {
    let mut pile = Pile::default();
    pile.built_in();
    pile.file(Layer::User, layers.user.as_ref())?;
    pile.file(Layer::Profile, layers.profile.as_ref())?;
    pile.saved(&layers.saved);
    pile.notify(&layers.notify);
    pile.backend(layers.backend);
    pile.network(&layers.network);
    pile.listening(&layers.listening);
    pile.publishing(&layers.publishing);
    pile.file(Layer::Repository, layers.repository.as_ref())?;
    pile.local(layers)?;
    pile.environment(&layers.environment)?;
    pile.flags(&layers.flags)?;
    pile.keep_to_saved(&layers.saved);
    pile.tighten();
    pile.agree()?;
    Ok(pile.settle())
}

/// What has been laid down so far.
#[derive(Default)]
pub(super) struct Pile {
    pub(super) values: BTreeMap<&'static str, (Value, Origin)>,
    /// What repositories ask of keys they may only tighten.
    caps: Vec<(&'static str, Value, Origin)>,
    /// The strictest profile a repository asks for.
    pub(super) cap: Option<(Value, Origin)>,
    /// The profile before a repository made it stricter.
    pub(super) chosen_profile: Option<Value>,
    pub(super) proofs: Proofs,
    pub(super) proof_origins: BTreeMap<String, Origin>,
    pub(super) warnings: Vec<ConfigWarning>,
}

impl Pile {
    fn built_in(&mut self) {
        for key in KEYS {
            if let Some(Ok(value)) = key.built_in.map(|text| key.shape.parse(text)) {
                self.values.insert(key.name, (value, Origin::built_in()));
            }
        }
    }

    /// Models chosen in Settings: each whole, so nothing of a weaker layer mixes in.
    fn saved(&mut self, models: &[ModelSetting]) {
        for model in models {
            let mut put = |field: &str, value: Option<Value>| {
                let key = keys::find(&format!("llm.{}.{field}", model.role));
                if let (Some(key), Some(value)) = (key, value) {
                    self.begin_model(key.name, &Origin::saved());
                    self.values.insert(key.name, (value, Origin::saved()));
                }
            };
            let text = |text: &str| Some(Value::Text(text.to_owned()));
            put("backend", text(RoleModel::backend_of(model.dialect)));
            put("endpoint", text(&model.endpoint));
            put("model", text(&model.model));
            put("key", model.key_env.as_deref().and_then(text));
            put("contextWindow", model.context_window.and_then(|n| i64::try_from(n).ok()).map(Value::Number));
            let amount = |micros: u64| Some(Value::Text(money_text(micros)));
            put("priceInput", model.price.and_then(|price| amount(price.input)));
            put("priceCachedInput", model.price.and_then(|price| price.cached_input).and_then(amount));
            put("priceOutput", model.price.and_then(|price| amount(price.output)));
        }
    }

    /// What was chosen of notifications. A value that is none is left out: it would be kept by an older program.
    fn notify(&mut self, chosen: &SetNotify) {
        for (name, value) in chosen.values() {
            let value = match value {
                serde_json::Value::Bool(flag) => Some(Value::Flag(flag)),
                serde_json::Value::String(text) => {
                    keys::find(name).and_then(|key| key.shape.parse(&text).ok())
                }
                _ => None,
            };
            if let (Some(key), Some(value)) = (keys::find(name), value) {
                self.values.insert(key.name, (value, Origin::saved()));
            }
        }
    }

    /// What jobs may connect to, as it was chosen. A list is the whole of it: an empty one takes the file's away.
    fn network(&mut self, chosen: &SetNetwork) {
        let jobs = chosen.jobs.map(|reach| Value::Text(reach.as_str().to_owned()));
        let allow = chosen.allow.clone().map(Value::Words);
        for (name, value) in [("network.jobs", jobs), ("network.allow", allow)] {
            if let (Some(key), Some(value)) = (keys::find(name), value) {
                self.values.insert(key.name, (value, Origin::saved()));
            }
        }
    }

    /// Where the server can be reached from, as it was chosen. An empty address closes what a file opens.
    fn listening(&mut self, chosen: &SetListening) {
        let SetListening { tailnet, serve, address, allow } = chosen.clone();
        let values = [
            ("listen.tailnet", tailnet.map(Value::Flag)),
            ("listen.serve", serve.map(Value::Flag)),
            ("listen.address", address.map(Value::Text)),
            ("listen.allow", allow.map(Value::Words)),
        ];
        for (name, value) in values {
            if let (Some(key), Some(value)) = (keys::find(name), value) {
                self.values.insert(key.name, (value, Origin::saved()));
            }
        }
    }

    /// How publishing was set up. A value that is none is left out.
    fn publishing(&mut self, chosen: &SetPublishing) {
        for (name, value) in chosen.values() {
            let value = match value {
                serde_json::Value::Bool(flag) => Some(Value::Flag(flag)),
                other => serde_json::from_value(other).ok().map(Value::Words),
            };
            if let (Some(key), Some(value)) = (keys::find(name), value) {
                self.values.insert(key.name, (value, Origin::saved()));
            }
        }
    }

    fn backend(&mut self, chosen: Option<WorkerBackend>) {
        if let (Some(key), Some(chosen)) = (keys::find("workers.backend"), chosen) {
            self.values.insert(key.name, (Value::Text(chosen.as_str().to_owned()), Origin::saved()));
        }
    }

    fn local(&mut self, layers: &Layers) -> Result<(), HostError> {
        if layers.local_is_tracked
            && let Some(file) = &layers.local
        {
            let origin = Origin { layer: Layer::Local, place: file.name.clone(), line: None };
            self.warn(
                "local.toml",
                &origin,
                "git tracks this file, so it counts as the repository's; ignore it in git",
            );
            return self.file(Layer::Repository, Some(file));
        }
        self.file(Layer::Local, layers.local.as_ref())
    }

    fn file(&mut self, layer: Layer, file: Option<&ConfigFile>) -> Result<(), HostError> {
        let Some(file) = file else { return Ok(()) };
        let mut said: Vec<_> = node::parse(file)?.into_iter().collect();
        // Groups belong to the checks beside them, which have to be known first.
        said.sort_by_key(|(name, _)| name == "checkGroup");
        for (name, node) in said {
            if Proofs::owns(&name) {
                self.proof(layer, file, &name, &node)?;
            } else {
                self.branch(layer, file, &name, &node)?;
            }
        }
        Ok(())
    }

    fn branch(&mut self, layer: Layer, file: &ConfigFile, name: &str, node: &Node) -> Result<(), HostError> {
        let origin = Origin { layer, place: file.name.clone(), line: Some(node.line) };
        if let Some(key) = keys::find(name) {
            if layer == Layer::Repository && key.repository == Repository::Nothing {
                self.warn(name, &origin, "ignored: a repository may not set this");
                return Ok(());
            }
            if layer == Layer::Local
                && matches!(key.read_by, Reader::Server | Reader::Client | Reader::Window)
            {
                self.warn(
                    name,
                    &origin,
                    "ignored: one server serves every workspace; set it in your own file",
                );
                return Ok(());
            }
            let value = key.shape.accept(node).map_err(|cause| origin.refuse(name, cause))?;
            self.lay(key, value, origin);
            return Ok(());
        }
        if let Kind::Table(children) = &node.kind {
            return children
                .iter()
                .try_for_each(|(child, node)| self.branch(layer, file, &format!("{name}.{child}"), node));
        }
        let known =
            KEYS.iter().map(|key| key.name).chain(["check", "checks", "checkGroup", "setup", "recipes"]);
        let why = match nearest(name, known) {
            Some(meant) => format!("ignored: unknown key; did you mean {meant}?"),
            None => "ignored: unknown key".to_owned(),
        };
        self.warn(name, &origin, &why);
        Ok(())
    }

    fn proof(&mut self, layer: Layer, file: &ConfigFile, name: &str, node: &Node) -> Result<(), HostError> {
        let origin = |line| Origin { layer, place: file.name.clone(), line: Some(line) };
        // What a repository says of groups is for its own checks: nobody else's are shortened or left out by it.
        if name == "checkGroup" && layer == Layer::Repository {
            let theirs = self.proof_origins.get("check").is_some_and(|of| of.layer == Layer::Repository);
            if !theirs {
                self.warn(name, &origin(node.line), "ignored: these are not the groups of its own checks");
                return Ok(());
            }
        }
        let mut strangers = Vec::new();
        self.proofs.take(name, node, &mut strangers).map_err(|Mistake { key, line, cause }| {
            HostError::ConfigValue { file: file.name.clone(), line: Some(line), key, cause }
        })?;
        for stranger in strangers {
            let why = match stranger.nearest {
                Some(meant) => format!("ignored: unknown key; did you mean {meant}?"),
                None => "ignored: unknown key".to_owned(),
            };
            self.warn(&stranger.key, &origin(stranger.line), &why);
        }
        match (&node.kind, name) {
            (Kind::Table(named), "recipes") => {
                for (recipe, node) in named {
                    self.proof_origins.insert(format!("recipes.{recipe}"), origin(node.line));
                }
            }
            (_, name) => {
                self.proof_origins.insert(name.trim_end_matches('s').to_owned(), origin(node.line));
            }
        }
        Ok(())
    }

    fn environment(&mut self, variables: &[(String, String)]) -> Result<(), HostError> {
        // A key's own name comes after older ones for it, so that it wins whatever the order they came in.
        let mut variables: Vec<&(String, String)> = variables.iter().collect();
        variables.sort_by_key(|(name, _)| (name.starts_with("PILOTHOUSE_"), name.clone()));
        for (name, text) in &variables {
            let origin = Origin { layer: Layer::Environment, place: name.clone(), line: None };
            match meaning(name, text) {
                Meaning::Sets { key, value } => self.text(key, &value, origin)?,
                Meaning::Unneeded(why) => self.warn(name, &origin, why),
                Meaning::Unknown(Some(meant)) => {
                    self.warn(name, &origin, &format!("ignored: unknown variable; did you mean {meant}?"));
                }
                Meaning::Unknown(None) => self.warn(name, &origin, "ignored: unknown variable"),
                Meaning::NotOurs => {}
            }
        }
        let for_all =
            variables.iter().find(|(name, text)| name == ENDPOINT_OF_ALL && !text.trim().is_empty());
        for_all.map_or(Ok(()), |(_, text)| self.endpoint_of_all(text))
    }

    fn flags(&mut self, flags: &[Flag]) -> Result<(), HostError> {
        flags.iter().try_for_each(|flag| {
            let origin = Origin { layer: Layer::Flag, place: flag.name.clone(), line: None };
            self.text(&flag.key, &flag.value, origin)
        })
    }

    fn text(&mut self, name: &str, text: &str, origin: Origin) -> Result<(), HostError> {
        let fail = |cause| origin.refuse(name, cause);
        let key = keys::find(name).ok_or_else(|| fail("is not a known key".to_owned()))?;
        let value = key.shape.parse(text).map_err(fail)?;
        self.lay(key, value, origin);
        Ok(())
    }

    fn lay(&mut self, key: &'static keys::Key, value: Value, origin: Origin) {
        if key.read_by == Reader::Nobody {
            self.warn(key.name, &origin, "without effect: nothing in this build reads it yet");
        }
        self.begin_model(key.name, &origin);
        if origin.layer == Layer::Repository && key.repository == Repository::Tightens {
            self.caps.push((key.name, value, origin));
        } else {
            self.values.insert(key.name, (value, origin));
        }
    }

    /// A repository can only make the user's own choice stricter, wherever the user made it.
    fn tighten(&mut self) {
        self.chosen_profile = self.values.get(PROFILE).map(|(value, _)| value.clone());
        for (key, asked, origin) in std::mem::take(&mut self.caps) {
            let users = self.values.get(key).map(|(value, _)| rank(value));
            if key == PROFILE && self.cap.as_ref().is_none_or(|(cap, _)| rank(&asked) < rank(cap)) {
                self.cap = Some((asked.clone(), origin.clone()));
            }
            if users.is_none_or(|users| rank(&asked) < users) {
                self.values.insert(key, (asked, origin));
            } else if users.is_some_and(|users| rank(&asked) > users) {
                self.warn(key, &origin, "ignored: a repository may only make this stricter");
            }
        }
    }

    /// Values that contradict each other are an error: which of them was meant is not ours to guess.
    fn agree(&self) -> Result<(), HostError> {
        let at = |key: &str| match self.values.get(key) {
            Some((Value::Text(word), origin)) => Some((word.as_str(), origin)),
            _ => None,
        };
        let (Some((backend, by)), Some((required, origin))) = (at("sandbox.backend"), at("sandbox.require"))
        else {
            return Ok(());
        };
        if backend == "auto" || backend == required {
            return Ok(());
        }
        Err(origin.refuse(
            "sandbox.require",
            format!("asks for {required}, but sandbox.backend is {backend} ({by})"),
        ))
    }

    pub(super) fn warn(&mut self, key: &str, origin: &Origin, why: &str) {
        self.warnings.push(ConfigWarning {
            key: key.to_owned(),
            origin: origin.to_string(),
            why: why.to_owned(),
        });
    }
}

const PROFILE: &str = "policy.profile";

/// Position among the profiles, strictest first.
fn rank(value: &Value) -> usize {
    match value {
        Value::Text(text) => PROFILES.iter().position(|profile| profile == text).unwrap_or(usize::MAX),
        _ => usize::MAX,
    }
}
