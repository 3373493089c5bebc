//! The door over a stream in memory, with a scripted model where the broker would be.

use super::*;
use protocol::settings::Dialect;
use testkit::model_server::{ModelServer, Script, Step};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

fn door(model: &ModelServer, key: Option<&str>) -> Arc<ModelDoor> {
    let ground = ModelGround {
        dialect: Dialect::OpenaiChat,
        model: "scripted".into(),
        base_url: model.base_url(),
        context_window: None,
    };
    ModelDoor::new(&ground, "token-of-the-job", key.map(str::to_owned)).unwrap()
}

fn model(steps: impl IntoIterator<Item = Step>) -> ModelServer {
    ModelServer::start(Script::new(steps)).unwrap()
}

/// Sends bytes as they are; everything that comes back until the door closes.
async fn raw(door: &Arc<ModelDoor>, bytes: &[u8]) -> String {
    let (mut near, far) = tokio::io::duplex(64 * 1024);
    let served = tokio::spawn(door.clone().serve(far));
    // The door may close before it has read everything.
    let _ = near.write_all(bytes).await;
    let mut back = Vec::new();
    let _ = near.read_to_end(&mut back).await;
    drop(near);
    served.await.unwrap();
    String::from_utf8_lossy(&back).into_owned()
}

async fn ask(door: &Arc<ModelDoor>, line: &str, heads: &str, body: &str) -> String {
    let length = body.len();
    let text = format!(
        "{line} HTTP/1.1\r\nhost: inside\r\ncontent-length: {length}\r\nconnection: close\r\n{heads}\r\n{body}"
    );
    raw(door, text.as_bytes()).await
}

const CALL: &str = r#"{"model":"scripted","stream":true,"messages":[{"role":"user","content":"hello"}]}"#;

