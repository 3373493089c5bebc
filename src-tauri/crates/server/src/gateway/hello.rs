//! The first three frames: `hello`, `connect`, and `welcome` or `reject`.

use super::presence::Place;
use super::proof::{self, Shown};
use crate::gate;
use crate::listen::Arrival;
use crate::state::ServerState;
use axum::extract::ws::{CloseFrame, Message, WebSocket};
use engine::{Frames, Principal};

use protocol::gateway::{
    ClientFrame, ClientNote, FIRST_FRAME_BYTES, GatewayLimits, ServerFrame, VERSIONS, close,
};
use protocol::ops::{Method, OTHER_NAMES, Permission};
use protocol::presence::Snapshot;
use protocol::{ApiError, ErrorCode};
use std::time::Duration;

/// Most connections a welcome tells of.
const PRESENT: usize = 50;
/// How long a client may take to say who it is.
const PATIENCE: Duration = Duration::from_secs(10);

/// Workers and jobs have their own routes, and nothing to look for here.
pub(super) const NEEDS_READ: &str = "Connecting needs the scope read.";

/// Why there is no connection.
struct Rejected {
    error: ApiError,
    next: &'static str,
    code: u16,
}

impl Rejected {
    fn malformed(message: &str) -> Self {
        Self { error: ApiError::bad(message), next: "update", code: close::MALFORMED }
    }

    fn crowded() -> Self {
        let message = "This device has too many connections. Close some of its pages, or try again later.";
        let error = ApiError::new(ErrorCode::RateLimited, message);
        Self { error, next: "wait", code: close::TIMED_OUT }
    }
}

/// Who was let in.
pub(super) struct Welcomed {
    pub who: Principal,
    pub place: Place,
    /// What became true since the snapshot of the welcome was taken.
    pub news: Frames,
}

/// Says hello and hears who is there; none when that came to nothing, and the socket has been told why.
pub(super) async fn agree(
    state: &ServerState,
    socket: &mut WebSocket,
    known: Option<Principal>,
    arrival: Option<&Arrival>,
) -> Option<Welcomed> {
    let challenge = state.engine.new_secret();
    let hello = ServerFrame::Hello {
        versions: VERSIONS,
        server: env!("CARGO_PKG_VERSION").to_owned(),
        server_id: state.engine.server_id().to_owned(),
        challenge: challenge.clone(),
    };
    socket.send(text(&hello)).await.ok()?;
    let first = match tokio::time::timeout(PATIENCE, first_frame(socket)).await {
        Ok(first) => first?,
        Err(_) => {
            let error = ApiError::new(ErrorCode::Timeout, "Nobody said who is there.");
            reject(socket, Rejected { error, next: "wait", code: close::TIMED_OUT }).await;
            return None;
        }
    };
    let note = match &first {
        Ok(ClientFrame::Connect { client, .. }) => client.clone(),
        _ => ClientNote::default(),
    };
    let agreed = match first {
        Ok(frame) => read(state, frame, known, &challenge, arrival).await,
        Err(rejected) => Err(rejected),
    };
    let entered = agreed.and_then(|(who, version)| {
        let place = state.doors.attendance.enter(&who, note, state.engine.now_ms());
        place.map(|place| (who, version, place)).ok_or_else(Rejected::crowded)
    });
    let (who, version, place) = match entered {
        Ok(entered) => entered,
        Err(rejected) => {
            reject(socket, rejected).await;
            return None;
        }
    };
    let scopes: Vec<_> = Permission::ALL.iter().copied().filter(|scope| who.may(*scope)).collect();
    let own = Method::ALL.iter().map(|method| (method.operation().name, *method));
    let named = own.chain(OTHER_NAMES.iter().copied());
    let methods = named.filter(|(_, method)| who.may(method.operation().scope));
    let methods = methods.map(|(name, _)| name.to_owned()).collect();
    // Listened to before the snapshot is taken: what changes between the two is told, and never lost.
    let news = state.engine.ephemeral();
    let snapshot = Box::new(snapshot(state, &who, &place).await);
    let welcome = ServerFrame::Welcome {
        version,
        who: who.label(),
        device_id: who.device_id(),
        role: state.engine.role_of(&who).await.ok().flatten(),
        scopes,
        methods,
        limits: GatewayLimits::default(),
        snapshot,
    };
    // Nobody holds a place here without reading.
    tokio::time::timeout(PATIENCE, socket.send(text(&welcome))).await.ok()?.ok()?;
    Some(Welcomed { who, place, news })
}

