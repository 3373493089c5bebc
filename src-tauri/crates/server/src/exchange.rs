//! One-time codes: how a browser is signed in without a token in any address.
//!
//! The code stands in the fragment of the opening link, which browsers do not send; the page posts it here and
//! gets an HttpOnly cookie backed by a device row, so the tab survives a restart of the server.

use crate::body;
use crate::gate::cookie_name;
use crate::refusal::Refusal;
use crate::rest::json;
use crate::state::ServerState;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use protocol::ErrorCode;
use std::sync::{Mutex, PoisonError};
use subtle::ConstantTimeEq;

/// Codes that can be open at once; the oldest gives way.
const OPEN_CODES: usize = 16;
/// Wrong tries after which every open code is dropped.
const WRONG_TRIES: u32 = 10;

#[derive(Default)]
pub(crate) struct Codes {
    inner: Mutex<Open>,
}

#[derive(Default)]
struct Open {
    codes: Vec<String>,
    wrong: u32,
}

impl Codes {
    /// Makes `code` good for one exchange.
    pub(crate) fn admit(&self, code: String) {
        let mut open = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        if open.codes.len() >= OPEN_CODES {
            open.codes.remove(0);
        }
        open.codes.push(code);
        open.wrong = 0;
    }

    fn redeem(&self, code: &str) -> bool {
        let mut open = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        match open.codes.iter().position(|c| bool::from(c.as_bytes().ct_eq(code.as_bytes()))) {
            Some(at) => {
                open.codes.remove(at);
                true
            }
            None => {
                open.wrong += 1;
                if open.wrong >= WRONG_TRIES {
                    open.codes.clear();
                }
                false
            }
        }
    }
}

/// `POST /auth/exchange {code}`.
pub(crate) async fn exchange(
    State(state): State<ServerState>,
    request: Request,
) -> Result<Response, Refusal> {
    let (parts, body) = request.into_parts();
    let params = body::object(body).await?;
    let code = params.get("code").and_then(serde_json::Value::as_str).unwrap_or_default();
    if code.is_empty() || !state.codes.redeem(code) {
        return Err(Refusal::new(
            ErrorCode::Unauthenticated,
            "This link was used already or is too old. `pilothouse open` makes a new one.",
        ));
    }
    let agent = parts.headers.get(header::USER_AGENT).and_then(|v| v.to_str().ok()).unwrap_or("browser");
    let name = if agent.contains("Mobile") { "Browser on a phone" } else { "Browser on this machine" };
    let token = state.engine.add_browser(name).await?;
    let mut response = json(StatusCode::OK, serde_json::json!({ "ok": true }));
    let cookie =
        format!("{}={token}; Path=/; HttpOnly; SameSite=Strict; Max-Age=31536000", cookie_name(state.port));
    if let Ok(value) = HeaderValue::from_str(&cookie) {
        response.headers_mut().insert(header::SET_COOKIE, value);
    }
    Ok(response)
}

/// `POST /auth/link`: a fresh opening link, for whoever may administer.
pub(crate) async fn link(State(state): State<ServerState>, request: Request) -> Result<Response, Refusal> {
    let who = crate::rest::principal(request.extensions())?;
    if !who.may(protocol::ops::Permission::Admin) {
        return Err(Refusal::new(ErrorCode::Forbidden, "Making a link needs the scope admin."));
    }
    body::object(request.into_body()).await?;
    let code = state.engine.new_secret();
    state.codes.admit(code.clone());
    Ok(json(
        StatusCode::OK,
        serde_json::json!({ "ok": true, "openUrl": format!("http://127.0.0.1:{}/#code={code}", state.port) }),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_opens_once_and_guessing_closes_all() {
        let codes = Codes::default();
        codes.admit("first".into());
        assert!(codes.redeem("first"));
        assert!(!codes.redeem("first"));
        codes.admit("second".into());
        for _ in 0..WRONG_TRIES {
            assert!(!codes.redeem("guess"));
        }
        assert!(!codes.redeem("second"), "after ten wrong tries a code is dropped");
    }
}
