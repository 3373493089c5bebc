//! One command: its order, its tree, its pipes, its report.

use std::io;
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, DuplexStream, ReadHalf};
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::{House, memory};
use crate::guard::{self, Guard};
use crate::pipes::{reading, writing};
use crate::talk::{self, LONGEST_ORDER, Order, Report, Signal, refusal};
use crate::{Stream, limits};

/// With the tree gone its pipes are empty soon, unless a process of another command was given one.
const PIPES_END_WITHIN: Duration = Duration::from_secs(5);
const STRAYS_END_WITHIN: Duration = Duration::from_secs(5);

/// The streams of a command's standard pipes; one that is missing leads nowhere.
#[derive(Default)]
pub(super) struct Pipes {
    pub(super) stdin: Option<Stream>,
    pub(super) stdout: Option<Stream>,
    pub(super) stderr: Option<Stream>,
}

pub(super) async fn run(house: Arc<House>, mut stream: Stream, pipes: Pipes) {
    let Ok(Some(order)) = talk::hear::<_, Order>(&mut stream, LONGEST_ORDER).await else { return };
    let Ok(_place) = house.running.try_acquire() else {
        let message = "too many commands run at once".to_owned();
        return last_word(stream, Report::Refused { code: refusal::BUSY.to_owned(), message }).await;
    };
    let killed_before = memory::kills();
    let Begun { guard, ended, input, output } = match start(&house, &order, pipes) {
        Ok(started) => started,
        Err(refused) => return last_word(stream, refused).await,
    };
    // From here on the tree ends with this stream, whatever happens to it.
    if talk::say(&mut stream, &Report::Started { pid: guard }).await.is_err() {
        house.reaper.order(guard, guard::KILL);
    }
    let (signals, mut reports) = tokio::io::split(stream);
    let obeying = tokio::spawn(obey(house.clone(), guard, signals));
    let status = ended.await.unwrap_or(libc::SIGKILL);
    // The guard has emptied the tree, unless it was killed by force.
    let leaked = house.reaper.clear(STRAYS_END_WITHIN).await;
    let memory_kills = u32::try_from(memory::kills().saturating_sub(killed_before)).unwrap_or(u32::MAX);
    // Whoever still writes to it learns that nobody reads.
    input.into_iter().for_each(|input| input.abort());
    for mut flow in output {
        if timeout(PIPES_END_WITHIN, &mut flow).await.is_err() {
            flow.abort();
        }
    }
    let (code, signal) = match libc::WIFSIGNALED(status) {
        true => (None, Some(libc::WTERMSIG(status))),
        false => (Some(libc::WEXITSTATUS(status)), None),
    };
    let leaked = u32::try_from(leaked).unwrap_or(u32::MAX);
    if talk::say(&mut reports, &Report::Exited { code, signal, leaked, memory_kills }).await.is_ok() {
        let _ = reports.shutdown().await;
    }
    obeying.abort();
}

async fn last_word(mut stream: Stream, report: Report) {
    if talk::say(&mut stream, &report).await.is_ok() {
        let _ = stream.shutdown().await;
    }
}

/// Passes signals on to the guard. The end of the stream is one, too.
async fn obey(house: Arc<House>, guard: u32, mut signals: ReadHalf<Stream>) {
    let mut asked = false;
    loop {
        match talk::hear(&mut signals, 64).await {
            Ok(Some(Signal::End)) if !asked => {
                asked = true;
                house.reaper.order(guard, guard::END);
            }
            Ok(Some(Signal::End | Signal::Kill)) => house.reaper.order(guard, guard::KILL),
            Ok(None) | Err(_) => return house.reaper.order(guard, guard::KILL),
        }
    }
}

struct Begun {
    guard: u32,
    ended: tokio::sync::oneshot::Receiver<i32>,
    input: Option<JoinHandle<()>>,
    output: Vec<JoinHandle<()>>,
}

