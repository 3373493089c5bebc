//! Starting a program in a terminal of its own.

use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;

use host::clock::{Clock, iso};
use portable_pty::{CommandBuilder, native_pty_system};
use protocol::{JobId, TerminalId, WorkspaceId};
use tokio::sync::watch;

use crate::cast::Cast;
use crate::inbox::Inbox;
use crate::past::Past;
use crate::recording::Recording;
use crate::session::{About, Session, checked_name, checked_size};
use crate::shell::Shell;
use crate::state::State;
use crate::tree::Tree;
use crate::{TerminalError, input, output};

/// What is opened.
#[derive(Debug, Clone)]
pub struct Opening {
    pub id: TerminalId,
    pub name: String,
    pub workspace_id: Option<WorkspaceId>,
    pub job_id: Option<JobId>,
    /// An existing folder.
    pub cwd: PathBuf,
    pub cols: u16,
    pub rows: u16,
    pub shell: Shell,
    /// The whole environment.
    pub env: Vec<(OsString, OsString)>,
}

/// The mark of what runs in a terminal, by which it is found after a crash.
pub(crate) fn mark(id: &TerminalId) -> String {
    format!("terminal-{id}")
}

/// Starts the program and its threads. Blocks for a moment.
pub(crate) fn open(
    opening: Opening,
    past: &Arc<Past>,
    record: bool,
    clock: Arc<dyn Clock>,
    listed: watch::Sender<u64>,
) -> Result<Arc<Session>, TerminalError> {
    let size = checked_size(opening.cols, opening.rows)?;
    let name = checked_name(&opening.name)?;
    let shell = opening.shell.program.display().to_string();
    let failed = |cause: String| TerminalError::Start { shell: shell.clone(), cause };
    if !opening.cwd.is_dir() {
        return Err(failed(format!("{} is not a folder", opening.cwd.display())));
    }
    let folder = past.folder(&opening.id);
    host::paths::private_folder(&folder).map_err(|cause| TerminalError::File {
        path: folder.display().to_string(),
        cause: cause.to_string(),
    })?;
    let (now, started) = (clock.now_ms(), clock.monotonic_ms());
    let recording = if record {
        let head = Cast::head(size.cols, size.rows, now, &name, &shell);
        Some(Recording::begin(crate::past::recording(&folder), &head)?)
    } else {
        None
    };
    let pair = native_pty_system().openpty(size).map_err(|e| failed(e.to_string()))?;
    let reader = pair.master.try_clone_reader().map_err(|e| failed(e.to_string()))?;
    let writer = pair.master.take_writer().map_err(|e| failed(e.to_string()))?;
    let child = pair.slave.spawn_command(command(&opening)).map_err(|e| failed(e.to_string()))?;
    // Ours is closed, so that the end of the last program is the end of the output.
    drop(pair.slave);
    let tree = Tree { leader: child.process_id().unwrap_or_default(), mark: mark(&opening.id) };
    let about = About {
        id: opening.id,
        workspace_id: opening.workspace_id,
        job_id: opening.job_id,
        cwd: opening.cwd.display().to_string(),
        shell: shell.clone(),
        created_at: iso(now),
        started,
    };
    let state = State::new(name, (size.cols, size.rows), recording, started);
    let session = Arc::new(Session::new(about, state, pair.master, tree, clock, listed, past.clone()));
    past.begin(&session.shown());
    let inbox = Arc::new(Inbox::default());
    let (read, shown) = (inbox.clone(), inbox.clone());
    let threads = [
        spawn("terminal-read", &session, move |session| output::read_all(session, reader, &read)),
        spawn("terminal-show", &session, move |session| output::show_all(session, &shown)),
        spawn("terminal-write", &session, move |session| input::write_all(session, writer)),
        spawn("terminal-wait", &session, move |session| output::wait_for_end(session, child)),
    ];
    if let Some(error) = threads.into_iter().find_map(Result::err) {
        inbox.close();
        session.tree.end();
        session.ended(None, None);
        return Err(failed(error.to_string()));
    }
    Ok(session)
}

fn command(opening: &Opening) -> CommandBuilder {
    let mut command = CommandBuilder::new(&opening.shell.program);
    command.args(&opening.shell.args);
    command.env_clear();
    for (name, value) in &opening.env {
        command.env(name, value);
    }
    command.env(host::spawn::JOB_VAR, mark(&opening.id));
    command.cwd(&opening.cwd);
    command
}

fn spawn(
    name: &str,
    session: &Arc<Session>,
    work: impl FnOnce(&Session) + Send + 'static,
) -> std::io::Result<()> {
    let session = session.clone();
    thread::Builder::new().name(name.to_owned()).spawn(move || work(&session)).map(drop)
}
