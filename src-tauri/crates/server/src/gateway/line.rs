//! What goes out on a connection: one bounded queue, one task that writes it, and a count of all that waits.
//!
//! Whoever sends waits until there is room, so events and output come no faster than they are taken. Answers are made
//! before they wait: when too many bytes of them gather, the connection is cut and the client comes back.

use super::hello::text;
use axum::extract::ws::{CloseFrame, Message};
use futures_util::{Sink, SinkExt, future};
use protocol::gateway::{QUEUED_BYTES, ServerFrame, close};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::sync::{Notify, mpsc, watch};

/// Frames that wait; the largest are answers of a MiB.
const WAITING: usize = 32;
/// How long a client may take to accept one frame.
const PATIENCE: Duration = Duration::from_secs(45);
/// How long the last frame of a connection that is cut may take.
const FAREWELL: Duration = Duration::from_secs(2);
/// While more than this waits, nothing more is read from the client.
const CALM: usize = QUEUED_BYTES / 4;

/// The way out; whoever uses it waits until there is room.
#[derive(Clone)]
pub(super) struct Line {
    sender: mpsc::Sender<Load>,
    scale: Arc<Scale>,
    cut: Arc<watch::Sender<Option<(u16, &'static str)>>>,
}

/// How much waits.
#[derive(Default)]
struct Scale {
    bytes: AtomicUsize,
    over: Notify,
    calm: Notify,
}

/// A message with its weight on the scale.
struct Load {
    message: Message,
    bytes: usize,
    scale: Arc<Scale>,
}

impl Load {
    fn new(message: Message, scale: &Arc<Scale>) -> Self {
        let bytes = match &message {
            Message::Text(text) => text.len(),
            Message::Binary(bytes) => bytes.len(),
            _ => 0,
        };
        let before = scale.bytes.fetch_add(bytes, Ordering::Relaxed);
        if before + bytes > QUEUED_BYTES {
            scale.over.notify_one();
        }
        Self { message, bytes, scale: scale.clone() }
    }
}

impl Drop for Load {
    fn drop(&mut self) {
        let before = self.scale.bytes.fetch_sub(self.bytes, Ordering::Relaxed);
        if before > CALM && before - self.bytes <= CALM {
            self.scale.calm.notify_one();
        }
    }
}

/// The connection is gone.
#[derive(Debug)]
pub(super) struct Gone;

impl Line {
    /// The line, and the work of writing it, which ends with the line or the connection.
    pub(super) fn new(
        mut sink: impl Sink<Message> + Send + Unpin,
    ) -> (Self, impl Future<Output = ()> + Send) {
        let (sender, mut waiting) = mpsc::channel::<Load>(WAITING);
        let (cut, mut cutting) = watch::channel(None);
        let writing = async move {
            let farewell = tokio::select! {
                biased;
                farewell = told(&mut cutting) => Some(farewell),
                farewell = write(&mut waiting, &mut sink) => farewell,
            };
            // Everybody may be gone before it was seen that they were cut off.
            let farewell = farewell.or(*cutting.borrow());
            // Who still waits to send is told that the connection is gone.
            drop(waiting);
            let last = async {
                if let Some((code, reason)) = farewell {
                    let frame = CloseFrame { code, reason: reason.into() };
                    let _ = sink.send(Message::Close(Some(frame))).await;
                }
                let _ = sink.close().await;
            };
            let _ = tokio::time::timeout(FAREWELL, last).await;
        };
        (Self { sender, scale: Arc::default(), cut: Arc::new(cut) }, writing)
    }

    pub(super) async fn send(&self, message: Message) -> Result<(), Gone> {
        self.sender.send(Load::new(message, &self.scale)).await.map_err(|_| Gone)
    }

    pub(super) async fn say(&self, frame: &ServerFrame) -> Result<(), Gone> {
        self.send(text(frame)).await
    }

    /// False when there is no room, and it was left out.
    pub(super) fn mention(&self, message: Message) -> bool {
        match self.sender.try_reserve() {
            Ok(room) => {
                room.send(Load::new(message, &self.scale));
                true
            }
            Err(_) => false,
        }
    }

    /// Resolves when there is room for a frame; it is not kept free.
    pub(super) async fn room(&self) {
        if self.sender.reserve().await.is_err() {
            std::future::pending::<()>().await;
        }
    }

    /// Resolves when little enough waits to take in more.
    pub(super) async fn calm(&self) {
        while self.scale.bytes.load(Ordering::Relaxed) > CALM {
            self.scale.calm.notified().await;
        }
    }

    /// Resolves when more waits than may.
    pub(super) async fn overloaded(&self) {
        self.scale.over.notified().await;
    }

