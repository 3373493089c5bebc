//! The routes by which devices are let in and sign in. None of them needs a token: a link, a secret of one's own or a
//! signature stands in its place, and the engine counts wrong tries by the address they come from.

mod session;

pub(crate) use session::{challenge, sign_in};

use crate::body;
use crate::listen::Arrival;
use crate::refusal::Refusal;
use crate::rest::json;
use crate::state::ServerState;
use axum::extract::{Request, State};
use axum::http::{Extensions, StatusCode};
use axum::response::Response;
use engine::{Caller, Reach, Whence};
use protocol::ApiError;
use protocol::listen::{ListenerKind, ReachableAddress, Tier};
use protocol::pairing::{AskPairing, ClaimPairing, Pairing, StartPairing};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::net::{IpAddr, Ipv4Addr};

/// Most bytes of a body on these routes.
const BODY_BYTES: usize = 16 * 1024;
/// How long a browser keeps the token of a device without a key, in seconds; it is revoked, never outlived.
const YEAR: i64 = 365 * 24 * 60 * 60;

/// Routes that answer without a token.
pub(crate) const OPEN: [&str; 5] =
    ["/pair/claim", "/pair/state", "/pair/cancel", "/auth/challenge", "/auth/device"];

/// `pairing.start`, with the addresses of this moment.
pub(crate) async fn start(state: &ServerState, caller: Caller, p: StartPairing) -> Result<Pairing, ApiError> {
    let mut addresses = state.listening.addresses().await;
    // A page of this machine's own loopback is a secure context without TLS, also through a forwarded port.
    if !addresses.iter().any(|one| one.listener == ListenerKind::Loopback) {
        let url = state.engine.own_url();
        addresses.push(ReachableAddress { url, tier: Tier::Secure, listener: ListenerKind::Loopback });
    }
    let reach = Reach { addresses, fingerprint: state.listening.fingerprint().await };
    state.engine.pairing_start(caller, p, reach).await
}

/// `POST /pair/claim`.
pub(crate) async fn claim(State(state): State<ServerState>, request: Request) -> Result<Response, Refusal> {
    let whence = whence(request.extensions());
    let p: ClaimPairing = read(request).await?;
    answer(state.engine.pairing_claim(p, whence).await?)
}

/// `POST /pair/state`.
pub(crate) async fn progress(
    State(state): State<ServerState>,
    request: Request,
) -> Result<Response, Refusal> {
    let whence = whence(request.extensions());
    let over_tls = request.extensions().get::<Arrival>().is_some_and(|arrival| arrival.secure);
    let p: AskPairing = read(request).await?;
    let progress = state.engine.pairing_state(p, whence).await?;
    let token = progress.token.clone();
    let mut response = answer(progress)?;
    // A page without WebCrypto has no better place for it than a cookie.
    if let Some(token) = token {
        session::set_cookie(&mut response, state.port, &token, YEAR, over_tls);
    }
    Ok(response)
}

/// `POST /pair/cancel`.
pub(crate) async fn cancel(State(state): State<ServerState>, request: Request) -> Result<Response, Refusal> {
    let whence = whence(request.extensions());
    let p: AskPairing = read(request).await?;
    answer(state.engine.pairing_cancel(p, whence).await?)
}

async fn read<T: DeserializeOwned>(request: Request) -> Result<T, Refusal> {
    let bytes = body::bytes(request.into_body(), BODY_BYTES).await?;
    serde_json::from_slice(&bytes).map_err(|e| Refusal(ApiError::bad(e.to_string())))
}

fn answer<T: Serialize>(value: T) -> Result<Response, Refusal> {
    Ok(json(StatusCode::OK, crate::call::answer(value)?))
}

/// Where a request came from; without a word of the listener it is this machine.
pub(crate) fn whence(extensions: &Extensions) -> Whence {
    match extensions.get::<Arrival>() {
        Some(arrival) => Whence {
            peer: arrival.peer.ip(),
            login: arrival.login.clone(),
            node: arrival.node.clone(),
            invited: arrival.invited,
            secure: arrival.secure || arrival.is_loopback(),
        },
        None => Whence {
            peer: IpAddr::V4(Ipv4Addr::LOCALHOST),
            login: None,
            node: None,
            invited: false,
            secure: true,
        },
    }
}
