//! Starting programs, and making sure that nothing of them stays behind.
//!
//! A [`Command`] says everything about one program: its whole environment (nothing is inherited), how long it
//! may run and be silent, how much of its output is kept. Whatever ends it - its own exit, a cancel, a
//! timeout, too much output, or the death of this process - ends every process it started, however deeply
//! they hid themselves:
//!
//! * Linux, plain: the program runs under a small guard process that adopts every orphan of the tree
//!   (`PR_SET_CHILD_SUBREAPER`) and kills the lot; the guard is told by the kernel when this process dies.
//! * Linux, sandboxed: the tree lives in a PID namespace and dies with its first process.
//! * Other Unix: one session, killed as a group. Windows: `taskkill /T`. Both are best effort and
//!   `EffectiveIsolation.kill` says so. Windows, asked for by name: a job object (written, never run).
//!
//! Every process carries `PILOTHOUSE_RUN` (one command) and, when given, `PILOTHOUSE_JOB`, so leftovers of a
//! crashed server can be found by [`sweep_job`].
//!
//! What a program means and whether it may run is decided elsewhere.

mod bare;
mod capture;
mod held;
mod in_session;
mod input;
#[cfg(windows)]
mod job_object;
#[cfg(target_os = "linux")]
mod landlock;
mod launch;
mod marker;
mod outcome;
mod running;
mod sys;
mod tree_end;

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use tokio::sync::mpsc;

pub(crate) use bare::{Bare, start_bare};
pub(crate) use capture::Capture;
pub use capture::{Captured, Line, Stream};
pub(crate) use in_session::start_in;
pub use input::Input;
#[cfg(target_os = "linux")]
pub(crate) use landlock::can_scope;
pub use marker::{Swept, sweep_job};
pub use outcome::{Ended, Outcome};
pub use running::{CancelHandle, Running};
#[cfg(target_os = "linux")]
pub(crate) use sys::effective_gid;
pub use sys::{effective_uid, process_is_alive, process_start};

use crate::HostError;

/// The environment variable that carries the job of a process.
pub const JOB_VAR: &str = "PILOTHOUSE_JOB";
/// The environment variable that carries the identity of one command.
pub const RUN_VAR: &str = "PILOTHOUSE_RUN";

/// What a program reads.
#[derive(Debug, Default)]
pub enum Stdin {
    #[default]
    Nothing,
    Bytes(Vec<u8>),
    /// Kept open for [`Running::stdin`]; closed when that is dropped.
    Piped,
}

/// How much output is kept per stream; everything is read in any case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OutputCaps {
    /// Bytes kept from the beginning of each stream.
    pub head: usize,
    /// Bytes kept from the end of each stream.
    pub tail: usize,
    /// Both streams together; one more byte ends the program with [`Ended::OutputLimit`].
    pub total: Option<u64>,
}

impl Default for OutputCaps {
    fn default() -> Self {
        Self { head: 64 * 1024, tail: 256 * 1024, total: None }
    }
}

/// Limits of each single process (`setrlimit`); values above what this process may set are lowered to that.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of private writable memory (`RLIMIT_DATA`: unlike the address space, what is really asked for).
    pub memory: Option<u64>,
    /// Processes and threads of the user inside the sandbox; needs a sandbox and an ordinary user.
    pub pids: Option<u64>,
    /// Bytes of one file.
    pub fsize: Option<u64>,
    /// Open files.
    pub nofile: Option<u64>,
}

impl Limits {
    /// These, and where one of them is missing, that of `fallback`.
    #[must_use]
    pub fn or(self, fallback: Self) -> Self {
        Self {
            memory: self.memory.or(fallback.memory),
            pids: self.pids.or(fallback.pids),
            fsize: self.fsize.or(fallback.fsize),
            nofile: self.nofile.or(fallback.nofile),
        }
    }
}

/// How the processes of a command are kept together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tree {
    /// Under a guard that adopts orphans; falls back to `Session` where the system has none.
    Guarded,
    /// One session, killed as a group; for short programs that are trusted.
    Session,
    /// The program is the outer process of a PID namespace and takes everything inside with it.
    #[cfg(target_os = "linux")]
    Namespace,
    /// In a job object, which takes everything with it.
    #[cfg(windows)]
    JobObject,
}

