//! What the machine itself allows: the least any program would need for the same thing.

use super::sample::Sample;
use std::io::{Read, Seek, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::time::{Duration, Instant};

/// Bytes of one raw write, as many as a page of the database.
const PAGE: [u8; 4096] = [0x5a; 4096];

/// Pages written before it starts over, so that the file does not grow while it is measured: the way a
/// write-ahead log is written, and the fastest there is.
const PAGES: usize = 1_000;

/// Writes a page and waits for the disk, `count` times or for `most`; how long each took.
pub fn write_and_sync(dir: &Path, count: usize, most: Duration) -> anyhow::Result<Vec<Duration>> {
    let path = dir.join("raw-writes");
    let mut file = std::fs::File::create(&path)?;
    for _ in 0..PAGES {
        file.write_all(&PAGE)?;
    }
    file.sync_all()?;
    let began = Instant::now();
    let mut taken = Vec::with_capacity(count);
    while taken.len() < count && began.elapsed() < most {
        if taken.len() % PAGES == 0 {
            file.rewind()?;
        }
        let since = Instant::now();
        file.write_all(&PAGE)?;
        file.sync_data()?;
        taken.push(since.elapsed());
    }
    std::fs::remove_file(&path)?;
    Ok(taken)
}

/// Makes what a folder's files still hold in memory durable. A file system that keeps its order lets the next
/// fsync of anybody pay for what somebody else left unsynced.
pub fn settle(dir: &Path) -> anyhow::Result<()> {
    for entry in std::fs::read_dir(dir)? {
        let path = entry?.path();
        if path.is_file() {
            std::fs::File::open(path)?.sync_all()?;
        }
    }
    Ok(())
}

/// Synced writes per second, one after the other.
pub fn syncs_per_second(dir: &Path, most: Duration) -> anyhow::Result<f64> {
    let taken = write_and_sync(dir, 10_000, most)?;
    Ok(taken.len() as f64 / taken.iter().sum::<Duration>().as_secs_f64())
}

/// Groups of `n` synced writes in a row, each group with one exchange over loopback.
pub fn syncs_and_exchange(dir: &Path, n: usize, groups: usize) -> anyhow::Result<Sample> {
    let taken = write_and_sync(dir, n * groups, Duration::from_secs(4))?;
    let exchanges = exchanges(groups)?;
    let sums = taken
        .chunks_exact(n)
        .zip(exchanges)
        .map(|(group, exchange)| group.iter().sum::<Duration>() + exchange);
    Ok(Sample::new(sums.collect()))
}

/// A hundred bytes there and back, `count` times.
fn exchanges(count: usize) -> anyhow::Result<Vec<Duration>> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    let echo = std::thread::spawn(move || -> std::io::Result<()> {
        let (mut peer, _) = listener.accept()?;
        peer.set_nodelay(true)?;
        let mut bytes = [0; 100];
        while peer.read_exact(&mut bytes).is_ok() {
            peer.write_all(&bytes)?;
        }
        Ok(())
    });
    let mut stream = TcpStream::connect(address)?;
    stream.set_nodelay(true)?;
    let mut bytes = [0; 100];
    let mut taken = Vec::with_capacity(count);
    for _ in 0..count {
        let since = Instant::now();
        stream.write_all(&bytes)?;
        stream.read_exact(&mut bytes)?;
        taken.push(since.elapsed());
    }
    drop(stream);
    let _ = echo.join();
    Ok(taken)
}

/// Seconds a raw loop needs to push `bytes` through a loopback connection to a reader that drops them.
pub fn push_through(bytes: usize) -> anyhow::Result<f64> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    let writer = std::thread::spawn(move || -> std::io::Result<()> {
        let (mut peer, _) = listener.accept()?;
        let block = vec![b'x'; 64 * 1024];
        let mut left = bytes;
        while left > 0 {
            let n = left.min(block.len());
            peer.write_all(block.get(..n).unwrap_or_default())?;
            left -= n;
        }
        Ok(())
    });
    let since = Instant::now();
    let mut stream = TcpStream::connect(address)?;
    let mut block = vec![0; 64 * 1024];
    let mut seen = 0;
    while seen < bytes {
        match stream.read(&mut block)? {
            0 => break,
            n => seen += n,
        }
    }
    let took = since.elapsed().as_secs_f64();
    let _ = writer.join();
    Ok(took)
}

/// Sockets on loopback, both ends here: a bare fan-out without any server.
pub struct RawFanOut {
    near: Vec<TcpStream>,
}

impl RawFanOut {
    /// The near ends, and the far ones to read from.
    pub fn open(count: usize) -> anyhow::Result<(Self, Vec<TcpStream>)> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = listener.local_addr()?;
        let (mut near, mut far) = (Vec::new(), Vec::new());
        for _ in 0..count {
            far.push(TcpStream::connect(address)?);
            let (peer, _) = listener.accept()?;
            peer.set_nodelay(true)?;
            near.push(peer);
        }
        Ok((Self { near }, far))
    }

    /// Writes a frame to each socket.
    pub fn write(&mut self, frame: &[u8]) -> std::io::Result<()> {
        self.near.iter_mut().try_for_each(|peer| peer.write_all(frame))
    }
}
