//! A recorded request, read the same way whatever its dialect.

use serde::{Deserialize, Serialize};
use serde_json::Value;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WireDialect {
    OpenaiChat,
    OpenaiResponses,
    AnthropicMessages,
}

/// One request as it arrived and the step that answered it.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Seen {
    pub dialect: WireDialect,
    /// Header names in lower case. Test servers get test keys only, so values are kept.
    pub headers: Vec<(String, String)>,
    pub body: Value,
    /// Index of the step in the script; none when nothing matched or the server refused first.
    pub step: Option<usize>,
}

impl Seen {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    pub fn model(&self) -> &str {
        self.body["model"].as_str().unwrap_or_default()
    }

    pub fn streams(&self) -> bool {
        self.body["stream"].as_bool().unwrap_or(false)
    }

    fn items(&self) -> &[Value] {
        let key = if self.dialect == WireDialect::OpenaiResponses { "input" } else { "messages" };
        self.body[key].as_array().map_or(&[], Vec::as_slice)
    }

    /// The system text, wherever the dialect keeps it.
    pub fn system(&self) -> String {
        match self.dialect {
            WireDialect::OpenaiChat => {
                self.items().iter().filter(|item| item["role"] == "system").map(text_of).collect()
            }
            WireDialect::OpenaiResponses => text_of(&self.body["instructions"]),
            WireDialect::AnthropicMessages => text_of(&self.body["system"]),
        }
    }

    /// The text of the newest message.
    pub fn last(&self) -> String {
        self.items().last().map(text_of).unwrap_or_default()
    }

    /// All messages' text, one per line.
    pub fn all(&self) -> String {
        self.items().iter().map(text_of).collect::<Vec<_>>().join("\n")
    }

    pub fn tool_names(&self) -> Vec<String> {
        let tools = self.body["tools"].as_array().map_or(&[][..], Vec::as_slice);
        tools
            .iter()
            .filter_map(|tool| tool["name"].as_str().or(tool["function"]["name"].as_str()))
            .map(str::to_owned)
            .collect()
    }

    pub fn tool_results(&self) -> usize {
        self.items()
            .iter()
            .map(|item| match self.dialect {
                WireDialect::OpenaiChat => usize::from(item["role"] == "tool"),
                WireDialect::OpenaiResponses => usize::from(item["type"] == "function_call_output"),
                WireDialect::AnthropicMessages => item["content"]
                    .as_array()
                    .map_or(0, |blocks| blocks.iter().filter(|b| b["type"] == "tool_result").count()),
            })
            .sum()
    }

    /// The JSON schema asked for, if one was.
    pub fn schema(&self) -> Option<&Value> {
        let schema = match self.dialect {
            WireDialect::OpenaiChat => &self.body["response_format"]["json_schema"]["schema"],
            WireDialect::OpenaiResponses => &self.body["text"]["format"]["schema"],
            WireDialect::AnthropicMessages => {
                let named = self.body["tool_choice"]["name"].as_str()?;
                let tools = self.body["tools"].as_array()?;
                &tools.iter().find(|tool| tool["name"] == named)?["input_schema"]
            }
        };
        (!schema.is_null()).then_some(schema)
    }

    /// The tool a reply must be given through when a schema is asked for in a dialect without schemas.
    pub(super) fn schema_tool(&self) -> Option<String> {
        (self.dialect == WireDialect::AnthropicMessages)
            .then(|| self.body["tool_choice"]["name"].as_str().map(str::to_owned))
            .flatten()
    }
}

/// Every string found under the places where dialects keep text.
fn text_of(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(parts) => parts.iter().map(text_of).collect::<Vec<_>>().join("\n"),
        Value::Object(fields) => ["text", "content", "output"]
            .iter()
            .filter_map(|key| fields.get(*key))
            .map(text_of)
            .collect::<Vec<_>>()
            .join("\n"),
        _ => String::new(),
    }
}
