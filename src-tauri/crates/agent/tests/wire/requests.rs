use std::collections::BTreeMap;

use agent::model::{RetryPolicy, ToolChoice, complete_with_retries};
use serde_json::json;
use testkit::model_server::{Fault, RefuseSchema, Refuses, Step, When};

use crate::*;

#[tokio::test]
async fn the_key_goes_into_its_header_and_nowhere_else() {
    for dialect in DIALECTS {
        let server = server([Step::text("ok")]);
        ask(&client(dialect, &server), &request()).await.unwrap();
        let seen = &server.requests()[0];
        let (header, value) = match dialect {
            Dialect::AnthropicMessages => ("x-api-key", KEY.to_owned()),
            _ => ("authorization", format!("Bearer {KEY}")),
        };
        assert_eq!(seen.header(header), Some(value.as_str()), "{dialect}");
        assert!(!seen.body.to_string().contains(KEY), "{dialect}");
        assert!(!format!("{:?}", client(dialect, &server)).contains(KEY), "{dialect}");
    }
}

#[tokio::test]
async fn a_history_with_an_unanswered_call_is_padded_for_the_wire() {
    for dialect in DIALECTS {
        let server = server([Step::text("ok")]);
        let mut request = with_tools();
        request.messages = tool_history();
        ask(&client(dialect, &server), &request).await.unwrap();
        let seen = &server.requests()[0];
        assert_eq!(seen.tool_results(), 2, "{dialect}: {}", seen.body);
        assert_eq!(seen.system(), "You are a test.", "{dialect}");
        assert!(seen.all().contains("This call was not run."), "{dialect}");
        assert!(seen.last().contains("go on"), "{dialect}");
        assert_eq!(seen.tool_names(), ["bash"], "{dialect}");
    }
}

#[tokio::test]
async fn roles_alternate_for_the_dialect_that_insists() {
    let server = server([Step::text("ok")]);
    let mut request = with_tools();
    request.messages = tool_history();
    ask(&client(Dialect::AnthropicMessages, &server), &request).await.unwrap();
    let body = server.requests()[0].body.clone();
    let roles: Vec<_> =
        body["messages"].as_array().unwrap().iter().map(|m| m["role"].as_str().unwrap()).collect();
    assert_eq!(roles, ["user", "assistant", "user"]);
    let kinds: Vec<_> =
        body["messages"][2]["content"].as_array().unwrap().iter().map(|b| b["type"].clone()).collect();
    assert_eq!(kinds, [json!("tool_result"), json!("tool_result"), json!("text")]);
}

