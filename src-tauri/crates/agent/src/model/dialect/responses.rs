//! OpenAI Responses. Servers differ in which of its many events they send: deltas, finished items, or only the
//! finished response. Each level fills in what the one before left out.

use serde_json::{Value, json};

use super::{Draft, not_a_reply, told};
use crate::model::error::ModelError;
use crate::model::history::Message;
use crate::model::reply::{StopReason, Usage};
use crate::model::request::{Request, ToolChoice};

pub fn body(model: &str, request: &Request) -> Value {
    let input: Vec<Value> = request.messages.iter().flat_map(items).collect();
    let mut body = json!({"model": model, "input": input, "stream": true, "store": false,
        "max_output_tokens": request.max_tokens});
    if !request.system.is_empty() {
        body["instructions"] = json!(request.system);
    }
    if let Some(temperature) = request.temperature {
        body["temperature"] = json!(temperature);
    }
    if !request.tools.is_empty() {
        let tools = request.tools.iter().map(|tool| {
            json!({"type": "function", "name": tool.name, "description": tool.description,
                "parameters": tool.parameters, "strict": false})
        });
        body["tools"] = tools.collect();
        match &request.tool_choice {
            ToolChoice::Auto => {}
            ToolChoice::Required => body["tool_choice"] = json!("required"),
            ToolChoice::None => body["tool_choice"] = json!("none"),
            ToolChoice::Named(name) => body["tool_choice"] = json!({"type": "function", "name": name}),
        }
    }
    if let Some(schema) = &request.schema {
        body["text"] = json!({"format": {"type": "json_schema", "name": schema.name,
            "schema": schema.schema, "strict": schema.strict}});
    }
    body
}

fn items(message: &Message) -> Vec<Value> {
    let said = |role: &str, kind: &str, text: &str| {
        let content = json!([{"type": kind, "text": text}]);
        json!({"type": "message", "role": role, "content": content})
    };
    match message {
        Message::User { text } => vec![said("user", "input_text", text)],
        Message::Tool { call_id, text, .. } => {
            vec![json!({"type": "function_call_output", "call_id": call_id, "output": text})]
        }
        Message::Assistant { text, tool_calls } => {
            let mut out = Vec::new();
            if !text.is_empty() || tool_calls.is_empty() {
                out.push(said("assistant", "output_text", text));
            }
            out.extend(tool_calls.iter().map(|call| {
                json!({"type": "function_call", "call_id": call.id, "name": call.name,
                    "arguments": call.arguments.to_value().to_string()})
            }));
            out
        }
    }
}

pub fn event(value: &Value, draft: &mut Draft) -> Result<(), ModelError> {
    let slot = value["output_index"].as_u64();
    let delta = &value["delta"];
    match value["type"].as_str().unwrap_or_default() {
        "response.output_text.delta" | "response.refusal.delta" => {
            draft.push_text(delta.as_str().unwrap_or_default())
        }
        "response.reasoning_summary_text.delta" | "response.reasoning_text.delta" => {
            draft.push_reasoning(delta.as_str().unwrap_or_default())
        }
        "response.output_item.added" => item(slot, &value["item"], draft, false),
        "response.function_call_arguments.delta" => draft.arguments(draft.place_of(slot), delta),
        "response.function_call_arguments.done" => {
            draft.final_arguments(draft.place_of(slot), &value["arguments"])
        }
        "response.output_item.done" => item(slot, &value["item"], draft, true),
        "response.completed" | "response.incomplete" | "response.done" => finished(&value["response"], draft),
        "response.failed" | "error" => Err(told(value)),
        "" if !value["error"].is_null() => Err(told(value)),
        _ => Ok(()),
    }
}

pub fn whole(value: &Value, draft: &mut Draft) -> Result<(), ModelError> {
    if !value["output"].is_array() {
        return Err(not_a_reply(value));
    }
    finished(value, draft)
}

fn item(slot: Option<u64>, item: &Value, draft: &mut Draft, done: bool) -> Result<(), ModelError> {
    match item["type"].as_str().unwrap_or_default() {
        "function_call" => {
            let id = item["call_id"].as_str().or(item["id"].as_str()).unwrap_or_default();
            if slot.is_none() && id.is_empty() {
                // Nothing tells which call it is; its own events already brought it.
                return Ok(());
            }
            let place = draft.call(slot, id, item["name"].as_str().unwrap_or_default())?;
            if done { draft.final_arguments(Some(place), &item["arguments"]) } else { Ok(()) }
        }
        "message" if done && !draft.has_text() => {
            for part in item["content"].as_array().into_iter().flatten() {
                let text = part["text"].as_str().or(part["refusal"].as_str()).unwrap_or_default();
                draft.push_text(text)?;
            }
            Ok(())
        }
        _ => Ok(()),
    }
}

fn finished(response: &Value, draft: &mut Draft) -> Result<(), ModelError> {
    if response["status"] == "failed" {
        return Err(told(response));
    }
    for (index, output) in response["output"].as_array().into_iter().flatten().enumerate() {
        // Calls are found by their id here: the position may differ from the one the stream used.
        let slot = if draft.events == 0 { u64::try_from(index).ok() } else { None };
        item(slot, output, draft, true)?;
    }
    let usage = &response["usage"];
    if let (Some(input), Some(output)) = (usage["input_tokens"].as_u64(), usage["output_tokens"].as_u64()) {
        let cached = usage["input_tokens_details"]["cached_tokens"].as_u64().unwrap_or(0);
        draft.usage = Some(Usage { input, output, cached, estimated: false });
    }
    draft.stop = Some(match response["incomplete_details"]["reason"].as_str() {
        None => StopReason::EndTurn,
        Some("max_output_tokens" | "max_tokens") => StopReason::MaxTokens,
        Some("content_filter") => StopReason::Refused,
        Some(_) => StopReason::Unknown,
    });
    draft.done = true;
    Ok(())
}
