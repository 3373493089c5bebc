//! What belongs to one model of a role: a key never goes to an address that it was not meant for.

use protocol::settings::{ModelSetting, Role};

use super::environment::ENDPOINT_OF_ALL;
use super::keys;
use super::resolve::Pile;
use super::{Layer, Origin, Value};
use crate::HostError;

impl Pile {
    /// A backend or an endpoint begins a role's model anew: nothing of weaker layers is mixed in.
    pub(super) fn begin_model(&mut self, key: &str, by: &Origin) {
        let Some((group, "backend" | "endpoint")) = key.rsplit_once('.') else { return };
        let Some(group) = group.strip_prefix("llm.").map(|role| format!("llm.{role}.")) else { return };
        let weaker =
            |name: &str, origin: &Origin| name.starts_with(group.as_str()) && origin.layer < by.layer;
        if self.values.iter().any(|(name, (_, o))| weaker(name, o) && o.layer == Layer::Saved) {
            let why = format!("not used: {by} names another model");
            self.warn(group.trim_end_matches('.'), &Origin::saved(), &why);
        }
        self.values.retain(|name, (_, origin)| !weaker(name, origin));
    }

    /// Other programs understand this variable too, so it only serves roles nobody chose a model for. A key
    /// that a file names was not written for this address. A reviewer is there only where one was named.
    pub(super) fn endpoint_of_all(&mut self, text: &str) -> Result<(), HostError> {
        let origin = Origin { layer: Layer::Environment, place: ENDPOINT_OF_ALL.to_owned(), line: None };
        for role in Role::ALL.iter().filter(|role| **role != Role::Reviewer) {
            let named = |field: &str| self.values.contains_key(format!("llm.{role}.{field}").as_str());
            if named("endpoint") || named("backend") {
                continue;
            }
            let find = |field: &str| keys::find(&format!("llm.{role}.{field}"));
            if let Some(endpoint) = find("endpoint") {
                let value =
                    endpoint.shape.parse(text).map_err(|cause| origin.refuse(endpoint.name, cause))?;
                self.values.insert(endpoint.name, (value, origin.clone()));
            }
            if let Some(key) = find("key")
                && let Some((_, by)) = self.values.get(key.name).filter(|(_, by)| by.layer < origin.layer)
            {
                let by = by.clone();
                self.values.remove(key.name);
                let why =
                    format!("not used: the endpoint is that of {ENDPOINT_OF_ALL}; name one beside the key");
                self.warn(key.name, &by, &why);
            }
        }
        Ok(())
    }

    /// Whoever saved a model in Settings chose its key there too, or none: another, of a layer that names no
    /// address itself, may be meant for somebody else.
    pub(super) fn keep_to_saved(&mut self, models: &[ModelSetting]) {
        for model in models {
            let is_saved = |field: &str| {
                let value = self.values.get(format!("llm.{}.{field}", model.role).as_str());
                value.is_some_and(|(_, origin)| origin.layer == Layer::Saved)
            };
            if !is_saved("endpoint") && !is_saved("backend") {
                continue;
            }
            let Some(key) = keys::find(&format!("llm.{}.key", model.role)) else { continue };
            let Some((other, by)) = self.values.remove(key.name) else { continue };
            let bare = |text: &str| text.strip_prefix("env:").unwrap_or(text).to_owned();
            let chosen = model.key_env.as_deref();
            if !matches!(&other, Value::Text(other) if chosen.map(bare) == Some(bare(other))) {
                let why =
                    "not used: the model saved in Settings has its key, or none, from there; choose it there";
                self.warn(key.name, &by, why);
            }
            if let Some(chosen) = chosen {
                self.values.insert(key.name, (Value::Text(chosen.to_owned()), Origin::saved()));
            }
        }
    }
}
