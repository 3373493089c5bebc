//! What to leave out when a server refuses a request with 400.
//!
//! "Compatible" servers differ in what they take. A refusal that names a feature, or any refusal of a request
//! with a schema, is answered by asking once more without it; what worked is remembered by the client.

use protocol::settings::Dialect;
use serde_json::json;

use super::request::{JsonSchema, Request, ToolChoice};
use super::schema;

/// Features no longer sent to this server.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Concessions {
    pub schema: SchemaUse,
    pub no_tools: bool,
    pub no_tool_choice: bool,
    pub no_temperature: bool,
    pub no_stream_usage: bool,
    /// Newer OpenAI models want the token limit under another name.
    pub completion_tokens: bool,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum SchemaUse {
    #[default]
    Full,
    /// Without length bounds, patterns and formats.
    Plain,
    /// Only described in the system text.
    InWords,
}

/// The next thing to give up after a refusal in these words, or none when nothing is left that would explain it.
pub fn concede(now: Concessions, dialect: Dialect, request: &Request, words: &str) -> Option<Concessions> {
    let words = words.to_lowercase();
    let says = |word: &str| words.contains(word);
    let mut next = now;
    if says("max_completion_tokens") && dialect == Dialect::OpenaiChat && !now.completion_tokens {
        next.completion_tokens = true;
    } else if says("temperature") && request.temperature.is_some() && !now.no_temperature {
        next.no_temperature = true;
    } else if says("stream_options") && dialect == Dialect::OpenaiChat && !now.no_stream_usage {
        next.no_stream_usage = true;
    } else if says("tool_choice") && request.tool_choice != ToolChoice::Auto && !now.no_tool_choice {
        next.no_tool_choice = true;
    } else if is_about_tools(&words) && !request.tools.is_empty() && !now.no_tools {
        next.no_tools = true;
    } else {
        let schema = request.schema.as_ref()?;
        next.schema = match now.schema {
            SchemaUse::Full if schema::without_bounds(&schema.schema) != schema.schema => SchemaUse::Plain,
            SchemaUse::Full | SchemaUse::Plain => SchemaUse::InWords,
            SchemaUse::InWords => return None,
        };
    }
    Some(next)
}

/// That tools are not possible there, as opposed to something being wrong with a particular call.
fn is_about_tools(words: &str) -> bool {
    words.contains("tool")
        && ["not support", "unsupported", "requires", "not enabled", "not available"]
            .iter()
            .any(|why| words.contains(why))
}

impl Concessions {
    /// The request with what was given up taken out.
    pub fn apply(self, request: &Request) -> Request {
        let mut out = request.clone();
        if self.no_tools {
            out.tools.clear();
        }
        if self.no_tools || self.no_tool_choice {
            out.tool_choice = ToolChoice::Auto;
        }
        if self.no_temperature {
            out.temperature = None;
        }
        match (self.schema, out.schema.take()) {
            (SchemaUse::Full, kept) => out.schema = kept,
            (SchemaUse::Plain, Some(JsonSchema { name, schema, strict })) => {
                out.schema = Some(JsonSchema { name, schema: schema::without_bounds(&schema), strict });
            }
            (SchemaUse::InWords, Some(schema)) => {
                let shape = json!(schema::without_bounds(&schema.schema));
                out.system.push_str(&format!(
                    "\n\nReply with one JSON value and nothing else. It must match this JSON Schema:\n{shape}"
                ));
            }
            (_, None) => {}
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_schema(schema: serde_json::Value) -> Request {
        let mut request = Request::new("s", "u");
        request.schema = Some(JsonSchema { name: "x".into(), schema, strict: false });
        request
    }

    fn uses(request: &Request, words: &str) -> Vec<SchemaUse> {
        let mut now = Concessions::default();
        let mut seen = Vec::new();
        while let Some(next) = concede(now, Dialect::OpenaiChat, request, words) {
            seen.push(next.schema);
            now = next;
        }
        seen
    }

    #[test]
    fn a_refused_schema_loses_its_bounds_then_becomes_words() {
        let bounded = with_schema(json!({"type": "string", "maxLength": 2000}));
        assert_eq!(uses(&bounded, "failed to parse grammar"), [SchemaUse::Plain, SchemaUse::InWords]);
        let plain = with_schema(json!({"type": "string"}));
        assert_eq!(uses(&plain, "failed to parse grammar"), [SchemaUse::InWords]);
        let now = Concessions { schema: SchemaUse::InWords, ..Concessions::default() };
        let sent = now.apply(&bounded);
        assert!(sent.schema.is_none() && sent.system.contains(r#"{"type":"string"}"#));
    }

    #[test]
    fn a_refusal_nothing_explains_is_final() {
        assert_eq!(
            concede(Concessions::default(), Dialect::OpenaiChat, &Request::new("s", "u"), "bad request"),
            None
        );
    }
}
