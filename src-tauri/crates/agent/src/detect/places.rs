//! How each kind of local server is recognised. Any program may live on these ports, so shapes are checked, and
//! something else answering there counts as absent.

use std::time::Duration;

use reqwest::Url;
use serde_json::Value;

use super::State;
use crate::model::client::{http_builder, read_some};

const MAX_BODY: usize = 1024 * 1024;

pub(super) struct Place {
    http: reqwest::Client,
    base: Url,
    timeout: Duration,
}

enum Got {
    Nobody,
    /// Connected, and then no answer in time.
    Silent,
    Answer {
        status: u16,
        body: Value,
    },
}

impl Place {
    pub fn new(base: Url, timeout: Duration) -> Result<Self, String> {
        let builder = http_builder(&base).connect_timeout(timeout).timeout(timeout);
        let http = builder.build().map_err(|error| error.to_string())?;
        Ok(Self { http, base, timeout })
    }

    async fn get(&self, path: &str) -> Got {
        let mut url = self.base.clone();
        url.set_path(path);
        match self.http.get(url).send().await {
            Ok(response) => {
                let status = response.status().as_u16();
                let text = read_some(response, MAX_BODY, self.timeout).await;
                Got::Answer { status, body: serde_json::from_str(&text).unwrap_or(Value::Null) }
            }
            Err(error) if error.is_timeout() && !error.is_connect() => Got::Silent,
            Err(_) => Got::Nobody,
        }
    }

    fn silent(&self) -> State {
        State::Failing { error: format!("It does not answer within {} ms.", self.timeout.as_millis()) }
    }

    /// Model ids of an OpenAI-style list, or none when this is no such list.
    async fn openai_models(&self) -> Result<Option<Vec<Value>>, State> {
        match self.get("/v1/models").await {
            Got::Nobody => Ok(None),
            Got::Silent => Err(self.silent()),
            Got::Answer { status: 200, body } => {
                let list = body["data"].as_array().filter(|_| body["object"] == "list");
                Ok(list.filter(|list| list.iter().all(|item| item["id"].is_string())).cloned())
            }
            Got::Answer { status: 500.., body } if body["error"].is_object() => Err(State::Failing {
                error: format!("It answers with an error: {}", body["error"]["message"]),
            }),
            Got::Answer { .. } => Ok(None),
        }
    }
}

pub(super) async fn ollama(place: Place) -> State {
    match place.get("/api/version").await {
        Got::Nobody => return State::Absent,
        Got::Silent => return place.silent(),
        Got::Answer { body, .. } if !body["version"].is_string() => return State::Absent,
        Got::Answer { .. } => {}
    }
    match place.get("/api/tags").await {
        Got::Answer { status: 200, body } if body["models"].is_array() => {
            let models = names(body["models"].as_array().map_or(&[], Vec::as_slice), "name");
            if models.is_empty() {
                return State::FoundNotReady {
                    why: "Ollama runs and has no model yet.".to_owned(),
                    next: "Run `ollama pull qwen2.5-coder:7b` (about 4.7 GB).".to_owned(),
                };
            }
            State::Ready { models }
        }
        Got::Silent => place.silent(),
        Got::Answer { status, .. } => {
            State::Failing { error: format!("Its list of models failed ({status}).") }
        }
        Got::Nobody => State::Failing { error: "It went away while it was asked.".to_owned() },
    }
}

pub(super) async fn lm_studio(place: Place) -> State {
    match place.openai_models().await {
        Err(state) => state,
        Ok(None) => State::Absent,
        Ok(Some(list)) => {
            let mut models = names(&list, "id");
            models.retain(|name| !name.starts_with("text-embedding-"));
            if models.is_empty() {
                return State::FoundNotReady {
                    why: "LM Studio runs and offers no model.".to_owned(),
                    next: "Download a model there and load it.".to_owned(),
                };
            }
            State::Ready { models }
        }
    }
}

pub(super) async fn llama_server(place: Place) -> State {
    match place.get("/health").await {
        Got::Nobody => return State::Absent,
        Got::Silent => return place.silent(),
        Got::Answer { status: 200, body } if body["status"] == "ok" => {}
        Got::Answer { status: 503, body } if body["error"]["message"].is_string() => {
            return State::FoundNotReady {
                why: "llama-server is still loading its model.".to_owned(),
                next: "Wait a little and look again.".to_owned(),
            };
        }
        Got::Answer { .. } => return State::Absent,
    }
    match place.openai_models().await {
        Err(state) => state,
        Ok(Some(list)) if list.iter().any(|model| model["owned_by"] == "llamacpp") => {
            State::Ready { models: names(&list, "id") }
        }
        Ok(_) => State::Absent,
    }
}

/// At most two hundred names.
fn names(list: &[Value], key: &str) -> Vec<String> {
    list.iter().filter_map(|item| item[key].as_str()).take(200).map(str::to_owned).collect()
}
