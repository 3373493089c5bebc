//! What is asked of a model.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::history::Message;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Request {
    pub system: String,
    pub messages: Vec<Message>,
    #[serde(default)]
    pub tools: Vec<ToolSpec>,
    #[serde(default)]
    pub tool_choice: ToolChoice,
    /// Asks for one JSON value of this shape as the reply's text.
    #[serde(default)]
    pub schema: Option<JsonSchema>,
    /// Upper bound of generated tokens.
    pub max_tokens: u32,
    #[serde(default)]
    pub temperature: Option<f32>,
}

impl Request {
    pub fn new(system: impl Into<String>, user: impl Into<String>) -> Self {
        Self {
            system: system.into(),
            messages: vec![Message::user(user)],
            tools: Vec::new(),
            tool_choice: ToolChoice::Auto,
            schema: None,
            max_tokens: 4096,
            temperature: None,
        }
    }

    /// Characters the model has to read, near enough to reckon its window by.
    pub fn chars(&self) -> usize {
        let tools: usize = self.tools.iter().map(ToolSpec::chars).sum();
        let schema = self.schema.as_ref().map_or(0, |schema| schema.schema.to_string().len());
        self.system.len() + self.messages.iter().map(Message::chars).sum::<usize>() + tools + schema
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ToolSpec {
    pub name: String,
    pub description: String,
    /// JSON Schema of the arguments, an object. Keep it plain: no length bounds, no patterns.
    pub parameters: Value,
}

impl ToolSpec {
    fn chars(&self) -> usize {
        self.name.len() + self.description.len() + self.parameters.to_string().len()
    }
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ToolChoice {
    #[default]
    Auto,
    Required,
    Named(String),
    None,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct JsonSchema {
    /// A short identifier, letters, digits and underscores.
    pub name: String,
    pub schema: Value,
    /// Ask the server to enforce it to the letter, where it knows how.
    #[serde(default)]
    pub strict: bool,
}
