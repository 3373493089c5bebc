//! Anthropic Messages.
//!
//! A schema is asked for as one tool that must be called, and that call is given back as text: every server of
//! this dialect knows tools, few know anything else.

use serde_json::{Value, json};

use super::{Draft, not_a_reply, told};
use crate::model::error::ModelError;
use crate::model::history::Message;
use crate::model::reply::StopReason;
use crate::model::request::{Request, ToolChoice};

pub fn body(model: &str, request: &Request) -> Value {
    let mut messages = messages(&request.messages);
    let cache = json!({"type": "ephemeral"});
    if let Some(block) = messages
        .last_mut()
        .and_then(|last| last["content"].as_array_mut())
        .and_then(|blocks| blocks.last_mut())
    {
        block["cache_control"] = cache.clone();
    }
    let mut body =
        json!({"model": model, "messages": messages, "stream": true, "max_tokens": request.max_tokens});
    if !request.system.is_empty() {
        body["system"] = json!([{"type": "text", "text": request.system, "cache_control": cache}]);
    }
    if let Some(temperature) = request.temperature {
        body["temperature"] = json!(temperature);
    }
    let mut tools: Vec<Value> = request
        .tools
        .iter()
        .map(|tool| json!({"name": tool.name, "description": tool.description, "input_schema": tool.parameters}))
        .collect();
    if let Some(schema) = &request.schema {
        tools.push(json!({"name": schema.name, "description": "Give the whole answer through this tool.",
            "input_schema": schema.schema}));
        body["tool_choice"] = json!({"type": "tool", "name": schema.name});
    } else if !tools.is_empty() {
        match &request.tool_choice {
            ToolChoice::Auto => {}
            ToolChoice::Required => body["tool_choice"] = json!({"type": "any"}),
            ToolChoice::None => body["tool_choice"] = json!({"type": "none"}),
            ToolChoice::Named(name) => body["tool_choice"] = json!({"type": "tool", "name": name}),
        }
    }
    if !tools.is_empty() {
        body["tools"] = json!(tools);
    }
    body
}

/// Roles must alternate and begin with the user; empty text is not allowed.
fn messages(history: &[Message]) -> Vec<Value> {
    let mut out: Vec<(&str, Vec<Value>)> = Vec::new();
    for message in history {
        let (role, blocks) = blocks(message);
        if blocks.is_empty() {
            continue;
        }
        match out.last_mut() {
            Some((last, kept)) if *last == role => kept.extend(blocks),
            _ => out.push((role, blocks)),
        }
    }
    if out.first().is_none_or(|(role, _)| *role != "user") {
        out.insert(0, ("user", vec![json!({"type": "text", "text": "Go on."})]));
    }
    out.into_iter().map(|(role, content)| json!({"role": role, "content": content})).collect()
}

fn blocks(message: &Message) -> (&'static str, Vec<Value>) {
    let text_block =
        |text: &str| (!text.trim().is_empty()).then(|| json!({"type": "text", "text": text.trim_end()}));
    match message {
        Message::User { text } => ("user", text_block(text).into_iter().collect()),
        Message::Tool { call_id, text, failed, .. } => (
            "user",
            vec![json!({"type": "tool_result", "tool_use_id": call_id, "content": text, "is_error": failed})],
        ),
        Message::Assistant { text, tool_calls } => {
            let calls = tool_calls.iter().map(|call| {
                json!({"type": "tool_use", "id": call.id, "name": call.name, "input": call.arguments.to_value()})
            });
            ("assistant", text_block(text).into_iter().chain(calls).collect())
        }
    }
}

pub fn event(value: &Value, draft: &mut Draft) -> Result<(), ModelError> {
    let slot = value["index"].as_u64();
    match value["type"].as_str().unwrap_or_default() {
        "message_start" => {
            usage(&value["message"]["usage"], draft);
            Ok(())
        }
        "content_block_start" => block(slot, &value["content_block"], draft),
        "content_block_delta" => {
            let delta = &value["delta"];
            match delta["type"].as_str().unwrap_or_default() {
                "text_delta" => draft.push_text(delta["text"].as_str().unwrap_or_default()),
                "thinking_delta" => draft.push_reasoning(delta["thinking"].as_str().unwrap_or_default()),
                "input_json_delta" => draft.arguments(draft.place_of(slot), &delta["partial_json"]),
                _ => Ok(()),
            }
        }
        "message_delta" => {
            usage(&value["usage"], draft);
            if let Some(reason) = value["delta"]["stop_reason"].as_str() {
                draft.stop = Some(stop(reason));
            }
            Ok(())
        }
        "message_stop" => {
            draft.done = true;
            Ok(())
        }
        "error" => Err(told(value)),
        "" if !value["error"].is_null() => Err(told(value)),
        _ => Ok(()),
    }
}

pub fn whole(value: &Value, draft: &mut Draft) -> Result<(), ModelError> {
    let content = value["content"].as_array().ok_or_else(|| not_a_reply(value))?;
    for (index, part) in content.iter().enumerate() {
        block(u64::try_from(index).ok(), part, draft)?;
    }
    usage(&value["usage"], draft);
    draft.stop = value["stop_reason"].as_str().map(stop);
    draft.done = true;
    Ok(())
}

fn block(slot: Option<u64>, block: &Value, draft: &mut Draft) -> Result<(), ModelError> {
    match block["type"].as_str().unwrap_or_default() {
        "text" => draft.push_text(block["text"].as_str().unwrap_or_default()),
        "thinking" => draft.push_reasoning(block["thinking"].as_str().unwrap_or_default()),
        "tool_use" => {
            let word = |key: &str| block[key].as_str().unwrap_or_default();
            let place = draft.call(slot, word("id"), word("name"))?;
            draft.arguments(Some(place), &block["input"])
        }
        _ => Ok(()),
    }
}

fn stop(reason: &str) -> StopReason {
    match reason {
        "end_turn" | "stop_sequence" | "pause_turn" => StopReason::EndTurn,
        "max_tokens" | "model_context_window_exceeded" => StopReason::MaxTokens,
        "tool_use" => StopReason::ToolCalls,
        "refusal" => StopReason::Refused,
        _ => StopReason::Unknown,
    }
}

/// Input comes with the first event, output with the last; a later figure replaces an earlier one.
fn usage(value: &Value, draft: &mut Draft) {
    let mut usage = draft.usage.unwrap_or_default();
    if let Some(fresh) = value["input_tokens"].as_u64() {
        let read = value["cache_read_input_tokens"].as_u64().unwrap_or(0);
        let written = value["cache_creation_input_tokens"].as_u64().unwrap_or(0);
        let input = fresh.saturating_add(read).saturating_add(written);
        // A last event that repeats only the fresh part must not lower what the first one said.
        if input >= usage.input {
            usage.input = input;
            usage.cached = read;
        }
    }
    if let Some(output) = value["output_tokens"].as_u64() {
        usage.output = output;
    }
    if usage.total() > 0 {
        draft.usage = Some(usage);
    }
}
