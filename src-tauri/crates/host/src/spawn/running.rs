//! Supervision of a started program, from its first byte to the end of its last process.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::{Child, ChildStdin};
use tokio::sync::{Notify, watch};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep_until, timeout};

use super::capture::{Capture, Lines};
use super::launch::launch;
use super::tree_end::TreeEnd;
use super::{Captured, Command, Ended, Outcome, RUN_VAR, Stdin, Stream, marker};
use crate::HostError;
use crate::ids::{Ids as _, SystemIds};

/// After the program's end its pipes end too; a broken system gets this long before we let go of them.
const PIPES_END_WITHIN: Duration = Duration::from_secs(1);
/// How long a killed tree may take to be gone.
const DEATH_WITHIN: Duration = Duration::from_secs(5);

/// A program under supervision. Dropping it ends the program and its tree.
#[derive(Debug)]
pub struct Running {
    pid: u32,
    stdin: Option<ChildStdin>,
    cancel: CancelHandle,
    program: String,
    supervisor: Option<JoinHandle<Outcome>>,
}

/// Ends a program and its tree; may be cloned, kept and called at any time and any number of times.
#[derive(Debug, Clone)]
pub struct CancelHandle(Arc<watch::Sender<bool>>);

impl CancelHandle {
    pub fn cancel(&self) {
        self.0.send_replace(true);
    }
}

impl Running {
    /// The process we started: the program, its guard, or the outer process of its sandbox.
    pub fn pid(&self) -> u32 {
        self.pid
    }

    /// The program's standard input, once, if it was asked for with [`Stdin::Piped`].
    pub fn stdin(&mut self) -> Option<ChildStdin> {
        self.stdin.take()
    }

    pub fn cancel_handle(&self) -> CancelHandle {
        self.cancel.clone()
    }

    /// Waits until the program and its whole tree are gone.
    pub async fn wait(mut self) -> Result<Outcome, HostError> {
        let lost = |cause: String| HostError::Supervision { program: self.program.clone(), cause };
        match self.supervisor.as_mut() {
            Some(supervisor) => supervisor.await.map_err(|error| lost(error.to_string())),
            None => Err(lost("nobody supervises it".to_owned())),
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.cancel.cancel();
    }
}

pub(super) async fn start(mut command: Command) -> Result<Running, HostError> {
    let run = SystemIds.uuid();
    let mut child = launch(&mut command, &run).await?;
    let pid = child.id().unwrap_or(0);
    let mut stdin = child.stdin.take();
    if let Stdin::Bytes(bytes) = std::mem::take(&mut command.stdin) {
        feed(stdin.take(), bytes);
    }
    let (cancel, cancelled) = watch::channel(false);
    let program = command.program();
    let tree = TreeEnd { pid, kind: command.tree, alive: true };
    let supervisor = tokio::spawn(supervise(child, tree, command, run, cancelled));
    Ok(Running { pid, stdin, cancel: CancelHandle(Arc::new(cancel)), program, supervisor: Some(supervisor) })
}

/// The program may end without reading everything; that is its business.
fn feed(stdin: Option<ChildStdin>, bytes: Vec<u8>) {
    if let Some(mut stdin) = stdin {
        tokio::spawn(async move {
            let _ = stdin.write_all(&bytes).await;
        });
    }
}

async fn supervise(
    mut child: Child,
    mut tree: TreeEnd,
    command: Command,
    run: String,
    mut cancelled: watch::Receiver<bool>,
) -> Outcome {
    let started = Instant::now();
    let watched = Arc::new(Watched::new(command.caps.total));
    let stdout = Reader::start(child.stdout.take(), Stream::Stdout, &command, &watched);
    let stderr = Reader::start(child.stderr.take(), Stream::Stderr, &command, &watched);

    let ended = tokio::select! {
        biased;
        _ = child.wait() => Ended::Exited,
        () = is_cancelled(&mut cancelled) => Ended::Cancelled,
        () = watched.too_much.notified() => Ended::OutputLimit,
        () = at(command.timeout.map(|limit| started + limit)) => Ended::TimedOut,
        () = watched.silent_for(started, command.silence) => Ended::Silent,
    };
    let mut left = 0;
    if ended != Ended::Exited {
        tree.end();
        if timeout(command.grace + DEATH_WITHIN, child.wait()).await.is_err() {
            tree.kill();
            let _ = timeout(DEATH_WITHIN, child.wait()).await;
        }
    }
    let status = child.try_wait().ok().flatten();
    tree.alive = status.is_none();
    // A guard or namespace that ended in peace has emptied its tree; in all other cases we look ourselves.
    if ended != Ended::Exited || killed_from_outside(status) {
        left = marker::sweep(RUN_VAR, &run).await.left;
    }
    let (stdout, stderr) = (stdout.finish().await, stderr.finish().await);
    let (code, signal) = decode(status);
    Outcome { ended, code, signal, stdout, stderr, duration: started.elapsed(), leaked: left }
}

async fn is_cancelled(cancelled: &mut watch::Receiver<bool>) {
    // The sender lives in handles that anybody may keep; if all are gone nobody can cancel any more.
    if cancelled.wait_for(|is| *is).await.is_err() {
        std::future::pending::<()>().await;
    }
}

async fn at(deadline: Option<Instant>) {
    match deadline {
        Some(deadline) => sleep_until(deadline).await,
        None => std::future::pending().await,
    }
}

/// What the readers tell the supervisor.
#[derive(Debug)]
struct Watched {
    started: Instant,
    last_output_ms: AtomicU64,
    total: AtomicU64,
    limit: Option<u64>,
    too_much: Notify,
}

impl Watched {
    fn new(limit: Option<u64>) -> Self {
        Self {
            started: Instant::now(),
            last_output_ms: AtomicU64::new(0),
            total: AtomicU64::new(0),
            limit,
            too_much: Notify::new(),
        }
    }

