//! `/v1/ws`: requests, events and terminals over one connection.
//!
//! The gate has looked at Host and Origin before anything here runs. Who is there is said by a header, a cookie, or
//! the first frame, never by the address. Every queue is bounded: events are read from the log when there is room,
//! output of terminals has a window of its own, and what is true only now is left out when a client is slow.
//!
//! `hello` agrees on a version and on who is there; `strangers` counts who has not said so yet; `presence` knows who that is; `connection` is the loop; `pulse` is how long nothing was heard; `requests`
//! what is asked of it; `followed` the events it follows; `streams` the terminals it is attached to; `mentions` what is
//! true only now; `line` what goes out. A node's connection has a loop of its own, `node`; `relayed` are terminals on such machines,
//! `errands` what they carry in pieces.

mod connection;
mod errands;
mod followed;
mod hello;
mod line;
mod mentions;
mod node;
mod presence;
mod proof;
mod pulse;
mod relayed;
mod requests;
mod strangers;
mod streams;

use crate::listen::Arrival;
use crate::refusal::Refusal;
use crate::state::ServerState;
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, header};
use axum::response::Response;
use engine::Principal;
use protocol::gateway::FRAME_BYTES;
use protocol::ops::Permission;
use protocol::{ApiError, ErrorCode};
use std::net::IpAddr;
use std::sync::Arc;
use tokio::sync::Semaphore;

pub(crate) const PATH: &str = "/v1/ws";
/// Most connections at once, of everybody.
const CONNECTIONS: usize = 512;

/// How many more may come.
#[derive(Clone)]
pub(crate) struct Doors {
    connections: Arc<Semaphore>,
    strangers: strangers::Strangers,
    /// Who has come in.
    pub attendance: presence::Attendance,
    /// What machines carry in pieces.
    errands: Arc<errands::Errands>,
}

impl Default for Doors {
    fn default() -> Self {
        let connections = Arc::new(Semaphore::new(CONNECTIONS));
        Self {
            connections,
            strangers: Default::default(),
            attendance: Default::default(),
            errands: Default::default(),
        }
    }
}

/// Whether a request asks for a WebSocket: only then who is there may be said later.
pub(crate) fn is_upgrade(headers: &HeaderMap) -> bool {
    let upgrade = headers.get(header::UPGRADE).and_then(|value| value.to_str().ok());
    upgrade.is_some_and(|value| value.eq_ignore_ascii_case("websocket"))
}

/// `GET /v1/ws`.
pub(crate) async fn open(
    State(state): State<ServerState>,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
    request: Request,
) -> Result<Response, Refusal> {
    let known = request.extensions().get::<Principal>().cloned();
    if known.as_ref().is_some_and(|who| !who.may(Permission::Read) && !who.is_node()) {
        return Err(Refusal::new(ErrorCode::Forbidden, hello::NEEDS_READ));
    }
    let arrival = request.extensions().get::<Arrival>().cloned();
    let upgrade = upgrade.map_err(|_| Refusal(ApiError::bad("This address is for WebSocket clients")))?;
    if request.uri().query().is_some() {
        return Err(Refusal(ApiError::bad("This address takes no query; a token stands in the first frame")));
    }
    let too_many =
        || Refusal::new(ErrorCode::RateLimited, "There are too many connections. Try again later.");
    let place = state.doors.connections.clone().try_acquire_owned().map_err(|_| too_many())?;
    let from = arrival.as_ref().map_or(IpAddr::from([127, 0, 0, 1]), |arrival| arrival.peer.ip());
    let stranger = match &known {
        Some(_) => None,
        None => Some(state.doors.strangers.admit(from).ok_or_else(too_many)?),
    };
    Ok(upgrade.max_message_size(FRAME_BYTES).max_frame_size(FRAME_BYTES).on_upgrade(
        async move |mut socket| {
            let _place = place;
            let agreed = hello::agree(&state, &mut socket, known, arrival.as_ref()).await;
            drop(stranger);
            if let Some(welcomed) = agreed {
                match welcomed.who.is_node() {
                    // It is present while its place is held.
                    true => node::run(state, welcomed.who, welcomed.place, socket).await,
                    false => connection::run(state, welcomed, socket).await,
                }
            }
        },
    ))
}
