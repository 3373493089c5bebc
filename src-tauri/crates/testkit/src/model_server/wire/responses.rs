//! OpenAI Responses.

use serde_json::{Value, json};

use super::{Frame, pieces};
use crate::model_server::script::{Say, Style};
use crate::model_server::seen::Seen;

fn message_item(text: &str) -> Value {
    json!({"type": "message", "id": "msg_0", "role": "assistant", "status": "completed",
        "content": [{"type": "output_text", "text": text, "annotations": []}]})
}

fn call_item(index: usize, name: &str, arguments: Value) -> Value {
    json!({"type": "function_call", "id": format!("fc_{index}"), "call_id": format!("call_{index}"),
        "name": name, "arguments": arguments, "status": "completed"})
}

fn response(seen: &Seen, say: &Say, style: &Style) -> Value {
    let mut output = Vec::new();
    if let Some(reasoning) = &say.reasoning {
        output.push(json!({"type": "reasoning", "id": "rs_0", "summary":
            [{"type": "summary_text", "text": reasoning}]}));
    }
    if !say.words().is_empty() {
        output.push(message_item(&say.words()));
    }
    for (index, call) in say.calls.iter().enumerate() {
        let arguments =
            if style.arguments_as_object { call.arguments.clone() } else { json!(call.raw_arguments()) };
        output.push(call_item(index, &call.name, arguments));
    }
    let mut body = json!({"id": "resp_scripted", "object": "response", "model": seen.model(),
        "status": "completed", "output": output});
    match say.stop.as_deref() {
        Some("length") => {
            body["status"] = json!("incomplete");
            body["incomplete_details"] = json!({"reason": "max_output_tokens"});
        }
        Some(_) => {
            body["status"] = json!("incomplete");
            body["incomplete_details"] = json!({"reason": "content_filter"});
        }
        None => {}
    }
    if !style.omit_usage {
        let usage = say.usage.unwrap_or_default();
        body["usage"] = json!({"input_tokens": usage.input, "output_tokens": usage.output,
            "input_tokens_details": {"cached_tokens": usage.cached}, "total_tokens": usage.input + usage.output});
    }
    body
}

pub fn frames(seen: &Seen, say: &Say, style: &Style) -> Vec<Frame> {
    let mut out = vec![Frame::named(
        "response.created",
        json!({"type": "response.created", "response": {"id": "resp_scripted", "status": "in_progress"}}),
    )];
    let mut index = 0;
    if let Some(reasoning) = &say.reasoning {
        for piece in pieces(reasoning, style.chunk_chars) {
            out.push(Frame::named(
                "response.reasoning_summary_text.delta",
                json!({"type": "response.reasoning_summary_text.delta", "output_index": index, "delta": piece}),
            ));
        }
        index += 1;
    }
    if !say.words().is_empty() {
        for piece in pieces(&say.words(), style.chunk_chars) {
            out.push(Frame::named(
                "response.output_text.delta",
                json!({"type": "response.output_text.delta", "output_index": index, "content_index": 0,
                    "item_id": "msg_0", "delta": piece}),
            ));
        }
        out.push(item_done(index, message_item(&say.words())));
        index += 1;
    }
    for (number, call) in say.calls.iter().enumerate() {
        if style.arguments_as_object {
            out.push(item_done(index, call_item(number, &call.name, call.arguments.clone())));
        } else {
            if !style.arguments_once {
                out.extend(call_deltas(index, number, call, style));
            }
            out.push(item_done(index, call_item(number, &call.name, json!(call.raw_arguments()))));
        }
        index += 1;
    }
    let end = if say.stop.is_some() { "response.incomplete" } else { "response.completed" };
    out.push(Frame::named(end, json!({"type": end, "response": response(seen, say, style)})));
    out
}

fn call_deltas(
    index: usize,
    number: usize,
    call: &crate::model_server::script::Call,
    style: &Style,
) -> Vec<Frame> {
    let mut out = vec![Frame::named(
        "response.output_item.added",
        json!({"type": "response.output_item.added", "output_index": index,
            "item": call_item(number, &call.name, json!(""))}),
    )];
    for piece in pieces(&call.raw_arguments(), style.chunk_chars) {
        out.push(Frame::named(
            "response.function_call_arguments.delta",
            json!({"type": "response.function_call_arguments.delta", "output_index": index,
                "item_id": format!("fc_{number}"), "delta": piece}),
        ));
    }
    out
}

fn item_done(index: usize, item: Value) -> Frame {
    Frame::named(
        "response.output_item.done",
        json!({"type": "response.output_item.done", "output_index": index, "item": item}),
    )
}

pub fn whole(seen: &Seen, say: &Say, style: &Style) -> Value {
    response(seen, say, style)
}
