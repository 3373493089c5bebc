//! Running a call: in its own process group, within its time, reading no more than the cap. Whatever way
//! it ends, the process has been waited for.

use std::io::{Read, Write};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use super::call::{GitCall, Input, Overflow};
use crate::error::IoContext;
use crate::{RepoError, Result, os};

const STDERR_CAP: usize = 16 << 10;

#[derive(Debug)]
pub struct GitOutput {
    pub status: i32,
    pub stdout: Vec<u8>,
    pub stderr: String,
    /// The output reached its cap and the call was ended.
    pub truncated: bool,
}

impl GitOutput {
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.stdout).into_owned()
    }

    pub(crate) fn failure(&self, command: &str) -> RepoError {
        let detail = self.stderr.trim();
        let detail = detail.char_indices().nth(1500).map_or(detail, |(end, _)| &detail[..end]);
        RepoError::Failed { command: command.to_owned(), status: self.status, detail: detail.to_owned() }
    }
}

enum Stream {
    Out,
    Err,
}

struct Ended {
    stream: Stream,
    bytes: Vec<u8>,
    overflow: bool,
}

/// The command, hardened, not started.
pub(super) fn command(call: &GitCall<'_>) -> Result<Command> {
    let mut command = Command::new(call.program());
    command.args(call.argv()?).env_clear().envs(call.given_environment()).current_dir(call.start_dir());
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    Ok(command)
}

pub(super) fn run(mut call: GitCall<'_>) -> Result<GitOutput> {
    let name = call.name();
    let started = Instant::now();
    let mut command = command(&call)?;
    let to_file = call.output.is_some();
    command.stdout(call.output.take().map_or_else(Stdio::piped, Stdio::from)).stderr(Stdio::piped());
    let mut bytes = None;
    command.stdin(match std::mem::replace(&mut call.input, Input::Nothing) {
        Input::Nothing => Stdio::null(),
        Input::File(file) => Stdio::from(file),
        Input::Bytes(given) => {
            bytes = Some(given);
            Stdio::piped()
        }
    });
    let mut child = spawn(&mut command, &call)?;
    let (send, ended) = mpsc::sync_channel(2);
    if let (Some(bytes), Some(mut pipe)) = (bytes, child.stdin.take()) {
        // Ends with the process at the latest: the pipe breaks.
        std::thread::spawn(move || {
            let _ = pipe.write_all(&bytes);
        });
    }
    let mut open = 0;
    if let Some(pipe) = child.stdout.take().filter(|_| !to_file) {
        read(pipe, Stream::Out, call.cap, send.clone());
        open += 1;
    }
    if let Some(pipe) = child.stderr.take() {
        read(pipe, Stream::Err, STDERR_CAP, send);
        open += 1;
    }
    let mut output = GitOutput { status: -1, stdout: Vec::new(), stderr: String::new(), truncated: false };
    let deadline = started + call.timeout;
    while open > 0 {
        let Ok(part) = ended.recv_timeout(deadline.saturating_duration_since(Instant::now())) else {
            return Err(expire(&mut child, &call, name));
        };
        open -= 1;
        match part.stream {
            Stream::Err => output.stderr = String::from_utf8_lossy(&part.bytes).into_owned(),
            Stream::Out => {
                output.stdout = part.bytes;
                output.truncated = part.overflow;
            }
        }
        if output.truncated {
            os::kill_group(&mut child);
        }
    }
    output.status =
        wait_until(&mut child, deadline).ok_or_else(|| expire(&mut child, &call, name.clone()))?;
    tracing::debug!(git = %name, status = output.status, ms = started.elapsed().as_millis() as u64);
    if output.truncated && call.overflow == Overflow::Fail {
        let what = format!("the answer of git {name}");
        return Err(RepoError::TooLarge { what, limit: call.cap as u64, actual: call.cap as u64 + 1 });
    }
    Ok(output)
}

fn spawn(command: &mut Command, call: &GitCall<'_>) -> Result<Child> {
    command.spawn().map_err(|source| match source.kind() {
        std::io::ErrorKind::NotFound => RepoError::Missing { detail: call.program().display().to_string() },
        _ => RepoError::Io { what: "start", path: call.program().to_owned(), source },
    })
}

/// Reads up to `cap` bytes. Standard error is drained to its end all the same; standard output stops at
/// the cap, and the caller ends the process.
fn read(mut pipe: impl Read + Send + 'static, stream: Stream, cap: usize, send: mpsc::SyncSender<Ended>) {
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        let _ = pipe.by_ref().take(cap as u64 + 1).read_to_end(&mut bytes);
        let overflow = bytes.len() > cap;
        bytes.truncate(cap);
        if overflow && matches!(stream, Stream::Err) {
            let _ = std::io::copy(&mut pipe, &mut std::io::sink());
        }
        let _ = send.send(Ended { stream, bytes, overflow });
    });
}

fn expire(child: &mut Child, call: &GitCall<'_>, command: String) -> RepoError {
    os::kill_group(child);
    let _ = child.wait();
    RepoError::Timeout { command, seconds: call.timeout.as_secs() }
}

/// Both pipes are closed, so the process is about to end; none when it outlives the deadline.
pub(crate) fn wait_until(child: &mut Child, deadline: Instant) -> Option<i32> {
    let mut pause = Duration::from_micros(100);
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Some(status.code().unwrap_or(-1)),
            Ok(None) if Instant::now() < deadline => std::thread::sleep(pause),
            Ok(None) | Err(_) => return None,
        }
        pause = (pause * 2).min(Duration::from_millis(5));
    }
}

/// For the one call that talks back and forth; see `land::ref_hold`.
pub(crate) fn dialogue(call: &GitCall<'_>) -> Result<Child> {
    let mut command = command(call)?;
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    command.spawn().at("start", call.program())
}
