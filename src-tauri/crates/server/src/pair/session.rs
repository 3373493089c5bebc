//! Signing in over HTTP: a challenge, a signature, and a cookie for some hours.

use super::{answer, read, whence};
use crate::gate::cookie_name;
use crate::listen::Arrival;
use crate::refusal::Refusal;
use crate::state::ServerState;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, header};
use axum::response::Response;
use protocol::ErrorCode;
use protocol::device::{AskChallenge, SignIn, SignedIn};

/// `POST /auth/challenge`.
pub(crate) async fn challenge(
    State(state): State<ServerState>,
    request: Request,
) -> Result<Response, Refusal> {
    let p: AskChallenge = read(request).await?;
    answer(state.engine.challenge(&p.device_id))
}

/// `POST /auth/device`.
pub(crate) async fn sign_in(State(state): State<ServerState>, request: Request) -> Result<Response, Refusal> {
    let from = whence(request.extensions()).peer;
    let over_tls = request.extensions().get::<Arrival>().is_some_and(|arrival| arrival.secure);
    let p: SignIn = read(request).await?;
    let session = match state.engine.sign_in(p).await {
        Ok(session) => session,
        Err(error) => {
            // A challenge that is over is no guess: it happens to whoever comes late.
            if error.code == ErrorCode::SignatureWrong {
                // Whoever has the key is never kept waiting by those who guess beside them.
                state.engine.wrong_try(from)?;
            }
            return Err(error.into());
        }
    };
    let expires_at = host::clock::iso(session.expires_at);
    let mut response = answer(SignedIn { ok: true, expires_at })?;
    set_cookie(&mut response, state.port, &session.token, session.max_age, over_tls);
    Ok(response)
}

/// Gives a page something to be known by that its scripts cannot read. `max_age` in seconds.
pub(super) fn set_cookie(response: &mut Response, port: u16, token: &str, max_age: i64, over_tls: bool) {
    let cookie = format!(
        "{}={token}; Path=/; HttpOnly; SameSite=Strict; Max-Age={max_age}{}",
        cookie_name(port),
        if over_tls { "; Secure" } else { "" }
    );
    if let Ok(value) = HeaderValue::from_str(&cookie) {
        response.headers_mut().insert(header::SET_COOKIE, value);
    }
}
