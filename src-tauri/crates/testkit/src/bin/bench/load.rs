//! Many clients at once, each waiting for its answer before it sends the next.

use crate::http::{Address, Connection};
use crate::process::processor_seconds;
use crate::sample::median;
use std::sync::Barrier;
use std::time::{Duration, Instant};

/// What a server did under load, slice by slice.
#[derive(Default)]
pub struct Load {
    per_second: Vec<f64>,
    micros_each: Vec<f64>,
}

impl Load {
    pub fn per_second(&self) -> f64 {
        median(self.per_second.clone())
    }

    /// Processor time of the server for one step. It says more than the rate when others use the machine too.
    pub fn micros_each(&self) -> f64 {
        median(self.micros_each.clone())
    }

    /// Adds a slice: `clients` repeat `step` with a connection and their number until `length` is over.
    pub fn slice(
        &mut self,
        (address, pid): (&Address, u32),
        clients: usize,
        length: Duration,
        step: impl Fn(&mut Connection, usize) -> anyhow::Result<()> + Sync,
    ) -> anyhow::Result<()> {
        let (start, step) = (Barrier::new(clients + 1), &step);
        let start = &start;
        let client = |n: usize| -> anyhow::Result<usize> {
            let connection = address.connect();
            start.wait();
            let (mut connection, began) = (connection?, Instant::now());
            let mut count = 0;
            while began.elapsed() < length {
                step(&mut connection, n)?;
                count += 1;
            }
            Ok(count)
        };
        let before = processor_seconds(pid)?;
        let (counts, took) = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..clients).map(|n| scope.spawn(move || client(n))).collect();
            start.wait();
            let began = Instant::now();
            let counts: Vec<_> = threads.into_iter().map(|thread| thread.join()).collect();
            (counts, began.elapsed())
        });
        let worked = processor_seconds(pid)? - before;
        let mut total = 0;
        for count in counts {
            total += count.map_err(|_| anyhow::anyhow!("a client panicked"))??;
        }
        self.per_second.push(total as f64 / took.as_secs_f64());
        self.micros_each.push(worked * 1e6 / total.max(1) as f64);
        Ok(())
    }
}
