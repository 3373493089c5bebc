//! A conversation without a dialect.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "role", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum Message {
    User {
        text: String,
    },
    Assistant {
        text: String,
        #[serde(default)]
        tool_calls: Vec<ToolCall>,
    },
    /// What one tool call gave.
    Tool {
        call_id: String,
        name: String,
        text: String,
        #[serde(default)]
        failed: bool,
    },
}

impl Message {
    pub fn user(text: impl Into<String>) -> Self {
        Message::User { text: text.into() }
    }

    pub fn assistant(text: impl Into<String>) -> Self {
        Message::Assistant { text: text.into(), tool_calls: Vec::new() }
    }

    /// Characters the model has to read for it, without a dialect's wrapping.
    pub fn chars(&self) -> usize {
        match self {
            Message::User { text } | Message::Tool { text, .. } => text.len(),
            Message::Assistant { text, tool_calls } => {
                text.len()
                    + tool_calls.iter().map(|call| call.name.len() + call.arguments.chars()).sum::<usize>()
            }
        }
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ToolCall {
    /// Unique in its conversation; made up by us when the server gives none.
    pub id: String,
    pub name: String,
    pub arguments: Arguments,
}

/// What a model put into a call: an object, or something that is none.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Arguments {
    Object(Map<String, Value>),
    Malformed(String),
}

impl Arguments {
    /// Reads the text a stream put together. Nothing at all is an empty object; an object that was encoded
    /// twice is taken out of its string.
    pub fn parse(raw: &str) -> Self {
        if raw.trim().is_empty() {
            return Arguments::Object(Map::new());
        }
        match serde_json::from_str(raw) {
            Ok(Value::Object(fields)) => Arguments::Object(fields),
            Ok(Value::Null) => Arguments::Object(Map::new()),
            Ok(Value::String(inner)) => match serde_json::from_str(&inner) {
                Ok(Value::Object(fields)) => Arguments::Object(fields),
                _ => Arguments::Malformed(raw.to_owned()),
            },
            _ => Arguments::Malformed(raw.to_owned()),
        }
    }

    /// As an object for a dialect that wants one. Malformed text is not sent back: some servers parse what they
    /// are sent and fail on it.
    pub(crate) fn to_value(&self) -> Value {
        match self {
            Arguments::Object(fields) => Value::Object(fields.clone()),
            Arguments::Malformed(_) => Value::Object(Map::new()),
        }
    }

    fn chars(&self) -> usize {
        match self {
            Arguments::Object(fields) => {
                fields.iter().map(|(key, value)| key.len() + value_chars(value)).sum()
            }
            Arguments::Malformed(raw) => raw.len(),
        }
    }
}

fn value_chars(value: &Value) -> usize {
    match value {
        Value::String(text) => text.len(),
        Value::Array(items) => items.iter().map(value_chars).sum(),
        Value::Object(fields) => fields.iter().map(|(key, value)| key.len() + value_chars(value)).sum(),
        _ => 5,
    }
}

/// The history as servers accept it: every call answered right after it, in order, and no result without its
/// call. Unanswered calls get a result that says so; stray results become plain text.
pub fn padded(messages: &[Message]) -> Vec<Message> {
    let mut out = Vec::with_capacity(messages.len());
    let mut rest = messages.iter().peekable();
    while let Some(message) = rest.next() {
        match message {
            Message::Assistant { tool_calls, .. } if !tool_calls.is_empty() => {
                out.push(message.clone());
                let mut results = Vec::new();
                while let Some(result @ Message::Tool { .. }) = rest.peek() {
                    results.push(*result);
                    rest.next();
                }
                answer(tool_calls, &results, &mut out);
            }
            Message::Tool { name, text, .. } => out.push(Message::user(format!("Result of {name}:\n{text}"))),
            _ => out.push(message.clone()),
        }
    }
    out
}

fn answer(calls: &[ToolCall], results: &[&Message], out: &mut Vec<Message>) {
    let mut used = HashSet::new();
    for call in calls {
        let is_its =
            |result: &Message| matches!(result, Message::Tool { call_id, .. } if *call_id == call.id);
        let mut unused = results.iter().enumerate().filter(|(index, _)| !used.contains(index));
        let found = unused.find(|(_, result)| is_its(result));
        match found {
            Some((index, result)) => {
                used.insert(index);
                out.push((*result).clone());
            }
            None => out.push(Message::Tool {
                call_id: call.id.clone(),
                name: call.name.clone(),
                text: "This call was not run.".to_owned(),
                failed: true,
            }),
        }
    }
    for (_, stray) in results.iter().enumerate().filter(|(index, _)| !used.contains(index)) {
        if let Message::Tool { name, text, .. } = stray {
            out.push(Message::user(format!("Result of {name}:\n{text}")));
        }
    }
}

/// The history for a model without tools: calls as the JSON they amount to, results as what the user says.
pub fn flattened(messages: &[Message]) -> Vec<Message> {
    let flat = messages.iter().map(|message| match message {
        Message::Assistant { text, tool_calls } if !tool_calls.is_empty() => {
            let calls = tool_calls.iter().map(|call| {
                serde_json::json!({"action": call.name, "args": call.arguments.to_value()}).to_string()
            });
            let parts = Some(text.clone()).filter(|text| !text.trim().is_empty()).into_iter().chain(calls);
            Message::assistant(parts.collect::<Vec<_>>().join("\n"))
        }
        Message::Tool { name, text, .. } => Message::user(format!("Result of {name}:\n{text}")),
        other => other.clone(),
    });
    flat.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(id: &str) -> ToolCall {
        ToolCall { id: id.into(), name: "bash".into(), arguments: Arguments::parse("{}") }
    }

    fn result(id: &str) -> Message {
        Message::Tool { call_id: id.into(), name: "bash".into(), text: format!("out {id}"), failed: false }
    }

    #[test]
    fn unanswered_calls_are_answered_and_results_follow_the_order_of_calls() {
        let history = [
            Message::user("task"),
            Message::Assistant { text: String::new(), tool_calls: vec![call("a"), call("b"), call("c")] },
            result("c"),
            result("a"),
            Message::user("go on"),
        ];
        let padded = padded(&history);
        let ids: Vec<_> = padded
            .iter()
            .filter_map(|m| match m {
                Message::Tool { call_id, failed, .. } => Some((call_id.as_str(), *failed)),
                _ => None,
            })
            .collect();
        assert_eq!(ids, [("a", false), ("b", true), ("c", false)]);
        assert_eq!(padded.len(), 6);
    }

    #[test]
    fn a_result_without_its_call_becomes_text() {
        let padded = padded(&[Message::user("task"), result("x")]);
        assert_eq!(padded[1], Message::user("Result of bash:\nout x"));
    }

    #[test]
    fn arguments_are_read_tolerantly() {
        assert_eq!(Arguments::parse(""), Arguments::Object(Map::new()));
        assert!(matches!(Arguments::parse(r#""{\"a\":1}""#), Arguments::Object(o) if o["a"] == 1));
        assert!(matches!(Arguments::parse(r#"{"a":"#), Arguments::Malformed(_)));
        assert!(matches!(Arguments::parse("[1]"), Arguments::Malformed(_)));
    }
}
