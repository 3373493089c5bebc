//! Opening a cell in a sandbox of this machine.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use cell::{DoorName, Doors, Hello, Session};
use futures_util::future::BoxFuture;
use tokio::io::AsyncReadExt as _;
use tokio::process::ChildStderr;

use super::{Mount, Sandbox, SandboxSpec};
use crate::HostError;
use crate::cell::{Cell, CellGround, InsideProgram, Keeper};
use crate::spawn::{Bare, Capture, Command, Limits, start_bare};

/// Where the program is seen in a sandbox that shows it under a name of its own.
const SEEN_AT: &str = "/run/pilothouse-inside";
/// How long the process inside may take to end with everything it started.
const END_WITHIN: Duration = Duration::from_secs(7);
/// Kept of what it says on its error output.
const LAST_WORDS: usize = 2 * 1024;

impl Sandbox {
    /// Opens a cell. With doors, programs in it reach these and, unless the spec gives them the machine's
    /// network, nothing else. Where the network is the machine's (the host, or by that wish), the doors listen
    /// on any free port of it, where other programs of this user (and, but on Linux, of
    /// other users) can connect as well.
    pub async fn open(
        &self,
        spec: SandboxSpec,
        doors: Doors,
        inside: &InsideProgram,
    ) -> Result<Cell, HostError> {
        spec.validate()?;
        if doors.is_empty() {
            return Ok(Cell::each(self.clone(), spec));
        }
        match self {
            Self::Container(container) => {
                let isolation = self.isolation_with_doors(&spec);
                container.open_cell(spec, doors, isolation).await
            }
            _ if !cfg!(target_os = "linux") => Cell::beside(self.clone(), spec, &doors).await,
            _ => open(self, spec, doors, inside).await,
        }
    }
}

async fn open(
    sandbox: &Sandbox,
    spec: SandboxSpec,
    doors: Doors,
    inside: &InsideProgram,
) -> Result<Cell, HostError> {
    let alone = sandbox.confines() && !spec.network;
    let mut limits = spec.limits;
    limits.memory = limits.memory.or(sandbox.memory());
    let mut first = spec.clone();
    // Limits are for the commands; the process inside sets them on each.
    first.limits = Limits::default();
    let command = match sandbox {
        Sandbox::Host => {
            // The kernel counts all processes of the user, who has others running here.
            limits.pids = None;
            sandbox.confine(&first, Command::new([inside.path()]))?
        }
        _ => {
            let source = inside.path().to_owned();
            first.mounts.push(Mount { source, target: SEEN_AT.into(), writable: false });
            sandbox.confine_first(&first, Command::new([SEEN_AT]))?
        }
    };
    // bubblewrap has put the filter on everything inside; on the host there is none to be had.
    let mut hello = Hello::new().filter(false).shared_network(!alone);
    for name in doors.names() {
        hello = hello.door(name, if alone { usual_port(name) } else { 0 });
    }
    let (bare, pipes) = start_bare(command).await?;
    let words = LastWords::listen(pipes.stderr);
    let session = match Session::over(pipes.stdout, pipes.stdin, hello, doors).await {
        Ok(session) => session,
        Err(error) => {
            bare.end(END_WITHIN).await;
            let said = words.text();
            return Err(HostError::Sandbox { cause: format!("the cell did not open: {error}. {said}") });
        }
    };
    let isolation = sandbox.isolation_with_doors(&spec);
    let ground = CellGround { work: spec.work.clone(), env: spec.environment(sandbox.confines()), limits };
    Ok(Cell::over(session, isolation, ground, Box::new(Kept(bare))))
}

/// In a network of its own every port is free; these are what people expect.
pub(super) fn usual_port(name: DoorName) -> u16 {
    match name {
        DoorName::Proxy => 3128,
        DoorName::Model => 3129,
    }
}

struct Kept(Bare);

impl Keeper for Kept {
    fn end(self: Box<Self>) -> BoxFuture<'static, ()> {
        Box::pin(async move {
            self.0.end(END_WITHIN).await;
        })
    }
}

/// The end of what the process inside (or the sandbox around it) says on its error output; it says nothing
/// unless something is wrong.
struct LastWords(Arc<Mutex<Capture>>);

impl LastWords {
    fn listen(mut pipe: ChildStderr) -> Self {
        let kept = Arc::new(Mutex::new(Capture::new(0, LAST_WORDS)));
        let words = Self(kept.clone());
        tokio::spawn(async move {
            let mut chunk = vec![0; LAST_WORDS];
            while let Ok(got @ 1..) = pipe.read(&mut chunk).await {
                kept.lock().unwrap_or_else(PoisonError::into_inner).push(&chunk[..got]);
            }
        });
        words
    }

    fn text(self) -> String {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner).take().tail;
        crate::ansi::strip(String::from_utf8_lossy(&kept).trim())
    }
}
