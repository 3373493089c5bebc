//! A running terminal: its state, and what its three threads and its attachments do with it.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use host::clock::{Clock, iso};
use portable_pty::{MasterPty, PtySize};
use protocol::terminal::{LARGEST_SIDE, LONGEST_NAME, Terminal, TerminalEnd, TerminalSignal, TerminalState};
use protocol::{JobId, TerminalId, WorkspaceId};
use tokio::sync::watch;

use crate::TerminalError;
use crate::input::Input;
use crate::past::Past;
use crate::state::State;
use crate::tree::Tree;

/// What never changes of a terminal.
pub(crate) struct About {
    pub(crate) id: TerminalId,
    pub(crate) workspace_id: Option<WorkspaceId>,
    pub(crate) job_id: Option<JobId>,
    pub(crate) cwd: String,
    pub(crate) shell: String,
    pub(crate) created_at: String,
    /// On the monotonic clock.
    pub(crate) started: u64,
}

pub(crate) struct Session {
    pub(crate) about: About,
    state: Mutex<State>,
    /// Rung when the reading thread may go on, and when it has.
    bell: Condvar,
    /// Rung when there is something for an attachment.
    changed: watch::Sender<u64>,
    /// Rung when a list of terminals is not true any more.
    listed: watch::Sender<u64>,
    pub(crate) input: Input,
    master: Mutex<Option<Box<dyn MasterPty + Send>>>,
    pub(crate) tree: Tree,
    pub(crate) clock: Arc<dyn Clock>,
    /// Where what is kept of it is.
    past: Arc<Past>,
}

