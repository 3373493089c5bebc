//! The three wire dialects: how a request is written and how a reply is read.
//!
//! Reading is tolerant on purpose: only the fields that matter are looked at, as loose JSON, because servers that
//! call themselves compatible differ in everything else.

mod anthropic;
mod chat;
mod draft;
mod responses;

use protocol::settings::Dialect;
use serde_json::Value;

pub use draft::Draft;

use super::concede::Concessions;
use super::error::ModelError;
use super::refusal::KEPT;
use super::request::Request;
use super::sse::SseEvent;

/// The JSON body of a streaming request.
pub fn body(dialect: Dialect, model: &str, request: &Request, concessions: Concessions) -> Value {
    match dialect {
        Dialect::OpenaiChat => chat::body(model, request, concessions),
        Dialect::OpenaiResponses => responses::body(model, request),
        Dialect::AnthropicMessages => anthropic::body(model, request),
    }
}

/// Takes one event of a stream into the draft.
pub fn event(dialect: Dialect, event: &SseEvent, draft: &mut Draft) -> Result<(), ModelError> {
    let data = event.data.trim();
    if data.is_empty() {
        return Ok(());
    }
    if data == "[DONE]" {
        draft.done = true;
        return Ok(());
    }
    let value: Value = serde_json::from_str(data).map_err(|_| ModelError::BadReply {
        message: format!("an event that is not JSON: {}", super::refusal::short(data, KEPT)),
    })?;
    draft.events += 1;
    match dialect {
        Dialect::OpenaiChat => chat::event(&value, draft),
        Dialect::OpenaiResponses => responses::event(&value, draft),
        Dialect::AnthropicMessages => anthropic::event(&value, draft),
    }
}

/// Reads a reply that came as one JSON body.
pub fn whole(dialect: Dialect, value: &Value, draft: &mut Draft) -> Result<(), ModelError> {
    if value["error"].is_object() || value["error"].is_string() {
        return Err(told(value));
    }
    match dialect {
        Dialect::OpenaiChat => chat::whole(value, draft),
        Dialect::OpenaiResponses => responses::whole(value, draft),
        Dialect::AnthropicMessages => anthropic::whole(value, draft),
    }
}

/// An error object that came with status 200.
fn told(value: &Value) -> ModelError {
    let told = super::refusal::Told::from_value(value);
    let message = told.message.clone();
    told.into_error().unwrap_or(ModelError::Refused { status: 200, message })
}

fn not_a_reply(value: &Value) -> ModelError {
    ModelError::BadReply {
        message: format!("not a reply: {}", super::refusal::short(&value.to_string(), KEPT)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::sse::SseReader;

    const STREAMS: [(Dialect, &str); 3] = [
        (
            Dialect::OpenaiChat,
            "data: {\"choices\":[{\"delta\":{\"content\":\"<think>é</think>hi\",\"tool_calls\":[{\"index\":0,\"id\":\"a\",\
             \"function\":{\"name\":\"bash\",\"arguments\":\"{}\"}}]},\"finish_reason\":\"stop\"}],\
             \"usage\":{\"prompt_tokens\":1,\"completion_tokens\":2}}\n\ndata: [DONE]\n\n",
        ),
        (
            Dialect::OpenaiResponses,
            "data: {\"type\":\"response.output_item.added\",\"output_index\":1,\"item\":{\"type\":\"function_call\",\
             \"call_id\":\"a\",\"name\":\"bash\"}}\n\ndata: {\"type\":\"response.function_call_arguments.delta\",\
             \"output_index\":1,\"delta\":\"{}\"}\n\ndata: {\"type\":\"response.completed\",\"response\":{\"output\":\
             [{\"type\":\"message\",\"content\":[{\"text\":\"hi\"}]}],\"usage\":{\"input_tokens\":1,\"output_tokens\":2}}}\n\n",
        ),
        (
            Dialect::AnthropicMessages,
            "data: {\"type\":\"message_start\",\"message\":{\"usage\":{\"input_tokens\":3}}}\n\ndata: {\"type\":\
             \"content_block_start\",\"index\":0,\"content_block\":{\"type\":\"tool_use\",\"id\":\"a\",\"name\":\"bash\",\
             \"input\":{}}}\n\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\
             \"input_json_delta\",\"partial_json\":\"{}\"}}\n\ndata: {\"type\":\"message_stop\"}\n\n",
        ),
    ];

    fn read(dialect: Dialect, bytes: &[u8]) -> Result<usize, ModelError> {
        let mut draft = Draft::default();
        let mut reader = SseReader::default();
        for one in reader.push(bytes).unwrap_or_default().into_iter().chain(reader.finish()) {
            event(dialect, &one, &mut draft)?;
        }
        Ok(draft.into_reply(0, 0).0.tool_calls.len())
    }

    #[test]
    fn damaged_streams_are_errors_or_replies_and_never_a_panic() {
        // A fixed sequence, so that a failure can be seen again.
        let mut state = 0x2545_f491_4f6c_dd1d_u64;
        let mut random = move |below: usize| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            usize::try_from(state % below as u64).unwrap_or(0)
        };
        for (dialect, stream) in STREAMS {
            assert_eq!(read(dialect, stream.as_bytes()), Ok(1), "{dialect}");
            for _ in 0..3_000 {
                let mut bytes = stream.as_bytes().to_vec();
                for _ in 0..=random(4) {
                    if bytes.len() < 2 {
                        break;
                    }
                    let at = random(bytes.len());
                    match random(3) {
                        0 => bytes[at] = b"{}[]\":,0\n\xff"[random(10)],
                        1 => {
                            bytes.remove(at);
                        }
                        _ => bytes.truncate(at.max(1)),
                    }
                }
                let _ = read(dialect, &bytes);
            }
        }
    }
}
