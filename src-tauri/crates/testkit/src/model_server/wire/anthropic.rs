//! Anthropic Messages.

use serde_json::{Value, json};

use super::{Frame, pieces};
use crate::model_server::script::{Say, Style};
use crate::model_server::seen::Seen;

fn stop(say: &Say) -> &str {
    match say.stop.as_deref() {
        Some("length") => "max_tokens",
        Some("refused") => "refusal",
        Some(other) => other,
        None if say.calls.is_empty() => "end_turn",
        None => "tool_use",
    }
}

/// This dialect counts cached input apart from the rest.
fn input_usage(say: &Say) -> Value {
    let usage = say.usage.unwrap_or_default();
    json!({"input_tokens": usage.input.saturating_sub(usage.cached), "output_tokens": 1,
        "cache_read_input_tokens": usage.cached, "cache_creation_input_tokens": 0})
}

fn start(index: usize, block: Value) -> Frame {
    Frame::named(
        "content_block_start",
        json!({"type": "content_block_start", "index": index, "content_block": block}),
    )
}

fn delta(index: usize, delta: Value) -> Frame {
    Frame::named(
        "content_block_delta",
        json!({"type": "content_block_delta", "index": index, "delta": delta}),
    )
}

fn end(index: usize) -> Frame {
    Frame::named("content_block_stop", json!({"type": "content_block_stop", "index": index}))
}

pub fn frames(seen: &Seen, say: &Say, style: &Style) -> Vec<Frame> {
    let mut message = json!({"id": "msg_scripted", "type": "message", "role": "assistant",
        "model": seen.model(), "content": [], "stop_reason": null});
    if !style.omit_usage {
        message["usage"] = input_usage(say);
    }
    let mut out = vec![Frame::named("message_start", json!({"type": "message_start", "message": message}))];
    out.push(Frame::named("ping", json!({"type": "ping"})));
    let mut index = 0;
    if let Some(reasoning) = &say.reasoning {
        out.push(start(index, json!({"type": "thinking", "thinking": ""})));
        for piece in pieces(reasoning, style.chunk_chars) {
            out.push(delta(index, json!({"type": "thinking_delta", "thinking": piece})));
        }
        out.push(end(index));
        index += 1;
    }
    if !say.words().is_empty() {
        out.push(start(index, json!({"type": "text", "text": ""})));
        for piece in pieces(&say.words(), style.chunk_chars) {
            out.push(delta(index, json!({"type": "text_delta", "text": piece})));
        }
        out.push(end(index));
        index += 1;
    }
    for (number, call) in say.calls.iter().enumerate() {
        let input = if style.arguments_as_object { call.arguments.clone() } else { json!({}) };
        let id = format!("toolu_{number}");
        out.push(start(index, json!({"type": "tool_use", "id": id, "name": call.name, "input": input})));
        if !style.arguments_as_object {
            let size = if style.arguments_once { usize::MAX } else { style.chunk_chars };
            for piece in pieces(&call.raw_arguments(), size) {
                out.push(delta(index, json!({"type": "input_json_delta", "partial_json": piece})));
            }
        }
        out.push(end(index));
        index += 1;
    }
    let mut last = json!({"type": "message_delta", "delta": {"stop_reason": stop(say)}});
    if !style.omit_usage {
        last["usage"] = json!({"output_tokens": say.usage.unwrap_or_default().output});
    }
    out.push(Frame::named("message_delta", last));
    if !style.omit_done {
        out.push(Frame::named("message_stop", json!({"type": "message_stop"})));
    }
    out
}

pub fn whole(seen: &Seen, say: &Say, style: &Style) -> Value {
    let mut content = Vec::new();
    if let Some(reasoning) = &say.reasoning {
        content.push(json!({"type": "thinking", "thinking": reasoning}));
    }
    if !say.words().is_empty() {
        content.push(json!({"type": "text", "text": say.words()}));
    }
    for (number, call) in say.calls.iter().enumerate() {
        content.push(json!({"type": "tool_use", "id": format!("toolu_{number}"), "name": call.name,
            "input": call.arguments}));
    }
    let mut body = json!({"id": "msg_scripted", "type": "message", "role": "assistant",
        "model": seen.model(), "content": content, "stop_reason": stop(say)});
    if !style.omit_usage {
        let mut usage = input_usage(say);
        usage["output_tokens"] = json!(say.usage.unwrap_or_default().output);
        body["usage"] = usage;
    }
    body
}
