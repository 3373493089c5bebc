//! `pilothouse key import FILE`: keys and addresses of models out of a `.env` file, once and when asked to.
//!
//! A key goes where `key set` would put it, for the address its own name belongs to, or the one the file gives beside
//! it. No value is ever shown; what is left where it is, is named.

use crate::output;
use crate::plain::plain;
use client::Client;
use host::HostError;
use host::config::{Config, Layers};
use host::dotenv::{self, Entry};
use host::providers::KEY_NAMES;
use protocol::keys::{KeyText, SetKey};
use protocol::ops::{Nothing, typed};
use protocol::services::SERVICES;
use protocol::settings::{ModelSetting, Role};
use protocol::{ApiError, ErrorCode};
use std::collections::BTreeSet;
use std::io::{BufRead as _, IsTerminal as _};
use std::path::PathBuf;

const ENDPOINT_OF_ALL: &str = "LLM_ENDPOINT";
const KEY_OF_ALL: &str = "LLM_API_KEY";
/// What describes a role's model, after the role's name.
const OF_A_MODEL: [&str; 3] = ["LLM_ENDPOINT", "LLM_BACKEND", "LLM_MODEL"];
/// Most names of other variables that are told.
const TOLD: usize = 20;

pub(super) async fn run(client: &Client, file: PathBuf, yes: bool, as_json: bool) -> Result<u8, ApiError> {
    let entries = dotenv::read(&file).map_err(|error| {
        ApiError::bad(error.to_string()).with(serde_json::json!({ "cause": error.code() }))
    })?;
    let models = client.call(typed::ConfigModels, &Nothing {}, None).await?.models;
    let found = Found::of(&entries, &models)?;
    if !as_json {
        found.say();
    }
    if found.models.is_empty() && found.keys.is_empty() {
        if as_json {
            output::json(&found.told(false));
        } else {
            say!("There is nothing to store.");
        }
        return Ok(0);
    }
    if !yes && !agreed().await? {
        if as_json {
            output::json(&found.told(false));
        } else {
            say!("Nothing was stored.");
        }
        return Ok(1);
    }
    for model in &found.models {
        client.call(typed::ConfigSetModel, model, None).await?;
    }
    for Taken { role, endpoint, key, .. } in &found.keys {
        let set = SetKey { role: *role, endpoint: endpoint.clone(), key: key.clone() };
        let saved = client.call(typed::ConfigSetKey, &set, None).await?;
        if !as_json {
            say!("The key of {role} for {} is saved. {}", plain(&saved.endpoint), plain(&saved.detail));
        }
    }
    if as_json {
        output::json(&found.told(true));
    } else if !found.models.is_empty() {
        say!("The models are chosen. Settings, Models has them.");
    }
    Ok(0)
}

async fn agreed() -> Result<bool, ApiError> {
    if !std::io::stdin().is_terminal() {
        return Err(ApiError::bad(
            "Nobody can be asked here, so nothing was stored. Say --yes to store them.",
        ));
    }
    tell!("Store them? Then type y.");
    let line = tokio::task::spawn_blocking(|| {
        let mut line = String::new();
        std::io::stdin().lock().read_line(&mut line).map(|_| line)
    });
    let line = line.await.map_err(|e| ApiError::new(ErrorCode::Internal, e.to_string()))?;
    Ok(line.is_ok_and(|line| matches!(line.trim(), "y" | "Y" | "yes")))
}

/// A key and where it goes.
struct Taken {
    name: String,
    role: Role,
    endpoint: String,
    key: KeyText,
}

/// What a file holds for us.
#[derive(Default)]
struct Found {
    /// For roles that have none.
    models: Vec<ModelSetting>,
    keys: Vec<Taken>,
    /// Names we know, and why each is left.
    left: Vec<(String, String)>,
    /// Names of everything else.
    others: BTreeSet<String>,
}

