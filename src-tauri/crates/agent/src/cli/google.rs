//! Google's dialect (`generateContent`), the one that Gemini CLI calls, in terms of our own requests and replies.
//!
//! Only the side of a server: what such a client asks becomes a [`Request`], which any model can answer, and a
//! [`Reply`] becomes what it wants to hear. Pictures, thoughts and Google's own tools have no counterpart and are
//! left out.

use serde_json::{Value, json};

use crate::model::{
    Arguments, JsonSchema, Message, ModelError, Reply, Request, StopReason, ToolCall, ToolChoice, ToolSpec,
};

/// Where the client names no limit.
const MAX_TOKENS: u32 = 8_192;

/// What a call asks; none when it is no such call.
pub fn request(body: &Value) -> Option<Request> {
    let mut talk = Talk::default();
    for content in body["contents"].as_array()? {
        let parts = content["parts"].as_array().map_or(&[][..], Vec::as_slice);
        if content["role"] == "model" { talk.model(parts) } else { talk.user(parts) }
    }
    let config = &body["generationConfig"];
    let schema =
        [&config["responseJsonSchema"], &config["responseSchema"]].into_iter().find(|s| s.is_object());
    let mode = body["toolConfig"]["functionCallingConfig"]["mode"].as_str().unwrap_or_default();
    let declared = body["tools"].as_array().into_iter().flatten();
    let declared = declared.filter_map(|tool| tool["functionDeclarations"].as_array()).flatten();
    #[allow(clippy::cast_possible_truncation)]
    Some(Request {
        system: texts(body["systemInstruction"]["parts"].as_array().map_or(&[][..], Vec::as_slice)),
        messages: talk.messages,
        tools: declared.filter_map(tool).collect(),
        tool_choice: match mode {
            "ANY" => ToolChoice::Required,
            "NONE" => ToolChoice::None,
            _ => ToolChoice::Auto,
        },
        schema: schema.map(|schema| JsonSchema {
            name: "answer".to_owned(),
            schema: plain(schema),
            strict: false,
        }),
        max_tokens: config["maxOutputTokens"]
            .as_u64()
            .and_then(|tokens| u32::try_from(tokens).ok())
            .unwrap_or(MAX_TOKENS),
        temperature: config["temperature"].as_f64().map(|value| value as f32),
    })
}

/// A reply as such a server gives it, whole.
pub fn answer(reply: &Reply, model: &str) -> Value {
    let mut parts = Vec::new();
    if !reply.text.is_empty() {
        parts.push(json!({ "text": reply.text }));
    }
    for call in &reply.tool_calls {
        parts.push(json!({ "functionCall": { "id": call.id, "name": call.name, "args": call.arguments.to_value() } }));
    }
    let finish = match reply.stop_reason {
        StopReason::MaxTokens => "MAX_TOKENS",
        StopReason::Refused => "SAFETY",
        StopReason::EndTurn | StopReason::ToolCalls | StopReason::Unknown => "STOP",
    };
    let usage = reply.usage;
    json!({
        "candidates": [{ "index": 0, "finishReason": finish, "content": { "role": "model", "parts": parts } }],
        "modelVersion": model,
        "usageMetadata": {
            "promptTokenCount": usage.input,
            "cachedContentTokenCount": usage.cached,
            "candidatesTokenCount": usage.output,
            "totalTokenCount": usage.total(),
        },
    })
}

/// Status and body of a failed call.
pub fn failure(error: &ModelError) -> (u16, Value) {
    let (status, word) = match error {
        ModelError::Auth { status, .. } => (*status, "UNAUTHENTICATED"),
        ModelError::RateLimited { .. } | ModelError::Quota { .. } | ModelError::Budget { .. } => {
            (429, "RESOURCE_EXHAUSTED")
        }
        ModelError::NotFound { .. } => (404, "NOT_FOUND"),
        ModelError::TooLong { .. } | ModelError::Refused { .. } => (400, "INVALID_ARGUMENT"),
        ModelError::CutStream { .. }
        | ModelError::Timeout { .. }
        | ModelError::Unreachable { .. }
        | ModelError::BadReply { .. }
        | ModelError::Cancelled => (503, "UNAVAILABLE"),
    };
    (status, json!({ "error": { "code": status, "message": error.to_string(), "status": word } }))
}

#[derive(Default)]
struct Talk {
    messages: Vec<Message>,
    /// Calls without an answer so far. Not every client names them.
    open: Vec<(String, String)>,
    calls: usize,
}

impl Talk {
    fn model(&mut self, parts: &[Value]) {
        let calls = parts.iter().filter(|part| part["functionCall"].is_object());
        let calls: Vec<_> = calls.map(|part| self.call(&part["functionCall"])).collect();
        self.messages.push(Message::Assistant { text: texts(parts), tool_calls: calls });
    }

    fn call(&mut self, call: &Value) -> ToolCall {
        self.calls += 1;
        let name = call["name"].as_str().unwrap_or_default().to_owned();
        // Ids of other conversations may be the same; ours never are.
        let id = format!("call_{}", self.calls);
        self.open.push((id.clone(), name.clone()));
        let arguments = Arguments::Object(call["args"].as_object().cloned().unwrap_or_default());
        ToolCall { id, name, arguments }
    }

