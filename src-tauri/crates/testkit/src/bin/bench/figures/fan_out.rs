//! One message, fifty readers: until the last of them has it, and what each reader costs.

use crate::floor::{self, RawFanOut};
use crate::ground::Ground;
use crate::http::Address;
use crate::process::{own_thread_seconds, processor_seconds};
use crate::row::{Amount, Goal, Row};
use crate::sample::Sample;
use crate::serve;
use anyhow::Context;
use std::net::TcpStream;
use std::sync::mpsc;
use std::time::{Duration, Instant};
use tokio::io::AsyncReadExt;

const READERS: usize = 50;
const EVENTS: usize = 600;
/// How every frame ends, and nothing else does.
const END: &[u8] = b"}\n\n";

pub fn measure(ground: &Ground) -> anyhow::Result<Vec<Row>> {
    let server = serve::built(&ground.folder("fan-out"));
    let address = serve::address(&server);
    let one = through_server(&address, server.pid(), "one", 1)?;
    let many = through_server(&address, server.pid(), "many", READERS)?;
    let raw = bare(ground, READERS)?;
    let row = |name: &str, q: f64| {
        Row::new(format!("message → 50 readers have it, {name}"), Amount::Millis(many.times.millis(q)))
            .floor(Amount::Millis(raw.times.millis(q)), "1 raw write+fsync, 50 raw socket writes")
    };
    let micros = |seconds: f64| Amount::Micros(seconds * 1e6);
    Ok(vec![
        row("p50", 0.5),
        row("p99", 0.99).goal(Goal::AtMost(Amount::Millis(10.0))),
        Row::new("processor time per event, 1 reader", micros(one.worked)),
        Row::new("processor time per event, 50 readers", micros(many.worked))
            .floor(micros(one.worked + raw.worked), "1 reader, and 50 raw socket writes")
            .goal(Goal::RatioAtMost(1.5)),
    ])
}

struct Measured {
    /// From sending to the last reader.
    times: Sample,
    /// Seconds of processor time per event, on the writing side.
    worked: f64,
}

fn through_server(address: &Address, pid: u32, session: &str, readers: usize) -> anyhow::Result<Measured> {
    let mut connection = address.connect()?;
    connection.call("/sessions", &format!(r#"{{"sessionId":"{session}"}}"#))?;
    let streams = (0..readers).map(|_| address.follow(session, 0)).collect::<anyhow::Result<Vec<_>>>()?;
    let crowd = Crowd::gather(streams)?;
    let path = format!("/sessions/{session}/command");
    let body = r#"{"type":"log","payload":{"level":"info","message":"something everybody wants to see at once"},"from":"bench"}"#;
    // Readers that are still catching up are woken up by the first one.
    connection.call(&path, body)?;
    crowd.all_have_it()?;
    let (mut times, before) = (Vec::with_capacity(EVENTS), processor_seconds(pid)?);
    for _ in 0..EVENTS {
        let since = Instant::now();
        connection.call(&path, body)?;
        times.push(crowd.all_have_it()?.saturating_duration_since(since));
    }
    let worked = (processor_seconds(pid)? - before) / EVENTS as f64;
    Ok(Measured { times: Sample::new(times), worked })
}

/// The same without a server: one synced write, then the frame into every socket.
fn bare(ground: &Ground, readers: usize) -> anyhow::Result<Measured> {
    let (mut raw, far) = RawFanOut::open(readers)?;
    let crowd = Crowd::gather(far)?;
    let frame = [&[b'x'; 300], END].concat();
    let synced = floor::write_and_sync(ground.dir(), EVENTS, Duration::from_secs(2))?;
    let (mut times, before) = (Vec::with_capacity(EVENTS), own_thread_seconds()?);
    for sync in &synced {
        let since = Instant::now();
        raw.write(&frame)?;
        times.push(crowd.all_have_it()?.saturating_duration_since(since) + *sync);
    }
    let worked = (own_thread_seconds()? - before) / times.len().max(1) as f64;
    Ok(Measured { worked, times: Sample::new(times) })
}

/// Readers on one thread, so that waking them up costs as little as it can.
struct Crowd {
    everybody: mpsc::Receiver<Instant>,
}

impl Crowd {
    fn gather(streams: Vec<TcpStream>) -> anyhow::Result<Self> {
        let (tell, everybody) = mpsc::channel();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let readers = streams.len();
        let streams = {
            let _inside = runtime.enter();
            let each = streams.into_iter().map(|stream| {
                stream.set_nonblocking(true)?;
                tokio::net::TcpStream::from_std(stream)
            });
            each.collect::<std::io::Result<Vec<_>>>()?
        };
        std::thread::spawn(move || {
            let local = tokio::task::LocalSet::new();
            let arrivals = std::rc::Rc::new(std::cell::Cell::new(0_usize));
            for stream in streams {
                let (arrivals, tell) = (arrivals.clone(), tell.clone());
                local.spawn_local(read(stream, move || {
                    arrivals.set(arrivals.get() + 1);
                    if arrivals.get().is_multiple_of(readers) {
                        let _ = tell.send(Instant::now());
                    }
                }));
            }
            drop(tell);
            runtime.block_on(local);
        });
        Ok(Self { everybody })
    }

    /// When the last reader had the next event. Events must not overlap.
    fn all_have_it(&self) -> anyhow::Result<Instant> {
        self.everybody.recv_timeout(Duration::from_secs(30)).context("an event did not reach every reader")
    }
}

/// Calls `arrived` for every frame, until the other end closes.
async fn read(mut stream: tokio::net::TcpStream, arrived: impl Fn()) {
    let (mut part, mut matched) = ([0; 8 * 1024], 0);
    while let Ok(n @ 1..) = stream.read(&mut part).await {
        for byte in part.get(..n).unwrap_or_default() {
            matched = match END.get(matched) {
                Some(due) if due == byte => matched + 1,
                _ => usize::from(END.first() == Some(byte)),
            };
            if matched == END.len() {
                matched = 0;
                arrived();
            }
        }
    }
}