impl Found {
    fn of(entries: &[Entry], now: &[ModelSetting]) -> Result<Self, ApiError> {
        let mut found = Self::default();
        let given = |name: &str| {
            let last = entries.iter().rev().find(|entry| entry.name == name);
            last.map(|entry| &entry.value).filter(|value| !value.expose().is_empty())
        };
        let described = described(entries)?;
        for role in Role::ALL {
            let Some(model) = described.model(*role) else { continue };
            match now.iter().find(|now| now.role == *role) {
                None => found.models.push(ModelSetting { key_env: None, origin: None, ..model }),
                Some(now) if now.endpoint == model.endpoint => {}
                Some(now) => {
                    let name =
                        OF_A_MODEL.iter().map(|field| of(*role, field)).find(|name| given(name).is_some());
                    let name = name.unwrap_or_else(|| ENDPOINT_OF_ALL.to_owned());
                    let why = format!("{role} has a model at {} already", now.endpoint);
                    found.left.push((name, why));
                }
            }
        }
        let models: Vec<&ModelSetting> = now.iter().chain(&found.models).collect();
        let mut keys = Keys { taken: Vec::new(), left: Vec::new() };
        for role in Role::ALL {
            let name = of(*role, KEY_OF_ALL);
            let Some(key) = given(&name) else { continue };
            let own = models.iter().filter(|model| model.role == *role);
            let address = described.model(*role).map(|model| model.endpoint);
            let there = own.filter(|model| address.as_ref().is_none_or(|to| same_place(&model.endpoint, to)));
            keys.take(&name, key, there.copied(), "it has no model there yet. Choose one, then import again");
        }
        if let Some(key) = given(KEY_OF_ALL) {
            let address = given(ENDPOINT_OF_ALL).map(|address| address.expose().to_owned());
            let why = "it belongs to LLM_ENDPOINT, and no role has its model there";
            keys.take(KEY_OF_ALL, key, at(&models, address.as_deref().unwrap_or_default()), why);
        }
        for service in SERVICES {
            let Some(key) = given(service.variable) else { continue };
            let own = given(&service.address_variable()).map(|address| address.expose().to_owned());
            let address = own.as_deref().unwrap_or(service.endpoint);
            let why = format!("no role has a model of {} yet. Choose one, then import again", service.name);
            keys.take(service.variable, key, at(&models, address), &why);
        }
        for name in KEY_NAMES.iter().filter(|name| given(name).is_some() && !is_taken_up(name)) {
            keys.left
                .push(((*name).to_owned(), "its address is not known here. Use `pilothouse key set`".into()));
        }
        found.keys = keys.taken;
        found.left.append(&mut keys.left);
        let known = |name: &str| is_taken_up(name) || KEY_NAMES.contains(&name);
        let others = entries.iter().filter(|entry| !known(&entry.name));
        found.others = others.map(|entry| entry.name.clone()).collect();
        Ok(found)
    }

    fn say(&self) {
        for model in &self.models {
            say!(
                "{:<12} gets the model {} at {}",
                model.role.as_str(),
                plain(&model.model),
                plain(&model.endpoint)
            );
        }
        for Taken { name, role, endpoint, .. } in &self.keys {
            say!("{:<12} gets the key {name}, for {}", role.as_str(), plain(endpoint));
        }
        for (name, why) in &self.left {
            say!("left: {name} ({})", plain(why));
        }
        if !self.others.is_empty() {
            let first: Vec<&str> = self.others.iter().take(TOLD).map(String::as_str).collect();
            let more = match self.others.len().saturating_sub(TOLD) {
                0 => String::new(),
                more => format!(" and {more} more"),
            };
            say!("not ours: {}{more}", first.join(", "));
        }
    }

    /// The same for programs.
    fn told(&self, stored: bool) -> serde_json::Value {
        let models = self.models.iter().map(|model| serde_json::json!({ "role": model.role, "endpoint": model.endpoint, "model": model.model }));
        let keys = self
            .keys
            .iter()
            .map(|key| serde_json::json!({ "name": key.name, "role": key.role, "endpoint": key.endpoint }));
        let left = self.left.iter().map(|(name, why)| serde_json::json!({ "name": name, "why": why }));
        serde_json::json!({
            "stored": stored, "models": models.collect::<Vec<_>>(), "keys": keys.collect::<Vec<_>>(),
            "left": left.collect::<Vec<_>>(), "others": self.others,
        })
    }
}

/// Keys as they find their roles; the first one for a role is its key.
struct Keys {
    taken: Vec<Taken>,
    left: Vec<(String, String)>,
}

