//! `POST /message`: LocalBuddy's own ingress, which streams what it does.

use crate::body;
use crate::call::{Call, perform};
use crate::refusal::Refusal;
use crate::rest::{key, principal};
use crate::shapes::Unknown;
use crate::state::ServerState;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use protocol::ops::{Method, Permission};
use protocol::{ApiError, ErrorCode, SessionId};
use serde_json::{Value, json};

pub(crate) async fn message(State(state): State<ServerState>, request: Request) -> Result<Response, Refusal> {
    let (parts, body) = request.into_parts();
    let who = principal(&parts.extensions)?;
    if !who.may(Permission::Chat) {
        return Err(Refusal::new(ErrorCode::Forbidden, "Sending a message needs the scope chat."));
    }
    let mut params = body::object(body).await?;
    if params.get("text").and_then(Value::as_str).is_none_or(|t| t.trim().is_empty()) {
        return Err(Refusal(ApiError::bad("text is required")));
    }
    params.entry("sessionId").or_insert_with(|| "dev".into());
    let session = params.get("sessionId").and_then(Value::as_str).unwrap_or_default().to_owned();
    let session = SessionId::parse(session).map_err(|e| Refusal(ApiError::bad(e.to_string())))?;
    let connected = state.engine.enter(&who).await?;
    let accepted = perform(
        &state,
        Call { who, method: Method::ChatSend, params, key: key(&parts.headers)?, unknown: Unknown::Ignore },
    )
    .await?;
    let cursor = accepted["cursor"].as_i64().unwrap_or(0);
    let request_id = accepted["requestId"].as_str().map(str::to_owned);
    let steps = state.engine.buddy_steps(session, cursor, request_id);
    let stream = async_stream::stream! {
        yield Ok::<Bytes, std::convert::Infallible>(line("status", "Received.", Some(&accepted)));
        let mut steps = steps;
        let mut ended = std::pin::pin!(connected.ended());
        loop {
            let step = tokio::select! {
                step = steps.next() => step,
                _ = &mut ended => None,
            };
            let Some(step) = step else { break };
            yield Ok(line(step.kind, &step.message, step.data.as_ref()));
        }
    };
    let mut response = (StatusCode::OK, Body::from_stream(stream)).into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

fn line(kind: &str, message: &str, data: Option<&Value>) -> Bytes {
    let mut body = json!({ "type": kind, "message": message });
    if let (Some(data), Some(body)) = (data, body.as_object_mut()) {
        body.insert("data".into(), data.clone());
    }
    Bytes::from(format!("data: {body}\n\n"))
}
