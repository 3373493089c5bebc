//! A line between a client and the server that can be cut, at any byte.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

pub struct Proxy {
    pub url: String,
    cuts: watch::Sender<u64>,
    line: Line,
}

/// What all connections share.
#[derive(Clone, Default)]
struct Line {
    /// Bytes that went to clients.
    passed: Arc<AtomicU64>,
    /// Counts of them at which the connection they went over breaks.
    breaks: Arc<Mutex<VecDeque<u64>>>,
}

impl Proxy {
    /// In front of the server at `url`.
    pub async fn before(url: &str, breaks: &[u64]) -> Self {
        let target = url.strip_prefix("http://").unwrap().to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        // The server answers to its own port and to `localhost` at any.
        let url = format!("http://localhost:{}", listener.local_addr().unwrap().port());
        let cuts = watch::Sender::new(0);
        let line =
            Line { passed: Arc::default(), breaks: Arc::new(Mutex::new(breaks.iter().copied().collect())) };
        let (cut, shared) = (cuts.clone(), line.clone());
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let server = TcpStream::connect(&target).await.unwrap();
                tokio::spawn(pass(client, server, cut.subscribe(), shared.clone()));
            }
        });
        Self { url, cuts, line }
    }

    /// How many of the breaks that were wished for have not come yet.
    pub fn left(&self) -> usize {
        self.line.breaks.lock().unwrap().len()
    }

    /// All connections break off, in the middle of whatever they are at.
    pub fn cut(&self) {
        self.cuts.send_modify(|count| *count += 1);
    }
}

async fn pass(client: TcpStream, server: TcpStream, mut cut: watch::Receiver<u64>, line: Line) {
    cut.mark_unchanged();
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = server.into_split();
    let up = tokio::io::copy(&mut from_client, &mut to_server);
    let down = async {
        // Small and odd, so that a cut is in the middle of frames.
        let mut bytes = [0; 1_499];
        while let Ok(count @ 1..) = from_server.read(&mut bytes).await {
            if to_client.write_all(&bytes[..count]).await.is_err() {
                break;
            }
            let passed = line.passed.fetch_add(count as u64, Ordering::Relaxed) + count as u64;
            let mut breaks = line.breaks.lock().unwrap();
            if breaks.front().is_some_and(|at| passed >= *at) {
                breaks.pop_front();
                break;
            }
        }
    };
    tokio::select! {
        _ = up => {}
        () = down => {}
        _ = cut.changed() => {}
    }
}
