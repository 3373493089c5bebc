//! All terminals of this machine: opening, listing, limits, and the end of the server.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use host::clock::{Clock, iso};
use host::ids::Ids;
use protocol::TerminalId;
use protocol::terminal::{Terminal, TerminalRecording, TerminalSignal, TerminalSnapshot};
use tokio::sync::watch;

use crate::open::{Opening, mark, open};
use crate::past::{Past, newest_first};
use crate::session::Session;
use crate::{Attachment, TerminalError, Who, past, recording};

/// Why terminals end when the server does.
pub(crate) const BY_SERVER: &str = "server";
const BY_PERSON: &str = "closed";
const BY_IDLENESS: &str = "idle";
/// Ended terminals whose last screen is kept in memory.
const ENDED_KEPT: usize = 8;

/// How many, how long, and whether they are recorded.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// That run at once.
    pub most: usize,
    /// Milliseconds without anybody and anything after which one is ended; 0 is never.
    pub idle_ms: u64,
    pub record: bool,
}

pub struct Terminals {
    past: Arc<Past>,
    limits: Limits,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn Ids>,
    sessions: Mutex<BTreeMap<TerminalId, Arc<Session>>>,
    listed: watch::Sender<u64>,
}

impl Terminals {
    /// Those of an earlier server are ended, in words; [`Terminals::sweep_left`] ends what is left of them.
    pub fn new(folder: &Path, limits: Limits, clock: Arc<dyn Clock>, ids: Arc<dyn Ids>) -> Self {
        Self {
            past: Arc::new(Past::of(folder)),
            limits,
            clock,
            ids,
            sessions: Mutex::default(),
            listed: watch::channel(0).0,
        }
    }

    /// Ends what an earlier server left: in words at once, and the processes themselves. Called before the first is
    /// opened.
    pub async fn sweep_left(&self) {
        for id in self.past.end_left(&iso(self.clock.now_ms())) {
            let swept = host::spawn::sweep_job(&mark(&id)).await;
            tracing::info!(terminal = %id, killed = swept.killed, "a terminal of an earlier server has ended");
        }
        self.past.thin_out();
    }

    /// Most that may run at once.
    pub fn most(&self) -> usize {
        self.limits.most
    }

    /// Rung whenever a list is not true any more.
    pub fn listed(&self) -> watch::Receiver<u64> {
        self.listed.subscribe()
    }

    /// Starts a program. Blocks for a moment.
    pub fn open(&self, opening: Opening) -> Result<Terminal, TerminalError> {
        self.tidy();
        // The lock is held while it starts, so that two cannot both be the last one allowed.
        let mut sessions = self.lock();
        let running = sessions.values().filter(|session| session.with(|state| state.end.is_none())).count();
        if running >= self.limits.most {
            return Err(TerminalError::Limit(running));
        }
        let id = opening.id.clone();
        let session = open(opening, &self.past, self.limits.record, self.clock.clone(), self.listed.clone())?;
        let shown = session.shown();
        sessions.insert(id, session);
        drop(sessions);
        self.past.thin_out();
        self.listed.send_modify(|count| *count += 1);
        Ok(shown)
    }

    /// Whether it is one of ours and has not ended. Reads nothing that is kept.
    pub fn is_running(&self, id: &TerminalId) -> bool {
        self.lock().get(id).is_some_and(|session| session.with(|state| state.end.is_none()))
    }

    /// Newest first. The first time it reads what is kept, and blocks for a moment.
    pub fn list(&self) -> Vec<Terminal> {
        let sessions: Vec<Arc<Session>> = self.lock().values().cloned().collect();
        let mut all = self.past.all();
        // One that was removed meanwhile is shown once more; whoever asks again hears better.
        all.extend(sessions.iter().map(|session| (session.about.id.clone(), session.shown())));
        let mut all: Vec<Terminal> = all.into_values().collect();
        newest_first(&mut all);
        all
    }

    /// A place at a terminal; `seat` is that of an earlier one whose connection was cut.
    pub fn attach(
        &self,
        id: &TerminalId,
        who: Who,
        after: Option<u64>,
        seat: Option<&str>,
        view_only: bool,
    ) -> Result<Attachment, TerminalError> {
        Attachment::new(self.find(id)?, who, after, seat, &self.ids.secret(), view_only)
    }

    /// Frees every seat of somebody at once, and forgets what they typed and no program was given yet. For who is let
    /// in no longer, or not to what they were.
    pub fn give_up(&self, key: &str) {
        let sessions: Vec<Arc<Session>> = self.lock().values().cloned().collect();
        for session in sessions {
            let gone = session.with(|state| state.seats.give_up(key));
            if !gone.is_empty() {
                session.input.forget(&gone);
                session.tell_all();
            }
        }
    }