    fn note(&self, bytes: usize) {
        let now = u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.last_output_ms.store(now, Ordering::Relaxed);
        let total = self.total.fetch_add(bytes as u64, Ordering::Relaxed) + bytes as u64;
        if self.limit.is_some_and(|limit| total > limit) {
            self.too_much.notify_one();
        }
    }

    async fn silent_for(&self, started: Instant, silence: Option<Duration>) {
        let Some(silence) = silence else { return std::future::pending().await };
        loop {
            let last = started + Duration::from_millis(self.last_output_ms.load(Ordering::Relaxed));
            if Instant::now() >= last + silence {
                return;
            }
            sleep_until(last + silence).await;
        }
    }
}

struct Reader {
    task: JoinHandle<()>,
    capture: Arc<Mutex<Capture>>,
}

impl Reader {
    fn start<R>(pipe: Option<R>, stream: Stream, command: &Command, watched: &Arc<Watched>) -> Self
    where
        R: AsyncRead + Unpin + Send + 'static,
    {
        let capture = Arc::new(Mutex::new(Capture::new(command.caps.head, command.caps.tail)));
        let mut lines = command.lines.clone().map(|to| Lines::new(stream, to));
        let (kept, watched) = (capture.clone(), watched.clone());
        let task = tokio::spawn(async move {
            let Some(mut pipe) = pipe else { return };
            let mut buffer = vec![0_u8; 16 * 1024];
            // Reading never stops while the pipe is open: a full pipe would block the program.
            while let Ok(got @ 1..) = pipe.read(&mut buffer).await {
                watched.note(got);
                kept.lock().unwrap_or_else(PoisonError::into_inner).push(&buffer[..got]);
                if let Some(lines) = &mut lines {
                    lines.push(&buffer[..got]);
                }
            }
            if let Some(lines) = &mut lines {
                lines.finish();
            }
        });
        Self { task, capture }
    }

    async fn finish(mut self) -> Captured {
        if timeout(PIPES_END_WITHIN, &mut self.task).await.is_err() {
            self.task.abort();
        }
        self.capture.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

fn killed_from_outside(status: Option<std::process::ExitStatus>) -> bool {
    status.is_none_or(|status| status.code().is_none())
}

fn decode(status: Option<std::process::ExitStatus>) -> (Option<i32>, Option<i32>) {
    #[cfg(unix)]
    let signal = status.and_then(|status| std::os::unix::process::ExitStatusExt::signal(&status));
    #[cfg(not(unix))]
    let signal = None;
    (status.and_then(|status| status.code()), signal)
}
