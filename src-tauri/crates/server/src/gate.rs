//! The gate in front of every route: Host and Origin first, then who is calling.
//!
//! Any program on the machine can reach a loopback port, and any web page can make a browser send requests to
//! it. So the Host must be ours, a foreign or `null` Origin is refused, and everything but a short open list
//! needs a token.

use crate::refusal::Refusal;
use crate::state::ServerState;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use engine::Principal;
use protocol::ErrorCode;

/// Routes that answer without a token. The interface's files are open too; they hold no data.
const OPEN: [&str; 4] = ["/healthz", "/readyz", "/openapi.json", "/auth/exchange"];

/// Calls of a job to its model.
const BROKER: &str = "/broker/";

pub(crate) async fn check(State(state): State<ServerState>, mut request: Request, next: Next) -> Response {
    if let Err(refusal) =
        check_host(request.headers(), state.port).and_then(|()| check_origin(request.headers()))
    {
        return refusal.into_response();
    }
    let path = request.uri().path();
    if OPEN.contains(&path) {
        return next.run(request).await;
    }
    if wants_page(&request) {
        return crate::ui::serve(path);
    }
    match authenticate(&state, request.headers(), path.starts_with(BROKER)).await {
        Ok(principal) => {
            // The router would refuse such a path too, but without a code.
            if let Err(refusal) = crate::body::decode(path) {
                return refusal.into_response();
            }
            request.extensions_mut().insert(principal);
            next.run(request).await
        }
        Err(refusal) => refusal.into_response(),
    }
}

fn check_host(headers: &HeaderMap, port: u16) -> Result<(), Refusal> {
    let host = headers.get(header::HOST).and_then(|h| h.to_str().ok()).unwrap_or_default();
    let ours = host == format!("127.0.0.1:{port}") || host == format!("[::1]:{port}") || is_localhost(host);
    if ours {
        Ok(())
    } else {
        Err(Refusal::new(ErrorCode::WrongHost, "This server answers to 127.0.0.1 and localhost only."))
    }
}

/// `localhost` on any port, so that a forwarded port works.
fn is_localhost(host: &str) -> bool {
    match host.split_once(':') {
        None => host == "localhost",
        Some((name, port)) => name == "localhost" && port.parse::<u16>().is_ok(),
    }
}

fn check_origin(headers: &HeaderMap) -> Result<(), Refusal> {
    let Some(origin) = headers.get(header::ORIGIN) else { return Ok(()) };
    let host = headers.get(header::HOST).and_then(|h| h.to_str().ok()).unwrap_or_default();
    if origin.to_str().is_ok_and(|o| o == format!("http://{host}")) {
        return Ok(());
    }
    Err(Refusal::new(ErrorCode::ForeignOrigin, "A page from somewhere else may not call this server."))
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

async fn authenticate(
    state: &ServerState,
    headers: &HeaderMap,
    for_model: bool,
) -> Result<Principal, Refusal> {
    let unauthenticated = || {
        Refusal::new(
            ErrorCode::Unauthenticated,
            "A token is needed. `pilothouse open` signs this browser in; scripts read the token file named in server.json.",
        )
    };
    // One dialect carries its key, here the job's token, in a header of its own.
    let model_key =
        || headers.get("x-api-key").filter(|_| for_model).and_then(|v| v.to_str().ok()).map(str::to_owned);
    let token = bearer(headers)
        .or_else(model_key)
        .or_else(|| cookie(headers, state.port))
        .ok_or_else(unauthenticated)?;
    state.engine.principal_of(&token).await?.ok_or_else(unauthenticated)
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

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(host: &str, origin: Option<&str>) -> HeaderMap {
        let mut map = HeaderMap::new();
        map.insert(header::HOST, host.parse().unwrap());
        if let Some(origin) = origin {
            map.insert(header::ORIGIN, origin.parse().unwrap());
        }
        map
    }

    #[test]
    fn only_our_own_names_are_answered() {
        for good in ["127.0.0.1:3001", "[::1]:3001", "localhost:3001", "localhost:9", "localhost"] {
            assert!(check_host(&headers(good, None), 3001).is_ok(), "{good}");
        }
        for bad in [
            "",
            "evil.example",
            "evil.example:3001",
            "127.0.0.1:3002",
            "127.0.0.1",
            "localhost.evil.example",
            "localhost:x",
            "127.0.0.1:3001.evil",
        ] {
            assert!(check_host(&headers(bad, None), 3001).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_foreign_or_null_origin_is_refused() {
        let host = "127.0.0.1:3001";
        assert!(check_origin(&headers(host, None)).is_ok());
        assert!(check_origin(&headers(host, Some("http://127.0.0.1:3001"))).is_ok());
        for bad in [
            "null",
            "http://evil.example",
            "https://127.0.0.1:3001",
            "http://127.0.0.1:3002",
            "http://localhost:3001",
        ] {
            assert!(check_origin(&headers(host, Some(bad))).is_err(), "{bad}");
        }
    }
}
