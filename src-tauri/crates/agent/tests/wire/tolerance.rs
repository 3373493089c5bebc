use serde_json::json;
use testkit::model_server::Style;

use crate::*;

#[tokio::test]
async fn odd_but_readable_streams_are_read() {
    let styles = [
        Style { crlf: true, ..Style::default() },
        Style { comments: true, ..Style::default() },
        Style { omit_done: true, ..Style::default() },
        Style { omit_usage: true, ..Style::default() },
        Style { split_bytes: Some(1), ..Style::default() },
        Style { split_bytes: Some(7), crlf: true, comments: true, omit_done: true, ..Style::default() },
        Style { whole_json: true, ..Style::default() },
        Style { delay_ms: 1, ..Style::default() },
    ];
    for dialect in DIALECTS {
        for style in &styles {
            let words = "Grüße, 日本語: done.";
            let server = server([Step::text(words).styled(style.clone())]);
            let reply = ask(&client(dialect, &server), &request()).await.unwrap();
            assert_eq!(reply.text, words, "{dialect} {style:?}");
            assert_eq!(reply.usage.estimated, style.omit_usage, "{dialect} {style:?}");
            assert!(reply.usage.total() > 0, "{dialect} {style:?}");
        }
    }
}

#[tokio::test]
async fn broken_utf8_in_a_text_is_replaced_and_nothing_else_lost() {
    for dialect in DIALECTS {
        for whole_json in [false, true] {
            let style = Style { invalid_utf8: true, whole_json, ..Style::default() };
            let server = server([Step::text("before").styled(style)]);
            let reply = ask(&client(dialect, &server), &request()).await.unwrap();
            assert_eq!(reply.text, "before\u{fffd}\u{fffd}", "{dialect}");
        }
    }
}

#[tokio::test]
async fn a_call_without_arguments_has_an_empty_object() {
    for dialect in DIALECTS {
        let server = server([Step::call("bash", json!("")).styled(Style::default())]);
        let reply = ask(&client(dialect, &server), &with_tools()).await.unwrap();
        assert_eq!(json!(reply.tool_calls[0].arguments), json!({}), "{dialect}");
    }
}

/// One connection that answers with fixed bytes, for streams no scripted step would produce.
async fn answer_with(body: &'static str) -> String {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let (mut socket, _) = listener.accept().await.unwrap();
        let mut read = Vec::new();
        let mut piece = [0u8; 4096];
        while !read.ends_with(b"}") {
            let n = socket.read(&mut piece).await.unwrap();
            read.extend_from_slice(&piece[..n]);
        }
        let head = "HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n";
        socket.write_all(head.as_bytes()).await.unwrap();
        socket.write_all(body.as_bytes()).await.unwrap();
    });
    format!("http://{address}/v1")
}

async fn read(dialect: Dialect, body: &'static str) -> Result<Reply, ModelError> {
    let url = answer_with(body).await;
    ask(&client_at(dialect, &url, Timeouts::default()), &with_tools()).await
}

#[tokio::test]
async fn calls_that_share_an_index_are_told_apart_by_their_ids() {
    let reply = read(
        Dialect::OpenaiChat,
        concat!(
            "data: {\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":0,\"id\":\"a\",\"function\":{\"name\":\"bash\",\"arguments\":\"{\\\"command\\\":\\\"ls\\\"}\"}}]}}]}\n\n",
            "data: {\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":0,\"id\":\"b\",\"function\":{\"name\":\"bash\",\"arguments\":\"{\\\"command\\\":\\\"pwd\\\"}\"}}]}}]}\n\n",
            "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"tool_calls\"}]}\n\n",
        ),
    )
    .await
    .unwrap();
    let commands: Vec<_> =
        reply.tool_calls.iter().map(|call| json!(call.arguments)["command"].clone()).collect();
    assert_eq!(commands, [json!("ls"), json!("pwd")]);
}

#[tokio::test]
async fn calls_without_index_or_id_get_ids_of_ours() {
    let reply = read(
        Dialect::OpenaiChat,
        concat!(
            "data: {\"choices\":[{\"delta\":{\"tool_calls\":[{\"function\":{\"name\":\"bash\",\"arguments\":{\"command\":\"ls\"}}}]}}]}\n\n",
            "data: {\"choices\":[{\"delta\":{\"content\":null},\"finish_reason\":\"stop\"}]}\n\n",
            "data: [DONE]",
        ),
    )
    .await
    .unwrap();
    assert_eq!(reply.tool_calls[0].id, "call_1_0");
    assert_eq!(json!(reply.tool_calls[0].arguments), json!({"command": "ls"}));
}

#[tokio::test]
async fn a_responses_stream_that_only_ends_is_enough() {
    let reply = read(
        Dialect::OpenaiResponses,
        concat!(
            "event: response.completed\n",
            "data: {\"type\":\"response.completed\",\"response\":{\"status\":\"completed\",\"output\":[",
            "{\"type\":\"message\",\"content\":[{\"type\":\"output_text\",\"text\":\"hello\"}]},",
            "{\"type\":\"function_call\",\"call_id\":\"a\",\"name\":\"bash\",\"arguments\":\"{\\\"command\\\":\\\"ls\\\"}\"},",
            "{\"type\":\"function_call\",\"call_id\":\"b\",\"name\":\"bash\",\"arguments\":{\"command\":\"pwd\"}}]}}\n\n",
        ),
    )
    .await
    .unwrap();
    assert_eq!((reply.text.as_str(), reply.tool_calls.len()), ("hello", 2));
    assert_eq!(json!(reply.tool_calls[1].arguments), json!({"command": "pwd"}));
}

#[tokio::test]
async fn a_wrong_content_type_and_unknown_events_do_not_matter() {
    let reply = read(
        Dialect::AnthropicMessages,
        concat!(
            "event: novelty\ndata: {\"type\":\"novelty\"}\n\n",
            "data: {\"type\":\"content_block_start\",\"index\":0,\"content_block\":{\"type\":\"text\",\"text\":\"hi\"}}\n\n",
            "data: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"}}\n\n",
        ),
    )
    .await
    .unwrap();
    assert_eq!(reply.text, "hi");
}

#[tokio::test]
async fn json_that_is_no_reply_is_a_bad_reply() {
    for dialect in DIALECTS {
        assert_eq!(read(dialect, "{\"hello\":1}").await.unwrap_err().code(), "model.bad_reply", "{dialect}");
        assert_eq!(
            read(dialect, "{\"error\":\"model not loaded\"}").await.unwrap_err().code(),
            "model.refused"
        );
        assert_eq!(
            read(dialect, "data: {\"a\":\n\ndata: x\n\n").await.unwrap_err().code(),
            "model.bad_reply"
        );
    }
}
