//! A line between a machine and its hub that can be cut, held without anybody being told, healed, made slow and long.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, watch};
use tokio::time::Instant;

/// Pieces that are on their way in one direction.
const UNDER_WAY: usize = 16;
const PIECE: usize = 8 * 1024;

pub struct Proxy {
    pub port: u16,
    now: Arc<watch::Sender<How>>,
    pace: Arc<Pace>,
}

/// How the line is. What was begun before it was cut or held is lost, whatever comes afterwards.
#[derive(Debug, Clone, Copy, PartialEq)]
enum How {
    Whole,
    Cut,
    Held,
}

#[derive(Default)]
struct Pace {
    /// Bytes a second each way; 0 is as fast as it goes.
    speed: AtomicU64,
    /// Milliseconds each piece is under way.
    takes: AtomicU64,
}

impl Proxy {
    pub async fn to(port: u16) -> Self {
        Self::between("127.0.0.1:0", SocketAddr::from(([127, 0, 0, 1], port))).await
    }

    /// From one address to another.
    pub async fn between(near: &str, far: SocketAddr) -> Self {
        let listener = TcpListener::bind(near).await.unwrap();
        let own = listener.local_addr().unwrap().port();
        let line = Self { port: own, now: Arc::new(watch::channel(How::Whole).0), pace: Arc::default() };
        let (now, pace) = (line.now.clone(), line.pace.clone());
        tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                let mut now = now.subscribe();
                let how = *now.borrow_and_update();
                let pace = pace.clone();
                tokio::spawn(async move {
                    match how {
                        How::Cut => {}
                        How::Held => keep(near).await,
                        How::Whole => {
                            if let Some(ends) = join(near, far, &pace, &mut now).await {
                                keep(ends).await;
                            }
                        }
                    }
                });
            }
        });
        line
    }

    /// The link as it is seen through this line.
    pub fn seen(&self, link: &str) -> String {
        let (_, fragment) = link.split_once('#').unwrap();
        format!("http://localhost:{}/pair#{fragment}", self.port)
    }

    /// Everything that is connected is cut off, and nothing new gets through.
    pub fn cut(&self) {
        assert_eq!(self.now.send_replace(How::Cut), How::Whole, "it is whole before");
    }

    /// Nothing passes and nobody is told: what is connected stays open for good, what is begun is never answered.
    pub fn hold(&self) {
        assert_eq!(self.now.send_replace(How::Held), How::Whole, "it is whole before");
    }

    /// What is begun from now on gets through.
    pub fn heal(&self) {
        assert_ne!(self.now.send_replace(How::Whole), How::Whole, "it is whole already");
    }

    pub fn slow(&self, bytes_a_second: u64) {
        self.pace.speed.store(bytes_a_second, Ordering::Relaxed);
    }

    /// Everything arrives so much later than it was sent.
    pub fn long(&self, takes: Duration) {
        self.pace.takes.store(takes.as_millis() as u64, Ordering::Relaxed);
    }
}

/// Keeps ends open that lead nowhere.
async fn keep<T>(_ends: T) {
    std::future::pending::<()>().await;
}

/// Passes on until an end is closed or the line changes; both ends where they are to stay open.
async fn join(
    mut near: TcpStream,
    far: SocketAddr,
    pace: &Pace,
    now: &mut watch::Receiver<How>,
) -> Option<(TcpStream, TcpStream)> {
    let mut far = TcpStream::connect(far).await.ok()?;
    for end in [&near, &far] {
        end.set_nodelay(true).ok()?;
    }
    {
        let ((near_in, near_out), (far_in, far_out)) = (near.split(), far.split());
        tokio::select! {
            () = pass(near_in, far_out, pace) => return None,
            () = pass(far_in, near_out, pace) => return None,
            _ = now.changed() => {}
        }
    }
    let held = *now.borrow() == How::Held;
    held.then_some((near, far))
}

async fn pass(mut from: impl AsyncReadExt + Unpin, mut to: impl AsyncWriteExt + Unpin, pace: &Pace) {
    let (give, mut take) = mpsc::channel::<(Instant, Vec<u8>)>(UNDER_WAY);
    let reading = async move {
        let mut piece = vec![0; PIECE];
        while let Ok(read @ 1..) = from.read(&mut piece).await {
            let arrives = Instant::now() + Duration::from_millis(pace.takes.load(Ordering::Relaxed));
            if give.send((arrives, piece[..read].to_vec())).await.is_err() {
                break;
            }
        }
        // What is under way still arrives.
        drop(give);
        std::future::pending::<()>().await;
    };
    let writing = async {
        while let Some((arrives, piece)) = take.recv().await {
            let speed = pace.speed.load(Ordering::Relaxed);
            let spent = (1000 * piece.len() as u64).checked_div(speed).unwrap_or_default();
            tokio::time::sleep_until(arrives).await;
            tokio::time::sleep(Duration::from_millis(spent)).await;
            if to.write_all(&piece).await.is_err() {
                return;
            }
        }
    };
    tokio::select! {
        () = reading => {}
        () = writing => {}
    }
}