impl Keys {
    fn take<'a>(
        &mut self,
        name: &str,
        key: &KeyText,
        models: impl Iterator<Item = &'a ModelSetting>,
        none: &str,
    ) {
        let mut any = false;
        for model in models {
            any = true;
            let role = model.role;
            let why = match (&model.key_env, self.taken.iter().find(|taken| taken.role == role)) {
                (Some(variable), _) => format!("{role} takes its key from the variable {variable}"),
                (None, Some(other)) => format!("{role} gets {} already", other.name),
                (None, None) => {
                    let (name, endpoint, key) = (name.to_owned(), model.endpoint.clone(), key.clone());
                    self.taken.push(Taken { name, role, endpoint, key });
                    continue;
                }
            };
            self.left.push((name.to_owned(), why));
        }
        if !any {
            self.left.push((name.to_owned(), none.to_owned()));
        }
    }
}

/// The name of a role's own variable.
fn of(role: Role, field: &str) -> String {
    format!("{}_{field}", role.as_str().to_ascii_uppercase())
}

/// Whether a name means something to an import.
fn is_taken_up(name: &str) -> bool {
    let of_a_service = SERVICES.iter().any(|one| one.variable == name || one.address_variable() == name);
    of_a_service
        || describes(name)
        || name == KEY_OF_ALL
        || Role::ALL.iter().any(|role| of(*role, KEY_OF_ALL) == name)
}

fn describes(name: &str) -> bool {
    let own = |role: &Role| OF_A_MODEL.iter().any(|field| of(*role, field) == name);
    name == ENDPOINT_OF_ALL || Role::ALL.iter().any(own)
}

/// The models a file describes, as the same variables would in the environment. An error repeats no value.
fn described(entries: &[Entry]) -> Result<Config, ApiError> {
    let ours = entries.iter().filter(|entry| describes(&entry.name));
    let environment = ours.map(|entry| (entry.name.clone(), entry.value.expose().to_owned())).collect();
    Config::resolve(&Layers { environment, ..Layers::default() }).map_err(|error| {
        let what = match &error {
            HostError::ConfigValue { key, .. } => {
                format!("What the file says of `{key}` is no value it can have")
            }
            _ => "The models that the file describes cannot be read".to_owned(),
        };
        ApiError::bad(format!("{what}. Correct it there, then try again."))
    })
}

fn at<'a>(models: &'a [&'a ModelSetting], address: &'a str) -> impl Iterator<Item = &'a ModelSetting> {
    models.iter().copied().filter(move |model| same_place(&model.endpoint, address))
}

/// Whether two addresses are of one server: a key belongs to it, whatever the path.
fn same_place(a: &str, b: &str) -> bool {
    server(a).is_some_and(|place| server(b) == Some(place))
}