/// One program to run.
#[derive(Debug)]
pub struct Command {
    pub argv: Vec<OsString>,
    pub cwd: PathBuf,
    /// The whole environment: nothing else is passed on. Later entries win.
    pub env: Vec<(OsString, OsString)>,
    pub stdin: Stdin,
    /// Wall clock without the time the machine slept.
    pub timeout: Option<Duration>,
    /// Longest time without any output.
    pub silence: Option<Duration>,
    /// Between the polite request to end (SIGTERM to the group) and the kill. A sandboxed tree gets none.
    pub grace: Duration,
    pub caps: OutputCaps,
    /// Receives each line as it comes. Lines that find the channel full are counted, not waited for.
    pub lines: Option<mpsc::Sender<Line>>,
    /// Hands on lines of up to this many bytes in one piece and loses none: while the channel is full the program
    /// has to wait.
    pub whole_lines: Option<usize>,
    /// Marks the processes of one job for [`sweep_job`].
    pub job: Option<String>,
    pub limits: Limits,
    pub(crate) tree: Tree,
    /// Cut off from abstract sockets and signals of processes outside, which a shared network leaves open.
    #[cfg(target_os = "linux")]
    pub(crate) scoped: bool,
    /// Descriptors the program inherits under their own numbers.
    #[cfg(unix)]
    pub(crate) inherit: Vec<std::os::fd::OwnedFd>,
    /// Where it is, once it is started.
    #[cfg(windows)]
    pub(crate) job_object: Option<job_object::JobObject>,
}

impl Command {
    /// `argv[0]` is looked up in the `PATH` of `env`. Runs in the root folder with an empty environment.
    pub fn new<I, S>(argv: I) -> Self
    where
        I: IntoIterator<Item = S>,
        S: Into<OsString>,
    {
        Self {
            argv: argv.into_iter().map(Into::into).collect(),
            cwd: PathBuf::from(if cfg!(windows) { "C:\\" } else { "/" }),
            env: Vec::new(),
            stdin: Stdin::Nothing,
            timeout: None,
            silence: None,
            grace: Duration::from_secs(2),
            caps: OutputCaps::default(),
            lines: None,
            whole_lines: None,
            job: None,
            limits: Limits::default(),
            tree: Tree::Guarded,
            #[cfg(target_os = "linux")]
            scoped: false,
            #[cfg(unix)]
            inherit: Vec::new(),
            #[cfg(windows)]
            job_object: None,
        }
    }

    /// In a job object of its own, with those of its limits that job objects know.
    #[cfg(windows)]
    #[must_use]
    pub(crate) fn in_job_object(mut self) -> Self {
        self.tree = Tree::JobObject;
        self
    }

    #[must_use]
    pub fn cwd(mut self, cwd: impl Into<PathBuf>) -> Self {
        self.cwd = cwd.into();
        self
    }

    #[must_use]
    pub fn env(mut self, name: impl Into<OsString>, value: impl Into<OsString>) -> Self {
        self.env.push((name.into(), value.into()));
        self
    }

    #[must_use]
    pub fn envs<K, V>(mut self, pairs: impl IntoIterator<Item = (K, V)>) -> Self
    where
        K: Into<OsString>,
        V: Into<OsString>,
    {
        self.env.extend(pairs.into_iter().map(|(name, value)| (name.into(), value.into())));
        self
    }

    #[must_use]
    pub fn stdin(mut self, stdin: Stdin) -> Self {
        self.stdin = stdin;
        self
    }

    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    #[must_use]
    pub fn silence(mut self, silence: Duration) -> Self {
        self.silence = Some(silence);
        self
    }

    #[must_use]
    pub fn grace(mut self, grace: Duration) -> Self {
        self.grace = grace;
        self
    }

    #[must_use]
    pub fn caps(mut self, caps: OutputCaps) -> Self {
        self.caps = caps;
        self
    }

    #[must_use]
    pub fn lines(mut self, lines: mpsc::Sender<Line>) -> Self {
        self.lines = Some(lines);
        self
    }

    /// Lines as records of a protocol: whole, and none lost.
    #[must_use]
    pub fn records(mut self, lines: mpsc::Sender<Line>, longest: usize) -> Self {
        self.lines = Some(lines);
        self.whole_lines = Some(longest);
        self
    }

    #[must_use]
    pub fn job(mut self, job: impl Into<String>) -> Self {
        self.job = Some(job.into());
        self
    }

    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// For programs of our own choosing that start no daemons (git, a version query): a session of their own
    /// instead of a guard, and SIGTERM when this process dies, so that they can tidy up their lock files.
    #[must_use]
    pub fn trusted(mut self) -> Self {
        self.tree = Tree::Session;
        self
    }

    /// Starts the program and supervises it from a task of the current tokio runtime.
    pub async fn start(self) -> Result<Running, HostError> {
        running::start(self).await
    }

    /// Starts the program and waits for its end. Dropping the future ends the program and its tree.
    pub async fn run(self) -> Result<Outcome, HostError> {
        self.start().await?.wait().await
    }

    /// The program's name for messages.
    pub(crate) fn program(&self) -> String {
        self.argv.first().map(|a| a.to_string_lossy().into_owned()).unwrap_or_default()
    }
}
