use std::collections::BTreeMap;

use agent::model::TimeoutPhase;
use testkit::model_server::Fault;

use crate::*;

async fn fails_with(dialect: Dialect, step: Step, timeouts: Timeouts) -> ModelError {
    let server = server([step]);
    let client = client_at(dialect, &server.base_url(), timeouts);
    let error = ask(&client, &request()).await.unwrap_err();
    let shown = format!("{error} {error:?}");
    assert!(!shown.contains(KEY), "the key must never be shown: {shown}");
    error
}

fn status(status: u16, code: &str) -> Step {
    Step::fault(Fault::Status {
        status,
        retry_after: None,
        code: Some(code.into()),
        message: Some(format!("Incorrect API key provided: {KEY}")),
        headers: BTreeMap::new(),
    })
}

#[tokio::test]
async fn every_status_has_its_code_in_every_dialect() {
    let rows = [
        (status(401, "invalid_api_key"), "model.auth"),
        (status(403, "forbidden"), "model.auth"),
        (status(404, "model_not_found"), "model.not_found"),
        (status(429, "rate_limit_exceeded"), "model.rate_limited"),
        (status(429, "insufficient_quota"), "model.quota"),
        (status(402, "payment"), "model.quota"),
        (status(400, "context_length_exceeded"), "model.too_long"),
        (status(418, "teapot"), "model.refused"),
        (status(307, "moved"), "model.refused"),
        (status(500, "server_error"), "model.unreachable"),
        (status(502, "x"), "model.unreachable"),
        (status(529, "overloaded_error"), "model.rate_limited"),
    ];
    for dialect in DIALECTS {
        for (step, code) in &rows {
            let error = fails_with(dialect, step.clone(), Timeouts::default()).await;
            assert_eq!(error.code(), *code, "{dialect} {step:?}");
        }
    }
}

#[tokio::test]
async fn a_key_at_the_edge_of_what_is_shown_leaves_no_trace() {
    for dialect in DIALECTS {
        let message = Some(format!("{}{KEY}", "x".repeat(395)));
        let fault =
            Fault::Status { status: 400, retry_after: None, code: None, message, headers: BTreeMap::new() };
        let error = fails_with(dialect, Step::fault(fault), Timeouts::default()).await;
        assert!(!error.to_string().contains("sk-"), "{error}");
    }
}

#[tokio::test]
async fn retry_after_is_read_as_seconds_and_as_a_date() {
    for dialect in DIALECTS {
        let error = fails_with(dialect, Step::rate_limited("3"), Timeouts::default()).await;
        assert!(matches!(error, ModelError::RateLimited { retry_after_ms: Some(3_000), .. }), "{error:?}");
        let date = Step::rate_limited("Wed, 01 Jan 2200 00:00:00 GMT");
        let error = fails_with(dialect, date, Timeouts::default()).await;
        let ModelError::RateLimited { retry_after_ms: Some(ms), .. } = error else { panic!("{error:?}") };
        assert!(ms > 365 * 86_400_000, "{ms}");
    }
}

#[tokio::test]
async fn a_usage_limit_says_when_it_resets() {
    let step = Step::fault(Fault::Status {
        status: 429,
        retry_after: Some("60".into()),
        code: Some("usage_limit_reached".into()),
        message: None,
        headers: BTreeMap::new(),
    });
    for dialect in DIALECTS {
        let error = fails_with(dialect, step.clone(), Timeouts::default()).await;
        assert!(matches!(error, ModelError::Quota { resets_at_ms: Some(_), .. }), "{error:?}");
    }
}

#[tokio::test]
async fn a_stream_cut_in_the_middle_keeps_what_had_arrived() {
    for dialect in DIALECTS {
        for clean in [false, true] {
            let mut step = Step::text("The answer begins well but");
            step.fault = Some(Fault::Cut { after_events: 4, clean });
            let error = fails_with(dialect, step, Timeouts::default()).await;
            let ModelError::CutStream { partial } = error else { panic!("{dialect} {clean} {error:?}") };
            assert!("The answer begins well but".starts_with(&partial.text), "{partial:?}");
            assert!(!partial.text.is_empty(), "{dialect} {clean}");
        }
        let error = fails_with(dialect, Step::fault(Fault::Empty), Timeouts::default()).await;
        assert_eq!(error.code(), "model.cut_stream", "{dialect}");
    }
}

#[tokio::test]
async fn garbage_and_endless_lines_are_bad_replies() {
    for dialect in DIALECTS {
        for fault in [Fault::Garbage, Fault::GiantLine] {
            let error = fails_with(dialect, Step::fault(fault), Timeouts::default()).await;
            assert_eq!(error.code(), "model.bad_reply", "{dialect} {error:?}");
        }
    }
}

#[tokio::test]
async fn an_error_inside_a_stream_is_the_error_it_says() {
    let rows = [
        ("rate_limit_exceeded", "model.rate_limited"),
        ("overloaded_error", "model.rate_limited"),
        ("server_error", "model.unreachable"),
        ("insufficient_quota", "model.quota"),
        ("authentication_error", "model.auth"),
        ("something_else", "model.refused"),
    ];
    for dialect in DIALECTS {
        for (code, expected) in rows {
            let message = format!("echo {KEY}");
            let mut step = Step::text("begin");
            step.fault = Some(Fault::ErrorInStream { code: code.into(), message });
            let error = fails_with(dialect, step, Timeouts::default()).await;
            assert_eq!(error.code(), expected, "{dialect} {code}");
        }
    }
}

#[tokio::test]
async fn silence_is_a_timeout_that_says_where_it_waited() {
    let short = Duration::from_millis(150);
    for dialect in DIALECTS {
        let silent = Step::fault(Fault::Hang { ms: None, headers_first: false });
        let impatient = Timeouts { first_byte: short, ..Timeouts::default() };
        let error = fails_with(dialect, silent, impatient).await;
        assert!(matches!(error, ModelError::Timeout { phase: TimeoutPhase::FirstByte, .. }), "{error:?}");
        let stalled = Step::fault(Fault::Hang { ms: None, headers_first: true });
        let impatient = Timeouts { idle: short, ..Timeouts::default() };
        let error = fails_with(dialect, stalled, impatient).await;
        assert!(matches!(error, ModelError::Timeout { phase: TimeoutPhase::Idle, .. }), "{error:?}");
        let closed = Step::fault(Fault::Hang { ms: Some(1), headers_first: true });
        assert_eq!(fails_with(dialect, closed, Timeouts::default()).await.code(), "model.cut_stream");
    }
}

#[tokio::test]
async fn nobody_listening_is_unreachable() {
    // A port that was free just now could be another program's by then.
    for dialect in DIALECTS {
        let client = client_at(dialect, "http://127.0.0.1:1", Timeouts::default());
        let error = ask(&client, &request()).await.unwrap_err();
        assert_eq!(error.code(), "model.unreachable", "{error:?}");
        assert!(error.to_string().contains("127.0.0.1:1"), "{error}");
    }
}

#[tokio::test]
async fn cancelling_ends_a_call_that_hangs() {
    for dialect in DIALECTS {
        let server = server([Step::fault(Fault::Hang { ms: None, headers_first: true })]);
        let client = client(dialect, &server);
        let cancel = Cancel::new();
        let request = request();
        let mut ignore = |_| {};
        let call = client.complete(&request, &mut ignore, &cancel);
        let stop = async {
            assert!(server.has_seen(1, Duration::from_secs(60)).await);
            cancel.cancel();
        };
        let (result, ()) = tokio::join!(call, stop);
        assert_eq!(result.unwrap_err(), ModelError::Cancelled, "{dialect}");
    }
}
