//! The client against a real HTTP server that follows a script: every dialect, every fault.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod detection;
mod faults;
mod replies;
mod requests;
mod tolerance;

use std::time::Duration;

use agent::model::{
    Delta, Dialect, Endpoint, JsonSchema, Message, Model, ModelClient, ModelError, Reply, Request, Timeouts,
    ToolSpec,
};
use agent::{Cancel, Secret};
use serde_json::json;
use testkit::model_server::{ModelServer, Script, Step};

pub const KEY: &str = "sk-test-0123456789";
pub const DIALECTS: [Dialect; 3] =
    [Dialect::OpenaiChat, Dialect::OpenaiResponses, Dialect::AnthropicMessages];

pub fn server(steps: impl IntoIterator<Item = Step>) -> ModelServer {
    ModelServer::start(Script::new(steps)).unwrap()
}

pub fn client_at(dialect: Dialect, base_url: &str, timeouts: Timeouts) -> ModelClient {
    let endpoint = Endpoint {
        dialect,
        base_url: base_url.to_owned(),
        model: "scripted".to_owned(),
        api_key: Some(Secret::new(KEY)),
    };
    ModelClient::new(endpoint, timeouts).unwrap()
}

pub fn client(dialect: Dialect, server: &ModelServer) -> ModelClient {
    client_at(dialect, &server.url(), Timeouts::default())
}

pub fn request() -> Request {
    Request::new("You are a test.", "Say something.")
}

pub fn with_tools() -> Request {
    let mut request = request();
    request.tools = vec![ToolSpec {
        name: "bash".into(),
        description: "Runs a command.".into(),
        parameters: json!({"type": "object", "properties": {"command": {"type": "string"}},
            "required": ["command"]}),
    }];
    request
}

pub fn with_schema() -> Request {
    let mut request = request();
    let schema = json!({"type": "object", "additionalProperties": false, "required": ["word"],
        "properties": {"word": {"type": "string", "maxLength": 2000}}});
    request.schema = Some(JsonSchema { name: "answer".into(), schema, strict: false });
    request
}

pub async fn ask(client: &ModelClient, request: &Request) -> Result<Reply, ModelError> {
    client.complete(request, &mut |_| {}, &Cancel::new()).await
}

/// The reply and the text its deltas add up to.
pub async fn ask_streaming(client: &ModelClient, request: &Request) -> (Result<Reply, ModelError>, String) {
    let mut text = String::new();
    let mut take = |delta: Delta| {
        if let Delta::Text { text: piece } = delta {
            text.push_str(&piece);
        }
    };
    let reply = client.complete(request, &mut take, &Cancel::new()).await;
    (reply, text)
}

pub fn tool_history() -> Vec<Message> {
    use agent::model::{Arguments, ToolCall};
    let call = |id: &str, command: &str| ToolCall {
        id: id.into(),
        name: "bash".into(),
        arguments: Arguments::parse(&json!({"command": command}).to_string()),
    };
    vec![
        Message::user("task"),
        Message::Assistant { text: "looking".into(), tool_calls: vec![call("c1", "ls"), call("c2", "pwd")] },
        Message::Tool { call_id: "c1".into(), name: "bash".into(), text: "a.rs".into(), failed: false },
        Message::user("go on"),
    ]
}