    fn user(&mut self, parts: &[Value]) {
        for part in parts.iter().filter(|part| part["functionResponse"].is_object()) {
            let response = &part["functionResponse"];
            let name = response["name"].as_str().unwrap_or_default();
            let Some(at) = self.open.iter().position(|(_, open)| open == name) else { continue };
            let (call_id, name) = self.open.remove(at);
            let (output, error) = (&response["response"]["output"], &response["response"]["error"]);
            let text = output.as_str().or(error.as_str()).map(str::to_owned);
            let text = text.unwrap_or_else(|| response["response"].to_string());
            self.messages.push(Message::Tool { call_id, name, text, failed: !error.is_null() });
        }
        let said = texts(parts);
        if !said.is_empty() {
            self.messages.push(Message::User { text: said });
        }
    }
}

fn texts(parts: &[Value]) -> String {
    let shown = parts.iter().filter(|part| part["thought"] != true);
    shown.filter_map(|part| part["text"].as_str()).collect::<Vec<_>>().join("\n")
}

fn tool(declared: &Value) -> Option<ToolSpec> {
    let schema =
        [&declared["parametersJsonSchema"], &declared["parameters"]].into_iter().find(|s| s.is_object());
    Some(ToolSpec {
        name: declared["name"].as_str()?.to_owned(),
        description: declared["description"].as_str().unwrap_or_default().to_owned(),
        parameters: schema.map_or_else(|| json!({ "type": "object", "properties": {} }), plain),
    })
}

/// Google writes the types of a schema in capitals.
fn plain(schema: &Value) -> Value {
    match schema {
        Value::Object(fields) => fields
            .iter()
            .map(|(key, value)| match (key.as_str(), value) {
                ("type", Value::String(word)) => (key.clone(), Value::from(word.to_lowercase())),
                _ => (key.clone(), plain(value)),
            })
            .collect::<serde_json::Map<_, _>>()
            .into(),
        Value::Array(items) => items.iter().map(plain).collect(),
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Usage;

    #[test]
    fn a_conversation_keeps_its_order_its_calls_and_their_answers() {
        let body = json!({
            "systemInstruction": { "parts": [{ "text": "You work." }] },
            "contents": [
                { "role": "user", "parts": [{ "text": "Mend" }, { "text": "it" }] },
                { "role": "model", "parts": [
                    { "thought": true, "text": "hm" }, { "text": "I look." },
                    { "functionCall": { "name": "read", "args": { "path": "a" } } },
                    { "functionCall": { "name": "read", "args": { "path": "b" } } }
                ]},
                { "role": "user", "parts": [
                    { "functionResponse": { "name": "read", "response": { "output": "A" } } },
                    { "functionResponse": { "name": "read", "response": { "error": "no b" } } },
                    { "functionResponse": { "name": "never_called", "response": {} } }
                ]}
            ],
            "tools": [{ "functionDeclarations": [
                { "name": "read", "description": "Reads.", "parameters": { "type": "OBJECT", "properties": { "type": { "type": "STRING" } } } }
            ]}],
            "generationConfig": { "temperature": 0, "maxOutputTokens": 100 },
            "toolConfig": { "functionCallingConfig": { "mode": "ANY" } }
        });
        let request = request(&body).unwrap();
        assert_eq!((request.system.as_str(), request.max_tokens), ("You work.", 100));
        assert_eq!(request.tool_choice, ToolChoice::Required);
        assert_eq!(request.tools[0].parameters["properties"]["type"]["type"], "string");
        let shown: Vec<_> = request
            .messages
            .iter()
            .map(|message| match message {
                Message::User { text } => format!("user {text:?}"),
                Message::Assistant { text, tool_calls } => format!(
                    "model {text:?} {}",
                    tool_calls.iter().map(|c| format!("{}:{}", c.id, c.name)).collect::<Vec<_>>().join(" ")
                ),
                Message::Tool { call_id, text, failed, .. } => format!("{call_id} {text:?} {failed}"),
            })
            .collect();
        assert_eq!(
            shown,
            [
                "user \"Mend\\nit\"",
                "model \"I look.\" call_1:read call_2:read",
                "call_1 \"A\" false",
                "call_2 \"no b\" true"
            ]
        );
        assert_eq!(super::request(&json!({ "messages": [] })), None);
    }

    #[test]
    fn a_reply_and_a_failure_are_told_as_google_tells_them() {
        let arguments = Arguments::parse(r#"{"command":"ls"}"#);
        let reply = Reply {
            text: "I look.".into(),
            reasoning: String::new(),
            tool_calls: vec![ToolCall { id: "x".into(), name: "run".into(), arguments }],
            stop_reason: StopReason::ToolCalls,
            usage: Usage { input: 10, output: 2, cached: 4, estimated: false },
        };
        let told = answer(&reply, "m");
        let parts = &told["candidates"][0]["content"]["parts"];
        assert_eq!(
            (&parts[0]["text"], &parts[1]["functionCall"]["args"]["command"]),
            (&json!("I look."), &json!("ls"))
        );
        assert_eq!(told["usageMetadata"]["totalTokenCount"], 12);
        let (status, told) = failure(&ModelError::Auth { status: 401, message: "no".into() });
        assert_eq!((status, &told["error"]["status"]), (401, &json!("UNAUTHENTICATED")));
        let quota = ModelError::Quota { resets_at_ms: None, message: "later".into() };
        assert_eq!(failure(&quota).0, 429);
    }
}
