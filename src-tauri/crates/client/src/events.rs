//! Reading server-sent events.

use bytes::Bytes;
use futures_util::StreamExt;
use protocol::{ApiError, ErrorCode};
use serde_json::Value;
use std::pin::Pin;

/// Most bytes of one frame.
const FRAME_BYTES: usize = 32 * 1024 * 1024;

/// One event: its cursor and its envelope as sent.
#[derive(Debug, Clone, PartialEq)]
pub struct StreamEvent {
    pub cursor: i64,
    pub envelope: Value,
}

impl StreamEvent {
    pub fn kind(&self) -> &str {
        self.envelope["type"].as_str().unwrap_or_default()
    }

    pub fn payload(&self) -> &Value {
        &self.envelope["payload"]
    }
}

/// An open event stream.
pub struct EventStream {
    bytes: Pin<Box<dyn futures_util::Stream<Item = reqwest::Result<Bytes>> + Send>>,
    buffer: Vec<u8>,
}

impl EventStream {
    pub(crate) fn new(response: reqwest::Response) -> Self {
        Self { bytes: Box::pin(response.bytes_stream()), buffer: Vec::new() }
    }

    /// The next event; comments and ephemeral frames are passed over. None when the server ended the stream.
    pub async fn next(&mut self) -> Result<Option<StreamEvent>, ApiError> {
        loop {
            while let Some(end) = self.buffer.windows(2).position(|w| w == b"\n\n") {
                let frame: Vec<u8> = self.buffer.drain(..end + 2).collect();
                if let Some(event) = read(&frame)? {
                    return Ok(Some(event));
                }
            }
            match self.bytes.next().await {
                Some(Ok(chunk)) => self.buffer.extend_from_slice(&chunk),
                Some(Err(_)) => {
                    return Err(ApiError::new(ErrorCode::Unavailable, "The event stream was cut."));
                }
                None => return Ok(None),
            }
            if self.buffer.len() > FRAME_BYTES {
                return Err(ApiError::new(ErrorCode::TooLarge, "An event is too large."));
            }
        }
    }
}

fn read(frame: &[u8]) -> Result<Option<StreamEvent>, ApiError> {
    let text = String::from_utf8_lossy(frame);
    let mut data = None;
    for line in text.lines() {
        if line.starts_with("event:") {
            return Ok(None);
        }
        data = line.strip_prefix("data: ").or(data);
    }
    let Some(data) = data else { return Ok(None) };
    let mut value: Value = serde_json::from_str(data)
        .map_err(|e| ApiError::new(ErrorCode::Internal, format!("an event is not JSON: {e}")))?;
    Ok(Some(StreamEvent {
        cursor: value["cursor"].as_i64().unwrap_or(0),
        envelope: value["envelope"].take(),
    }))
}
