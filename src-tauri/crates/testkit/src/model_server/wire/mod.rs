//! A script's words in each dialect, as a stream of events and as one JSON body.

mod anthropic;
mod chat;
mod responses;

use serde_json::{Value, json};

use super::script::{Say, Style};
use super::seen::{Seen, WireDialect};

/// One server-sent event.
pub(super) struct Frame {
    pub event: Option<&'static str>,
    pub data: String,
}

impl Frame {
    fn data(value: Value) -> Self {
        Self { event: None, data: value.to_string() }
    }

    fn named(event: &'static str, value: Value) -> Self {
        Self { event: Some(event), data: value.to_string() }
    }
}

pub(super) fn frames(seen: &Seen, say: &Say, style: &Style) -> Vec<Frame> {
    match seen.dialect {
        WireDialect::OpenaiChat => chat::frames(seen, say, style),
        WireDialect::OpenaiResponses => responses::frames(seen, say, style),
        WireDialect::AnthropicMessages => anthropic::frames(seen, &through_schema_tool(seen, say), style),
    }
}

pub(super) fn whole(seen: &Seen, say: &Say, style: &Style) -> Value {
    match seen.dialect {
        WireDialect::OpenaiChat => chat::whole(seen, say, style),
        WireDialect::OpenaiResponses => responses::whole(seen, say, style),
        WireDialect::AnthropicMessages => anthropic::whole(seen, &through_schema_tool(seen, say), style),
    }
}

/// An error object the way each dialect puts it into a stream that began with 200.
pub(super) fn error_frame(dialect: WireDialect, code: &str, message: &str) -> Frame {
    match dialect {
        WireDialect::OpenaiChat => {
            Frame::data(json!({"error": {"message": message, "type": code, "code": code}}))
        }
        WireDialect::OpenaiResponses => Frame::named(
            "response.failed",
            json!({"type": "response.failed",
                "response": {"status": "failed", "error": {"code": code, "message": message}}}),
        ),
        WireDialect::AnthropicMessages => {
            Frame::named("error", json!({"type": "error", "error": {"type": code, "message": message}}))
        }
    }
}

/// A JSON answer asked for through a forced tool comes back as a call of that tool.
fn through_schema_tool(seen: &Seen, say: &Say) -> Say {
    match (seen.schema_tool(), &say.json) {
        (Some(name), Some(value)) => Say {
            json: None,
            calls: vec![super::script::Call { name, arguments: value.clone() }],
            ..say.clone()
        },
        _ => say.clone(),
    }
}

fn pieces(text: &str, chars: usize) -> Vec<String> {
    let all: Vec<char> = text.chars().collect();
    all.chunks(chars.max(1)).map(|piece| piece.iter().collect()).collect()
}
