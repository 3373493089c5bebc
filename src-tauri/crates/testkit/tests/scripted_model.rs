//! The scripted server by itself, and as a program for tests written elsewhere.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use testkit::model_server::{Fault, ModelServer, Script, Step, When};

/// One request on a connection of its own; the answer's status and body, or what came before it broke.
fn send(address: &str, method: &str, path: &str, body: &str) -> (u16, String) {
    let mut socket = TcpStream::connect(address.trim_start_matches("http://")).unwrap();
    let head = format!(
        "{method} {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: application/json\r\n\
         content-length: {}\r\n\r\n{body}",
        body.len()
    );
    socket.write_all(head.as_bytes()).unwrap();
    let mut answer = Vec::new();
    let _ = socket.read_to_end(&mut answer);
    let text = String::from_utf8_lossy(&answer).into_owned();
    let status = text.split(' ').nth(1).and_then(|word| word.parse().ok()).unwrap_or(0);
    let body = text.split_once("\r\n\r\n").map(|(_, body)| body.to_owned()).unwrap_or_default();
    (status, body)
}

fn ask(server: &ModelServer, content: &str) -> (u16, String) {
    let body = json!({"model": "m", "messages": [{"role": "user", "content": content}]});
    send(&server.url(), "POST", "/v1/chat/completions", &body.to_string())
}

#[test]
fn steps_are_used_in_order_where_they_fit_and_then_run_out() {
    let server = ModelServer::start(Script::new([
        Step::text("to b").when(When { last: Some("b".into()), ..When::default() }),
        Step::text("first"),
        Step::text("second"),
    ]))
    .unwrap();
    assert!(ask(&server, "a").1.contains("first"));
    assert!(ask(&server, "b").1.contains("to b"));
    assert!(ask(&server, "a").1.contains("second"));
    let (status, body) = ask(&server, "a");
    assert!(status == 500 && body.contains("no step"), "{status} {body}");
    let steps: Vec<_> = server.requests().iter().map(|seen| seen.step).collect();
    assert_eq!(steps, [Some(1), Some(0), Some(2), None]);
    assert_eq!((server.unmatched().len(), server.unused().len()), (1, 0));
}

#[test]
fn the_script_in_the_documentation_is_a_script() {
    let source = include_str!("../src/model_server/mod.rs");
    let lines = source.lines().map(|line| line.trim_start_matches("//!"));
    let json: Vec<&str> =
        lines.skip_while(|l| !l.contains("```json")).skip(1).take_while(|l| !l.contains("```")).collect();
    let script = Script::from_json(&json.join("\n")).unwrap();
    assert_eq!(script.steps.len(), 5);
    assert!(Script::from_json(r#"{"steps": [{"sya": {}}]}"#).is_err(), "misspelt fields are refused");
}

#[test]
fn dropping_the_server_ends_a_connection_that_hangs() {
    let server =
        ModelServer::start(Script::new([Step::fault(Fault::Hang { ms: None, headers_first: true })]))
            .unwrap();
    let address = server.url();
    let body = json!({"model": "m", "stream": true, "messages": []}).to_string();
    let client = std::thread::spawn(move || send(&address, "POST", "/v1/chat/completions", &body));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    assert!(runtime.block_on(server.has_seen(1, std::time::Duration::from_secs(60))));
    drop(server);
    assert_eq!(client.join().unwrap().0, 200);
}

#[test]
fn the_program_prints_its_address_serves_its_script_and_ends_with_its_starter() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("script.json");
    std::fs::write(&file, r#"{"models": ["m1"], "steps": [{"say": {"text": "hello"}}]}"#).unwrap();
    let mut child = Command::new(env!("CARGO_BIN_EXE_scripted-model"))
        .args(["--script", file.to_str().unwrap(), "--until-stdin-closes"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let ready: Value = serde_json::from_str(&line).unwrap();
    let url = ready["url"].as_str().unwrap();
    assert_eq!(ready["baseUrl"], format!("{url}/v1"));
    assert!(send(url, "GET", "/v1/models", "").1.contains("m1"));
    let body = json!({"model": "m1", "messages": [{"role": "user", "content": "hi"}]}).to_string();
    assert!(send(url, "POST", "/v1/chat/completions", &body).1.contains("hello"));
    let seen: Value = serde_json::from_str(&send(url, "GET", "/_seen", "").1).unwrap();
    assert_eq!(seen[0]["body"]["model"], "m1");
    drop(child.stdin.take());
    assert!(child.wait().unwrap().success());
}
