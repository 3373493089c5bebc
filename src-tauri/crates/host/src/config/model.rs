//! The model of one role, as configuration names it.

use protocol::settings::{Dialect, ModelPrice, ModelSetting, Role};

use super::Origin;

/// What is configured for one role; every field may be missing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleModel {
    pub role: Role,
    /// `none`, `openai`, `openai_responses`, `anthropic`, `ollama`, `lmstudio` or `llama_server`.
    pub backend: Option<String>,
    /// Base address without a trailing slash.
    pub endpoint: Option<String>,
    pub model: Option<String>,
    /// Name of the variable that holds the key; never the key.
    pub key_env: Option<String>,
    /// Tokens.
    pub context_window: Option<u64>,
    pub price: Option<ModelPrice>,
}

impl RoleModel {
    /// Older names of the same backends.
    pub(super) fn current_name(backend: &str) -> &str {
        match backend {
            "openai_compatible" => "lmstudio",
            "ollama_chat" => "ollama",
            other => other,
        }
    }

    /// The same backend, as it is named for a model that was chosen by its dialect.
    pub(super) fn backend_of(dialect: Dialect) -> &'static str {
        match dialect {
            Dialect::OpenaiChat => "openai",
            Dialect::OpenaiResponses => "openai_responses",
            Dialect::AnthropicMessages => "anthropic",
        }
    }

    /// The model to use, when one is named: by an endpoint, or by a backend that has a usual one. `origin` is
    /// said with it.
    pub fn setting(&self, origin: Option<&Origin>) -> Option<ModelSetting> {
        if self.backend.as_deref() == Some("none") {
            return None;
        }
        Some(ModelSetting {
            role: self.role,
            dialect: self.dialect().unwrap_or(Dialect::OpenaiChat),
            endpoint: self.address()?.to_owned(),
            model: self.model.clone().unwrap_or_else(|| "default".to_owned()),
            key_env: self.key_env.clone(),
            context_window: self.context_window,
            price: self.price,
            origin: origin.map(ToString::to_string),
        })
    }

    /// How the backend is spoken to; none for `none` and an unset backend.
    pub fn dialect(&self) -> Option<Dialect> {
        match self.backend.as_deref()? {
            "openai" | "ollama" | "lmstudio" | "llama_server" => Some(Dialect::OpenaiChat),
            "openai_responses" => Some(Dialect::OpenaiResponses),
            "anthropic" => Some(Dialect::AnthropicMessages),
            _ => None,
        }
    }

    /// The configured endpoint, or the one its backend has by convention.
    pub fn address(&self) -> Option<&str> {
        let usual = || match self.backend.as_deref()? {
            "openai" | "openai_responses" => Some("https://api.openai.com/v1"),
            "anthropic" => Some("https://api.anthropic.com"),
            "ollama" => Some("http://127.0.0.1:11434/v1"),
            "lmstudio" => Some("http://127.0.0.1:1234/v1"),
            "llama_server" => Some("http://127.0.0.1:8080/v1"),
            _ => None,
        };
        self.endpoint.as_deref().or_else(usual)
    }
}
