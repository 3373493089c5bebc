//! What is kept of terminals on disk: one folder each, with a description and the recording.
//!
//! A description that says `running` while no server runs is of a terminal whose server ended first. Descriptions are
//! read from the disk once and held in memory from then on, so that opening and listing read none; nobody else writes
//! them, and every change goes through here.

use std::borrow::Borrow;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use protocol::TerminalId;
use protocol::terminal::{Terminal, TerminalEnd, TerminalState};

/// Most terminals that are kept; beyond that the oldest are removed with their recordings.
const KEPT: usize = 100;

pub(crate) fn recording(folder: &Path) -> PathBuf {
    folder.join("recording.cast")
}

fn description(folder: &Path) -> PathBuf {
    folder.join("about.json")
}

fn read_all(root: &Path) -> BTreeMap<TerminalId, Terminal> {
    let folders = fs::read_dir(root).into_iter().flatten().flatten();
    let all = folders.filter_map(|entry| read(&entry.path()));
    all.map(|terminal| (terminal.id.clone(), terminal)).collect()
}

fn read(folder: &Path) -> Option<Terminal> {
    let terminal: Terminal = serde_json::from_slice(&fs::read(description(folder)).ok()?).ok()?;
    // Nothing but its own folder is ever removed for a description.
    (folder.file_name()?.to_str()? == terminal.id.as_str()).then_some(terminal)
}

pub(crate) fn newest_first<T: Borrow<Terminal>>(all: &mut [T]) {
    all.sort_by(|a, b| {
        let (a, b): (&Terminal, &Terminal) = (a.borrow(), b.borrow());
        b.created_at.cmp(&a.created_at).then_with(|| b.id.cmp(&a.id))
    });
}

pub(crate) struct Past {
    root: PathBuf,
    /// None until it was read.
    all: Mutex<Option<BTreeMap<TerminalId, Terminal>>>,
}

impl Past {
    pub(crate) fn of(root: &Path) -> Self {
        Self { root: root.to_owned(), all: Mutex::default() }
    }

    pub(crate) fn folder(&self, id: &TerminalId) -> PathBuf {
        self.root.join(id.as_str())
    }

    fn with<T>(&self, look: impl FnOnce(&mut BTreeMap<TerminalId, Terminal>) -> T) -> T {
        let mut all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        look(all.get_or_insert_with(|| read_all(&self.root)))
    }

    /// Writes the description. A disk that refuses costs the entry in the list after the next start, nothing now.
    fn write(&self, terminal: &Terminal) {
        let bytes = serde_json::to_vec(terminal).unwrap_or_default();
        if let Err(error) = host::atomic_file::write(&description(&self.folder(&terminal.id)), &bytes) {
            tracing::warn!(terminal = %terminal.id, %error, "a terminal's description is not kept");
        }
    }

    /// One that begins; its folder is there.
    pub(crate) fn begin(&self, terminal: &Terminal) {
        self.with(|all| {
            all.insert(terminal.id.clone(), terminal.clone());
            self.write(terminal);
        });
    }

    /// What is true of one now. One that was removed meanwhile stays removed.
    pub(crate) fn keep(&self, terminal: &Terminal) {
        // Written before anybody else may: a new name and the end of one may come at the same time.
        self.with(|all| {
            if let Some(kept) = all.get_mut(&terminal.id) {
                kept.clone_from(terminal);
                self.write(terminal);
            }
        });
    }

    /// All that are kept, by their ids.
    pub(crate) fn all(&self) -> BTreeMap<TerminalId, Terminal> {
        self.with(|all| all.clone())
    }

    /// Ends, in words, those that a server left running; their ids.
    pub(crate) fn end_left(&self, at: &str) -> Vec<TerminalId> {
        let left = self.all().into_values().filter(|terminal| terminal.state == TerminalState::Running);
        left.map(|mut terminal| {
            terminal.state = TerminalState::Interrupted;
            terminal.end = Some(TerminalEnd {
                state: TerminalState::Interrupted,
                at: at.to_owned(),
                exit_code: None,
                signal: None,
                why: Some(crate::terminals::BY_SERVER.to_owned()),
            });
            (terminal.attached, terminal.controller) = (0, None);
            let recording = recording(&self.folder(&terminal.id));
            terminal.recorded = fs::metadata(recording).map_or(0, |facts| facts.len());
            self.keep(&terminal);
            terminal.id
        })
        .collect()
    }

