//! Reading a request: a bounded JSON object, path and query parameters.

use crate::refusal::Refusal;
use axum::body::Body;
use http_body_util::{BodyExt, Limited};
use protocol::{ApiError, ErrorCode};
use serde_json::{Map, Value};

/// Most bytes of a JSON body.
pub(crate) const BODY_BYTES: usize = 8 * 1024 * 1024;

/// The body as an object; an empty body is an empty object.
pub(crate) async fn object(body: Body) -> Result<Map<String, Value>, Refusal> {
    let bytes = bytes(body, BODY_BYTES).await?;
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Ok(Map::new());
    }
    match serde_json::from_slice(&bytes) {
        Ok(Value::Object(map)) => Ok(map),
        Ok(_) => Err(Refusal(ApiError::bad("The body is not a JSON object"))),
        Err(e) => Err(Refusal(ApiError::bad(format!("The body is not valid JSON: {e}")))),
    }
}

/// The whole body, or 413.
pub(crate) async fn bytes(body: Body, limit: usize) -> Result<bytes::Bytes, Refusal> {
    match Limited::new(body, limit).collect().await {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(e) if e.is::<http_body_util::LengthLimitError>() => {
            Err(Refusal::new(ErrorCode::TooLarge, format!("The body is larger than {limit} bytes.")))
        }
        Err(_) => Err(Refusal(ApiError::bad("The body ended early"))),
    }
}

/// Query parameters; the numeric ones as numbers.
pub(crate) fn query(query: Option<&str>) -> Result<Map<String, Value>, Refusal> {
    let mut map = Map::new();
    for pair in query.unwrap_or_default().split('&').filter(|p| !p.is_empty()) {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        let (key, value) = (decode(key)?, decode(value)?);
        let value = match key.as_str() {
            "limit" | "after" | "before" | "afterId" | "ttlMs" | "waitMs" => Value::from(
                value
                    .parse::<i64>()
                    .map_err(|_| Refusal(ApiError::bad(format!("{key} is a whole number"))))?,
            ),
            _ => Value::from(value),
        };
        map.insert(key, value);
    }
    Ok(map)
}

/// Percent-decoding; what is not UTF-8 afterwards is refused.
pub(crate) fn decode(text: &str) -> Result<String, Refusal> {
    let bad = || Refusal(ApiError::bad("The address is not valid UTF-8 or badly escaped"));
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(b) = bytes.next() {
        match b {
            b'%' => {
                let hex = [bytes.next().ok_or_else(bad)?, bytes.next().ok_or_else(bad)?];
                let hex = std::str::from_utf8(&hex).map_err(|_| bad())?;
                out.push(u8::from_str_radix(hex, 16).map_err(|_| bad())?);
            }
            b'+' => out.push(b' '),
            b => out.push(b),
        }
    }
    String::from_utf8(out).map_err(|_| bad())
}