#[tokio::test(flavor = "multi_thread")]
async fn a_call_goes_to_the_broker_with_the_jobs_token_and_its_stream_comes_back() {
    let model = model([Step::text("hello to you").always()]);
    let door = door(&model, None);
    for (path, dialect) in [
        ("chat/completions", "openai_chat"),
        ("responses", "openai_responses"),
        ("messages", "anthropic_messages"),
    ] {
        let heads = "authorization: Bearer no-key-in-here\r\nanthropic-beta: a-1\r\nx-other: 1\r\n";
        let back = ask(&door, &format!("POST /v1/{path}?beta=true"), heads, CALL).await;
        assert!(back.starts_with("HTTP/1.1 200 OK\r\n") && back.contains("text/event-stream"), "{back}");
        assert!(back.contains("data: "), "{back}");
        let seen = model.requests().pop().unwrap();
        assert_eq!(serde_json::to_value(seen.dialect).unwrap(), dialect);
        assert_eq!(seen.header("authorization"), Some("Bearer token-of-the-job"));
        assert_eq!((seen.header("anthropic-beta"), seen.header("x-other")), (Some("a-1"), None));
    }
    assert_eq!(*door.met().borrow(), Met { calls: 3, ..Met::default() });
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_but_calls_and_the_list_of_one_model_is_there() {
    let model = model([Step::text("never").always()]);
    let door = door(&model, None);
    for (line, status) in [
        ("GET /v1/models", "200 OK"),
        ("GET /v1/models?client_version=1", "200 OK"),
        ("GET /v1/models/scripted", "200 OK"),
        ("GET /v1/models/other", "404 Not Found"),
        ("GET /v1/chat/completions", "405 Method Not Allowed"),
        ("DELETE /v1/messages", "405 Method Not Allowed"),
        ("POST /v1/models", "404 Not Found"),
        ("POST /v1/messages/count_tokens", "404 Not Found"),
        ("POST /v1/files", "404 Not Found"),
        ("POST /v1/../jobs/claim", "404 Not Found"),
        ("POST /v1/responses/../../../jobs", "404 Not Found"),
        ("POST /v1/%72esponses", "404 Not Found"),
        ("POST /jobs/claim", "404 Not Found"),
        ("POST /broker/v1/messages", "404 Not Found"),
        ("POST http://127.0.0.1:1/v1/x", "404 Not Found"),
        ("CONNECT 127.0.0.1:22", "404 Not Found"),
    ] {
        let back = ask(&door, line, "", "{}").await;
        assert!(back.starts_with(&format!("HTTP/1.1 {status}\r\n")), "{line}: {back}");
    }
    let list = ask(&door, "GET /v1/models", "", "").await;
    assert!(list.contains(r#""id":"scripted""#), "{list}");
    assert!(model.requests().is_empty(), "nothing of it reached the broker");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_too_large_broken_or_packed_is_refused_here() {
    let model = model([Step::text("never").always()]);
    let door = door(&model, None);
    let packed = ask(&door, "POST /v1/messages", "content-encoding: gzip\r\n", CALL).await;
    assert!(packed.starts_with("HTTP/1.1 415"), "{packed}");
    let large = "x".repeat(BODY_BYTES + 1);
    let back = ask(&door, "POST /v1/messages", "", &large).await;
    assert!(back.starts_with("HTTP/1.1 413") || back.is_empty(), "{back}");
    let head =
        format!("GET /v1/models HTTP/1.1\r\nhost: x\r\nx-long: {}\r\n\r\n", "x".repeat(HEAD_BYTES * 2));
    let back = raw(&door, head.as_bytes()).await;
    assert!(back.starts_with("HTTP/1.1 431") || back.is_empty(), "{back}");
    for noise in
        ["\0\0\0\0\r\n\r\n", "GET\r\n\r\n", "POST /v1/messages HTTP/9.9\r\n\r\n", "\u{16}\u{3}\u{1}\r\n\r\n"]
    {
        let back = raw(&door, noise.as_bytes()).await;
        assert!(back.is_empty() || back.starts_with("HTTP/1.1 400"), "{noise:?}: {back}");
    }
    let both = "POST /v1/messages HTTP/1.1\r\nhost: x\r\ncontent-length: 3\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n5\r\nhello\r\n0\r\n\r\nPOST /v1/messages HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\n{}";
    raw(&door, both.as_bytes()).await;
    assert!(model.requests().is_empty(), "a second call hidden in a first one is none");
    let good = ask(&door, "POST /v1/messages", "", CALL).await;
    assert!(good.starts_with("HTTP/1.1 200"), "the door still works: {good}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_comes_back_as_it_is_and_is_remembered_until_a_call_succeeds() {
    let model = model([Step::status(401), Step::rate_limited("7"), Step::text("well")]);
    let door = door(&model, None);
    let back = ask(&door, "POST /v1/responses", "", CALL).await;
    assert!(back.starts_with("HTTP/1.1 401") && back.contains("scripted fault"), "{back}");
    let refused = door.met().borrow().refused.clone().unwrap();
    assert_eq!(refused, ModelError::Auth { status: 401, message: "scripted fault".into() });
    let back = ask(&door, "POST /v1/responses", "", CALL).await;
    assert!(back.contains("retry-after: 7"), "{back}");
    let refused = door.met().borrow().refused.clone().unwrap();
    assert!(matches!(refused, ModelError::RateLimited { retry_after_ms: Some(7_000), .. }), "{refused:?}");
    ask(&door, "POST /v1/responses", "", CALL).await;
    assert_eq!(*door.met().borrow(), Met { calls: 3, ..Met::default() });
}

#[tokio::test(flavor = "multi_thread")]
async fn where_others_could_call_every_call_shows_the_key() {
    let model = model([Step::text("well").always()]);
    let door = door(&model, Some("the-key"));
    for (heads, status) in [
        ("", "401"),
        ("authorization: Bearer wrong-k\r\n", "401"),
        ("authorization: the-key\r\n", "401"),
        ("authorization: Bearer the-key\r\n", "200"),
        ("x-api-key: the-key\r\n", "200"),
    ] {
        for line in ["POST /v1/messages", "GET /v1/models"] {
            let back = ask(&door, line, heads, CALL).await;
            assert!(back.starts_with(&format!("HTTP/1.1 {status}")), "{line} {heads}: {back}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broker_that_is_gone_is_said_and_hangs_nothing() {
    let model = model([Step::text("never")]);
    let door = door(&model, None);
    drop(model);
    let back = ask(&door, "POST /v1/messages", "", CALL).await;
    assert!(back.starts_with("HTTP/1.1 502"), "{back}");
    assert_eq!(door.met().borrow().refused.clone().unwrap().code(), "model.unreachable");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_in_googles_dialect_is_answered_by_a_model_of_any_other() {
    let model = model([
        Step::call("run_shell_command", serde_json::json!({ "command": "ls" })),
        Step::text("done"),
        Step::status(401),
    ]);
    let door = door(&model, Some("the-key"));
    let call = r#"{"contents":[{"role":"user","parts":[{"text":"look"}]}],"tools":[{"functionDeclarations":[{"name":"run_shell_command","description":"runs","parametersJsonSchema":{"type":"object","properties":{}}}]}]}"#;
    let path = "POST /v1beta/models/scripted";
    let key = "x-goog-api-key: the-key\r\n";
    let back = ask(&door, &format!("{path}:streamGenerateContent?alt=sse"), key, call).await;
    assert!(back.contains("text/event-stream") && back.contains(r#""functionCall""#), "{back}");
    let back = ask(&door, &format!("{path}:generateContent"), key, call).await;
    assert!(back.starts_with("HTTP/1.1 200") && back.contains(r#""text":"done""#), "{back}");
    let back = ask(&door, &format!("{path}:streamGenerateContent"), key, call).await;
    assert!(back.starts_with("HTTP/1.1 401") && back.contains("UNAUTHENTICATED"), "{back}");
    assert_eq!(door.met().borrow().refused.clone().unwrap().code(), "model.auth");
    let seen = model.requests();
    assert_eq!((seen.len(), seen[0].tool_names()), (3, vec!["run_shell_command".to_owned()]));
    for (line, status) in [
        (format!("{path}:countTokens"), "200"),
        (format!("{path}:embedContent"), "404"),
        ("GET /v1beta/models".to_owned(), "404"),
    ] {
        let back = ask(&door, &line, key, "{}").await;
        assert!(back.starts_with(&format!("HTTP/1.1 {status}")), "{line}: {back}");
    }
}
