//! What the system's terminals allow by themselves: a program in one, and a loop that reads it.

use anyhow::Context;
use portable_pty::{CommandBuilder, PtySize, native_pty_system};
use std::io::{Read, Write};
use std::time::{Duration, Instant};

pub struct RawTerminal {
    pub reader: Box<dyn Read + Send>,
    pub writer: Box<dyn Write + Send>,
    child: Box<dyn portable_pty::Child + Send + Sync>,
    _master: Box<dyn portable_pty::MasterPty + Send>,
}

impl RawTerminal {
    pub fn run(script: &str) -> anyhow::Result<Self> {
        let size = PtySize { rows: 24, cols: 80, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size)?;
        let mut command = CommandBuilder::new("/bin/sh");
        command.args(["-c", script]);
        let child = pair.slave.spawn_command(command)?;
        let (reader, writer) = (pair.master.try_clone_reader()?, pair.master.take_writer()?);
        Ok(Self { reader, writer, child, _master: pair.master })
    }

    /// Reads until its program ends; bytes, and how long it took.
    pub fn drain(mut self) -> anyhow::Result<(u64, Duration)> {
        let (since, mut piece, mut bytes) = (Instant::now(), vec![0; 32 * 1024], 0);
        // A terminal whose last program went says so with an error.
        while let Ok(read @ 1..) = self.reader.read(&mut piece) {
            bytes += read as u64;
        }
        let took = since.elapsed();
        self.child.wait()?;
        Ok((bytes, took))
    }

    /// Types a key and waits for its echo, so many times.
    pub fn echoes(mut self, times: usize) -> anyhow::Result<Vec<Duration>> {
        let (mut took, mut piece) = (Vec::with_capacity(times), [0; 64]);
        for _ in 0..times {
            let since = Instant::now();
            self.writer.write_all(b"x")?;
            self.writer.flush()?;
            let read = self.reader.read(&mut piece)?;
            piece.get(..read).filter(|echo| echo.contains(&b'x')).context("an echo")?;
            took.push(since.elapsed());
        }
        self.child.kill()?;
        self.child.wait()?;
        Ok(took)
    }
}
