//! Model servers on this machine, and keys by name.
//!
//! Only three usual loopback addresses are asked, briefly; nothing else is scanned and no key is read. Being found
//! is not consent: somebody has to choose what was found before it is used.

mod places;

use std::time::Duration;

use protocol::services::SERVICES;
use protocol::settings::{Dialect, ProviderFound};
use reqwest::Url;
use serde::{Deserialize, Serialize};

use crate::model::endpoint::{is_loopback, parse};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum State {
    Absent,
    /// It is there and lacks something.
    FoundNotReady {
        why: String,
        next: String,
    },
    Ready {
        models: Vec<String>,
    },
    Failing {
        error: String,
    },
}

impl State {
    pub fn word(&self) -> &'static str {
        match self {
            State::Absent => "absent",
            State::FoundNotReady { .. } => "found_not_ready",
            State::Ready { .. } => "ready",
            State::Failing { .. } => "failing",
        }
    }
}

/// A provider that was looked for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Found {
    pub id: String,
    pub name: String,
    pub dialect: Dialect,
    /// What an endpoint's `base_url` would be.
    pub base_url: String,
    pub state: State,
}

impl From<Found> for ProviderFound {
    fn from(found: Found) -> Self {
        let (detail, models) = match &found.state {
            State::Absent => (format!("Nothing answers at {}.", found.base_url), Vec::new()),
            State::FoundNotReady { why, next } => (format!("{why} {next}"), Vec::new()),
            State::Ready { models } => (found.base_url.clone(), models.clone()),
            State::Failing { error } => (error.clone(), Vec::new()),
        };
        ProviderFound {
            id: found.id,
            name: found.name,
            state: found.state.word().to_owned(),
            detail,
            models,
            endpoint: Some(found.base_url),
            dialect: Some(found.dialect),
            key_env: None,
        }
    }
}

/// Where to look. Tests put their own ports here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Targets {
    pub ollama: String,
    pub lm_studio: String,
    pub llama_server: String,
    /// For each question asked.
    pub timeout: Duration,
}

impl Targets {
    /// The usual addresses; `ollama_host` is the value of `OLLAMA_HOST`, if it is set.
    pub fn usual(ollama_host: Option<&str>) -> Self {
        Self {
            ollama: ollama_host
                .and_then(ollama_address)
                .unwrap_or_else(|| "http://127.0.0.1:11434".to_owned()),
            lm_studio: "http://127.0.0.1:1234".to_owned(),
            llama_server: "http://127.0.0.1:8080".to_owned(),
            timeout: Duration::from_millis(300),
        }
    }
}

/// `OLLAMA_HOST` comes as host, host:port, :port or a whole address. An address to listen on everywhere is asked
/// on loopback.
fn ollama_address(text: &str) -> Option<String> {
    let text = text.trim();
    if text.is_empty() {
        return None;
    }
    let whole = match text.split_once("://") {
        Some(_) => text.to_owned(),
        None if text.starts_with(':') => format!("http://127.0.0.1{text}"),
        None => format!("http://{text}"),
    };
    let mut url = parse(&whole).ok()?;
    let explicit_port =
        whole.rsplit_once(':').is_some_and(|(_, end)| end.trim_end_matches('/').parse::<u16>().is_ok());
    if !explicit_port {
        url.set_port(Some(11_434)).ok()?;
    }
    if matches!(url.host_str(), Some("0.0.0.0" | "[::]")) {
        url.set_host(Some("127.0.0.1")).ok()?;
    }
    Some(url.as_str().trim_end_matches('/').to_owned())
}

/// Asks all places at once.
pub async fn detect(targets: &Targets) -> Vec<Found> {
    let (ollama, lm_studio, llama_server) = tokio::join!(
        look("ollama", "Ollama", &targets.ollama, targets.timeout, places::ollama),
        look("lmstudio", "LM Studio", &targets.lm_studio, targets.timeout, places::lm_studio),
        look("llama-server", "llama-server", &targets.llama_server, targets.timeout, places::llama_server),
    );
    vec![ollama, lm_studio, llama_server]
}

