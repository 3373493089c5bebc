//! Supervision of a started program, from its first byte to the end of its last process.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _};
use tokio::sync::{Notify, watch};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep_until, timeout};

use super::capture::{Capture, Lines};
use super::held::{ChildTree, Held};
use super::launch::launch;
use super::{Captured, Command, Ended, Input, Outcome, Stdin, Stream};
use crate::HostError;
use crate::ids::{Ids as _, SystemIds};

/// After the program's end its pipes end too; a broken system gets this long before we let go of them.
const PIPES_END_WITHIN: Duration = Duration::from_secs(5);
/// The same where no line may be lost: whoever takes them may still be busy with what came before.
const RECORDS_END_WITHIN: Duration = Duration::from_secs(30);
/// How long a killed tree may take to be gone.
const DEATH_WITHIN: Duration = Duration::from_secs(5);

/// A program under supervision. Dropping it ends the program and its tree.
#[derive(Debug)]
pub struct Running {
    pid: u32,
    stdin: Option<Input>,
    cancel: CancelHandle,
    program: String,
    supervisor: Option<JoinHandle<Result<Outcome, HostError>>>,
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
    /// The process we started: the program, its guard, or the outer process of its sandbox. Of a command in a
    /// cell, its guard's number as the cell counts, which names nothing on this machine.
    pub fn pid(&self) -> u32 {
        self.pid
    }

    /// The program's standard input, once, if it was asked for with [`Stdin::Piped`].
    pub fn stdin(&mut self) -> Option<Input> {
        self.stdin.take()
    }

    pub fn cancel_handle(&self) -> CancelHandle {
        self.cancel.clone()
    }

    /// The same program; `work` looks at its end before anybody hears of it.
    pub(crate) fn then<F, R>(mut self, work: F) -> Self
    where
        F: FnOnce(Result<Outcome, HostError>) -> R + Send + 'static,
        R: Future<Output = Result<Outcome, HostError>> + Send + 'static,
    {
        let program = self.program.clone();
        self.supervisor = self.supervisor.take().map(|supervisor| {
            tokio::spawn(async move {
                let lost = |error: tokio::task::JoinError| {
                    Err(HostError::Supervision { program, cause: error.to_string() })
                };
                work(supervisor.await.unwrap_or_else(lost)).await
            })
        });
        self
    }

    /// Waits until the program and its whole tree are gone.
    pub async fn wait(mut self) -> Result<Outcome, HostError> {
        let lost = |cause: String| HostError::Supervision { program: self.program.clone(), cause };
        match self.supervisor.as_mut() {
            Some(supervisor) => supervisor.await.map_err(|error| lost(error.to_string()))?,
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
    let (child, pipes) = launch(&mut command, &run).await?;
    let held = ChildTree::new(child, &mut command, run);
    Ok(hold(held, pipes.stdin.map(Input::of_process), Some(pipes.stdout), Some(pipes.stderr), command))
}

/// Supervises whatever holds the program: a process of ours, or a command in a cell.
pub(super) fn hold<H, O, E>(
    held: H,
    mut stdin: Option<Input>,
    stdout: Option<O>,
    stderr: Option<E>,
    mut command: Command,
) -> Running
where
    H: Held,
    O: AsyncRead + Unpin + Send + 'static,
    E: AsyncRead + Unpin + Send + 'static,
{
    if let Stdin::Bytes(bytes) = std::mem::take(&mut command.stdin) {
        feed(stdin.take(), bytes);
    }
    let (pid, program) = (held.pid(), command.program());
    let (cancel, cancelled) = watch::channel(false);
    let supervisor = tokio::spawn(supervise(held, stdout, stderr, command, cancelled));
    Running { pid, stdin, cancel: CancelHandle(Arc::new(cancel)), program, supervisor: Some(supervisor) }
}

/// The program may end without reading everything; that is its business.
fn feed(stdin: Option<Input>, bytes: Vec<u8>) {
    if let Some(mut stdin) = stdin {
        tokio::spawn(async move {
            let _ = stdin.write_all(&bytes).await;
        });
    }
}

async fn supervise<H, O, E>(
    mut held: H,
    stdout: Option<O>,
    stderr: Option<E>,
    command: Command,
    mut cancelled: watch::Receiver<bool>,
) -> Result<Outcome, HostError>
where
    H: Held,
    O: AsyncRead + Unpin + Send + 'static,
    E: AsyncRead + Unpin + Send + 'static,
{
    let started = Instant::now();
    let watched = Arc::new(Watched::new(command.caps.total));
    let stdout = Reader::start(stdout, Stream::Stdout, &command, &watched);
    let stderr = Reader::start(stderr, Stream::Stderr, &command, &watched);

    let ended = tokio::select! {
        biased;
        () = held.ended() => Ended::Exited,
        () = is_cancelled(&mut cancelled) => Ended::Cancelled,
        () = watched.too_much.notified() => Ended::OutputLimit,
        () = at(command.timeout.map(|limit| started + limit)) => Ended::TimedOut,
        () = watched.silent_for(started, command.silence) => Ended::Silent,
    };
    if ended != Ended::Exited {
        held.end();
        if timeout(command.grace + DEATH_WITHIN, held.ended()).await.is_err() {
            held.kill();
            let _ = timeout(DEATH_WITHIN, held.ended()).await;
        }
    }
    let left = held.leftovers(ended).await;
    let (stdout, stderr) = (stdout.finish().await, stderr.finish().await);
    let (code, signal) = held.status(ended)?;
    // Killed by somebody else than us. A shell tells the signal of its child in its own code.
    let killed = ended == Ended::Exited && (signal == Some(9) || code == Some(137));
    let ended = if killed && held.memory_ran_out() { Ended::OutOfMemory } else { ended };
    Ok(Outcome { ended, code, signal, stdout, stderr, duration: started.elapsed(), leaked: left })
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
    ends_within: Duration,
}

impl Reader {
    fn start<R>(pipe: Option<R>, stream: Stream, command: &Command, watched: &Arc<Watched>) -> Self
    where
        R: AsyncRead + Unpin + Send + 'static,
    {
        let capture = Arc::new(Mutex::new(Capture::new(command.caps.head, command.caps.tail)));
        let mut lines = command.lines.clone().map(|to| match command.whole_lines {
            Some(longest) => Lines::new(stream, to).whole(longest),
            None => Lines::new(stream, to),
        });
        let (kept, watched) = (capture.clone(), watched.clone());
        let task = tokio::spawn(async move {
            let Some(mut pipe) = pipe else { return };
            let mut buffer = vec![0_u8; 16 * 1024];
            // Reading never stops while the pipe is open, since a full pipe would block the program - unless its
            // lines are to be had whole.
            while let Ok(got @ 1..) = pipe.read(&mut buffer).await {
                watched.note(got);
                kept.lock().unwrap_or_else(PoisonError::into_inner).push(&buffer[..got]);
                if let Some(lines) = &mut lines {
                    lines.push(&buffer[..got]);
                    lines.settle().await;
                }
            }
            if let Some(lines) = &mut lines {
                lines.finish();
                lines.settle().await;
            }
        });
        let ends_within = if command.whole_lines.is_some() { RECORDS_END_WITHIN } else { PIPES_END_WITHIN };
        Self { task, capture, ends_within }
    }

    async fn finish(mut self) -> Captured {
        if timeout(self.ends_within, &mut self.task).await.is_err() {
            self.task.abort();
        }
        self.capture.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}
