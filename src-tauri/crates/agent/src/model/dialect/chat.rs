//! OpenAI chat completions, spoken by nearly everyone.

use serde_json::{Value, json};

use super::{Draft, not_a_reply, told};
use crate::model::concede::Concessions;
use crate::model::error::ModelError;
use crate::model::history::Message;
use crate::model::reply::{StopReason, Usage};
use crate::model::request::{Request, ToolChoice};

pub fn body(model: &str, request: &Request, concessions: Concessions) -> Value {
    let mut messages = Vec::with_capacity(request.messages.len() + 1);
    if !request.system.is_empty() {
        messages.push(json!({"role": "system", "content": request.system}));
    }
    messages.extend(request.messages.iter().map(message));
    let limit = if concessions.completion_tokens { "max_completion_tokens" } else { "max_tokens" };
    let mut body = json!({"model": model, "messages": messages, "stream": true, limit: request.max_tokens});
    if !concessions.no_stream_usage {
        body["stream_options"] = json!({"include_usage": true});
    }
    if let Some(temperature) = request.temperature {
        body["temperature"] = json!(temperature);
    }
    if !request.tools.is_empty() {
        let tools = request.tools.iter().map(|tool| {
            json!({"type": "function", "function":
                {"name": tool.name, "description": tool.description, "parameters": tool.parameters}})
        });
        body["tools"] = tools.collect();
        match &request.tool_choice {
            ToolChoice::Auto => {}
            ToolChoice::Required => body["tool_choice"] = json!("required"),
            ToolChoice::None => body["tool_choice"] = json!("none"),
            ToolChoice::Named(name) => {
                body["tool_choice"] = json!({"type": "function", "function": {"name": name}});
            }
        }
    }
    if let Some(schema) = &request.schema {
        body["response_format"] = json!({"type": "json_schema", "json_schema":
            {"name": schema.name, "schema": schema.schema, "strict": schema.strict}});
    }
    body
}

fn message(message: &Message) -> Value {
    match message {
        Message::User { text } => json!({"role": "user", "content": text}),
        Message::Tool { call_id, text, .. } => {
            json!({"role": "tool", "tool_call_id": call_id, "content": text})
        }
        Message::Assistant { text, tool_calls } if tool_calls.is_empty() => {
            json!({"role": "assistant", "content": text})
        }
        Message::Assistant { text, tool_calls } => {
            let calls: Vec<Value> = tool_calls
                .iter()
                .map(|call| {
                    json!({"id": call.id, "type": "function", "function":
                        {"name": call.name, "arguments": call.arguments.to_value().to_string()}})
                })
                .collect();
            // Some templates fail on null content, others on an empty one; the documents allow both with calls.
            json!({"role": "assistant", "content": text, "tool_calls": calls})
        }
    }
}

pub fn event(value: &Value, draft: &mut Draft) -> Result<(), ModelError> {
    if !value["error"].is_null() {
        return Err(told(value));
    }
    usage(&value["usage"], draft);
    let Some(choice) = value["choices"].as_array().and_then(|choices| choices.first()) else {
        return Ok(());
    };
    let content = if choice["delta"].is_object() { &choice["delta"] } else { &choice["message"] };
    take(content, draft)?;
    if let Some(reason) = choice["finish_reason"].as_str() {
        draft.stop = Some(stop(reason));
    }
    Ok(())
}

pub fn whole(value: &Value, draft: &mut Draft) -> Result<(), ModelError> {
    usage(&value["usage"], draft);
    let choice = value["choices"].as_array().and_then(|all| all.first()).ok_or_else(|| not_a_reply(value))?;
    take(&choice["message"], draft)?;
    draft.stop = choice["finish_reason"].as_str().map(stop);
    draft.done = true;
    Ok(())
}

/// A delta or a whole message; both have the same fields.
fn take(content: &Value, draft: &mut Draft) -> Result<(), ModelError> {
    for key in ["reasoning_content", "reasoning"] {
        if let Some(piece) = content[key].as_str() {
            draft.push_reasoning(piece)?;
            break;
        }
    }
    match &content["content"] {
        Value::String(piece) => draft.push_text(piece)?,
        Value::Array(parts) => {
            for piece in parts.iter().filter_map(|part| part["text"].as_str()) {
                draft.push_text(piece)?;
            }
        }
        _ => {}
    }
    if let Some(refusal) = content["refusal"].as_str().filter(|text| !text.is_empty()) {
        draft.push_text(refusal)?;
        draft.stop = Some(StopReason::Refused);
    }
    for call in content["tool_calls"].as_array().into_iter().flatten() {
        let function = &call["function"];
        let slot = call["index"].as_u64();
        let id = call["id"].as_str().unwrap_or_default();
        let place = draft.call(slot, id, function["name"].as_str().unwrap_or_default())?;
        draft.arguments(Some(place), &function["arguments"])?;
    }
    Ok(())
}

fn stop(reason: &str) -> StopReason {
    match reason {
        "stop" => StopReason::EndTurn,
        "length" => StopReason::MaxTokens,
        "tool_calls" | "function_call" => StopReason::ToolCalls,
        "content_filter" => StopReason::Refused,
        _ => StopReason::Unknown,
    }
}

fn usage(value: &Value, draft: &mut Draft) {
    let (Some(input), Some(output)) = (value["prompt_tokens"].as_u64(), value["completion_tokens"].as_u64())
    else {
        return;
    };
    let cached = value["prompt_tokens_details"]["cached_tokens"]
        .as_u64()
        .or_else(|| value["prompt_cache_hit_tokens"].as_u64())
        .unwrap_or(0);
    draft.usage = Some(Usage { input, output, cached, estimated: false });
}