    pub(crate) fn remove(&self, id: &TerminalId) {
        self.with(|all| all.remove(id));
        if let Err(error) = fs::remove_dir_all(self.folder(id)) {
            tracing::warn!(terminal = %id, %error, "what is kept of a terminal stays behind");
        }
    }

    /// Removes the oldest beyond what is kept, never one that runs.
    pub(crate) fn thin_out(&self) {
        let old = self.with(|all| {
            if all.len() <= KEPT {
                return Vec::new();
            }
            let mut ages: Vec<&Terminal> = all.values().collect();
            newest_first(&mut ages);
            let old = ages.into_iter().skip(KEPT).filter(|one| one.state != TerminalState::Running);
            old.map(|one| one.id.clone()).collect()
        });
        for id in old {
            self.remove(&id);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn terminal(number: usize, state: TerminalState) -> Terminal {
        Terminal {
            id: TerminalId::parse(format!("00000000-0000-4000-8000-{number:012}")).unwrap(),
            name: "t".into(),
            workspace_id: None,
            job_id: None,
            node: None,
            cwd: "/".into(),
            shell: "/bin/sh".into(),
            state,
            cols: 80,
            rows: 24,
            created_at: host::clock::iso(1_000 * number as i64),
            end: None,
            bytes: 0,
            attached: 0,
            controller: None,
            recorded: 0,
            recording_cut: false,
        }
    }

    fn begin(past: &Past, number: usize, state: TerminalState) -> TerminalId {
        let terminal = terminal(number, state);
        fs::create_dir(past.folder(&terminal.id)).unwrap();
        past.begin(&terminal);
        terminal.id
    }

    /// What is held is what is on disk.
    fn same(past: &Past) -> usize {
        let (held, written) = (past.all(), read_all(&past.root));
        assert_eq!(held, written);
        assert_eq!(fs::read_dir(&past.root).unwrap().count(), held.len(), "and no folder more");
        held.len()
    }

    #[test]
    fn what_is_held_is_what_is_written_whatever_happens() {
        let root = tempfile::tempdir().unwrap();
        let past = Past::of(root.path());
        let first = begin(&past, 0, TerminalState::Running);
        assert_eq!(same(&past), 1);
        for number in 1..KEPT + 20 {
            begin(&past, number, TerminalState::Exited);
        }
        past.thin_out();
        assert_eq!(same(&past), KEPT + 1, "the newest, and the oldest, which runs");
        assert!(past.all().contains_key(&first));

        let mut ended = terminal(0, TerminalState::Exited);
        ended.name = "another name".into();
        past.keep(&ended);
        assert_eq!(same(&past), KEPT + 1);
        past.thin_out();
        assert_eq!(same(&past), KEPT, "it runs no more");
        let newest = terminal(KEPT + 19, TerminalState::Exited);
        past.remove(&newest.id);
        assert_eq!(same(&past), KEPT - 1);
        past.keep(&newest);
        assert_eq!(same(&past), KEPT - 1, "what was removed stays removed");
    }

    #[test]
    fn after_a_start_it_is_what_was_written_and_nothing_runs() {
        let root = tempfile::tempdir().unwrap();
        let past = Past::of(root.path());
        let (left, gone) = (begin(&past, 1, TerminalState::Running), begin(&past, 2, TerminalState::Exited));
        past.remove(&gone);
        drop(past);
        let past = Past::of(root.path());
        assert_eq!(past.end_left("2026-01-01T00:00:00.000Z"), std::slice::from_ref(&left));
        assert_eq!(past.all()[&left].state, TerminalState::Interrupted);
        assert_eq!(same(&past), 1);
        assert_eq!(same(&Past::of(root.path())), 1);
    }
}
