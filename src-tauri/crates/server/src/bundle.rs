//! `PUT /jobs/{id}/bundle`: the commit a job hands over, as a git bundle.

use crate::body;
use crate::refusal::Refusal;
use crate::rest::{json, principal};
use crate::state::ServerState;
use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use protocol::ops::Permission;
use protocol::{ApiError, ErrorCode, JobId};

/// Most bytes of a bundle.
const BUNDLE_BYTES: usize = 256 * 1024 * 1024;

pub(crate) async fn upload(
    State(state): State<ServerState>,
    Path(id): Path<String>,
    request: Request,
) -> Result<Response, Refusal> {
    let job = JobId::parse(id).map_err(|e| Refusal(ApiError::bad(e.to_string())))?;
    let who = principal(request.extensions())?;
    if !who.may(Permission::Work) {
        return Err(Refusal::new(ErrorCode::Forbidden, "Handing over a bundle needs the scope work."));
    }
    let claim =
        request.headers().get("x-claim-token").and_then(|v| v.to_str().ok()).unwrap_or_default().to_owned();
    // Who may upload is settled before a byte is read.
    state.engine.require_upload(&who, &job, &claim).await?;
    let bytes = body::bytes(request.into_body(), BUNDLE_BYTES).await?;
    let intake = state.engine.keep_bundle(&job, bytes).await?;
    Ok(json(StatusCode::OK, intake))
}