#[tokio::test]
async fn a_history_of_calls_is_told_in_words_to_a_model_without_tools() {
    for dialect in DIALECTS {
        let server = server([Step::text("ok")]);
        let mut request = request();
        request.messages = tool_history();
        ask(&client(dialect, &server), &request).await.unwrap();
        let seen = &server.requests()[0];
        assert_eq!(seen.tool_results(), 0, "{dialect}");
        assert!(seen.all().contains("Result of bash:\na.rs"), "{dialect}");
        assert!(seen.all().contains(r#""action":"bash""#), "{dialect}");
    }
}

#[tokio::test]
async fn a_schema_refused_for_its_bounds_is_sent_without_them_and_that_is_remembered() {
    for dialect in DIALECTS {
        let script = Script::new([Step::json(json!({"word": "yes"})).always()])
            .refusing(Refuses { schema: Some(RefuseSchema::Bounded), ..Refuses::default() });
        let server = ModelServer::start(script).unwrap();
        let client = client(dialect, &server);
        ask(&client, &with_schema()).await.unwrap();
        ask(&client, &with_schema()).await.unwrap();
        let schemas: Vec<bool> =
            server.requests().iter().map(|seen| seen.body.to_string().contains("maxLength")).collect();
        assert_eq!(schemas, [true, false, false], "{dialect}");
        assert!(server.requests()[1].schema().is_some(), "{dialect}");
    }
}

#[tokio::test]
async fn a_schema_refused_altogether_is_put_into_words() {
    for dialect in DIALECTS {
        let script = Script::new([Step::json(json!({"word": "yes"})).always()])
            .refusing(Refuses { schema: Some(RefuseSchema::Any), ..Refuses::default() });
        let server = ModelServer::start(script).unwrap();
        let reply = ask(&client(dialect, &server), &with_schema()).await.unwrap();
        assert_eq!(reply.text, r#"{"word":"yes"}"#, "{dialect}");
        let seen = server.requests();
        assert_eq!(seen.len(), 3, "{dialect}");
        assert!(seen[2].schema().is_none() && seen[2].system().contains("JSON Schema"), "{dialect}");
    }
}

#[tokio::test]
async fn a_schema_that_makes_a_server_fail_is_refused_too() {
    for dialect in DIALECTS {
        let fault = Fault::Status {
            status: 500,
            retry_after: None,
            code: None,
            message: Some("failed to parse grammar".into()),
            headers: BTreeMap::new(),
        };
        let server = server([Step::fault(fault), Step::json(json!({"word": "yes"}))]);
        ask(&client(dialect, &server), &with_schema()).await.unwrap();
        assert_eq!(server.requests().len(), 2, "{dialect}");
    }
}

#[tokio::test]
async fn other_refused_features_are_left_out_one_by_one() {
    let refuses = Refuses { tools: true, temperature: true, max_tokens: true, schema: None };
    for dialect in DIALECTS {
        let script = Script::new([Step::text("ok").always()]).refusing(refuses.clone());
        let server = ModelServer::start(script).unwrap();
        let mut request = with_tools();
        request.temperature = Some(0.0);
        request.tool_choice = ToolChoice::Required;
        ask(&client(dialect, &server), &request).await.unwrap();
        let last = server.requests().pop().unwrap();
        assert!(last.body["temperature"].is_null() && last.tool_names().is_empty(), "{dialect}");
        assert!(dialect != Dialect::OpenaiChat || last.body["max_completion_tokens"] == 4096);
    }
}

#[tokio::test]
async fn an_ordinary_400_is_final_and_not_repeated() {
    for dialect in DIALECTS {
        let server = server([Step::status(400), Step::text("never")]);
        let error = ask(&client(dialect, &server), &with_tools()).await.unwrap_err();
        assert_eq!(error.code(), "model.refused", "{dialect}");
        assert_eq!(server.requests().len(), 1, "{dialect}");
    }
}

/// Counts waits instead of waiting.
#[derive(Default)]
struct NoTime(std::sync::Mutex<Vec<u64>>);

impl agent::Pace for NoTime {
    fn now_ms(&self) -> u64 {
        0
    }

    async fn sleep_ms(&self, ms: u64) {
        self.0.lock().unwrap().push(ms);
    }
}

#[tokio::test]
async fn retries_wait_as_asked_announce_themselves_and_succeed() {
    for dialect in DIALECTS {
        let server = server([
            Step::rate_limited("7"),
            Step::status(503),
            Step::text("half of it and then nothing").cut_after(4),
            Step::text("whole").when(When::default()),
        ]);
        let pace = NoTime::default();
        let mut restarts = Vec::new();
        let mut take = |delta: Delta| {
            if let Delta::Restart { code, wait_ms } = delta {
                restarts.push((code, wait_ms));
            }
        };
        let client = client(dialect, &server);
        let policy = RetryPolicy::default();
        let reply =
            complete_with_retries(&client, &request(), &policy, &pace, &mut take, &Cancel::new()).await;
        assert_eq!(reply.unwrap().text, "whole", "{dialect}");
        assert_eq!(*pace.0.lock().unwrap(), [7_000, 2_000, 4_000], "{dialect}");
        let codes: Vec<_> = restarts.iter().map(|(code, _)| code.as_str()).collect();
        assert_eq!(codes, ["model.rate_limited", "model.unreachable", "model.cut_stream"], "{dialect}");
    }
}

#[tokio::test]
async fn retries_end_with_the_last_error_when_nothing_helps() {
    let server = server([Step::status(500).always()]);
    let client = client(Dialect::OpenaiChat, &server);
    let pace = NoTime::default();
    let policy = RetryPolicy::default();
    let error = complete_with_retries(&client, &request(), &policy, &pace, &mut |_| {}, &Cancel::new()).await;
    assert_eq!(error.unwrap_err().code(), "model.unreachable");
    assert_eq!(server.requests().len(), 4);
}
