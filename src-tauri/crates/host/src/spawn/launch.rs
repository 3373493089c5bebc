//! From a description to a running child.
//!
//! All children are started by one thread that never ends: on Linux "the parent died" (`PR_SET_PDEATHSIG`)
//! really means "the thread that forked ended", and the runtime's own threads come and go.

use std::process::Stdio;
use std::sync::OnceLock;
use std::sync::mpsc::{SyncSender, sync_channel};

use tokio::io::DuplexStream;
use tokio::process::Child;
use tokio::runtime::Handle;
use tokio::sync::oneshot;

use super::{Command, JOB_VAR, RUN_VAR, Stdin, Tree};
use crate::HostError;

type Errand = Box<dyn FnOnce() + Send>;

/// Our ends of a program's pipes. None of them ever blocks whoever uses it (see [`cell::pipes`]).
pub(super) struct Pipes {
    pub(super) stdin: Option<DuplexStream>,
    pub(super) stdout: DuplexStream,
    pub(super) stderr: DuplexStream,
}

/// Starts `command`; `run` becomes its `PILOTHOUSE_RUN`.
pub(super) async fn launch(command: &mut Command, run: &str) -> Result<(Child, Pipes), HostError> {
    let failed = |command: &Command, source| HostError::Spawn { program: command.program(), source };
    let mut prepared = prepare(command, run);
    let pipes = pipes(&mut prepared, !matches!(command.stdin, Stdin::Nothing))
        .map_err(|source| failed(command, source))?;
    Ok((launch_prepared(command, prepared).await?, pipes))
}

/// The same with pipes of the runtime's own, for a program of ours that never splices.
pub(super) async fn launch_ours(command: &mut Command, run: &str) -> Result<Child, HostError> {
    let mut prepared = prepare(command, run);
    prepared.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    launch_prepared(command, prepared).await
}

fn pipes(prepared: &mut std::process::Command, with_input: bool) -> std::io::Result<Pipes> {
    let (stdout, out) = std::io::pipe()?;
    let (stderr, err) = std::io::pipe()?;
    prepared.stdout(out).stderr(err).stdin(Stdio::null());
    let stdin = match with_input {
        true => {
            let (input, stdin) = std::io::pipe()?;
            prepared.stdin(input);
            Some(cell::pipes::writing(stdin)?)
        }
        false => None,
    };
    Ok(Pipes { stdin, stdout: cell::pipes::reading(stdout)?, stderr: cell::pipes::reading(stderr)? })
}

async fn launch_prepared(command: &mut Command, prepared: std::process::Command) -> Result<Child, HostError> {
    let program = command.program();
    if command.argv.is_empty() {
        return Err(HostError::EmptyCommand);
    }
    if !command.cwd.is_dir() {
        let missing = std::io::Error::from(std::io::ErrorKind::NotFound);
        return Err(HostError::File { action: "enter", path: command.cwd.clone(), source: missing });
    }
    let mut prepared = tokio::process::Command::from(prepared);
    // Inherited descriptors stay open until the child has its copies.
    #[cfg(unix)]
    let inherited = std::mem::take(&mut command.inherit);
    let lost = |cause: &str| HostError::Supervision { program: program.clone(), cause: cause.to_owned() };
    let (answer, started) = oneshot::channel();
    let runtime = Handle::current();
    #[cfg(windows)]
    let (tree, limits) = (command.tree, command.limits);
    let errand: Errand = Box::new(move || {
        let _context = runtime.enter();
        #[cfg(not(windows))]
        let _ = answer.send(prepared.spawn());
        #[cfg(windows)]
        let _ = answer.send(spawn_in(&mut prepared, tree, limits));
        #[cfg(unix)]
        drop(inherited);
    });
    let thread = launch_thread().ok_or_else(|| lost("no thread to start programs from"))?;
    tokio::task::spawn_blocking(move || thread.send(errand))
        .await
        .ok()
        .and_then(Result::ok)
        .ok_or_else(|| lost("the thread that starts programs is gone"))?;
    match started.await {
        #[cfg(not(windows))]
        Ok(Ok(child)) => Ok(child),
        #[cfg(windows)]
        Ok(Ok((child, job))) => {
            command.job_object = job;
            Ok(child)
        }
        Ok(Err(error)) if error.kind() == std::io::ErrorKind::NotFound => {
            Err(HostError::ProgramNotFound { program })
        }
        Ok(Err(source)) => Err(HostError::Spawn { program, source }),
        Err(_) => Err(lost("the thread that starts programs is gone")),
    }
}

