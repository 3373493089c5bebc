//! Commands that run inside, as the outside has them.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use tokio::sync::{mpsc, watch};

use super::Session;
use crate::talk::{self, LONGEST_REPORT, Limits, Order, Pipe, Purpose, Report, Signal};
use crate::{SessionError, Stream};

/// One program to run inside.
#[derive(Debug, Clone)]
pub struct Command {
    pub argv: Vec<OsString>,
    /// As the inside sees it.
    pub cwd: PathBuf,
    /// The whole environment: nothing else is passed on. Later entries win.
    pub env: Vec<(OsString, OsString)>,
    /// Whether its standard input is a stream; else it reads nothing.
    pub stdin: bool,
    /// Between the polite request to end and the kill.
    pub grace: Duration,
    pub limits: Limits,
}

impl Command {
    /// Runs in the root folder with an empty environment and no input.
    pub fn new<S: Into<OsString>>(argv: impl IntoIterator<Item = S>) -> Self {
        Self {
            argv: argv.into_iter().map(Into::into).collect(),
            cwd: PathBuf::from("/"),
            env: Vec::new(),
            stdin: false,
            grace: Duration::from_secs(2),
            limits: Limits::default(),
        }
    }
}

/// A command that runs. Its output has to be read, or it stops when its windows are full.
#[derive(Debug)]
pub struct Started {
    /// Shut it down to end the program's input.
    pub stdin: Option<Stream>,
    pub stdout: Stream,
    pub stderr: Stream,
    pub handle: Handle,
}

/// How a command ended; none of its processes runs any more unless `leaked` says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exit {
    /// `None` when a signal ended it.
    pub code: Option<i32>,
    pub signal: Option<i32>,
    pub leaked: u32,
    /// Processes inside, whoever's, that the kernel killed for want of memory while it ran.
    pub memory_kills: u32,
}

/// Ends a command and tells of its end. Dropping it kills the command and its tree.
#[derive(Debug)]
pub struct Handle {
    /// As the inside counts.
    pub pid: u32,
    signals: mpsc::Sender<Signal>,
    ended: watch::Receiver<Option<Result<Exit, SessionError>>>,
}

impl Handle {
    /// Asks the command's group to end; its tree is killed after the grace. Also kills when called again.
    pub fn end(&self) {
        let _ = self.signals.try_send(Signal::End);
    }

    pub fn kill(&self) {
        let _ = self.signals.try_send(Signal::Kill);
    }

    /// Waits for the end of the whole tree. May be dropped and called again.
    pub async fn ended(&mut self) -> Result<Exit, SessionError> {
        let lost = || SessionError::Nonsense { cause: "nobody watches the command".to_owned() };
        let ended = self.ended.wait_for(Option::is_some).await.map_err(|_| lost())?;
        ended.clone().unwrap_or_else(|| Err(lost()))
    }

    /// Why its end cannot be known, if that is so.
    pub fn failure(&self) -> Option<SessionError> {
        self.ended.borrow().as_ref().and_then(|ended| ended.as_ref().err().cloned())
    }

    /// How it ended, if it did.
    pub fn exit(&self) -> Option<Exit> {
        self.ended.borrow().as_ref().and_then(|ended| ended.as_ref().ok().copied())
    }
}

impl Session {
    /// Starts a command. An error says that nothing runs.
    pub async fn start(&self, command: Command) -> Result<Started, SessionError> {
        let pipes = if command.stdin { 3 } else { 2 };
        let mut stream = self.open(&Purpose::Command { pipes })?;
        let of = stream.id();
        let pipe = |pipe| self.open(&Purpose::Pipe { of, pipe });
        let stdin = if command.stdin { Some(pipe(Pipe::Stdin)?) } else { None };
        let (stdout, stderr) = (pipe(Pipe::Stdout)?, pipe(Pipe::Stderr)?);
        let order = Order {
            argv: command.argv.iter().map(Into::into).collect(),
            cwd: command.cwd.into(),
            env: command.env.iter().map(|(name, value)| (name.into(), value.into())).collect(),
            grace_ms: u64::try_from(command.grace.as_millis()).unwrap_or(u64::MAX),
            limits: command.limits,
        };
        talk::say(&mut stream, &order).await?;
        let pid = match talk::hear(&mut stream, LONGEST_REPORT).await? {
            Some(Report::Started { pid }) => pid,
            Some(Report::Refused { code, message }) => return Err(SessionError::Refused { code, message }),
            _ => return Err(SessionError::Nonsense { cause: "no answer to an order".to_owned() }),
        };
        // One place for each signal that makes a difference: end, end again, kill.
        let (signals, orders) = mpsc::channel(4);
        let (tell, ended) = watch::channel(None);
        tokio::spawn(async move {
            let end = watch(stream, orders).await;
            tell.send_replace(Some(end));
        });
        Ok(Started { stdin, stdout, stderr, handle: Handle { pid, signals, ended } })
    }
}

/// Carries signals in and the report of the end out. Without a handle the stream is dropped, which kills.
async fn watch(stream: Stream, mut orders: mpsc::Receiver<Signal>) -> Result<Exit, SessionError> {
    let (mut reports, mut signals) = tokio::io::split(stream);
    let report = talk::hear(&mut reports, LONGEST_REPORT);
    tokio::pin!(report);
    loop {
        tokio::select! {
            report = &mut report => return match report? {
                Some(Report::Exited { code, signal, leaked, memory_kills }) => {
                    Ok(Exit { code, signal, leaked, memory_kills })
                }
                _ => Err(SessionError::Nonsense { cause: "a command ended without a report".to_owned() }),
            },
            order = orders.recv() => match order {
                // A command that ended takes no signal any more; its report is on the way.
                Some(order) => drop(talk::say(&mut signals, &order).await),
                None => return Err(SessionError::Nonsense { cause: "the command was given up".to_owned() }),
            },
        }
    }
}
