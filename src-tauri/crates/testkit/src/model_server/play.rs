//! Turns a step into an HTTP response, faults included.

use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use serde_json::json;

use super::script::{Fault, Say, Step, Style};
use super::seen::Seen;
use super::wire::{self, Frame};

/// Stands for broken bytes until they are put on the wire.
const BROKEN: char = '\u{f8ff}';

pub(super) async fn respond(seen: &Seen, step: Step) -> Response {
    let style = step.style;
    let mut say = step.say.unwrap_or_default();
    if style.invalid_utf8 {
        say.text = Some(format!("{}{BROKEN}", say.words()));
    }
    match step.fault {
        Some(Fault::Status { status, retry_after, code, message, headers }) => {
            let mut response = error(status, code.as_deref(), message.as_deref());
            let extra = headers.into_iter().chain(retry_after.map(|v| ("retry-after".to_owned(), v)));
            for (name, value) in extra {
                if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
                    response.headers_mut().insert(name, value);
                }
            }
            response
        }
        Some(Fault::Garbage) => {
            (StatusCode::OK, Body::from("<html><body>Bad gateway \u{0} :: {not json</body></html>"))
                .into_response()
        }
        Some(Fault::Empty) => events(Vec::new(), &style, End::Clean),
        Some(Fault::GiantLine) => events(giant_line(), &style, End::Clean),
        Some(Fault::Hang { ms, headers_first }) => hang(ms, headers_first).await,
        Some(Fault::ErrorInStream { code, message }) => {
            let mut pieces = encode(wire::frames(seen, &say, &style).into_iter().take(2), &style);
            pieces.extend(encode([wire::error_frame(seen.dialect, &code, &message)], &style));
            events(pieces, &style, End::Clean)
        }
        Some(Fault::Cut { after_events, clean }) => {
            let frames = wire::frames(seen, &say, &style).into_iter().take(after_events);
            let end = if clean { End::Clean } else { End::Torn };
            events(encode(frames, &style), &style, end)
        }
        None => answer(seen, &say, &style),
    }
}

fn answer(seen: &Seen, say: &Say, style: &Style) -> Response {
    if seen.streams() && !style.whole_json {
        events(encode(wire::frames(seen, say, style), style), style, End::Clean)
    } else {
        let body = Bytes::from(broken(wire::whole(seen, say, style).to_string()));
        ([(header::CONTENT_TYPE, "application/json")], body).into_response()
    }
}

pub(super) fn error(status: u16, code: Option<&str>, message: Option<&str>) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let message = message.unwrap_or("scripted fault");
    let body = json!({"type": "error", "error": {"message": message, "type": code, "code": code}});
    (status, axum::Json(body)).into_response()
}

enum End {
    /// The body ends as it should.
    Clean,
    /// The connection breaks inside the body.
    Torn,
}

fn events(pieces: Vec<Vec<u8>>, style: &Style, end: End) -> Response {
    let delay = Duration::from_millis(style.delay_ms);
    let split = style.split_bytes;
    let body = async_stream::stream! {
        for piece in pieces {
            if !delay.is_zero() {
                tokio::time::sleep(delay).await;
            }
            match split {
                Some(size) => {
                    for part in piece.chunks(size.max(1)) {
                        yield Ok(Bytes::copy_from_slice(part));
                        tokio::task::yield_now().await;
                    }
                }
                None => yield Ok(Bytes::from(piece)),
            }
        }
        if matches!(end, End::Torn) {
            // What was written must leave the process before the connection is torn down.
            for _ in 0..8 {
                tokio::task::yield_now().await;
            }
            yield Err(std::io::Error::other("scripted cut"));
        }
    };
    ([(header::CONTENT_TYPE, "text/event-stream")], Body::from_stream(body)).into_response()
}

fn encode(frames: impl IntoIterator<Item = Frame>, style: &Style) -> Vec<Vec<u8>> {
    let eol = if style.crlf { "\r\n" } else { "\n" };
    let mut out = Vec::new();
    for frame in frames {
        let mut text = String::new();
        if style.comments {
            text.push_str(": keepalive");
            text.push_str(eol);
            text.push_str(eol);
        }
        if let Some(event) = frame.event {
            text.push_str("event: ");
            text.push_str(event);
            text.push_str(eol);
        }
        text.push_str("data: ");
        text.push_str(&frame.data);
        text.push_str(eol);
        text.push_str(eol);
        out.push(broken(text));
    }
    out
}

fn broken(text: String) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for part in text.split_inclusive(BROKEN) {
        match part.strip_suffix(BROKEN) {
            Some(clean) => {
                out.extend_from_slice(clean.as_bytes());
                out.extend_from_slice(&[0xff, 0xfe]);
            }
            None => out.extend_from_slice(part.as_bytes()),
        }
    }
    out
}

/// Sixteen megabytes without a line break.
fn giant_line() -> Vec<Vec<u8>> {
    let mut pieces = vec![b"data: {\"x\":\"".to_vec()];
    pieces.extend((0..256).map(|_| vec![b'a'; 64 * 1024]));
    pieces
}

async fn hang(ms: Option<u64>, headers_first: bool) -> Response {
    let wait = async move {
        match ms {
            Some(ms) => tokio::time::sleep(Duration::from_millis(ms)).await,
            None => std::future::pending().await,
        }
    };
    if !headers_first {
        wait.await;
        return error(504, None, Some("scripted hang"));
    }
    let body = async_stream::stream! {
        yield Ok(Bytes::from_static(b": waiting\n\n"));
        wait.await;
        yield Err(std::io::Error::other("scripted hang"));
    };
    ([(header::CONTENT_TYPE, "text/event-stream")], Body::from_stream(body)).into_response()
}