/// Starts the program under its guard. Nothing is waited for between the start and its registration.
fn start(house: &House, order: &Order, pipes: Pipes) -> Result<Begun, Report> {
    let refuse = |code: &str, message: String| Report::Refused { code: code.to_owned(), message };
    let mut argv = order.argv.iter().map(|word| word.clone().into_os());
    let program = argv.next().ok_or_else(|| refuse(refusal::SPAWN, "nothing to run".to_owned()))?;
    let cwd = order.cwd.clone().into_path();
    if !cwd.is_dir() {
        return Err(refuse(refusal::NO_FOLDER, format!("there is no folder {}", cwd.display())));
    }
    let mut command = Command::new(&program);
    command
        .args(argv)
        .current_dir(&cwd)
        .env_clear()
        .envs(order.env.iter().map(|(name, value)| (name.clone().into_os(), value.clone().into_os())))
        .stdin(if pipes.stdin.is_some() { Stdio::piped() } else { Stdio::null() })
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    in_child(&mut command, house, order);
    let mut child = command.spawn().map_err(|error| {
        let code = if error.kind() == io::ErrorKind::NotFound { refusal::NO_PROGRAM } else { refusal::SPAWN };
        refuse(code, format!("{}: {error}", program.to_string_lossy()))
    })?;
    let guard = child.id();
    let ended = house.reaper.expect(guard);
    let (input, output) = flows(&mut child, pipes).map_err(|error| {
        house.reaper.order(guard, guard::KILL);
        refuse(refusal::SPAWN, format!("its pipes cannot be read: {error}"))
    })?;
    Ok(Begun { guard, ended, input, output })
}

#[allow(unsafe_code)] // pre_exec is unsafe because it runs between fork and exec; see the SAFETY note.
fn in_child(command: &mut Command, house: &House, order: &Order) {
    let guard =
        Guard { parent: std::process::id().cast_signed(), grace: Duration::from_millis(order.grace_ms) };
    let filters = house.filters.clone();
    let wanted = order.limits;
    let ceilings = [
        Some((libc::RLIMIT_CORE, 0)),
        wanted.memory.map(|bytes| (libc::RLIMIT_DATA, bytes)),
        wanted.fsize.map(|bytes| (libc::RLIMIT_FSIZE, bytes)),
        wanted.nofile.map(|files| (libc::RLIMIT_NOFILE, files)),
        // After the fork of the guard: the kernel counts all processes of the user, ours included.
        wanted.pids.map(|pids| (libc::RLIMIT_NPROC, pids)),
    ];
    // SAFETY: the closure only makes async-signal-safe system calls on memory made before the fork; it
    // allocates nothing and takes no lock.
    unsafe {
        command.pre_exec(move || {
            guard.enter()?;
            limits::first_to_go(limits::Early::Inner);
            for (resource, value) in ceilings.iter().flatten() {
                limits::lower(*resource, *value);
            }
            match &filters {
                Some(filters) => filters.put_on(),
                None => Ok(()),
            }
        });
    }
}

type Flow = JoinHandle<()>;

/// Between the pipes and the channel: input, and both outputs. Each ends with its pipe.
fn flows(child: &mut Child, pipes: Pipes) -> io::Result<(Option<Flow>, Vec<Flow>)> {
    let mut input = None;
    if let (Some(stream), Some(pipe)) = (pipes.stdin, child.stdin.take()) {
        input = Some(tokio::spawn(flow(stream, writing(pipe)?)));
    }
    let mut flows = Vec::new();
    if let Some(pipe) = child.stdout.take() {
        flows.push(out(reading(pipe)?, pipes.stdout));
    }
    if let Some(pipe) = child.stderr.take() {
        flows.push(out(reading(pipe)?, pipes.stderr));
    }
    Ok((input, flows))
}

fn out(pipe: DuplexStream, stream: Option<Stream>) -> JoinHandle<()> {
    tokio::spawn(async move {
        match stream {
            Some(stream) => flow(pipe, stream).await,
            None => flow(pipe, tokio::io::sink()).await,
        }
    })
}

/// Copies until either side ends. A reader that is gone closes the pipe, which the program notices.
async fn flow<R: AsyncRead + Unpin, W: AsyncWrite + Unpin>(mut from: R, mut to: W) {
    let mut chunk = vec![0; 32 * 1024];
    while let Ok(got @ 1..) = from.read(&mut chunk).await {
        if to.write_all(&chunk[..got]).await.is_err() {
            return;
        }
    }
    let _ = to.shutdown().await;
}
