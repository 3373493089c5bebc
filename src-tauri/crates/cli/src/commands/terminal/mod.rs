//! `pilothouse terminal …`: terminals of the server, from this one.

#[cfg(unix)]
mod attach;
mod kept;
#[cfg(unix)]
mod replayed;
#[cfg(unix)]
mod screen;

use super::short;
use crate::flags::TerminalCommand;
use crate::output;
use crate::plain::plain;
use client::Client;
use protocol::ops::{Nothing, typed};
use protocol::terminal::{OpenTerminal, Terminal, TerminalEnd, TerminalParams, TerminalState};
use protocol::{ApiError, ErrorCode, WorkspaceId, count};

/// Columns of the terminal that answers are printed on, if it is one.
pub(super) fn width() -> Option<u16> {
    #[cfg(unix)]
    return screen::size().map(|(columns, _)| columns);
    #[cfg(not(unix))]
    None
}

pub(super) async fn run(client: &Client, what: TerminalCommand, as_json: bool) -> Result<u8, ApiError> {
    match what {
        TerminalCommand::List => list(client, as_json).await.map(|()| 0),
        TerminalCommand::Open { workspace, job, node, folder, name, detached } => {
            let bad = |e: protocol::ids::BadId| ApiError::bad(e.to_string());
            let open = OpenTerminal {
                workspace_id: workspace.map(WorkspaceId::parse).transpose().map_err(bad)?,
                job_id: match job {
                    Some(job) => Some(short::job(client, &job).await?),
                    None => None,
                },
                node,
                folder,
                name,
                cols: None,
                rows: None,
            };
            let terminal = client.call(typed::TerminalsOpen, &open, None).await?.terminal;
            if detached || as_json {
                said(&terminal, as_json);
                return Ok(0);
            }
            attach(client, &terminal, Manner::default()).await
        }
        TerminalCommand::Attach { what, view, take } => {
            let terminal = find(client, &what).await?;
            if as_json {
                return Err(ApiError::bad("attach shows a terminal and has no answer in JSON"));
            }
            attach(client, &terminal, Manner { view, take }).await
        }
        TerminalCommand::Show { what } => {
            let terminal = find(client, &what).await?;
            kept::show(client, terminal.id, as_json).await.map(|()| 0)
        }
        TerminalCommand::Export { what, out } => {
            let terminal = find(client, &what).await?;
            let bytes = kept::export(client, terminal.id.clone(), out.as_deref()).await?;
            match &out {
                Some(path) if as_json => {
                    output::json(
                        &serde_json::json!({ "ok": true, "id": terminal.id, "path": path, "bytes": bytes }),
                    );
                }
                Some(path) => say!("{bytes} bytes are in {}.", path.display()),
                None => {}
            }
            Ok(0)
        }
        TerminalCommand::Rename { what, name } => {
            let terminal = find(client, &what).await?;
            said(&kept::rename(client, terminal.id, name).await?, as_json);
            Ok(0)
        }
        TerminalCommand::Signal { what, signal } => {
            let terminal = find(client, &what).await?;
            kept::signal(client, terminal.id.clone(), signal.into()).await?;
            if as_json {
                output::json(&serde_json::json!({ "ok": true, "id": terminal.id }));
            } else {
                say!("{} was told.", plain(&terminal.name));
            }
            Ok(0)
        }
        TerminalCommand::Close { what } => {
            let terminal = find(client, &what).await?;
            client.call(typed::TerminalsClose, &TerminalParams { id: terminal.id.clone() }, None).await?;
            if as_json {
                output::json(&serde_json::json!({ "ok": true, "id": terminal.id }));
            } else {
                let done = if terminal.end.is_none() { "is closed" } else { "had ended already" };
                say!("{} {done}.", plain(&terminal.name));
            }
            Ok(0)
        }
        TerminalCommand::Remove { what } => {
            let terminal = find(client, &what).await?;
            client.call(typed::TerminalsRemove, &TerminalParams { id: terminal.id.clone() }, None).await?;
            if as_json {
                output::json(&serde_json::json!({ "ok": true, "id": terminal.id }));
            } else {
                say!("{} is removed.", plain(&terminal.name));
            }
            Ok(0)
        }
    }
}

/// How one attaches.
#[derive(Default)]
struct Manner {
    /// Never in control.
    view: bool,
    /// In control, whoever is now.
    take: bool,
}

#[cfg(unix)]
async fn attach(client: &Client, terminal: &Terminal, manner: Manner) -> Result<u8, ApiError> {
    attach::run(client, &terminal.id, manner).await
}

#[cfg(not(unix))]
async fn attach(_: &Client, terminal: &Terminal, _: Manner) -> Result<u8, ApiError> {
    let message = format!(
        "{} is there, but this command cannot show it on this system; the page of Pilothouse can.",
        terminal.name
    );
    Err(ApiError::new(ErrorCode::Unavailable, message))
}

fn said(terminal: &Terminal, as_json: bool) {
    if as_json {
        output::json(terminal);
    } else {
        say!("{}  {}", terminal.id, plain(&terminal.name));
    }
}

async fn list(client: &Client, as_json: bool) -> Result<(), ApiError> {
    let all = client.call(typed::TerminalsList, &Nothing {}, None).await?;
    if as_json {
        output::json(&all);
        return Ok(());
    }
    for terminal in &all.terminals {
        say!(
            "{}  {:<16} {:<28} {}",
            terminal.id,
            plain(&terminal.name),
            state(terminal),
            plain(&terminal.cwd)
        );
    }
    if all.terminals.is_empty() {
        say!("There is no terminal. `pilothouse terminal open` opens one.");
    }
    Ok(())
}

fn state(terminal: &Terminal) -> String {
    match &terminal.end {
        Some(end) => how_ended(end),
        None => match &terminal.controller {
            Some(who) => format!("{} attached, {} controls", terminal.attached, plain(who)),
            None => format!("runs, {}", count(u64::from(terminal.attached), "one watches", "watch")),
        },
    }
}

fn how_ended(end: &TerminalEnd) -> String {
    match (end.state, end.why.as_deref(), end.exit_code, &end.signal) {
        (TerminalState::Interrupted, ..) => "ended with its server".into(),
        (_, Some("idle"), ..) => "ended, nobody used it".into(),
        (_, Some(_), ..) => "closed".into(),
        (_, None, Some(code), _) => format!("ended, exit code {code}"),
        (_, None, None, Some(signal)) => format!("ended by {}", plain(signal)),
        _ => "ended".into(),
    }
}

/// By id, by the beginning of one, or by name.
async fn find(client: &Client, what: &str) -> Result<Terminal, ApiError> {
    let all = client.call(typed::TerminalsList, &Nothing {}, None).await?.terminals;
    let exact = all.iter().find(|one| one.id.as_str() == what);
    let mut meant: Vec<&Terminal> = match exact {
        Some(one) => vec![one],
        None => all.iter().filter(|one| one.name == what || one.id.as_str().starts_with(what)).collect(),
    };
    // One that runs is meant before those that have ended and were called the same.
    if meant.iter().filter(|one| one.end.is_none()).count() == 1 {
        meant.retain(|one| one.end.is_none());
    }
    match meant.as_slice() {
        [one] => Ok((*one).clone()),
        [] => Err(ApiError::not_found("terminal", what)),
        several => {
            let ids: Vec<&str> = several.iter().map(|one| one.id.as_str()).collect();
            Err(ApiError::new(
                ErrorCode::Conflict,
                format!("Several are meant by {what}: {}.", ids.join(", ")),
            ))
        }
    }
}