/// A child that cannot be put where it belongs is ended before it has run.
#[cfg(windows)]
fn spawn_in(
    prepared: &mut tokio::process::Command,
    tree: Tree,
    limits: super::Limits,
) -> std::io::Result<(Child, Option<super::job_object::JobObject>)> {
    if tree != Tree::JobObject {
        return Ok((prepared.spawn()?, None));
    }
    let job = super::job_object::JobObject::new(limits)?;
    let mut child = prepared.spawn()?;
    if let Err(error) = job.take_in(&child) {
        let _ = child.start_kill();
        return Err(error);
    }
    Ok((child, Some(job)))
}

fn launch_thread() -> Option<SyncSender<Errand>> {
    static THREAD: OnceLock<Option<SyncSender<Errand>>> = OnceLock::new();
    THREAD
        .get_or_init(|| {
            let (send, errands) = sync_channel::<Errand>(64);
            let thread = std::thread::Builder::new().name("launch".to_owned());
            thread.spawn(move || errands.into_iter().for_each(|errand| errand())).ok().map(|_| send)
        })
        .clone()
}

fn prepare(command: &Command, run: &str) -> std::process::Command {
    let mut argv = command.argv.iter();
    let mut prepared = std::process::Command::new(argv.next().cloned().unwrap_or_default());
    prepared
        .args(argv)
        .current_dir(&command.cwd)
        .env_clear()
        .envs(command.env.iter().map(|(name, value)| (name, value)))
        .env(RUN_VAR, run);
    if let Some(job) = &command.job {
        prepared.env(JOB_VAR, job);
    }
    #[cfg(unix)]
    in_child(&mut prepared, command);
    #[cfg(windows)]
    if command.tree == Tree::JobObject {
        std::os::windows::process::CommandExt::creation_flags(&mut prepared, super::job_object::BORN);
    }
    prepared
}

#[cfg(unix)]
#[allow(unsafe_code)] // pre_exec is unsafe because it runs between fork and exec; see the SAFETY note.
fn in_child(prepared: &mut std::process::Command, command: &Command) {
    use std::os::fd::AsRawFd;
    use std::os::unix::process::CommandExt as _;

    let tree = command.tree;
    #[cfg(target_os = "linux")]
    let scoped = command.scoped;
    let limits = ceilings(command.limits);
    let inherit: Vec<i32> = command.inherit.iter().map(AsRawFd::as_raw_fd).collect();
    #[cfg(target_os = "linux")]
    let guard = cell::guard::Guard { parent: std::process::id().cast_signed(), grace: command.grace };
    // SAFETY: the closure only makes async-signal-safe system calls on memory captured before the fork; it
    // allocates nothing and takes no lock.
    unsafe {
        prepared.pre_exec(move || {
            match tree {
                #[cfg(target_os = "linux")]
                Tree::Guarded => guard.enter()?,
                #[cfg(not(target_os = "linux"))]
                Tree::Guarded => new_session(),
                Tree::Session => {
                    new_session();
                    #[cfg(target_os = "linux")]
                    die_with_parent(guard.parent, libc::SIGTERM);
                }
                #[cfg(target_os = "linux")]
                Tree::Namespace => {
                    new_session();
                    die_with_parent(guard.parent, libc::SIGKILL);
                    if scoped {
                        super::landlock::scope()?;
                    }
                }
            }
            #[cfg(target_os = "linux")]
            if matches!(tree, Tree::Guarded | Tree::Namespace) {
                cell::limits::first_to_go(cell::limits::Early::Outer);
            }
            for descriptor in &inherit {
                if libc::fcntl(*descriptor, libc::F_SETFD, 0) < 0 {
                    return Err(std::io::Error::last_os_error());
                }
            }
            for (resource, value) in limits.iter().flatten() {
                cell::limits::lower(*resource, *value);
            }
            Ok(())
        });
    }
}

#[cfg(unix)]
#[allow(unsafe_code)] // setsid has no safe form in std; it touches no memory.
fn new_session() {
    unsafe { libc::setsid() };
}

#[cfg(target_os = "linux")]
#[allow(unsafe_code)] // prctl, getppid and _exit have no safe form in std; only integers are passed.
fn die_with_parent(parent: i32, signal: i32) {
    unsafe {
        libc::prctl(libc::PR_SET_PDEATHSIG, signal, 0, 0, 0);
        if libc::getppid() != parent {
            libc::_exit(1);
        }
    }
}

/// `limits.pids` is missing here on purpose: the kernel counts all processes of the user, so setting it from
/// outside would already stop the sandbox from starting. The sandbox sets it inside.
#[cfg(unix)]
fn ceilings(limits: super::Limits) -> [Option<(cell::limits::Resource, u64)>; 4] {
    [
        Some((libc::RLIMIT_CORE, 0)),
        limits.memory.map(|bytes| (libc::RLIMIT_DATA, bytes)),
        limits.fsize.map(|bytes| (libc::RLIMIT_FSIZE, bytes)),
        limits.nofile.map(|files| (libc::RLIMIT_NOFILE, files)),
    ]
}
