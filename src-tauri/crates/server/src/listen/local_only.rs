//! What is taken on this machine's loopback alone.

use super::Arrival;
use engine::Principal;
use protocol::{ApiError, ErrorCode};

/// Tokens of the owner, of workers and of jobs lie in files and processes of this machine; from elsewhere they come
/// when they were stolen. There only a paired device counts.
pub(crate) fn admits(arrival: &Arrival, who: &Principal) -> Result<(), ApiError> {
    if arrival.is_loopback() || matches!(who, Principal::Device { .. }) {
        return Ok(());
    }
    Err(ApiError::new(
        ErrorCode::LocalOnly,
        "This token is taken on the server's own machine only. Pair this device: `pilothouse pair` there makes a code.",
    ))
}
