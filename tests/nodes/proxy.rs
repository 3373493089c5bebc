//! A line between a machine and its hub that can be cut, healed and made slow.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

pub struct Proxy {
    pub port: u16,
    /// Counts cuts; odd is cut.
    cut: Arc<watch::Sender<u64>>,
    /// Bytes a second each way; 0 is as fast as it goes.
    speed: Arc<AtomicU64>,
}

impl Proxy {
    pub async fn to(port: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let own = listener.local_addr().unwrap().port();
        let (cut, speed) = (Arc::new(watch::channel(0).0), Arc::new(AtomicU64::new(0)));
        let (cuts, fast) = (cut.clone(), speed.clone());
        tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                let mut cuts = cuts.subscribe();
                if *cuts.borrow_and_update() % 2 == 1 {
                    continue;
                }
                let fast = fast.clone();
                tokio::spawn(async move {
                    let Ok(far) = TcpStream::connect(("127.0.0.1", port)).await else { return };
                    let ((near_in, near_out), (far_in, far_out)) = (near.into_split(), far.into_split());
                    tokio::select! {
                        () = pass(near_in, far_out, fast.clone()) => {}
                        () = pass(far_in, near_out, fast) => {}
                        _ = cuts.changed() => {}
                    }
                });
            }
        });
        Self { port: own, cut, speed }
    }

    /// The link as it is seen through this line.
    pub fn seen(&self, link: &str) -> String {
        let (_, fragment) = link.split_once('#').unwrap();
        format!("http://localhost:{}/pair#{fragment}", self.port)
    }

    /// Everything that is connected is cut off, and nothing new gets through.
    pub fn cut(&self) {
        assert_eq!(*self.cut.borrow() % 2, 0, "it is cut already");
        self.cut.send_modify(|count| *count += 1);
    }

    pub fn heal(&self) {
        assert_eq!(*self.cut.borrow() % 2, 1, "it is not cut");
        self.cut.send_modify(|count| *count += 1);
    }

    pub fn slow(&self, bytes_a_second: u64) {
        self.speed.store(bytes_a_second, Ordering::Relaxed);
    }
}

async fn pass(
    mut from: impl AsyncReadExt + Unpin,
    mut to: impl AsyncWriteExt + Unpin,
    speed: Arc<AtomicU64>,
) {
    let mut piece = vec![0; 8 * 1024];
    loop {
        let Ok(read @ 1..) = from.read(&mut piece).await else { return };
        let speed = speed.load(Ordering::Relaxed);
        // A slow line: each piece takes the time it takes at that speed.
        if let Some(takes) = (1000 * read as u64).checked_div(speed) {
            tokio::time::sleep(Duration::from_millis(takes)).await;
        }
        if to.write_all(&piece[..read]).await.is_err() {
            return;
        }
    }
}
