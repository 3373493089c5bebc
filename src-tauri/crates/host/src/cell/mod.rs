//! A cell: the place where one job's commands run, kept open for as long as the job lasts.
//!
//! * Without doors, in a sandbox of this machine: nothing is kept. Each command gets a sandbox of its own.
//! * With doors, on a system where the program inside does not run: this process listens for them itself.
//! * With doors, or in a container: one process of ours runs inside (see the crate `cell`), starts the commands
//!   and carries everything between them and the outside over its two standard streams.
//!
//! Either way a command is a [`Command`] and becomes a [`Running`]. What answers behind the doors, and what may
//! run, is decided elsewhere.

mod listening;
mod program;
mod proxy_variables;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use futures_util::future::BoxFuture;

pub use ::cell::door::Answering;
pub use ::cell::{ChannelError, Door, DoorName, Doors, Hello, Session, SessionError, Stream, session};
use listening::Listening;
pub use program::{INSIDE_PROGRAM, InsideProgram};

use crate::HostError;
use crate::sandbox::{EffectiveIsolation, Sandbox, SandboxSpec};
use crate::spawn::{self, Command, Limits, Outcome, Running};

/// Whatever keeps the process inside: told once that the cell is closed, and dropped otherwise. It makes sure
/// that nothing stays behind.
pub trait Keeper: Send + Sync + 'static {
    fn end(self: Box<Self>) -> BoxFuture<'static, ()>;
}

/// Gives the end of a command the cause that only the keeper of the process inside knows.
pub(crate) type Judge =
    Arc<dyn Fn(Result<Outcome, HostError>) -> BoxFuture<'static, Result<Outcome, HostError>> + Send + Sync>;

/// What every command of a cell starts from.
#[derive(Debug, Clone, Default)]
pub struct CellGround {
    /// Where a command runs that names no folder, as the inside sees it.
    pub work: PathBuf,
    /// Entries of the command itself win.
    pub env: Vec<(OsString, OsString)>,
    /// Where the command itself has none.
    pub limits: Limits,
}

/// A place for commands. Dropping it ends everything that runs in it.
pub struct Cell {
    place: Place,
    isolation: EffectiveIsolation,
}

enum Place {
    /// A sandbox of its own for each command.
    Each { sandbox: Sandbox, spec: Box<SandboxSpec>, doors: Option<Listening> },
    /// One process inside.
    One { session: Session, ground: CellGround, keeper: Mutex<Option<Box<dyn Keeper>>>, judge: Option<Judge> },
}

impl Cell {
    /// Over a session whose process inside is kept by `keeper`.
    pub fn over(
        session: Session,
        isolation: EffectiveIsolation,
        ground: CellGround,
        keeper: Box<dyn Keeper>,
    ) -> Self {
        let keeper = Mutex::new(Some(keeper));
        Self { place: Place::One { session, ground, keeper, judge: None }, isolation }
    }

    /// The same, with somebody who looks at the end of each command first.
    pub(crate) fn judged(mut self, by: Judge) -> Self {
        if let Place::One { judge, .. } = &mut self.place {
            *judge = Some(by);
        }
        self
    }

    /// Without doors: nothing is started before the first command.
    pub(crate) fn each(sandbox: Sandbox, spec: SandboxSpec) -> Self {
        let isolation = sandbox.isolation(&spec);
        Self { place: Place::Each { sandbox, spec: Box::new(spec), doors: None }, isolation }
    }

    /// With doors that this process listens for itself: for commands that have its own network, where no
    /// process of ours can run inside.
    pub(crate) async fn beside(
        sandbox: Sandbox,
        mut spec: SandboxSpec,
        doors: &Doors,
    ) -> Result<Self, HostError> {
        let isolation = sandbox.isolation_with_doors(&spec);
        let names = doors.names();
        let doors = Listening::open(doors).await.map_err(|error| HostError::Sandbox {
            cause: format!("its doors cannot listen on the loopback: {error}"),
        })?;
        spec.ports.extend(names.into_iter().filter_map(|name| doors.port(name)));
        Ok(Self { place: Place::Each { sandbox, spec: Box::new(spec), doors: Some(doors) }, isolation })
    }

    /// Starts a command. Its environment is that of the cell, the variables of the proxy's door, then its own;
    /// without a folder it runs in the job's.
    pub async fn start(&self, mut command: Command) -> Result<Running, HostError> {
        let doors = self.environment().into_iter().map(|(name, value)| (name.into(), value.into()));
        command.env = doors.chain(command.env).collect();
        let (session, ground, judge) = match &self.place {
            Place::Each { sandbox, spec, .. } => return sandbox.start(spec, command).await,
            Place::One { session, ground, judge, .. } => (session, ground, judge.clone()),
        };
        command.env = ground.env.iter().cloned().chain(command.env).collect();
        if command.cwd == Path::new("/") {
            command.cwd.clone_from(&ground.work);
        }
        command.limits = command.limits.or(ground.limits);
        let running = spawn::start_in(session, command).await?;
        Ok(match judge {
            Some(judge) => running.then(move |outcome| judge(outcome)),
            None => running,
        })
    }

    /// What confinement its commands really have.
    pub fn isolation(&self) -> EffectiveIsolation {
        self.isolation.clone()
    }

    /// What tells programs of the proxy, under the names their tools look for. Empty without that door.
    pub fn environment(&self) -> Vec<(String, String)> {
        self.port(DoorName::Proxy).map(proxy_variables::of).unwrap_or_default()
    }

    /// The address of the model's door as a program inside has to call it, without a path.
    pub fn model_url(&self) -> Option<String> {
        self.port(DoorName::Model).map(|port| format!("http://127.0.0.1:{port}"))
    }

    fn port(&self, name: DoorName) -> Option<u16> {
        match &self.place {
            Place::Each { doors, .. } => doors.as_ref()?.port(name),
            Place::One { session, .. } => session.port(name),
        }
    }

    /// The channel to the process inside, if there is one.
    pub fn session(&self) -> Option<&Session> {
        match &self.place {
            Place::Each { .. } => None,
            Place::One { session, .. } => Some(session),
        }
    }

    /// Ends everything that runs in it and waits until it is gone.
    pub async fn close(self) {
        if let Place::One { session, keeper, .. } = &self.place {
            session.close();
            let keeper = keeper.lock().unwrap_or_else(PoisonError::into_inner).take();
            if let Some(keeper) = keeper {
                keeper.end().await;
            }
        }
    }
}

impl Drop for Cell {
    fn drop(&mut self) {
        if let Place::One { session, .. } = &self.place {
            session.close();
        }
    }
}

impl std::fmt::Debug for Cell {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let place = match &self.place {
            Place::Each { .. } => "each command by itself",
            Place::One { .. } => "one process inside",
        };
        out.debug_struct("Cell").field("place", &place).field("isolation", &self.isolation).finish()
    }
}
