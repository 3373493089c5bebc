//! Actions as JSON text, for models that call no tools.

use serde_json::{Value, json};

use super::tools::{self, ToolAction};
use crate::model::{Arguments, JsonSchema};
use crate::plan::extract_json;

pub(super) fn schema() -> JsonSchema {
    JsonSchema {
        name: "action".to_owned(),
        schema: json!({
            "type": "object",
            "additionalProperties": false,
            "required": ["thought", "action", "args"],
            "properties": {
                "thought": {"type": "string"},
                "action": {"type": "string", "enum": ["bash", "read", "edit", "finish"]},
                "args": {
                    "type": "object",
                    "properties": {
                        "command": {"type": "string"}, "timeout_s": {"type": "integer"},
                        "path": {"type": "string"}, "start": {"type": "integer"}, "end": {"type": "integer"},
                        "old": {"type": "string"}, "new": {"type": "string"},
                        "summary": {"type": "string"},
                        "confidence": {"type": "string", "enum": ["low", "medium", "high"]},
                    },
                },
            },
        }),
        strict: false,
    }
}

/// A call found in text.
pub(super) struct Enveloped {
    pub name: String,
    pub arguments: Arguments,
    pub action: Result<ToolAction, String>,
    pub thought: String,
}

/// Reads a text as one action. None when it holds no JSON object that names an action.
pub(super) fn read(text: &str) -> Option<Enveloped> {
    let value = extract_json(text).ok()?;
    // Other spellings models have learned elsewhere.
    let name = ["action", "tool", "name"].iter().find_map(|key| value[*key].as_str())?.to_owned();
    let arguments = ["args", "arguments", "input", "parameters"]
        .iter()
        .map(|key| &value[*key])
        .find(|inner| inner.is_object() || inner.is_string());
    let arguments = match arguments {
        Some(Value::Object(fields)) => Arguments::Object(fields.clone()),
        Some(Value::String(raw)) => Arguments::parse(raw),
        // The fields themselves, without the inner object.
        _ => Arguments::Object(value.as_object()?.clone()),
    };
    let action = tools::parse(&name, &arguments);
    let thought = value["thought"].as_str().unwrap_or_default().to_owned();
    Some(Enveloped { name, arguments, action, thought })
}
