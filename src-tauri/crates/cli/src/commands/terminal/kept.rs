//! What can be had of a terminal without sitting down at it: its screen in plain text, its recording, another name, a
//! signal for what runs in it.

use crate::output;
use crate::plain::plain;
use client::Client;
use protocol::ops::typed;
use protocol::terminal::{
    ExportTerminal, RenameTerminal, SignalTerminal, Terminal, TerminalParams, TerminalSignal,
};
use protocol::{ApiError, ErrorCode, TerminalId};
use std::io::{ErrorKind, Write};
use std::path::Path;

/// The screen as it is now, line by line.
pub(super) async fn show(client: &Client, id: TerminalId, as_json: bool) -> Result<(), ApiError> {
    let snapshot = client.call(typed::TerminalsSnapshot, &TerminalParams { id }, None).await?;
    if as_json {
        output::json(&snapshot);
    } else {
        for line in snapshot.text.lines() {
            say!("{}", plain(line));
        }
    }
    Ok(())
}

/// The recording: to a file that is not there yet, or to standard output.
pub(super) async fn export(client: &Client, id: TerminalId, to: Option<&Path>) -> Result<u64, ApiError> {
    let failed = |error: std::io::Error| ApiError::new(ErrorCode::StorageFailed, error.to_string());
    // Asked for before the file is made: one that is not recorded leaves none behind.
    let mut piece =
        client.call(typed::TerminalsExport, &ExportTerminal { id: id.clone(), after: 0 }, None).await?;
    let mut out: Box<dyn Write + Send> = match to {
        None => Box::new(std::io::stdout()),
        Some(path) => Box::new(std::fs::File::create_new(path).map_err(|error| match error.kind() {
            ErrorKind::AlreadyExists => {
                ApiError::new(ErrorCode::Conflict, format!("{} is there already.", path.display()))
            }
            _ => ApiError::new(ErrorCode::StorageFailed, format!("{}: {error}.", path.display())),
        })?),
    };
    let mut bytes = 0;
    loop {
        out.write_all(piece.text.as_bytes()).map_err(failed)?;
        bytes += piece.text.len() as u64;
        let Some(after) = piece.next else { break };
        piece = client.call(typed::TerminalsExport, &ExportTerminal { id: id.clone(), after }, None).await?;
    }
    out.flush().map_err(failed)?;
    Ok(bytes)
}

pub(super) async fn rename(client: &Client, id: TerminalId, name: String) -> Result<Terminal, ApiError> {
    Ok(client.call(typed::TerminalsRename, &RenameTerminal { id, name }, None).await?.terminal)
}

pub(super) async fn signal(client: &Client, id: TerminalId, signal: TerminalSignal) -> Result<(), ApiError> {
    client.call(typed::TerminalsSignal, &SignalTerminal { id, signal }, None).await.map(drop)
}