    pub fn rename(&self, id: &TerminalId, name: &str) -> Result<Terminal, TerminalError> {
        let session = self.find(id)?;
        session.rename(name)?;
        let shown = session.shown();
        self.past.keep(&shown);
        Ok(shown)
    }

    pub fn signal(&self, id: &TerminalId, signal: TerminalSignal) -> Result<(), TerminalError> {
        self.find(id)?.signal(signal)
    }

    /// Ends one that runs; what it showed stays. One that has ended by itself meanwhile is as it was wanted. Blocks for
    /// a second or so.
    pub fn close(&self, id: &TerminalId) -> Result<(), TerminalError> {
        match self.find(id) {
            Ok(session) => session.close(BY_PERSON),
            Err(TerminalError::Ended) => {}
            Err(unknown) => return Err(unknown),
        }
        Ok(())
    }

    /// Takes one that has ended off the list, with its recording. Ending and this are two things to ask for: whoever
    /// ends one that ended a moment ago, or asks twice, wants nothing deleted.
    pub fn remove(&self, id: &TerminalId) -> Result<(), TerminalError> {
        let mut sessions = self.lock();
        match sessions.get(id) {
            Some(session) if session.with(|state| state.end.is_none()) => return Err(TerminalError::Running),
            Some(_) => drop(sessions.remove(id)),
            None if self.is_kept(id) => {}
            None => return Err(TerminalError::Unknown(id.to_string())),
        }
        drop(sessions);
        self.past.remove(id);
        self.listed.send_modify(|count| *count += 1);
        Ok(())
    }

    /// What it shows now.
    pub fn snapshot(&self, id: &TerminalId) -> Result<TerminalSnapshot, TerminalError> {
        let session = self.find(id)?;
        Ok(session.with(|state| TerminalSnapshot {
            ok: true,
            offset: state.picture_at(),
            text: state.drawn().text(),
            picture: String::from_utf8_lossy(&state.drawn().picture()).into_owned(),
            terminal: session.shown_of(state),
        }))
    }

    /// A piece of a recording, from a terminal that runs or has ended.
    pub fn export(&self, id: &TerminalId, after: u64) -> Result<TerminalRecording, TerminalError> {
        if !self.is_kept(id) {
            return Err(TerminalError::Unknown(id.to_string()));
        }
        let (text, next) = recording::piece(&past::recording(&self.past.folder(id)), after)?;
        Ok(TerminalRecording { text, next })
    }

    /// Gives up seats nobody came back to, and ends what nobody uses. Called now and then; blocks.
    pub fn sweep(&self) {
        let now = self.clock.monotonic_ms();
        let sessions: Vec<Arc<Session>> = self.lock().values().cloned().collect();
        for session in sessions {
            let (expired, idle) = session.with(|state| {
                let expired = state.seats.expire(now);
                let since = now.saturating_sub(state.active);
                let idle = self.limits.idle_ms > 0 && state.seats.is_empty() && since >= self.limits.idle_ms;
                (expired, idle && state.end.is_none())
            });
            if expired {
                session.tell_all();
            }
            if idle {
                session.close(BY_IDLENESS);
            }
        }
        self.tidy();
    }

    /// Ends all of them because the server ends. Blocks until their ends are written down, for some seconds at most.
    pub fn stop(&self) {
        let sessions: Vec<Arc<Session>> = self.lock().values().cloned().collect();
        let threads: Vec<_> = sessions
            .into_iter()
            .map(|session| {
                std::thread::spawn(move || {
                    session.close(BY_SERVER);
                    let until = session.clock.monotonic_ms() + 5_000;
                    let mut state = session.lock();
                    while state.end.is_none() && session.clock.monotonic_ms() < until {
                        state = session.wait(state, 100);
                    }
                })
            })
            .collect();
        for thread in threads {
            let _ = thread.join();
        }
    }

    fn find(&self, id: &TerminalId) -> Result<Arc<Session>, TerminalError> {
        let found = self.lock().get(id).cloned();
        match found {
            Some(session) => Ok(session),
            None if self.is_kept(id) => Err(TerminalError::Ended),
            None => Err(TerminalError::Unknown(id.to_string())),
        }
    }

    fn is_kept(&self, id: &TerminalId) -> bool {
        self.past.folder(id).is_dir()
    }

    /// Ended ones nobody looks at make room, the oldest first.
    fn tidy(&self) {
        let mut sessions = self.lock();
        let mut ended: Vec<(String, TerminalId)> = sessions
            .values()
            .filter_map(|session| {
                session.with(|state| {
                    let end = state.end.as_ref().filter(|_| state.seats.is_empty())?;
                    Some((end.at.clone(), session.about.id.clone()))
                })
            })
            .collect();
        ended.sort();
        let gone = ended.len().saturating_sub(ENDED_KEPT);
        for (_, id) in ended.into_iter().take(gone) {
            sessions.remove(&id);
        }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<TerminalId, Arc<Session>>> {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
