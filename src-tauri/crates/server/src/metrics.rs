//! `GET /metrics`: counts in Prometheus' text format.

use crate::refusal::Refusal;
use crate::rest::principal;
use crate::state::ServerState;
use axum::extract::{Request, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use protocol::ErrorCode;
use protocol::ops::{Permission, TtlParams};
use std::fmt::Write;

pub(crate) async fn show(State(state): State<ServerState>, request: Request) -> Result<Response, Refusal> {
    if !principal(request.extensions())?.may(Permission::Read) {
        return Err(Refusal::new(ErrorCode::Forbidden, "Metrics need the scope read."));
    }
    let status = state.engine.system_status(TtlParams::default()).await?;
    let mut text = String::new();
    for (queue, counts) in [
        ("requests", &status.queues.requests),
        ("jobs", &status.queues.jobs),
        ("completions", &status.queues.completions),
        ("merge", &status.queues.merge),
    ] {
        for (word, n) in counts {
            let _ = writeln!(text, "pilothouse_queue_rows{{queue=\"{queue}\",status=\"{word}\"}} {n}");
        }
    }
    for (state, n) in [("online", status.workers.online), ("busy", status.workers.busy)] {
        let _ = writeln!(text, "pilothouse_workers{{state=\"{state}\"}} {n}");
    }
    let _ = writeln!(text, "pilothouse_events_total {}", status.latest_cursor);
    let _ = writeln!(text, "pilothouse_wal_bytes {}", status.storage.wal_bytes);
    let _ = writeln!(text, "pilothouse_pending_approvals {}", status.pending_approvals);
    let _ = writeln!(text, "pilothouse_held {}", u8::from(!status.holds.is_empty()));
    let _ = writeln!(text, "pilothouse_uptime_seconds {}", status.runtime.uptime_ms / 1000);
    Ok(([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], text).into_response())
}