    /// The last frame; what waits before it is written first, if that does not take long.
    pub(super) async fn close(&self, code: u16, reason: &str) {
        let frame = CloseFrame { code, reason: reason.chars().take(100).collect::<String>().into() };
        let close = self.send(Message::Close(Some(frame)));
        future::select(Box::pin(close), Box::pin(tokio::time::sleep(Duration::from_secs(1)))).await;
    }

    /// Ends it at once; what waits is thrown away.
    pub(super) fn cut(&self, code: u16, reason: &'static str) {
        self.cut.send_replace(Some((code, reason)));
    }
}

async fn told(cutting: &mut watch::Receiver<Option<(u16, &'static str)>>) -> (u16, &'static str) {
    loop {
        if let Some(farewell) = *cutting.borrow_and_update() {
            return farewell;
        }
        if cutting.changed().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

/// Until the line or the connection ends; what to say last, where that is not the client's own wish.
async fn write(
    waiting: &mut mpsc::Receiver<Load>,
    sink: &mut (impl Sink<Message> + Unpin),
) -> Option<(u16, &'static str)> {
    while let Some(mut load) = waiting.recv().await {
        // It weighs until it is written.
        let message = std::mem::replace(&mut load.message, Message::Close(None));
        let last = matches!(message, Message::Close(_));
        match tokio::time::timeout(PATIENCE, sink.send(message)).await {
            Err(_) => return Some((close::TIMED_OUT, "too little was read for too long")),
            Ok(Ok(())) if !last => {}
            Ok(_) => break,
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::pin::Pin;
    use std::sync::Mutex;
    use std::task::{Context, Poll};

    /// Takes nothing until it may, and keeps what it took.
    #[derive(Clone, Default)]
    struct Slow {
        open: Arc<std::sync::atomic::AtomicBool>,
        taken: Arc<Mutex<Vec<Message>>>,
    }

    impl Sink<Message> for Slow {
        type Error = std::convert::Infallible;
        fn poll_ready(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
            match self.open.load(Ordering::Relaxed) {
                true => Poll::Ready(Ok(())),
                false => Poll::Pending,
            }
        }
        fn start_send(self: Pin<&mut Self>, item: Message) -> Result<(), Self::Error> {
            self.taken.lock().unwrap().push(item);
            Ok(())
        }
        fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
            Poll::Ready(Ok(()))
        }
        fn poll_close(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
            Poll::Ready(Ok(()))
        }
    }

    fn mebibyte() -> Message {
        Message::text("x".repeat(1 << 20))
    }

    #[tokio::test]
    async fn eight_mebibytes_may_wait_and_more_ends_it_with_a_reason() {
        let sink = Slow::default();
        let (line, writing) = Line::new(sink.clone());
        let writing = tokio::spawn(writing);
        let mut answers: Vec<_> = (0..8)
            .map(|_| {
                let line = line.clone();
                tokio::spawn(async move { line.send(mebibyte()).await })
            })
            .collect();
        while line.scale.bytes.load(Ordering::Relaxed) < QUEUED_BYTES {
            tokio::task::yield_now().await;
        }
        assert!(futures_util::FutureExt::now_or_never(line.overloaded()).is_none(), "so much may wait");
        assert!(
            futures_util::FutureExt::now_or_never(line.calm()).is_none(),
            "nothing more is read meanwhile"
        );
        let more = line.clone();
        answers.push(tokio::spawn(async move { more.send(mebibyte()).await }));
        line.overloaded().await;
        sink.open.store(true, Ordering::Relaxed);
        line.cut(close::TIMED_OUT, "too much waits to be read");
        writing.await.unwrap();
        let taken = sink.taken.lock().unwrap();
        let [.., Message::Close(Some(frame))] = &taken[..] else { panic!("{taken:?}") };
        assert_eq!(frame.code, 4408);
        drop(answers);
    }

    #[tokio::test]
    async fn what_was_written_weighs_nothing_any_more() {
        let sink = Slow::default();
        sink.open.store(true, Ordering::Relaxed);
        let (line, writing) = Line::new(sink.clone());
        let writing = tokio::spawn(writing);
        for _ in 0..20 {
            line.send(mebibyte()).await.unwrap();
            line.calm().await;
        }
        line.room().await;
        assert!(line.mention(Message::text("now")));
        let scale = line.scale.clone();
        drop(line);
        writing.await.unwrap();
        assert_eq!((scale.bytes.load(Ordering::Relaxed), sink.taken.lock().unwrap().len()), (0, 21));
        assert!(futures_util::FutureExt::now_or_never(scale.over.notified()).is_none());
    }
}
