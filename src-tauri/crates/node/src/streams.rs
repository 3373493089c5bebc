//! Places at terminals that the hub has taken for others, each under a handle it chose.
//!
//! When the connection ends they are cut, not left: their seats are kept for whoever takes them up again.

use crate::session::{Out, Said};
use protocol::gateway::{ClientFrame, Head, Kind};
use protocol::terminal::{TerminalAttached, WINDOW};
use protocol::{ApiError, ErrorCode};
use std::collections::BTreeMap;
use terminal::{Attachment, Feed, Piece, TerminalError};
use tokio::task::{AbortHandle, JoinSet};

pub(crate) struct Streams {
    out: Out,
    held: BTreeMap<u32, (Attachment, Option<AbortHandle>)>,
    feeds: JoinSet<()>,
}

impl Streams {
    pub(crate) fn new(out: Out) -> Self {
        Self { out, held: BTreeMap::new(), feeds: JoinSet::new() }
    }

    /// Bytes pass under `stream` once they are begun.
    pub(crate) fn hold(&mut self, stream: u32, place: Attachment) -> TerminalAttached {
        let attached = attached(stream, &place);
        self.held.insert(stream, (place, None));
        attached
    }

    /// Shows what was not begun yet.
    pub(crate) fn begin(&mut self) {
        while self.feeds.try_join_next().is_some() {}
        for (stream, (place, feed)) in self.held.iter_mut().filter(|(_, (_, feed))| feed.is_none()) {
            *feed = Some(self.feeds.spawn(show(place.feed(), *stream, self.out.clone())));
        }
    }

    pub(crate) fn leave(&mut self, stream: u32, cut: bool) {
        if let Some((place, feed)) = self.held.remove(&stream) {
            if let Some(feed) = feed {
                feed.abort();
            }
            if !cut {
                place.leave();
            }
        }
    }

    pub(crate) fn at(&self, stream: u32) -> Result<&Attachment, ApiError> {
        let held = self.held.get(&stream).map(|(place, _)| place);
        held.ok_or_else(|| ApiError::new(ErrorCode::NotFound, format!("There is no stream {stream}")))
    }

    /// A binary frame of the hub; what to say when it was not taken.
    pub(crate) fn take(&self, head: Head, payload: &[u8]) -> Option<ClientFrame> {
        let (place, _) = self.held.get(&head.stream)?;
        match head.kind {
            Kind::Ack => {
                place.ack(head.offset);
                None
            }
            Kind::Input => {
                let refused = place.input(head.offset, payload).err()?;
                Some(ClientFrame::Refused { stream: head.stream, error: told(refused) })
            }
            _ => None,
        }
    }
}

pub(crate) fn attached(stream: u32, place: &Attachment) -> TerminalAttached {
    TerminalAttached {
        ok: true,
        stream,
        seat: place.seat().to_owned(),
        controls: place.controls(),
        input_offset: place.input_offset(),
        window: WINDOW,
        terminal: place.terminal(),
    }
}

pub(crate) fn told(error: TerminalError) -> ApiError {
    ApiError::new(error.code(), error.to_string())
}

async fn show(mut feed: Feed, stream: u32, out: Out) {
    let bytes = |kind, replay, offset, bytes| Said::Bytes(Head { kind, replay, stream, offset }, bytes);
    let mut over = false;
    while let Some(piece) = feed.next().await {
        let said = match piece {
            Piece::Snapshot { offset, bytes: picture } => bytes(Kind::Snapshot, true, offset, picture),
            Piece::Gap { offset } => bytes(Kind::Gap, false, offset, Vec::new()),
            Piece::Output { offset, bytes: output, replay } => bytes(Kind::Output, replay, offset, output),
            Piece::Taken { offset } => bytes(Kind::Ack, false, offset, Vec::new()),
            Piece::Exit { offset, end } => {
                over = true;
                bytes(Kind::Exit, false, offset, serde_json::to_vec(&end).unwrap_or_default())
            }
            Piece::Changed { terminal, controls } => {
                Said::Frame(ClientFrame::Term { stream, controls, terminal })
            }
        };
        if out.send(said).await.is_err() {
            return;
        }
    }
    if !over {
        let message = "This place at the terminal was given up, or taken up again from another connection.";
        let error = ApiError::new(ErrorCode::Stale, message);
        let _ = out.send(Said::Frame(ClientFrame::Refused { stream, error })).await;
    }
}
