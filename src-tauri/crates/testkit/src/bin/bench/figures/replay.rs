//! A whole session over one event stream, every line of it checked.

use crate::floor;
use crate::http::Address;
use crate::row::{Amount, Row};
use anyhow::{Context, bail};
use std::io::Read;
use std::time::Instant;

/// What one replay came to.
pub struct Replayed {
    pub seconds: f64,
    pub bytes: usize,
}

/// Reads `events` numbered lines of a session, first to last, each once and in order.
pub fn replay(address: &Address, session: &str, events: usize) -> anyhow::Result<Replayed> {
    let since = Instant::now();
    let mut stream = address.follow(session, 0)?;
    let (mut bytes, mut part) = (0, vec![0; 256 * 1024]);
    let mut reader = Frames::default();
    while reader.next < events {
        let n = stream.read(&mut part).context("the stream")?;
        if n == 0 {
            bail!("the stream ended after {} of {events} events", reader.next);
        }
        bytes += n;
        reader.take(part.get(..n).unwrap_or_default())?;
    }
    Ok(Replayed { seconds: since.elapsed().as_secs_f64(), bytes })
}

/// A row of a replay: events per second, beside the same bytes through a bare connection.
pub fn row(figure: impl Into<String>, events: usize, replayed: &Replayed) -> anyhow::Result<Row> {
    let raw = floor::push_through(replayed.bytes)?;
    Ok(Row::new(figure, Amount::PerSecond(events as f64 / replayed.seconds))
        .floor(Amount::PerSecond(events as f64 / raw), "same bytes, raw loopback"))
}

/// Takes the lines out of the stream and makes sure that none is missing, doubled or out of order.
#[derive(Default)]
struct Frames {
    rest: Vec<u8>,
    cursor: i64,
    /// Number the next line must have.
    next: usize,
}

impl Frames {
    fn take(&mut self, part: &[u8]) -> anyhow::Result<()> {
        self.rest.extend_from_slice(part);
        let mut at = 0;
        while let Some(end) = find(self.rest.get(at..).unwrap_or_default(), b"\n") {
            let line = self.rest.get(at..at + end).unwrap_or_default();
            at += end + 1;
            if let Some(id) = line.strip_prefix(b"id: ") {
                let cursor: i64 = std::str::from_utf8(id)?.parse()?;
                if cursor <= self.cursor {
                    bail!("cursor {cursor} came after {}", self.cursor);
                }
                self.cursor = cursor;
            } else if line.starts_with(b"data: ") {
                let text = find(line, b"\"line ")
                    .and_then(|at| line.get(at + 6..))
                    .context("a line without a number")?;
                let end = find(text, b" ").context("a line without a number")?;
                let number: usize = std::str::from_utf8(text.get(..end).unwrap_or_default())?.parse()?;
                if number != self.next {
                    bail!("line {number} came where {} was due", self.next);
                }
                self.next += 1;
            }
        }
        self.rest.drain(..at);
        Ok(())
    }
}

fn find(text: &[u8], what: &[u8]) -> Option<usize> {
    match what {
        [byte] => text.iter().position(|b| b == byte),
        _ => text.windows(what.len()).position(|w| w == what),
    }
}