async fn look<'a, F>(
    id: &str,
    name: &str,
    address: &'a str,
    timeout: Duration,
    ask: impl FnOnce(places::Place) -> F,
) -> Found
where
    F: Future<Output = State> + 'a,
{
    let state = match parse(address) {
        Err(error) => State::Failing { error: error.to_string() },
        Ok(url) if !is_loopback(&url) => State::FoundNotReady {
            why: format!("{} is another machine, which is not asked by itself.", host(&url)),
            next: "Add it by hand as an OpenAI-compatible endpoint.".to_owned(),
        },
        Ok(url) => match places::Place::new(url, timeout) {
            Ok(place) => ask(place).await,
            Err(error) => State::Failing { error },
        },
    };
    Found {
        id: id.to_owned(),
        name: name.to_owned(),
        dialect: Dialect::OpenaiChat,
        base_url: format!("{}/v1", address.trim_end_matches('/')),
        state,
    }
}

fn host(url: &Url) -> String {
    url.host_str().unwrap_or("that").to_owned()
}

/// Providers whose key is set in the environment. Only presence is asked of `is_set`; values are never seen.
/// `base_url` gives the value of an address variable such as `OPENAI_BASE_URL`, which is no secret.
pub fn keys(is_set: impl Fn(&str) -> bool, base_url: impl Fn(&str) -> Option<String>) -> Vec<ProviderFound> {
    let present = SERVICES.iter().filter(|service| is_set(service.variable));
    let mut found: Vec<ProviderFound> = present
        .map(|service| {
            let own = base_url(&service.address_variable());
            ProviderFound {
                id: service.name.to_lowercase(),
                name: service.name.to_owned(),
                state: "found_not_ready".to_owned(),
                detail: format!("{} is set. Choose a model to use it.", service.variable),
                models: Vec::new(),
                endpoint: Some(own.unwrap_or_else(|| service.endpoint.to_owned())),
                dialect: Some(service.dialect),
                key_env: Some(service.variable.to_owned()),
            }
        })
        .collect();
    if let Some(address) = base_url("LLM_ENDPOINT") {
        found.push(ProviderFound {
            id: "llm-endpoint".to_owned(),
            name: "LLM_ENDPOINT".to_owned(),
            state: "found_not_ready".to_owned(),
            detail: "LLM_ENDPOINT is set. Choose a model to use it.".to_owned(),
            models: Vec::new(),
            endpoint: Some(address),
            dialect: Some(Dialect::OpenaiChat),
            key_env: None,
        });
    }
    found
}

/// The name of today for a provider named as in older configurations.
pub fn current_name(name: &str) -> &str {
    match name {
        "openai_compatible" => "lmstudio",
        "ollama_chat" => "ollama",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_to_write_ollama_host_is_understood() {
        let rows = [
            ("", None),
            ("0.0.0.0", Some("http://127.0.0.1:11434")),
            ("0.0.0.0:5000", Some("http://127.0.0.1:5000")),
            (":5000", Some("http://127.0.0.1:5000")),
            ("localhost", Some("http://localhost:11434")),
            ("http://127.0.0.1:9/", Some("http://127.0.0.1:9")),
            ("box.lan", Some("http://box.lan:11434")),
        ];
        for (text, expected) in rows {
            assert_eq!(ollama_address(text).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn keys_are_named_and_never_shown() {
        let found = keys(
            |name| name == "ANTHROPIC_API_KEY",
            |name| (name == "ANTHROPIC_BASE_URL").then(|| "https://gateway".to_owned()),
        );
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].key_env.as_deref(), Some("ANTHROPIC_API_KEY"));
        assert_eq!(found[0].endpoint.as_deref(), Some("https://gateway"));
        assert_eq!(current_name("ollama_chat"), "ollama");
    }
}
