//! The four tools: what the model is told about them and how its calls are read.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::model::{Arguments, ToolSpec};

#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "tool", rename_all = "snake_case")]
pub enum ToolAction {
    Bash(BashCall),
    Read(ReadCall),
    Edit(EditCall),
    Finish { summary: String, confidence: Option<String> },
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BashCall {
    pub command: String,
    /// As the model asked; the loop bounds it before it reaches the hands.
    pub timeout_s: Option<u64>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ReadCall {
    pub path: String,
    /// First line, from 1.
    pub start: Option<u64>,
    /// Last line, included.
    pub end: Option<u64>,
}

/// Replaces `old`, which must occur exactly once. An empty `old` creates the file.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EditCall {
    pub path: String,
    pub old: String,
    pub new: String,
}

impl ToolAction {
    pub fn name(&self) -> &'static str {
        match self {
            ToolAction::Bash(_) => "bash",
            ToolAction::Read(_) => "read",
            ToolAction::Edit(_) => "edit",
            ToolAction::Finish { .. } => "finish",
        }
    }

    /// One line for logs: what is done to what.
    pub fn label(&self) -> String {
        let text = match self {
            ToolAction::Bash(call) => call.command.clone(),
            ToolAction::Read(call) => match (call.start, call.end) {
                (None, None) => call.path.clone(),
                (start, end) => format!(
                    "{}:{}-{}",
                    call.path,
                    start.unwrap_or(1),
                    end.map(|n| n.to_string()).unwrap_or_default()
                ),
            },
            ToolAction::Edit(call) => call.path.clone(),
            ToolAction::Finish { summary, .. } => summary.clone(),
        };
        let line: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(200).collect();
        format!("{} {}", self.name(), line.trim())
    }
}

/// What the model is told. Plain schemas: no bounds, no patterns.
pub fn specs() -> Vec<ToolSpec> {
    let spec = |name: &str, description: &str, properties: Value, required: Value| ToolSpec {
        name: name.to_owned(),
        description: description.to_owned(),
        parameters: json!({"type": "object", "properties": properties, "required": required,
            "additionalProperties": false}),
    };
    vec![
        spec(
            "bash",
            "Run a shell command in the repository. Each call is a fresh process: no state, directory or \
             variable survives to the next. No input can be given. Output beyond 10,000 characters is cut in the \
             middle.",
            json!({"command": {"type": "string"},
                "timeout_s": {"type": "integer", "description": "Seconds; default 120, at most 600."}}),
            json!(["command"]),
        ),
        spec(
            "read",
            "Read a file of the repository with line numbers, whole or from one line to another.",
            json!({"path": {"type": "string", "description": "Relative to the repository."},
                "start": {"type": "integer", "description": "First line, from 1."},
                "end": {"type": "integer", "description": "Last line."}}),
            json!(["path"]),
        ),
        spec(
            "edit",
            "Replace one piece of a file. `old` must be copied exactly from the file and occur exactly once. An \
             empty `old` creates a new file with `new` as its content.",
            json!({"path": {"type": "string"}, "old": {"type": "string"}, "new": {"type": "string"}}),
            json!(["path", "old", "new"]),
        ),
        spec(
            "finish",
            "End the task, when it is done or when it cannot be done.",
            json!({"summary": {"type": "string", "description": "What you changed, what you ran and what it said, \
                what you are unsure of."},
                "confidence": {"type": "string", "enum": ["low", "medium", "high"]}}),
            json!(["summary"]),
        ),
    ]
}

/// Reads a call, or says in words for the model what is wrong with it.
pub(super) fn parse(name: &str, arguments: &Arguments) -> Result<ToolAction, String> {
    let fields = match arguments {
        Arguments::Object(fields) => fields,
        Arguments::Malformed(raw) => {
            let error = match serde_json::from_str::<Value>(raw) {
                Err(error) => error.to_string(),
                Ok(_) => "not an object".to_owned(),
            };
            return Err(format!("The arguments are not a JSON object ({error})."));
        }
    };
    let plain = name.trim().to_lowercase();
    match plain.rsplit(['.', ':', '/']).next().unwrap_or_default() {
        "bash" => {
            let command = text(fields, "command")?;
            if command.trim().is_empty() {
                return Err("`command` is empty.".to_owned());
            }
            Ok(ToolAction::Bash(BashCall { command, timeout_s: number(fields, "timeout_s")? }))
        }
        "read" => Ok(ToolAction::Read(ReadCall {
            path: path(fields)?,
            start: number(fields, "start")?,
            end: number(fields, "end")?,
        })),
        "edit" => {
            let (path, old, new) = (path(fields)?, text(fields, "old")?, text(fields, "new")?);
            if old == new {
                return Err("`old` and `new` are the same; nothing would change.".to_owned());
            }
            Ok(ToolAction::Edit(EditCall { path, old, new }))
        }
        "finish" => Ok(ToolAction::Finish {
            summary: text(fields, "summary")?,
            confidence: match &fields.get("confidence") {
                Some(Value::String(word)) => Some(word.clone()),
                Some(value @ Value::Number(_)) => Some(value.to_string()),
                _ => None,
            },
        }),
        _ => Err(format!("There is no tool `{name}`. The tools are bash, read, edit and finish.")),
    }
}

fn text(fields: &Map<String, Value>, key: &str) -> Result<String, String> {
    match fields.get(key) {
        Some(Value::String(text)) => Ok(text.clone()),
        Some(_) => Err(format!("`{key}` must be a string.")),
        None => Err(format!("`{key}` is missing.")),
    }
}

fn path(fields: &Map<String, Value>) -> Result<String, String> {
    let path = text(fields, "path")?;
    if path.trim().is_empty() { Err("`path` is empty.".to_owned()) } else { Ok(path) }
}

fn number(fields: &Map<String, Value>, key: &str) -> Result<Option<u64>, String> {
    let wrong = || format!("`{key}` must be a whole number.");
    match fields.get(key) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => text.trim().parse().map(Some).map_err(|_| wrong()),
        Some(value) => value.as_u64().map(Some).ok_or_else(wrong),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(name: &str, arguments: &str) -> Result<ToolAction, String> {
        parse(name, &Arguments::parse(arguments))
    }

    #[test]
    fn calls_are_read_with_small_mistakes_forgiven() {
        let bash = ToolAction::Bash(BashCall { command: "ls".into(), timeout_s: Some(5) });
        assert_eq!(read("functions.Bash", r#"{"command":"ls","timeout_s":"5"}"#), Ok(bash));
        assert!(matches!(read("read", r#"{"path":"a","start":null}"#), Ok(ToolAction::Read(_))));
        assert!(matches!(
            read("finish", r#"{"summary":"s","confidence":0.4}"#),
            Ok(ToolAction::Finish { confidence: Some(c), .. }) if c == "0.4"
        ));
    }

    #[test]
    fn mistakes_are_told_in_words_the_model_can_act_on() {
        assert!(read("shell", "{}").unwrap_err().contains("no tool `shell`"));
        assert_eq!(read("bash", "{}").unwrap_err(), "`command` is missing.");
        assert_eq!(read("edit", r#"{"path":"","old":"","new":""}"#).unwrap_err(), "`path` is empty.");
        assert!(read("bash", r#"{"command":"l"#).unwrap_err().contains("not a JSON object"));
        assert_eq!(read("read", r#"{"path":"a","end":-1}"#).unwrap_err(), "`end` must be a whole number.");
    }
}
