//! OpenAI chat completions.

use serde_json::{Value, json};

use super::{Frame, pieces};
use crate::model_server::script::{Say, Style};
use crate::model_server::seen::Seen;

fn chunk(seen: &Seen, delta: Value, finish: Option<&str>) -> Frame {
    Frame::data(json!({
        "id": "chatcmpl-scripted", "object": "chat.completion.chunk", "created": 0, "model": seen.model(),
        "choices": [{"index": 0, "delta": delta, "finish_reason": finish}],
    }))
}

fn finish(say: &Say) -> &str {
    match say.stop.as_deref() {
        Some("refused") => "content_filter",
        Some(other) => other,
        None if say.calls.is_empty() => "stop",
        None => "tool_calls",
    }
}

fn usage(say: &Say) -> Value {
    let usage = say.usage.unwrap_or_default();
    json!({"prompt_tokens": usage.input, "completion_tokens": usage.output,
        "total_tokens": usage.input + usage.output, "prompt_tokens_details": {"cached_tokens": usage.cached}})
}

pub fn frames(seen: &Seen, say: &Say, style: &Style) -> Vec<Frame> {
    let mut out = vec![chunk(seen, json!({"role": "assistant", "content": null}), None)];
    if let Some(reasoning) = &say.reasoning {
        for piece in pieces(reasoning, style.chunk_chars) {
            out.push(chunk(seen, json!({"reasoning_content": piece}), None));
        }
    }
    for piece in pieces(&say.words(), style.chunk_chars) {
        out.push(chunk(seen, json!({"content": piece}), None));
    }
    for (index, call) in say.calls.iter().enumerate() {
        let head = |arguments: Value| {
            json!({"tool_calls": [{"index": index, "id": format!("call_{index}"), "type": "function",
                "function": {"name": call.name, "arguments": arguments}}]})
        };
        if style.arguments_as_object {
            out.push(chunk(seen, head(call.arguments.clone()), None));
        } else if style.arguments_once {
            out.push(chunk(seen, head(json!(call.raw_arguments())), None));
        } else {
            out.push(chunk(seen, head(json!("")), None));
            for piece in pieces(&call.raw_arguments(), style.chunk_chars) {
                let delta = json!({"tool_calls": [{"index": index, "function": {"arguments": piece}}]});
                out.push(chunk(seen, delta, None));
            }
        }
    }
    out.push(chunk(seen, json!({}), Some(finish(say))));
    if !style.omit_usage && seen.body["stream_options"]["include_usage"] == true {
        out.push(Frame::data(json!({"id": "chatcmpl-scripted", "object": "chat.completion.chunk",
            "model": seen.model(), "choices": [], "usage": usage(say)})));
    }
    if !style.omit_done {
        out.push(Frame { event: None, data: "[DONE]".to_owned() });
    }
    out
}

pub fn whole(seen: &Seen, say: &Say, style: &Style) -> Value {
    let calls: Vec<Value> = say
        .calls
        .iter()
        .enumerate()
        .map(|(index, call)| {
            let arguments =
                if style.arguments_as_object { call.arguments.clone() } else { json!(call.raw_arguments()) };
            json!({"id": format!("call_{index}"), "type": "function",
                "function": {"name": call.name, "arguments": arguments}})
        })
        .collect();
    let mut message = json!({"role": "assistant", "content": say.words()});
    if !calls.is_empty() {
        message["tool_calls"] = json!(calls);
    }
    if let Some(reasoning) = &say.reasoning {
        message["reasoning_content"] = json!(reasoning);
    }
    let mut body = json!({"id": "chatcmpl-scripted", "object": "chat.completion", "model": seen.model(),
        "choices": [{"index": 0, "message": message, "finish_reason": finish(say)}]});
    if !style.omit_usage {
        body["usage"] = usage(say);
    }
    body
}
