//! A call that may take long and talks meanwhile: somebody can look at its progress, and end it.

use std::collections::VecDeque;
use std::io::{BufReader, Read};
use std::process::Stdio;
use std::sync::mpsc;
use std::time::{Duration, Instant};

use super::call::GitCall;
use super::run;
use crate::error::IoContext;
use crate::{Result, os};

/// Most bytes of each output that are kept; of the errors the newest.
const KEPT: usize = 64 << 10;
/// Longest single line; a line without an end is cut here.
const LINE: usize = 4 << 10;
const LOOK: Duration = Duration::from_millis(50);
/// What a helper left running may hold the outputs open; it is not waited for.
const AFTER: Duration = Duration::from_secs(2);

/// How a watched call ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WatchedEnd {
    /// The exit status; none when a signal ended it.
    Exited(Option<i32>),
    TimedOut,
    Cancelled,
}

#[derive(Clone, Debug)]
pub struct Watched {
    pub end: WatchedEnd,
    pub stdout: String,
    pub stderr: String,
}

/// Who watches.
pub struct Watch<'a> {
    pub limit: Duration,
    /// Asked often; true ends the call.
    pub cancelled: &'a (dyn Fn() -> bool + Sync),
    /// Told each line that is written over the one before.
    pub progress: &'a (dyn Fn(&str) + Sync),
}

enum Part {
    Out(String),
    Line(String),
    Progress(String),
    Closed,
}

pub(crate) fn watched(call: &GitCall<'_>, watch: &Watch<'_>) -> Result<Watched> {
    let mut command = run::command(call)?;
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let started = Instant::now();
    let mut child = command.spawn().at("start", call.program())?;
    let (send, parts) = mpsc::sync_channel::<Part>(64);
    if let Some(pipe) = child.stdout.take() {
        let send = send.clone();
        std::thread::spawn(move || {
            let mut bytes = Vec::new();
            let mut pipe = pipe;
            let _ = pipe.by_ref().take(KEPT as u64).read_to_end(&mut bytes);
            let _ = std::io::copy(&mut pipe, &mut std::io::sink());
            let _ = send.send(Part::Out(String::from_utf8_lossy(&bytes).into_owned()));
            let _ = send.send(Part::Closed);
        });
    }
    if let Some(pipe) = child.stderr.take() {
        std::thread::spawn(move || lines(pipe, &send));
    }
    let (mut stdout, mut kept, mut bytes, mut open) = (String::new(), VecDeque::new(), 0, 2);
    let (mut end, mut exited) = (None, None::<Instant>);
    while open > 0 {
        match parts.recv_timeout(LOOK) {
            Ok(Part::Out(text)) => stdout = text,
            Ok(Part::Progress(line)) => (watch.progress)(&line),
            Ok(Part::Line(line)) => {
                bytes += line.len();
                kept.push_back(line);
                while bytes > KEPT {
                    bytes -= kept.pop_front().map_or(bytes, |line: String| line.len());
                }
            }
            Ok(Part::Closed) => open -= 1,
            Err(mpsc::RecvTimeoutError::Timeout) => {}
            Err(mpsc::RecvTimeoutError::Disconnected) => break,
        }
        if end.is_none() {
            let ended = match () {
                () if (watch.cancelled)() => Some(WatchedEnd::Cancelled),
                () if started.elapsed() > watch.limit => Some(WatchedEnd::TimedOut),
                () => None,
            };
            if ended.is_some() {
                os::kill_group(&mut child);
                end = ended;
            }
        }
        if exited.is_none() && child.try_wait().is_ok_and(|status| status.is_some()) {
            exited = Some(Instant::now());
        }
        if exited.is_some_and(|at| at.elapsed() > AFTER) {
            break;
        }
    }
    let status = child.wait().at("wait for", call.program())?;
    let end = end.unwrap_or(WatchedEnd::Exited(status.code()));
    Ok(Watched { end, stdout, stderr: kept.into_iter().collect() })
}

/// Splits what comes at line ends and at carriage returns, the mark of progress. The two together are a line end: so
/// ssh writes.
fn lines(pipe: impl Read, send: &mpsc::SyncSender<Part>) {
    let mut line = Vec::new();
    let mut returned = false;
    let text = |line: &[u8]| String::from_utf8_lossy(line).into_owned();
    for byte in BufReader::new(pipe).bytes() {
        let Ok(byte) = byte else { break };
        if returned && byte != b'\n' {
            let told = text(&line);
            line.clear();
            // Whoever watches takes the newest; one that is late is left out.
            let _ = send.try_send(Part::Progress(told));
        }
        returned = byte == b'\r';
        match byte {
            b'\r' => {}
            b'\n' => {
                line.push(b'\n');
                let told = text(&line);
                line.clear();
                if send.send(Part::Line(told)).is_err() {
                    return;
                }
            }
            byte if line.len() < LINE => line.push(byte),
            _ => {}
        }
    }
    if !line.is_empty() && !returned {
        let _ = send.send(Part::Line(text(&line)));
    }
    let _ = send.send(Part::Closed);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_ssh_and_progress_of_git_are_told_apart() {
        let (send, parts) = mpsc::sync_channel(64);
        lines(&b"Permission denied.\r\nCounting: 1%\rCounting: 2%\rdone.\nlast"[..], &send);
        drop(send);
        let told: Vec<String> = parts
            .iter()
            .map(|part| match part {
                Part::Line(line) => format!("line {line}"),
                Part::Progress(line) => format!("progress {line}"),
                Part::Out(_) => "out".into(),
                Part::Closed => "closed".into(),
            })
            .collect();
        let wanted = [
            "line Permission denied.\n",
            "progress Counting: 1%",
            "progress Counting: 2%",
            "line done.\n",
            "line last",
            "closed",
        ];
        assert_eq!(told, wanted);
    }
}