impl Session {
    pub(crate) fn new(
        about: About,
        state: State,
        master: Box<dyn MasterPty + Send>,
        tree: Tree,
        clock: Arc<dyn Clock>,
        listed: watch::Sender<u64>,
        past: Arc<Past>,
    ) -> Self {
        Self {
            about,
            state: Mutex::new(state),
            bell: Condvar::new(),
            changed: watch::channel(0).0,
            listed,
            input: Input::default(),
            master: Mutex::new(Some(master)),
            tree,
            clock,
            past,
        }
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Looks or changes under the lock.
    pub(crate) fn with<T>(&self, work: impl FnOnce(&mut State) -> T) -> T {
        work(&mut self.lock())
    }

    /// Waits on the bell, no longer than so many milliseconds.
    pub(crate) fn wait<'a>(&self, state: MutexGuard<'a, State>, ms: u64) -> MutexGuard<'a, State> {
        let wait = self.bell.wait_timeout(state, std::time::Duration::from_millis(ms));
        wait.unwrap_or_else(PoisonError::into_inner).0
    }

    pub(crate) fn watch(&self) -> watch::Receiver<u64> {
        self.changed.subscribe()
    }

    /// Something is there for threads and attachments.
    pub(crate) fn tell(&self) {
        self.bell.notify_all();
        self.changed.send_modify(|count| *count += 1);
    }

    /// What is shown of it has changed.
    pub(crate) fn tell_all(&self) {
        self.with(|state| state.version += 1);
        self.tell();
        self.listed.send_modify(|count| *count += 1);
    }

    /// Milliseconds since it was opened.
    pub(crate) fn age(&self) -> u64 {
        self.clock.monotonic_ms().saturating_sub(self.about.started)
    }

    pub(crate) fn shown(&self) -> Terminal {
        self.with(|state| self.shown_of(state))
    }

    pub(crate) fn shown_of(&self, state: &State) -> Terminal {
        let about = &self.about;
        Terminal {
            id: about.id.clone(),
            name: state.name.clone(),
            workspace_id: about.workspace_id.clone(),
            job_id: about.job_id.clone(),
            node: None,
            cwd: about.cwd.clone(),
            shell: about.shell.clone(),
            state: state.end.as_ref().map_or(TerminalState::Running, |end| end.state),
            cols: state.cols,
            rows: state.rows,
            created_at: about.created_at.clone(),
            end: state.end.clone(),
            bytes: state.ring.end(),
            attached: u32::try_from(state.seats.present()).unwrap_or(u32::MAX),
            controller: state.seats.controller().map(|who| who.label.clone()),
            recorded: state.recording.as_ref().map_or(0, |recording| recording.bytes()),
            recording_cut: state.recording.as_ref().is_some_and(|recording| recording.cut()),
        }
    }

    pub(crate) fn rename(&self, name: &str) -> Result<(), TerminalError> {
        let name = checked_name(name)?;
        self.with(|state| state.name = name);
        self.tell_all();
        Ok(())
    }

    pub(crate) fn resize(&self, cols: u16, rows: u16) -> Result<(), TerminalError> {
        let size = checked_size(cols, rows)?;
        let age = self.age();
        let changed = self.with(|state| {
            if state.end.is_some() {
                return Err(TerminalError::Ended);
            }
            if (state.cols, state.rows) == (cols, rows) {
                return Ok(false);
            }
            (state.cols, state.rows) = (cols, rows);
            state.drawn().resize(cols, rows);
            if let Some(recording) = &mut state.recording {
                recording.resize(age, cols, rows);
            }
            Ok(true)
        })?;
        if changed {
            if let Some(master) = &*self.master.lock().unwrap_or_else(PoisonError::into_inner) {
                master.resize(size).map_err(|_| TerminalError::Ended)?;
            }
            self.tell_all();
        }
        Ok(())
    }

    /// Tells the program in the foreground, or ends everything.
    pub(crate) fn signal(&self, signal: TerminalSignal) -> Result<(), TerminalError> {
        if self.with(|state| state.end.is_some()) {
            return Err(TerminalError::Ended);
        }
        if signal == TerminalSignal::Kill {
            self.tree.end();
            return Ok(());
        }
        #[cfg(unix)]
        {
            let group = self
                .master
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .as_ref()
                .and_then(|master| master.process_group_leader());
            crate::tree::tell_group(group.ok_or(TerminalError::Ended)?, signal)
        }
        #[cfg(not(unix))]
        match signal {
            // What a console program is interrupted by is a key.
            TerminalSignal::Interrupt => {
                self.input.check_room(1)?;
                self.input.push("", b"\x03");
                Ok(())
            }
            _ => Err(TerminalError::Signal),
        }
    }

    /// Ends everything in it. Blocks for up to a second or so; its end is told when its output is drained.
    pub(crate) fn close(&self, why: &'static str) {
        let begins = self.with(|state| state.end.is_none() && state.why.replace(why).is_none());
        if begins {
            self.tell();
            self.tree.end();
        }
    }

    /// It has ended: nothing is written or read any more.
    pub(crate) fn ended(&self, exit_code: Option<u32>, signal: Option<String>) {
        self.input.close();
        let at = iso(self.clock.now_ms());
        let shown = self.with(|state| {
            let why = state.why.map(str::to_owned);
            let by_server = state.why == Some(crate::terminals::BY_SERVER);
            let how = if by_server { TerminalState::Interrupted } else { TerminalState::Exited };
            let end = TerminalEnd { state: how, at, exit_code, signal, why };
            Terminal { state: how, end: Some(end), ..self.shown_of(state) }
        });
        // Before anybody can see that it ended: whoever does may remove what is kept of it, and it must stay removed.
        self.past.keep(&shown);
        self.with(|state| state.end = shown.end);
        self.master.lock().unwrap_or_else(PoisonError::into_inner).take();
        self.tell_all();
    }
}

/// One line that can be shown anywhere.
pub(crate) fn checked_name(name: &str) -> Result<String, TerminalError> {
    let name = name.trim();
    if name.is_empty() || name.len() > LONGEST_NAME || name.chars().any(char::is_control) {
        return Err(TerminalError::Name { most: LONGEST_NAME });
    }
    Ok(name.to_owned())
}

pub(crate) fn checked_size(cols: u16, rows: u16) -> Result<PtySize, TerminalError> {
    let fits = |side: u16| (1..=LARGEST_SIDE).contains(&side);
    if !fits(cols) || !fits(rows) {
        return Err(TerminalError::Size { most: LARGEST_SIDE });
    }
    Ok(PtySize { rows, cols, pixel_width: 0, pixel_height: 0 })
}
