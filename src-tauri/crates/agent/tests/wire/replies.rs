use agent::model::{Arguments, StopReason, Usage};
use serde_json::json;
use testkit::model_server::{Call, Say, SayUsage, Step, Style};

use crate::*;

const WORDS: &str = "Grüße aus dem Test: 1 < 2, \"quoted\" and 日本語.";

#[tokio::test]
async fn a_streamed_text_arrives_whole_and_in_pieces() {
    for dialect in DIALECTS {
        let say = Say {
            text: Some(WORDS.into()),
            reasoning: Some("thinking about it".into()),
            usage: Some(SayUsage { input: 50, output: 9, cached: 30 }),
            ..Say::default()
        };
        let server = server([Step { say: Some(say), ..Step::default() }]);
        let (reply, streamed) = ask_streaming(&client(dialect, &server), &request()).await;
        let reply = reply.unwrap();
        assert_eq!(reply.text, WORDS, "{dialect}");
        assert_eq!(streamed, WORDS, "{dialect}");
        assert_eq!(reply.reasoning, "thinking about it", "{dialect}");
        assert_eq!(reply.stop_reason, StopReason::EndTurn, "{dialect}");
        let expected = Usage { input: 50, output: 9, cached: 30, estimated: false };
        assert_eq!(reply.usage, expected, "{dialect}");
    }
}

#[tokio::test]
async fn several_tool_calls_with_split_arguments_are_put_together() {
    let first = json!({"command": "echo \"a b\" | sed 's/ü/ö/'", "timeout_s": 5});
    for dialect in DIALECTS {
        for style in [
            Style { chunk_chars: 1, ..Style::default() },
            Style { arguments_once: true, ..Style::default() },
            Style { arguments_as_object: true, ..Style::default() },
            Style { whole_json: true, ..Style::default() },
        ] {
            let step = Step::calls([("bash", first.clone()), ("read", json!({"path": "a.rs"}))]);
            let server = server([step.styled(style.clone())]);
            let reply = ask(&client(dialect, &server), &with_tools()).await.unwrap();
            assert_eq!(reply.stop_reason, StopReason::ToolCalls, "{dialect} {style:?}");
            assert_eq!(reply.tool_calls.len(), 2, "{dialect} {style:?}");
            assert_eq!(json!(reply.tool_calls[0].arguments), first, "{dialect} {style:?}");
            assert_eq!(json!(reply.tool_calls[1].arguments), json!({"path": "a.rs"}), "{dialect} {style:?}");
            assert_ne!(reply.tool_calls[0].id, reply.tool_calls[1].id, "{dialect} {style:?}");
        }
    }
}

#[tokio::test]
async fn arguments_that_are_no_json_are_kept_as_they_came() {
    for dialect in DIALECTS {
        let call = Call { name: "bash".into(), arguments: json!("{\"command\": \"ls") };
        let say = Say { calls: vec![call], stop: Some("length".into()), ..Say::default() };
        let server = server([Step { say: Some(say), ..Step::default() }]);
        let reply = ask(&client(dialect, &server), &with_tools()).await.unwrap();
        assert_eq!(reply.stop_reason, StopReason::MaxTokens, "{dialect}");
        let arguments = &reply.tool_calls[0].arguments;
        assert_eq!(*arguments, Arguments::Malformed("{\"command\": \"ls".into()), "{dialect}");
    }
}

#[tokio::test]
async fn text_where_a_tool_call_was_asked_is_a_normal_reply() {
    for dialect in DIALECTS {
        let server = server([Step::text("I would run ls.")]);
        let reply = ask(&client(dialect, &server), &with_tools()).await.unwrap();
        assert_eq!((reply.text.as_str(), reply.tool_calls.len()), ("I would run ls.", 0), "{dialect}");
        assert_eq!(reply.stop_reason, StopReason::EndTurn, "{dialect}");
    }
}

#[tokio::test]
async fn an_answer_under_a_schema_is_text_in_every_dialect() {
    for dialect in DIALECTS {
        let server = server([Step::json(json!({"word": "yes"}))]);
        let reply = ask(&client(dialect, &server), &with_schema()).await.unwrap();
        let value: serde_json::Value = serde_json::from_str(&reply.text).unwrap();
        assert_eq!(value, json!({"word": "yes"}), "{dialect}");
        assert!(reply.tool_calls.is_empty() && reply.stop_reason == StopReason::EndTurn, "{dialect}");
        assert!(server.requests()[0].schema().is_some(), "{dialect}");
    }
}

#[tokio::test]
async fn a_refusal_is_told_apart_from_an_answer() {
    for dialect in DIALECTS {
        let say = Say { text: Some("I can't.".into()), stop: Some("refused".into()), ..Say::default() };
        let server = server([Step { say: Some(say), ..Step::default() }]);
        let reply = ask(&client(dialect, &server), &request()).await.unwrap();
        assert_eq!(reply.stop_reason, StopReason::Refused, "{dialect}");
    }
}

#[tokio::test]
async fn thoughts_inside_the_text_are_kept_apart() {
    for dialect in DIALECTS {
        let server = server([Step::text("<think>hm, a < b</think>\n\nYes.")]);
        let (reply, streamed) = ask_streaming(&client(dialect, &server), &request()).await;
        let reply = reply.unwrap();
        assert_eq!((reply.text.as_str(), reply.reasoning.as_str()), ("Yes.", "hm, a < b"), "{dialect}");
        assert_eq!(streamed, "Yes.", "{dialect}");
    }
}
