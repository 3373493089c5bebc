//! Model services whose keys have names that everybody uses.

use crate::settings::Dialect;

/// A service, as its usual variable names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Service {
    /// The variable that holds its key, such as `OPENAI_API_KEY`.
    pub variable: &'static str,
    pub name: &'static str,
    pub dialect: Dialect,
    /// Its usual address.
    pub endpoint: &'static str,
}

impl Service {
    const fn new(
        variable: &'static str,
        name: &'static str,
        dialect: Dialect,
        endpoint: &'static str,
    ) -> Self {
        Self { variable, name, dialect, endpoint }
    }

    /// The variable that gives it another address, such as `OPENAI_BASE_URL`.
    pub fn address_variable(&self) -> String {
        self.variable.replace("_API_KEY", "_BASE_URL")
    }
}

pub const SERVICES: &[Service] = &[
    Service::new("OPENAI_API_KEY", "OpenAI", Dialect::OpenaiResponses, "https://api.openai.com/v1"),
    Service::new("ANTHROPIC_API_KEY", "Anthropic", Dialect::AnthropicMessages, "https://api.anthropic.com"),
    Service::new("OPENROUTER_API_KEY", "OpenRouter", Dialect::OpenaiChat, "https://openrouter.ai/api/v1"),
    Service::new(
        "GEMINI_API_KEY",
        "Gemini",
        Dialect::OpenaiChat,
        "https://generativelanguage.googleapis.com/v1beta/openai",
    ),
    Service::new("GROQ_API_KEY", "Groq", Dialect::OpenaiChat, "https://api.groq.com/openai/v1"),
    Service::new("DEEPSEEK_API_KEY", "DeepSeek", Dialect::OpenaiChat, "https://api.deepseek.com/v1"),
];
