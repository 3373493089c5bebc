//! Supervising a command that the process inside a cell runs for us.

use cell::talk::refusal;
use cell::{ChannelError, Exit, Session, SessionError};

use super::held::{Held, Status};
use super::{Command, Ended, Input, JOB_VAR, Limits, RUN_VAR, Running, Stdin, running};
use crate::HostError;
use crate::ids::{Ids as _, SystemIds};

/// Starts `command`, whose environment, folder and limits are final, through a session.
pub(crate) async fn start_in(session: &Session, mut command: Command) -> Result<Running, HostError> {
    if command.argv.is_empty() {
        return Err(HostError::EmptyCommand);
    }
    let Limits { memory, pids, fsize, nofile } = command.limits;
    let mut env = std::mem::take(&mut command.env);
    env.push((RUN_VAR.into(), SystemIds.uuid().into()));
    env.extend(command.job.as_ref().map(|job| (JOB_VAR.into(), job.into())));
    let order = cell::Command {
        argv: command.argv.clone(),
        cwd: command.cwd.clone(),
        env,
        stdin: !matches!(command.stdin, Stdin::Nothing),
        grace: command.grace,
        limits: cell::talk::Limits { memory, pids, fsize, nofile },
    };
    let started = session.start(order).await.map_err(|error| refused(error, &command))?;
    let stdin = started.stdin.map(Input::of_cell);
    let held = InSession(started.handle);
    Ok(running::hold(held, stdin, Some(started.stdout), Some(started.stderr), command))
}

fn refused(error: SessionError, command: &Command) -> HostError {
    let SessionError::Refused { code, message } = error else { return lost(&error) };
    match code.as_str() {
        refusal::NO_PROGRAM => HostError::ProgramNotFound { program: command.program() },
        refusal::NO_FOLDER => {
            let missing = std::io::Error::from(std::io::ErrorKind::NotFound);
            HostError::File { action: "enter", path: command.cwd.clone(), source: missing }
        }
        refusal::BUSY => HostError::Supervision { program: command.program(), cause: message },
        _ => HostError::Spawn { program: command.program(), source: std::io::Error::other(message) },
    }
}

fn lost(error: &SessionError) -> HostError {
    HostError::CellGone { cause: error.to_string() }
}

struct InSession(cell::session::Handle);

impl InSession {
    fn exit(&self) -> Option<Exit> {
        self.0.exit()
    }
}

impl Held for InSession {
    fn pid(&self) -> u32 {
        self.0.pid
    }

    async fn ended(&mut self) {
        let _ = self.0.ended().await;
    }

    fn end(&mut self) {
        self.0.end();
    }

    fn kill(&mut self) {
        self.0.kill();
    }

    /// The process inside has looked already.
    async fn leftovers(&mut self, _ended: Ended) -> usize {
        self.exit().map_or(0, |exit| usize::try_from(exit.leaked).unwrap_or(usize::MAX))
    }

    /// With the channel everything inside is gone, which is also what a cancel wanted.
    fn status(&mut self, ended: Ended) -> Result<Status, HostError> {
        match self.exit() {
            Some(exit) => Ok((exit.code, exit.signal)),
            None if ended != Ended::Exited => Ok((None, None)),
            None => Err(lost(&self.0.failure().unwrap_or(SessionError::Channel(ChannelError::Gone)))),
        }
    }

    fn memory_ran_out(&self) -> bool {
        self.exit().is_some_and(|exit| exit.memory_kills > 0)
    }
}
