//! Who is there, by what the first frame says: a token, a signature over the challenge, or neither.

use crate::listen::{self, Arrival};
use crate::state::ServerState;
use engine::{Connected, Ending, Principal};
use protocol::device::DeviceProof;
use protocol::gateway::close;
use protocol::{ApiError, ErrorCode};

/// What the first frame shows.
pub(super) struct Shown {
    pub token: Option<String>,
    pub device: Option<DeviceProof>,
}

/// Nobody is an answer, too. `known` is who a header or a cookie has named.
///
/// Errors: `auth.signature`, `device.revoked`, `rate_limited`, and that a token is taken on loopback only.
pub(super) async fn who(
    state: &ServerState,
    shown: Shown,
    known: Option<Principal>,
    challenge: &str,
    arrival: Option<&Arrival>,
) -> Result<Option<Principal>, ApiError> {
    let engine = &state.engine;
    let from = arrival.map(|arrival| arrival.peer.ip());
    if let Some(proof) = shown.device {
        let proven = engine.proven(challenge, &proof).await;
        if proven.as_ref().is_err_and(|error| error.code == ErrorCode::SignatureWrong) {
            // Whoever has the key is never kept waiting by those who guess beside them.
            from.map_or(Ok(()), |from| engine.wrong_try(from))?;
        }
        return proven.map(Some);
    }
    let Some(token) = shown.token.filter(|token| token.len() <= 512) else { return Ok(known) };
    let who = engine.principal_of(&token).await?;
    match (&who, arrival) {
        (Some(who), Some(arrival)) => listen::admits(arrival, who)?,
        (Some(_), None) => {}
        (None, _) => {
            // Whoever has a token is never kept waiting by those who guess beside them.
            from.map_or(Ok(()), |from| engine.wrong_try(from))?;
        }
    }
    Ok(who)
}

/// Resolves when a connection has to be closed because its device is not, or not as it was, let in any more.
pub(super) async fn sent_away(connected: &Result<Connected, ApiError>) -> Ending {
    match connected {
        Ok(connected) => connected.ended().await,
        Err(error) if error.code == ErrorCode::DeviceRevoked => Ending::Revoked,
        // It may do something else by now, and nothing of what it was is known here.
        Err(_) => Ending::Lessened,
    }
}

/// The code and the reason to close a connection with.
pub(super) fn said(ending: Ending) -> (u16, &'static str) {
    match ending {
        Ending::Revoked => (close::UNAUTHENTICATED, ErrorCode::DeviceRevoked.as_str()),
        Ending::Lessened | Ending::Changed => (close::GOING_AWAY, "device.changed"),
    }
}
