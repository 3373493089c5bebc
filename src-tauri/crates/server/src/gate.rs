//! The gate in front of every route: Host and Origin first, then who is calling.
//!
//! Any program on the machine can reach a loopback port, and any web page can make a browser send requests to
//! it. So the Host must be one of the listener's own, a foreign or `null` Origin is refused, and everything but a short
//! open list needs a token; on other listeners than loopback, that of a paired device.

use crate::listen::{self, Arrival, Names, Unknown};
use crate::refusal::Refusal;
use crate::state::ServerState;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use engine::Principal;
use protocol::ErrorCode;
use std::sync::Arc;

/// Routes that answer without a token. The interface's files are open too; they hold no data.
const OPEN: [&str; 4] = ["/healthz", "/readyz", "/openapi.json", "/auth/exchange"];

/// Routes that only this machine may use, with the one-time link.
const LOCAL: [&str; 2] = ["/auth/exchange", "/auth/link"];

/// Nobody said who they are.
pub(crate) const NO_TOKEN: &str = "A token is needed. `pilothouse open` signs this browser in; scripts read the token file named in server.json.";
/// Somebody did, with what opens nothing here.
pub(crate) const UNKNOWN_TOKEN: &str = "This token is not one of this server. `pilothouse open` signs this browser in; scripts read the token file named in server.json.";

/// Calls of a job to its model.
const BROKER: &str = "/broker/";

pub(crate) async fn check(State(state): State<ServerState>, mut request: Request, next: Next) -> Response {
    let arrival = match came(&request) {
        Ok(arrival) => arrival,
        Err(refusal) => return refusal.into_response(),
    };
    let path = request.uri().path();
    if LOCAL.contains(&path) && !arrival.is_loopback() {
        let message = "This is taken on the server's own machine only. `pilothouse pair` there makes a code for other devices.";
        return Refusal::new(ErrorCode::LocalOnly, message).into_response();
    }
    if OPEN.contains(&path) || crate::pair::OPEN.contains(&path) {
        return next.run(request).await;
    }
    if wants_page(&request) {
        return crate::ui::serve(path);
    }
    // Who is at a gateway may be said in its first frame, where a browser's script can say it.
    if path == crate::gateway::PATH && crate::gateway::is_upgrade(request.headers()) {
        match authenticate_socket(&state, request.headers()).await {
            Ok(principal) if listen::admits(&arrival, &principal).is_ok() => {
                request.extensions_mut().insert(principal);
            }
            Err(refusal) if !heard_as_nobody(&refusal, request.headers()) => return refusal.into_response(),
            _ => {}
        }
        return next.run(request).await;
    }
    match authenticate(&state, request.headers(), path.starts_with(BROKER)).await {
        Ok(principal) => {
            if let Err(error) = listen::admits(&arrival, &principal) {
                return Refusal(error).into_response();
            }
            // The router would refuse such a path too, but without a code.
            if let Err(refusal) = crate::body::decode(path) {
                return refusal.into_response();
            }
            if let Some(unknown) = request.extensions().get::<Unknown>() {
                unknown.is_known();
            }
            request.extensions_mut().insert(principal);
            next.run(request).await
        }
        Err(refusal) => refusal.into_response(),
    }
}

/// Which way the request came, once its Host and Origin are found to be that listener's own.
fn came(request: &Request) -> Result<Arrival, Refusal> {
    let extensions = request.extensions();
    let (Some(arrival), Some(names)) = (extensions.get::<Arrival>(), extensions.get::<Arc<Names>>()) else {
        return Err(Refusal::new(ErrorCode::Internal, "Nobody knows where this came from."));
    };
    names.check(request.headers())?;
    Ok(arrival.clone())
}

/// A browser asking for a page or a file of the interface, as opposed to a client calling the API.
fn wants_page(request: &Request) -> bool {
    if request.method() != Method::GET && request.method() != Method::HEAD {
        return false;
    }
    let path = request.uri().path();
    if crate::ui::is_file(path) {
        return true;
    }
    let accepts_html = request
        .headers()
        .get(header::ACCEPT)
        .and_then(|a| a.to_str().ok())
        .is_some_and(|a| a.contains("text/html"));
    accepts_html && !request.headers().contains_key(header::AUTHORIZATION)
}

/// A cookie is believed together with an Origin alone: every browser sends one with a WebSocket, and `Names` has
/// found it to be ours.
async fn authenticate_socket(state: &ServerState, headers: &HeaderMap) -> Result<Principal, Refusal> {
    if !headers.contains_key(header::AUTHORIZATION) && !headers.contains_key(header::ORIGIN) {
        return Err(Refusal::new(ErrorCode::Unauthenticated, "A token is needed."));
    }
    authenticate(state, headers, false).await
}

/// Whoever could not be looked up is not nobody: they come again, and are not told to sign in. But a page cannot read
/// why its WebSocket was refused, so one with the cookie of a revoked device is asked in a frame to sign in.
fn heard_as_nobody(refusal: &Refusal, headers: &HeaderMap) -> bool {
    match refusal.0.code {
        ErrorCode::Unauthenticated => true,
        ErrorCode::DeviceRevoked => !headers.contains_key(header::AUTHORIZATION),
        _ => false,
    }
}

async fn authenticate(
    state: &ServerState,
    headers: &HeaderMap,
    for_model: bool,
) -> Result<Principal, Refusal> {
    let refused = |why: &str| Refusal::new(ErrorCode::Unauthenticated, why);
    // One dialect carries its key, here the job's token, in a header of its own.
    let model_key =
        || headers.get("x-api-key").filter(|_| for_model).and_then(|v| v.to_str().ok()).map(str::to_owned);
    let token = bearer(headers)
        .or_else(model_key)
        .or_else(|| cookie(headers, state.port))
        .ok_or_else(|| refused(NO_TOKEN))?;
    state.engine.principal_of(&token).await?.ok_or_else(|| refused(UNKNOWN_TOKEN))
}

/// `Authorization: Bearer T`, any case; a bare token is accepted for the oldest clients.
fn bearer(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?.trim();
    let token = match value.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => token.trim(),
        Some(_) => return None,
        None => value,
    };
    (!token.is_empty() && token.len() <= 512).then(|| token.to_owned())
}

/// Cookies are shared between the ports of one host, so the port is part of the name.
pub(crate) fn cookie_name(port: u16) -> String {
    format!("pilothouse_{port}")
}

fn cookie(headers: &HeaderMap, port: u16) -> Option<String> {
    let name = cookie_name(port);
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|v| v.to_str().ok())
        .flat_map(|v| v.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(key, value)| *key == name && value.len() <= 512)
        .map(|(_, value)| value.to_owned())
}
