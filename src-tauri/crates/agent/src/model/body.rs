//! Reads a reply's body, as a stream of events or as one JSON value, within bounds of size and time.

use bytes::Bytes;
use futures_util::{Stream, StreamExt};
use protocol::settings::Dialect;

use super::dialect::{self, Draft};
use super::endpoint::Timeouts;
use super::error::{ModelError, TimeoutPhase};
use super::refusal::{KEPT, short};
use super::reply::Delta;
use super::sse::SseReader;

const MAX_WHOLE_BODY: usize = 16 * 1024 * 1024;
/// Kept of a body's beginning, to show what it was when it was no reply.
const HEAD: usize = 512;

/// How reading ended early.
pub enum End {
    /// The bytes stopped in the middle; the draft holds what came.
    Torn,
    Failed(ModelError),
}

impl From<ModelError> for End {
    fn from(error: ModelError) -> Self {
        End::Failed(error)
    }
}

pub struct Reading<'a> {
    pub dialect: Dialect,
    pub timeouts: Timeouts,
    pub draft: &'a mut Draft,
    pub on_delta: &'a mut (dyn FnMut(Delta) + Send),
}

impl Reading<'_> {
    /// Until the model has finished speaking.
    pub async fn run(
        &mut self,
        stream: &mut (impl Stream<Item = reqwest::Result<Bytes>> + Unpin + Send),
    ) -> Result<(), End> {
        let mut reader = SseReader::default();
        let mut first = true;
        let mut head: Vec<u8> = Vec::new();
        loop {
            let phase = if first { TimeoutPhase::FirstByte } else { TimeoutPhase::Idle };
            let bytes = match tokio::time::timeout(self.timeouts.of(phase), stream.next()).await {
                // After the last word only a usage figure can be missing.
                Err(_) | Ok(Some(Err(_))) if self.draft.spoken() => return Ok(()),
                Err(_) => return Err(self.timeouts.over(phase).into()),
                Ok(Some(Err(_))) => return Err(End::Torn),
                Ok(Some(Ok(bytes))) => bytes,
                Ok(None) => break,
            };
            if head.len() < HEAD {
                head.extend_from_slice(&bytes[..bytes.len().min(HEAD)]);
            }
            if first && bytes.iter().any(|byte| !byte.is_ascii_whitespace()) {
                first = false;
                if bytes.trim_ascii_start().starts_with(b"{") {
                    return self.whole(bytes.to_vec(), stream).await;
                }
            }
            let too_big = |_| ModelError::BadReply { message: "a line without end".to_owned() };
            for event in reader.push(&bytes).map_err(too_big)? {
                dialect::event(self.dialect, &event, self.draft)?;
                self.tell();
                if self.draft.done {
                    return Ok(());
                }
            }
        }
        if let Some(event) = reader.finish() {
            match dialect::event(self.dialect, &event, self.draft) {
                // Half an event is how a cut looks, not a bad reply.
                Ok(()) | Err(ModelError::BadReply { .. }) => self.tell(),
                Err(error) => return Err(error.into()),
            }
        }
        if self.draft.spoken() {
            Ok(())
        } else if self.draft.events == 0 && !head.is_empty() && !head.starts_with(b":") {
            let message = format!("no stream of events: {}", short(&String::from_utf8_lossy(&head), KEPT));
            Err(ModelError::BadReply { message }.into())
        } else {
            Err(End::Torn)
        }
    }

    fn tell(&mut self) {
        self.draft.take_deltas().into_iter().for_each(&mut *self.on_delta);
    }

    /// The server answered with one JSON body though a stream was asked for.
    async fn whole(
        &mut self,
        mut body: Vec<u8>,
        stream: &mut (impl Stream<Item = reqwest::Result<Bytes>> + Unpin + Send),
    ) -> Result<(), End> {
        loop {
            // Such a server may send its headers and the first brace long before the rest.
            match tokio::time::timeout(self.timeouts.first_byte, stream.next()).await {
                Err(_) => return Err(self.timeouts.over(TimeoutPhase::FirstByte).into()),
                Ok(Some(Err(_))) => return Err(End::Torn),
                Ok(Some(Ok(bytes))) if body.len() + bytes.len() > MAX_WHOLE_BODY => {
                    return Err(ModelError::BadReply { message: "the reply does not end".to_owned() }.into());
                }
                Ok(Some(Ok(bytes))) => body.extend_from_slice(&bytes),
                Ok(None) => break,
            }
        }
        let text = String::from_utf8_lossy(&body);
        let value = serde_json::from_str(&text).map_err(|error| {
            let message = format!("not JSON ({error}): {}", short(&text, KEPT));
            ModelError::BadReply { message }
        })?;
        dialect::whole(self.dialect, &value, self.draft)?;
        Ok(())
    }
}
