//! What is kept of terminals on disk: one folder each, with a description and the recording.
//!
//! A description that says `running` while no server runs is of a terminal whose server ended first.

use std::fs;
use std::path::{Path, PathBuf};

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

/// Writes the description. A disk that refuses costs the entry in the list after the next start, nothing now.
pub(crate) fn keep(folder: &Path, terminal: &Terminal) {
    let bytes = serde_json::to_vec(terminal).unwrap_or_default();
    if let Err(error) = host::atomic_file::write(&description(folder), &bytes) {
        tracing::warn!(terminal = %terminal.id, %error, "a terminal's description is not kept");
    }
}

/// All that are kept, newest first.
pub(crate) fn all(root: &Path) -> Vec<Terminal> {
    let folders = fs::read_dir(root).into_iter().flatten().flatten();
    let mut all: Vec<Terminal> = folders.filter_map(|entry| read(&entry.path())).collect();
    all.sort_by(|a, b| b.created_at.cmp(&a.created_at).then_with(|| b.id.cmp(&a.id)));
    all
}

fn read(folder: &Path) -> Option<Terminal> {
    let terminal: Terminal = serde_json::from_slice(&fs::read(description(folder)).ok()?).ok()?;
    // Nothing but its own folder is ever removed for a description.
    (folder.file_name()?.to_str()? == terminal.id.as_str()).then_some(terminal)
}

/// Ends, in words, those that a server left running; their ids.
pub(crate) fn end_left(root: &Path, at: &str) -> Vec<TerminalId> {
    let left = all(root).into_iter().filter(|terminal| terminal.state == TerminalState::Running);
    left.map(|mut terminal| {
        let folder = root.join(terminal.id.as_str());
        terminal.state = TerminalState::Interrupted;
        terminal.end = Some(TerminalEnd {
            state: TerminalState::Interrupted,
            at: at.to_owned(),
            exit_code: None,
            signal: None,
            why: Some(crate::terminals::BY_SERVER.to_owned()),
        });
        (terminal.attached, terminal.controller) = (0, None);
        terminal.recorded = fs::metadata(recording(&folder)).map_or(0, |facts| facts.len());
        keep(&folder, &terminal);
        terminal.id
    })
    .collect()
}

pub(crate) fn remove(root: &Path, id: &TerminalId) {
    if let Err(error) = fs::remove_dir_all(root.join(id.as_str())) {
        tracing::warn!(terminal = %id, %error, "what is kept of a terminal stays behind");
    }
}

/// Removes the oldest beyond what is kept, never one that runs.
pub(crate) fn thin_out(root: &Path) {
    for terminal in all(root).into_iter().skip(KEPT).filter(|one| one.state != TerminalState::Running) {
        remove(root, &terminal.id);
    }
}
