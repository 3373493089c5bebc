//! The two tasks between the rules and the pipes.

use std::sync::Arc;
use std::time::Duration;

use bytes::BytesMut;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::sync::mpsc;
use tokio::time::timeout;

use super::state::Core;
use super::{Opened, Stream};
use crate::ChannelError;
use crate::frame::{self, Kind};

/// Written in one go. Also what something urgent may have to wait behind.
const BATCH: usize = 64 * 1024;
/// Read in one go.
const READ: usize = 64 * 1024;
/// A goodbye is a courtesy; a side that takes nothing does not get to hold us.
const GOODBYE_WITHIN: Duration = Duration::from_secs(1);

pub(super) async fn receive<R: AsyncRead + Unpin>(
    core: Arc<Core>,
    mut read: R,
    mut buffer: BytesMut,
    opened: mpsc::Sender<Opened>,
) {
    let error = tokio::select! {
        error = frames(&core, &mut read, &mut buffer, &opened) => error,
        error = core.gone() => error,
    };
    core.fail(error);
}

async fn frames<R: AsyncRead + Unpin>(
    core: &Arc<Core>,
    read: &mut R,
    buffer: &mut BytesMut,
    opened: &mpsc::Sender<Opened>,
) -> ChannelError {
    loop {
        let mut fresh = Vec::new();
        let received = core.receive(buffer, |id, purpose| fresh.push((id, purpose)));
        for (id, purpose) in fresh {
            // Full cannot be (see `Mux::start`); when nobody listens any more the stream is dropped, which
            // tells the other side.
            let _ = opened.try_send(Opened { purpose, stream: Stream::new(core, id) });
        }
        if let Err(error) = received {
            return error;
        }
        buffer.reserve(READ);
        match read.read_buf(buffer).await {
            Ok(0) if buffer.is_empty() => return ChannelError::Gone,
            Ok(0) => return ChannelError::Truncated,
            Ok(_) => {}
            Err(error) => return ChannelError::transport(&error),
        }
    }
}

pub(super) async fn send<W: AsyncWrite + Unpin>(core: Arc<Core>, mut write: W) {
    let mut batch = BytesMut::with_capacity(BATCH + frame::HEADER + frame::LONGEST);
    let ended = loop {
        let ended = core.collect(&mut batch, BATCH);
        if batch.is_empty() {
            match ended {
                Some(ended) => break ended,
                None => core.work.notified().await,
            }
        } else if let Err(error) = put(&core, &mut write, &batch).await {
            core.fail(error.clone());
            break error;
        } else {
            batch.clear();
        }
    };
    if let Some(word) = farewell(&ended) {
        batch.clear();
        frame::encode(Kind::Goodbye, 0, word.as_bytes(), &mut batch);
        let _ = timeout(GOODBYE_WITHIN, async {
            write.write_all(&batch).await?;
            write.shutdown().await
        })
        .await;
    }
}

/// Writes a batch whole, or says why not. A batch that was begun when the channel ends gets a moment to be
/// finished, so that the goodbye behind it can be understood.
async fn put<W: AsyncWrite + Unpin>(core: &Core, write: &mut W, batch: &[u8]) -> Result<(), ChannelError> {
    let writing = async {
        write.write_all(batch).await?;
        write.flush().await
    };
    tokio::pin!(writing);
    let written = tokio::select! {
        written = &mut writing => written,
        error = stalled(core) => return Err(error),
        error = core.gone() => match timeout(GOODBYE_WITHIN, &mut writing).await {
            Ok(written) => written,
            Err(_) => return Err(error),
        },
    };
    written.map_err(|error| ChannelError::transport(&error))
}

async fn stalled(core: &Core) -> ChannelError {
    let Some(most) = core.limits.stall else { return std::future::pending().await };
    loop {
        tokio::time::sleep(most).await;
        if !core.is_frozen() {
            return ChannelError::Stalled { seconds: most.as_secs() };
        }
    }
}

/// What the other side is told; nothing when it is gone or said goodbye itself.
fn farewell(ended: &ChannelError) -> Option<&'static str> {
    match ended {
        ChannelError::Gone
        | ChannelError::Goodbye { .. }
        | ChannelError::Transport { .. }
        | ChannelError::Stalled { .. } => None,
        other => Some(other.code()),
    }
}