/// The present, as far as this caller may see it. Where it cannot be read it is empty and says that there is more.
async fn snapshot(state: &ServerState, who: &Principal, place: &Place) -> Snapshot {
    let mut snapshot = match who.may(Permission::Read) {
        true => state.engine.snapshot(who.may(Permission::TerminalRead)).await.ok(),
        false => None,
    }
    .unwrap_or(Snapshot {
        cursor: 0,
        approvals: vec![],
        jobs: vec![],
        terminals: vec![],
        presence: vec![],
        more: true,
    });
    if who.may(Permission::Read) {
        snapshot.presence = state.doors.attendance.shown(Some(place.number())).present;
        snapshot.more |= snapshot.presence.len() > PRESENT;
        snapshot.presence.truncate(PRESENT);
    }
    snapshot
}

/// The first message that is no ping; none when the socket is gone.
async fn first_frame(socket: &mut WebSocket) -> Option<Result<ClientFrame, Rejected>> {
    loop {
        return Some(match socket.recv().await?.ok()? {
            Message::Text(text) if text.len() > FIRST_FRAME_BYTES => {
                Err(Rejected::malformed("The first frame is too large"))
            }
            Message::Text(text) => serde_json::from_str(&text)
                .map_err(|_| Rejected::malformed("The first frame is not one of this protocol")),
            Message::Binary(_) => Err(Rejected::malformed("The first frame is a text frame: connect")),
            Message::Ping(_) | Message::Pong(_) => continue,
            Message::Close(_) => return None,
        });
    }
}

async fn read(
    state: &ServerState,
    frame: ClientFrame,
    known: Option<Principal>,
    challenge: &str,
    arrival: Option<&Arrival>,
) -> Result<(Principal, u32), Rejected> {
    let ClientFrame::Connect { versions: [oldest, newest], token, device, .. } = frame else {
        return Err(Rejected::malformed("The first frame is connect"));
    };
    let version = newest.min(VERSIONS[1]);
    if version < oldest.max(VERSIONS[0]) {
        let message =
            format!("This server speaks versions {} to {} of the gateway.", VERSIONS[0], VERSIONS[1]);
        let error = ApiError::new(ErrorCode::VersionMismatch, message);
        return Err(Rejected { error, next: "update", code: close::VERSION });
    }
    let gave_token = token.is_some();
    match proof::who(state, Shown { token, device }, known, challenge, arrival).await {
        Ok(Some(who)) if !who.may(Permission::Read) && !who.is_node() => {
            let error = ApiError::new(ErrorCode::Forbidden, NEEDS_READ);
            Err(Rejected { error, next: "sign_in", code: close::FORBIDDEN })
        }
        Ok(Some(who)) => Ok((who, version)),
        Ok(None) => {
            let message = if gave_token { gate::UNKNOWN_TOKEN } else { gate::NO_TOKEN };
            let error = ApiError::new(ErrorCode::Unauthenticated, message);
            Err(Rejected { error, next: "sign_in", code: close::UNAUTHENTICATED })
        }
        Err(error) => Err(match error.code {
            ErrorCode::DeviceRevoked | ErrorCode::LocalOnly => {
                Rejected { error, next: "pair", code: close::UNAUTHENTICATED }
            }
            ErrorCode::SignatureWrong => Rejected { error, next: "sign_in", code: close::UNAUTHENTICATED },
            _ => Rejected { error, next: "wait", code: close::TIMED_OUT },
        }),
    }
}

async fn reject(socket: &mut WebSocket, rejected: Rejected) {
    let reason = rejected.error.code.as_str().into();
    let frame = ServerFrame::Reject { error: rejected.error, next: rejected.next.to_owned() };
    // Whoever is gone already needs no reason.
    let _ = socket.send(text(&frame)).await;
    let _ = socket.send(Message::Close(Some(CloseFrame { code: rejected.code, reason }))).await;
}

pub(super) fn text(frame: &ServerFrame) -> Message {
    Message::text(serde_json::to_string(frame).unwrap_or_default())
}