/// Scheme, host and port; none for what is no plain address.
fn server(address: &str) -> Option<(String, String)> {
    let (scheme, rest) = address.trim().split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    let is_plain = !authority.is_empty() && !authority.contains(['@', '\\']);
    is_plain.then(|| (scheme.to_ascii_lowercase(), authority.to_ascii_lowercase()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::settings::Dialect;

    fn entries(pairs: &[(&str, &str)]) -> Vec<Entry> {
        let entry =
            |(name, value): &(&str, &str)| Entry { name: (*name).to_owned(), value: KeyText::new(value) };
        pairs.iter().map(entry).collect()
    }

    fn model(role: Role, endpoint: &str) -> ModelSetting {
        ModelSetting {
            role,
            dialect: Dialect::OpenaiChat,
            endpoint: endpoint.into(),
            model: "m".into(),
            key_env: None,
            context_window: None,
            price: None,
            origin: None,
        }
    }

    fn goes(found: &Found) -> Vec<(&str, Role, &str, &str)> {
        found
            .keys
            .iter()
            .map(|key| (key.name.as_str(), key.role, key.endpoint.as_str(), key.key.expose()))
            .collect()
    }

    fn left(found: &Found) -> Vec<&str> {
        found.left.iter().map(|(name, _)| name.as_str()).collect()
    }

    #[test]
    fn a_services_key_goes_to_the_roles_whose_model_is_there_and_to_no_other() {
        let now = [
            model(Role::Workers, "https://api.openai.com/v1"),
            model(Role::Remotebuddy, "https://api.openai.com.evil.test/v1"),
            model(Role::Localbuddy, "http://api.openai.com/v1"),
        ];
        let file =
            entries(&[("OPENAI_API_KEY", "sk-1"), ("ANTHROPIC_API_KEY", "sk-2"), ("DATABASE_URL", "x")]);
        let found = Found::of(&file, &now).unwrap();
        assert_eq!(goes(&found), [("OPENAI_API_KEY", Role::Workers, "https://api.openai.com/v1", "sk-1")]);
        assert_eq!(left(&found), ["ANTHROPIC_API_KEY"]);
        assert_eq!(found.others.iter().collect::<Vec<_>>(), ["DATABASE_URL"]);
    }

    #[test]
    fn a_services_own_address_in_the_file_is_where_its_key_belongs() {
        let now =
            [model(Role::Workers, "https://api.openai.com/v1"), model(Role::Localbuddy, "http://lan:7/v1")];
        let file = entries(&[("OPENAI_API_KEY", "sk-1"), ("OPENAI_BASE_URL", "http://lan:7/v1/")]);
        let found = Found::of(&file, &now).unwrap();
        assert_eq!(goes(&found), [("OPENAI_API_KEY", Role::Localbuddy, "http://lan:7/v1", "sk-1")]);
        assert!(found.others.is_empty() && found.left.is_empty());
    }

    #[test]
    fn an_address_becomes_the_model_of_roles_that_have_none_with_its_key() {
        let now = [model(Role::Workers, "https://api.openai.com/v1")];
        let file = entries(&[
            ("LLM_ENDPOINT", "http://lan:7/v1"),
            ("LLM_API_KEY", "sk-lan"),
            ("REMOTEBUDDY_LLM_MODEL", "big"),
        ]);
        let found = Found::of(&file, &now).unwrap();
        let models: Vec<_> = found.models.iter().map(|model| (model.role, model.endpoint.as_str())).collect();
        assert!(models.contains(&(Role::Localbuddy, "http://lan:7/v1")), "{models:?}");
        assert!(models.iter().all(|(role, _)| !matches!(role, Role::Workers | Role::Reviewer)), "{models:?}");
        assert!(found.keys.iter().all(|key| key.endpoint == "http://lan:7/v1" && key.name == "LLM_API_KEY"));
        assert_eq!(found.keys.len(), found.models.len());
        assert!(left(&found).contains(&"LLM_ENDPOINT"), "the workers have theirs: {:?}", found.left);
    }

    #[test]
    fn a_roles_own_key_comes_first_and_goes_to_no_address_but_the_one_beside_it() {
        let now = [model(Role::Workers, "https://api.openai.com/v1")];
        let both = entries(&[("OPENAI_API_KEY", "sk-1"), ("WORKERS_LLM_API_KEY", "sk-2")]);
        let found = Found::of(&both, &now).unwrap();
        assert_eq!(goes(&found)[0].3, "sk-2");
        assert_eq!((found.keys.len(), left(&found)), (1, vec!["OPENAI_API_KEY"]));
        let elsewhere =
            entries(&[("WORKERS_LLM_API_KEY", "sk-2"), ("WORKERS_LLM_ENDPOINT", "https://other.test/v1")]);
        let found = Found::of(&elsewhere, &now).unwrap();
        assert!(found.keys.is_empty() && found.models.is_empty());
        assert_eq!(left(&found), ["WORKERS_LLM_ENDPOINT", "WORKERS_LLM_API_KEY"]);
    }

    #[test]
    fn what_cannot_be_stored_is_named_without_its_value() {
        let mut named = model(Role::Workers, "https://api.openai.com/v1");
        named.key_env = Some("MY_KEY".into());
        let file = entries(&[
            ("OPENAI_API_KEY", "sk-secret"),
            ("MISTRAL_API_KEY", "sk-secret"),
            ("LLM_API_KEY", "sk-secret"),
            ("GROQ_API_KEY", ""),
            ("SECRET", "sk-secret"),
        ]);
        let found = Found::of(&file, &[named]).unwrap();
        assert!(found.keys.is_empty() && found.models.is_empty());
        assert_eq!(left(&found), ["LLM_API_KEY", "OPENAI_API_KEY", "MISTRAL_API_KEY"]);
        assert!(!found.told(false).to_string().contains("sk-secret"));
        let wrong = entries(&[("WORKERS_LLM_ENDPOINT", "https://me:sk-secret@h/v1")]);
        let error = Found::of(&wrong, &[]).err().unwrap();
        assert!(!error.message.contains("sk-secret"), "{}", error.message);
    }
}
