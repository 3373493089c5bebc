//! Following events: SSE for simple readers, WebSocket for those who want frames. Both resume by cursor.

use crate::body;
use crate::refusal::Refusal;
use crate::rest::principal;
use crate::state::ServerState;
use axum::body::{Body, Bytes};
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::extract::{Path, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use engine::{Connected, Engine, EventFilter, Principal, Subscription};
use protocol::ops::Permission;
use protocol::{ApiError, ErrorCode, SessionId};
use std::time::Duration;

/// A comment goes out this often, so that both ends notice a dead connection.
const KEEP_ALIVE: Duration = Duration::from_secs(15);
/// How long the last frame to a socket may take.
const FAREWELL: Duration = Duration::from_secs(2);

/// `GET /sessions/{id}/events`.
pub(crate) async fn session_events(
    State(state): State<ServerState>,
    Path(id): Path<String>,
    request: Request,
) -> Result<Response, Refusal> {
    let session = SessionId::parse(id).map_err(|e| Refusal(ApiError::bad(e.to_string())))?;
    let (subscription, _, connected) = open(&state, Some(session), &request.into_parts().0).await?;
    Ok(sse(state.engine, subscription, connected, None))
}

/// `GET /v1/events`: every session, for our own interface; ephemeral frames come along.
pub(crate) async fn all_events(
    State(state): State<ServerState>,
    request: Request,
) -> Result<Response, Refusal> {
    let (subscription, who, connected) = open(&state, None, &request.into_parts().0).await?;
    Ok(sse(state.engine, subscription, connected, Some(who)))
}

/// `GET /sessions/{id}/ws`.
pub(crate) async fn session_socket(
    State(state): State<ServerState>,
    Path(id): Path<String>,
    upgrade: Result<WebSocketUpgrade, axum::extract::ws::rejection::WebSocketUpgradeRejection>,
    request: Request,
) -> Result<Response, Refusal> {
    let session = SessionId::parse(id).map_err(|e| Refusal(ApiError::bad(e.to_string())))?;
    let (subscription, _, connected) = open(&state, Some(session), &request.into_parts().0).await?;
    let upgrade = upgrade.map_err(|_| Refusal(ApiError::bad("This address is for WebSocket clients")))?;
    Ok(upgrade
        .max_message_size(64 * 1024)
        .on_upgrade(move |socket| socket_loop(state.engine, subscription, connected, socket)))
}

async fn open(
    state: &ServerState,
    session: Option<SessionId>,
    request: &Parts,
) -> Result<(Subscription, Principal, Connected), Refusal> {
    let who = principal(&request.extensions)?;
    if !who.may(Permission::Read) {
        return Err(Refusal::new(ErrorCode::Forbidden, "Reading events needs the scope read."));
    }
    let query = body::query(request.uri.query())?;
    let last_seen = request
        .headers
        .get("last-event-id")
        .and_then(|v| v.to_str().ok())
        .and_then(|v| v.parse::<i64>().ok());
    let after = query.get("after").and_then(serde_json::Value::as_i64).or(last_seen).unwrap_or(0);
    let all_types = query.get("types").and_then(serde_json::Value::as_str) == Some("all");
    if let Some(session) = session.clone() {
        state.engine.require_session(session).await?;
    }
    let connected = state.engine.enter(&who).await?;
    let filter = EventFilter { session, all_types, scopes: who.scopes() };
    Ok((state.engine.follow(filter, after), who, connected))
}

fn sse(
    engine: Engine,
    mut subscription: Subscription,
    connected: Connected,
    ephemeral_for: Option<Principal>,
) -> Response {
    let mut ephemeral = engine.ephemeral();
    let stream = async_stream::stream! {
        yield Ok::<Bytes, std::convert::Infallible>(Bytes::from_static(b": keepalive\n\n"));
        let mut beat = tokio::time::interval(KEEP_ALIVE);
        beat.reset();
        // Made once: a reader that gets ten thousand events listens for the end of the server once.
        let mut stopping = std::pin::pin!(engine.stopping());
        let mut ended = std::pin::pin!(connected.ended());
        loop {
            tokio::select! {
                _ = &mut ended => break,
                batch = subscription.next() => match batch {
                    Ok(events) if events.len() == 1 => if let Some(event) = events.first() { yield Ok(event.sse.clone()); },
                    Ok(events) => {
                        let mut chunk = Vec::with_capacity(events.iter().map(|e| e.sse.len()).sum());
                        for event in &events { chunk.extend_from_slice(&event.sse); }
                        yield Ok(chunk.into());
                    }
                    Err(_) => break,
                },
                frame = ephemeral.recv(), if ephemeral_for.is_some() => if let Ok(frame) = frame
                    && ephemeral_for.as_ref().is_some_and(|who| who.may(frame.scope))
                {
                    let frame = frame.text;
                    yield Ok(Bytes::from(format!("event: ephemeral\ndata: {frame}\n\n")));
                },
                _ = beat.tick() => yield Ok(Bytes::from_static(b": keepalive\n\n")),
                () = &mut stopping => break,
            }
        }
    };
    let mut response = (StatusCode::OK, Body::from_stream(stream)).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

async fn socket_loop(
    engine: Engine,
    subscription: Subscription,
    connected: Connected,
    mut socket: WebSocket,
) {
    // Who is sent away goes also while a slow client is waited for.
    tokio::select! {
        () = deliver(engine, subscription, &mut socket) => {}
        _ = connected.ended() => {}
    }
    let _ = tokio::time::timeout(FAREWELL, socket.send(Message::Close(None))).await;
}

async fn deliver(engine: Engine, mut subscription: Subscription, socket: &mut WebSocket) {
    let mut beat = tokio::time::interval(KEEP_ALIVE);
    beat.reset();
    let mut stopping = std::pin::pin!(engine.stopping());
    loop {
        tokio::select! {
            batch = subscription.next() => {
                let Ok(events) = batch else { break };
                for event in events {
                    let Ok(text) = std::str::from_utf8(&event.json) else { continue };
                    if socket.send(Message::text(text)).await.is_err() { return; }
                }
            }
            // Input frames are ignored; reading them is how a closed socket is noticed.
            input = socket.recv() => if !matches!(input, Some(Ok(_))) { return; },
            _ = beat.tick() => if socket.send(Message::Ping(Bytes::new())).await.is_err() { return; },
            () = &mut stopping => break,
        }
    }
}
