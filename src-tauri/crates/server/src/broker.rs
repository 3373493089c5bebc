//! The model broker: jobs reach their model through here, so that no key ever leaves the server.
//!
//! What a call uses is read from its answer on the way, and charged; a job whose budgets are used up makes no more.
//! The body goes on as it is; the job's token is replaced by the key of the workers' model. Only the paths of
//! the three dialects exist.

use crate::body::{self, BODY_BYTES};
use crate::refusal::Refusal;
use crate::rest::principal;
use crate::state::ServerState;
use axum::body::Body;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use engine::Principal;
use futures_util::TryStreamExt as _;
use protocol::settings::Role;
use protocol::{ApiError, ErrorCode};
use serde_json::json;

const PATHS: [&str; 3] = ["chat/completions", "responses", "messages"];
/// Longest complaint that is passed on whole.
const COMPLAINT_BYTES: usize = 64 * 1024;
/// Longest time a complaint may take to come.
const COMPLAINT_TIME: std::time::Duration = std::time::Duration::from_secs(10);
/// What of a job's call the provider sees beside the body: bodies of some agents are only valid with these.
const PASSED_UP: [&str; 2] = ["anthropic-version", "anthropic-beta"];
/// What of the provider's answer the job sees.
const PASSED_ON: [&str; 5] = [
    "content-type",
    "retry-after",
    "retry-after-ms",
    "x-ratelimit-reset-requests",
    "anthropic-ratelimit-unified-reset",
];

/// A call to the model that works on the job.
pub(crate) async fn forward(
    State(state): State<ServerState>,
    Path(path): Path<String>,
    request: Request,
) -> Result<Response, Refusal> {
    pass_on(state, &path, Role::Workers, request).await
}

/// A call to the model that gives an opinion on what the job made. What runs inside a job has no way here.
pub(crate) async fn forward_to_reviewer(
    State(state): State<ServerState>,
    Path(path): Path<String>,
    request: Request,
) -> Result<Response, Refusal> {
    pass_on(state, &path, Role::Reviewer, request).await
}

/// A call that came over the line of another machine, for the job that machine works on.
pub(crate) async fn carried(
    state: ServerState,
    job: &protocol::JobId,
    path: &str,
    role: Role,
    head: &std::collections::BTreeMap<String, String>,
    body: Vec<u8>,
) -> Response {
    let mut request = Request::new(Body::from(body));
    request.extensions_mut().insert(Principal::Job { id: job.to_string() });
    for name in PASSED_UP {
        if let Some(value) = head.get(name).and_then(|value| HeaderValue::from_str(value).ok()) {
            request.headers_mut().insert(name, value);
        }
    }
    pass_on(state, path, role, request).await.unwrap_or_else(IntoResponse::into_response)
}

async fn pass_on(state: ServerState, path: &str, role: Role, request: Request) -> Result<Response, Refusal> {
    let who = principal(request.extensions())?;
    let Principal::Job { id } = &who else {
        return Err(Refusal::new(ErrorCode::Forbidden, "Only a running job may use its model."));
    };
    if !PATHS.contains(&path) {
        return Err(Refusal::new(ErrorCode::NotFound, "Not found"));
    }
    let target = match state.engine.model_for_job(id, role).await {
        Err(error) if error.code == ErrorCode::BudgetReached => return Ok(used_up(&error)),
        other => other?,
    };
    let told = passed_up(request.headers());
    let bytes = body::bytes(request.into_body(), BODY_BYTES).await?;
    let sent = bytes.len();
    let mut call =
        state.engine.http().post(&target.url).header(header::CONTENT_TYPE, "application/json").body(bytes);
    if let Some(key) = &target.key {
        call = match target.dialect {
            protocol::settings::Dialect::AnthropicMessages => call.header("x-api-key", key.expose()),
            protocol::settings::Dialect::OpenaiChat | protocol::settings::Dialect::OpenaiResponses => {
                call.bearer_auth(key.expose())
            }
        };
    }
    for (name, value) in told {
        call = call.header(name, value);
    }
    let answer = call.send().await.map_err(|e| {
        Refusal::new(
            ErrorCode::ModelUnreachable,
            if e.is_timeout() { "The model did not answer in time." } else { "The model cannot be reached." },
        )
    })?;
    let status = StatusCode::from_u16(answer.status().as_u16()).unwrap_or(StatusCode::BAD_GATEWAY);
    let headers: Vec<_> = PASSED_ON
        .iter()
        .filter_map(|name| Some((HeaderName::from_static(name), answer.headers().get(*name)?.clone())))
        .collect();
    let body = match &target.key {
        // Services repeat the key in their complaints about it.
        Some(key) if !status.is_success() => {
            Body::from(key.redact(&String::from_utf8_lossy(&beginning(answer).await)))
        }
        _ if !status.is_success() => Body::from_stream(answer.bytes_stream()),
        _ => {
            let streamed = answer.headers().get(header::CONTENT_TYPE);
            let streamed = streamed.is_some_and(|t| t.as_bytes().starts_with(b"text/event-stream"));
            let mut call = target.metered(&state.engine, streamed, sent);
            Body::from_stream(answer.bytes_stream().inspect_ok(move |piece| call.see(piece)))
        }
    };
    let mut response = (status, body).into_response();
    response.headers_mut().extend(headers);
    Ok(response)
}

fn passed_up(headers: &HeaderMap) -> Vec<(&'static str, HeaderValue)> {
    PASSED_UP.iter().filter_map(|name| Some((*name, headers.get(*name)?.clone()))).collect()
}

/// In the shape in which services tell their own limits, so that every kind of client understands it.
fn used_up(error: &ApiError) -> Response {
    let resets_at = error.details.as_ref().and_then(|d| d["resetsAtMs"].as_i64()).map(|ms| ms / 1000);
    let told = json!({ "error": { "type": ErrorCode::BudgetReached.as_str(), "message": error.message, "resets_at": resets_at } });
    (StatusCode::PAYMENT_REQUIRED, axum::Json(told)).into_response()
}

/// As much of a complaint as anybody reads, and no longer than anybody waits for it.
async fn beginning(mut answer: reqwest::Response) -> Vec<u8> {
    let mut bytes = Vec::new();
    let deadline = tokio::time::Instant::now() + COMPLAINT_TIME;
    while bytes.len() < COMPLAINT_BYTES
        && let Ok(Ok(Some(chunk))) = tokio::time::timeout_at(deadline, answer.chunk()).await
    {
        bytes.extend_from_slice(&chunk);
    }
    bytes
}
