//! Detection and the probe, against servers on loopback.

use std::collections::HashMap;

use agent::detect::{Found, State, Targets, detect};
use agent::probe::probe;
use agent::{Pace, TokioPace};
use serde_json::json;
use testkit::model_server::{Fault, Refuses, When};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::*;

/// Serves fixed answers by path until the test ends; an absent path is a 404, a status of 0 is silence.
async fn canned(rows: &[(&str, u16, serde_json::Value)]) -> String {
    let rows: HashMap<String, (u16, String)> =
        rows.iter().map(|(path, status, body)| ((*path).to_owned(), (*status, body.to_string()))).collect();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            let rows = rows.clone();
            tokio::spawn(async move {
                let mut head = Vec::new();
                let mut piece = [0u8; 1024];
                while !head.windows(4).any(|w| w == b"\r\n\r\n") {
                    match socket.read(&mut piece).await {
                        Ok(n) if n > 0 => head.extend_from_slice(&piece[..n]),
                        _ => return,
                    }
                }
                let text = String::from_utf8_lossy(&head).into_owned();
                let path = text.split(' ').nth(1).unwrap_or_default();
                let (status, body) = rows.get(path).cloned().unwrap_or((404, "not found".into()));
                if status == 0 {
                    std::future::pending::<()>().await;
                }
                let answer = format!(
                    "HTTP/1.1 {status} X\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
                    body.len()
                );
                let _ = socket.write_all(answer.as_bytes()).await;
            });
        }
    });
    format!("http://{address}")
}

/// Nothing listens there, and the system gives this port to nobody by itself, as it does with one that was just
/// free.
const NOBODY: &str = "http://127.0.0.1:1";

async fn look(ollama: &str, lm_studio: &str, llama_server: &str) -> Vec<Found> {
    // Longer than in the product: a busy machine must not look like a silent server.
    look_within(Duration::from_secs(20), ollama, lm_studio, llama_server).await
}

async fn look_within(timeout: Duration, ollama: &str, lm_studio: &str, llama_server: &str) -> Vec<Found> {
    let targets = Targets {
        ollama: ollama.to_owned(),
        lm_studio: lm_studio.to_owned(),
        llama_server: llama_server.to_owned(),
        timeout,
    };
    detect(&targets).await
}

fn words(found: &[Found]) -> Vec<&'static str> {
    found.iter().map(|one| one.state.word()).collect()
}

#[tokio::test]
async fn nothing_on_this_machine_is_absent_three_times() {
    let found = look(NOBODY, NOBODY, NOBODY).await;
    assert_eq!(words(&found), ["absent"; 3]);
}

#[tokio::test]
async fn servers_that_are_ready_list_their_models() {
    let ollama = canned(&[
        ("/api/version", 200, json!({"version": "0.9.0"})),
        ("/api/tags", 200, json!({"models": [{"name": "qwen2.5-coder:7b"}]})),
    ])
    .await;
    let ids = json!({"object": "list", "data": [{"id": "text-embedding-x"}, {"id": "qwen"}]});
    let lm_studio = canned(&[("/v1/models", 200, ids)]).await;
    let llama = canned(&[
        ("/health", 200, json!({"status": "ok"})),
        ("/v1/models", 200, json!({"object": "list", "data": [{"id": "m.gguf", "owned_by": "llamacpp"}]})),
    ])
    .await;
    let found = look(&ollama, &lm_studio, &llama).await;
    let models: Vec<_> = found.iter().map(|one| one.state.clone()).collect();
    let ready = |name: &str| State::Ready { models: vec![name.to_owned()] };
    assert_eq!(models, [ready("qwen2.5-coder:7b"), ready("qwen"), ready("m.gguf")]);
    assert_eq!(found[0].base_url, format!("{ollama}/v1"));
}

#[tokio::test]
async fn servers_that_lack_something_say_what_to_do() {
    let ollama = canned(&[
        ("/api/version", 200, json!({"version": "0.9.0"})),
        ("/api/tags", 200, json!({"models": []})),
    ])
    .await;
    let lm_studio = canned(&[("/v1/models", 200, json!({"object": "list", "data": []}))]).await;
    let llama = canned(&[("/health", 503, json!({"error": {"message": "Loading model"}}))]).await;
    let found = look(&ollama, &lm_studio, &llama).await;
    assert_eq!(words(&found), ["found_not_ready"; 3]);
    let wire: protocol::settings::ProviderFound = found[0].clone().into();
    assert!(wire.detail.contains("ollama pull"), "{wire:?}");
}

#[tokio::test]
async fn other_programs_on_the_usual_ports_are_not_mistaken_for_models() {
    let web = canned(&[("/v1/models", 200, json!("<html>")), ("/health", 200, json!({"up": true}))]).await;
    assert_eq!(words(&look(&web, &web, &web).await), ["absent"; 3]);
}

#[tokio::test]
async fn a_server_that_fails_or_keeps_silent_is_failing() {
    let silent = canned(&[("/v1/models", 0, json!(""))]).await;
    let found = look_within(Duration::from_secs(2), NOBODY, &silent, NOBODY).await;
    assert_eq!(words(&found)[1], "failing");
    let ollama =
        canned(&[("/api/version", 200, json!({"version": "1"})), ("/api/tags", 500, json!({}))]).await;
    let lm_studio = canned(&[("/v1/models", 500, json!({"error": {"message": "crashed"}}))]).await;
    let llama = canned(&[
        ("/health", 200, json!({"status": "ok"})),
        ("/v1/models", 500, json!({"error": {"message": "out of memory"}})),
    ])
    .await;
    assert_eq!(words(&look(&ollama, &lm_studio, &llama).await), ["failing"; 3]);
}

#[tokio::test]
async fn another_machine_is_never_asked() {
    let found = look("http://192.0.2.1:11434", NOBODY, NOBODY).await;
    assert!(matches!(&found[0].state, State::FoundNotReady { why, .. } if why.contains("another machine")));
}

fn obedient() -> Vec<Step> {
    vec![
        Step::call("note", json!({"word": "blue"})).when(When::tool("note")),
        Step::json(json!({"colour": "blue", "count": 3}))
            .when(When { schema: Some(true), ..When::default() }),
        Step::text("OK"),
    ]
}

#[tokio::test]
async fn a_good_model_passes_the_probe_in_every_dialect() {
    for dialect in DIALECTS {
        let server = server(obedient());
        let report = probe(&client(dialect, &server), &TokioPace::default(), &Cancel::new()).await;
        let oks: Vec<_> = report.steps.iter().map(|step| step.ok).collect();
        assert!(report.ok && oks == [true, true, true], "{dialect} {report:?}");
    }
}

#[tokio::test]
async fn a_model_without_tools_is_usable_and_one_without_a_key_is_not() {
    let mut steps = obedient();
    steps[0] = Step::text("blue").when(When { last: Some("tool `note`".into()), ..When::default() });
    let script = Script::new(steps).refusing(Refuses { tools: true, ..Refuses::default() });
    let server = ModelServer::start(script).unwrap();
    let pace = TokioPace::default();
    let report = probe(&client(Dialect::OpenaiChat, &server), &pace, &Cancel::new()).await;
    let oks: Vec<_> = report.steps.iter().map(|step| step.ok).collect();
    assert!(report.ok && oks == [true, false, true], "{report:?}");

    let server = crate::server([Step::fault(Fault::status(401))]);
    let report = probe(&client(Dialect::OpenaiChat, &server), &pace, &Cancel::new()).await;
    assert!(!report.ok && report.steps[0].detail.contains("model.auth"), "{report:?}");
    assert!(pace.now_ms() < 60_000);
}
