//! What the log says of terminals: that one was opened and how it ended, each once, whatever dies in between. It says
//! nothing of what they show, where they begin or what runs in them.
//!
//! The start leaves a note in its own transaction, and the end takes it away in its own: what has no note was never
//! said to have started, or is said to have ended.

use crate::Engine;
use crate::ops::tell;
use protocol::terminal::{Terminal, TerminalEnd, TerminalState};
use protocol::{ApiError, Event, TerminalId};
use store::{StoreError, Tx};

/// Notes are settings below this.
const OPEN: &str = "terminal.open.";
/// Who tells of an end.
const FROM: &str = "server";

fn note(id: &TerminalId) -> String {
    format!("{OPEN}{id}")
}

pub(crate) fn started(tx: &mut Tx<'_>, terminal: &Terminal, by: &str) -> Result<(), StoreError> {
    tx.set_setting(&note(&terminal.id), &serde_json::to_value(terminal)?)?;
    let Terminal { id, name, node, workspace_id, job_id, .. } = terminal.clone();
    let event = Event::TerminalStarted { id, name, by: by.to_owned(), node, workspace_id, job_id };
    tell(tx, event, by.to_owned())
}

/// One that is listed without an end is gone, and nobody knows how it ended.
pub(crate) fn ended(tx: &mut Tx<'_>, terminal: &Terminal) -> Result<(), StoreError> {
    let key = note(&terminal.id);
    if tx.setting(&key)?.is_none() {
        return Ok(());
    }
    tx.remove_setting(&key)?;
    let Terminal { id, name, node, end, .. } = terminal.clone();
    let (state, exit_code, signal, why) = match end {
        Some(TerminalEnd { state, exit_code, signal, why, .. }) => (state, exit_code, signal, why),
        None => (TerminalState::Interrupted, None, None, None),
    };
    tell(tx, Event::TerminalEnded { id, name, state, node, exit_code, signal, why }, FROM.to_owned())
}

/// A machine's terminal is in no list any more: told where it was not, and forgotten.
pub(crate) fn gone(tx: &mut Tx<'_>, id: &TerminalId) -> Result<(), StoreError> {
    if let Some(opened) = tx.setting(&note(id))?.map(serde_json::from_value::<Terminal>) {
        ended(tx, &opened?)?;
    }
    tx.forget_node_terminal(id)
}

impl Engine {
    /// Tells how terminals of this machine ended, as far as it is not told. What fails is told the next time.
    pub(crate) async fn tell_terminal_ends(&self) {
        if let Err(error) = self.terminal_ends().await {
            tracing::warn!(code = error.code.as_str(), "the end of a terminal is not in the log yet");
        }
    }

    async fn terminal_ends(&self) -> Result<(), ApiError> {
        let notes = self.store.read(|tx| tx.settings_under(OPEN)).await?;
        let opened = notes.into_iter().filter_map(|(_, note)| serde_json::from_value::<Terminal>(note).ok());
        // Machines say themselves how theirs ended. A list changes with every bell: what is kept is not read for that.
        let opened: Vec<Terminal> =
            opened.filter(|one| one.node.is_none() && !self.terminals.is_running(&one.id)).collect();
        if opened.is_empty() {
            return Ok(());
        }
        let terminals = self.terminals.clone();
        let listed = self.blocking(move || terminals.list()).await?;
        let over: Vec<Terminal> = opened
            .into_iter()
            .filter_map(|opened| match listed.iter().find(|one| one.id == opened.id) {
                Some(one) => one.end.is_some().then(|| one.clone()),
                None => Some(opened),
            })
            .collect();
        if !over.is_empty() {
            self.store.write(move |tx| over.iter().try_for_each(|terminal| ended(tx, terminal))).await?;
        }
        Ok(())
    }
}
