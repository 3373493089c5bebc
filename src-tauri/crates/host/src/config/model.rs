//! The model of one role, as configuration names it.

use protocol::settings::{Dialect, Role};

/// Where a model's key is kept; never the key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyRef {
    /// The name of an environment variable.
    Env(String),
    /// The name of an entry of the system's keychain.
    Keychain(String),
}

impl KeyRef {
    pub(super) fn parse(text: &str) -> Self {
        match text.strip_prefix("keychain:") {
            Some(name) => Self::Keychain(name.to_owned()),
            None => Self::Env(text.strip_prefix("env:").unwrap_or(text).to_owned()),
        }
    }
}

/// What is configured for one role; every field may be missing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleModel {
    pub role: Role,
    /// `none`, `openai`, `openai_responses`, `anthropic`, `ollama`, `lmstudio`, `llama_server` or `scripted`.
    pub backend: Option<String>,
    /// Base address without a trailing slash.
    pub endpoint: Option<String>,
    pub model: Option<String>,
    pub key: Option<KeyRef>,
    /// Tokens.
    pub context_window: Option<u64>,
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

    /// How the backend is spoken to; none for `none`, `scripted` and an unset backend.
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
        self.endpoint.as_deref().or(match self.backend.as_deref()? {
            "openai" | "openai_responses" => Some("https://api.openai.com/v1"),
            "anthropic" => Some("https://api.anthropic.com"),
            "ollama" => Some("http://127.0.0.1:11434/v1"),
            "lmstudio" => Some("http://127.0.0.1:1234/v1"),
            "llama_server" => Some("http://127.0.0.1:8080/v1"),
            _ => None,
        })
    }
}
