//! What the hub asks of this machine's terminals.
//!
//! What is quick is done at once and in order; what starts programs or reads files is done beside it and answers by
//! itself.

use crate::hub::Machine;
use crate::session::{Out, Said, answered};
use crate::streams::{Streams, attached, told};
use protocol::node::{NodeAsk, NodeService};
use protocol::ops::Done;
use protocol::terminal::{Terminal, TerminalRecording};
use protocol::{ApiError, ErrorCode, TerminalId};
use serde::Serialize;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use terminal::{NoFolder, Opening, Who};

/// Longest name a terminal is given when nobody names it.
const NAMED: usize = 16;

/// The answer; none when it comes by itself.
pub(crate) fn serve(
    machine: &Arc<Machine>,
    streams: &mut Streams,
    out: &Out,
    id: u32,
    ask: NodeAsk,
) -> Option<Result<Value, ApiError>> {
    if !machine.setting.offers.contains(&NodeService::Terminals) {
        return Some(Err(ApiError::new(ErrorCode::NodeNotAllowed, "This machine offers no terminals.")));
    }
    let quick = match ask {
        NodeAsk::Attach { stream, id, key, label, may_write, after, seat, view_only } => {
            let who = Who { key, label, may_write };
            let place = machine.terminals.attach(&id, who, after, seat.as_deref(), view_only);
            place.map_err(told).and_then(|place| read(streams.hold(stream, place)))
        }
        NodeAsk::Leave { stream, cut } => {
            streams.leave(stream, cut);
            read(Done { ok: true })
        }
        NodeAsk::Type { stream, text } => {
            streams.at(stream).and_then(|place| place.type_text(&text).map_err(told)).and_then(|()| done())
        }
        NodeAsk::Resize { stream, cols, rows } => {
            streams.at(stream).and_then(|place| place.resize(cols, rows).map_err(told)).and_then(|()| done())
        }
        NodeAsk::TakeControl { stream } => streams.at(stream).and_then(|place| {
            place.take_control().map_err(told)?;
            read(attached(stream, place))
        }),
        slow @ (NodeAsk::Open { .. }
        | NodeAsk::Rename { .. }
        | NodeAsk::Signal { .. }
        | NodeAsk::Close { .. }
        | NodeAsk::Remove { .. }
        | NodeAsk::Snapshot { .. }
        | NodeAsk::Export { .. }) => {
            let (machine, out) = (machine.clone(), out.clone());
            tokio::spawn(async move {
                let worked = tokio::task::spawn_blocking(move || perform(&machine, slow)).await;
                let broken = |_| Err(ApiError::new(ErrorCode::Internal, "It broke off while it was done."));
                let _ = out.send(Said::Frame(answered(id, worked.unwrap_or_else(broken)))).await;
            });
            return None;
        }
    };
    Some(quick)
}

fn perform(machine: &Machine, ask: NodeAsk) -> Result<Value, ApiError> {
    let terminals = &machine.terminals;
    match ask {
        NodeAsk::Open { id, name, folder, cols, rows } => {
            read(open(machine, id, name, folder, (cols, rows))?)
        }
        NodeAsk::Rename { id, name } => read(terminals.rename(&id, &name).map_err(told)?),
        NodeAsk::Signal { id, signal } => terminals.signal(&id, signal).map_err(told).and_then(|()| done()),
        NodeAsk::Close { id } => terminals.close(&id).map_err(told).and_then(|()| done()),
        NodeAsk::Remove { id } => terminals.remove(&id).map_err(told).and_then(|()| done()),
        NodeAsk::Snapshot { id } => read(terminals.snapshot(&id).map_err(told)?),
        NodeAsk::Export { id, after } => {
            let piece: TerminalRecording = terminals.export(&id, after).map_err(told)?;
            read(piece)
        }
        _ => Err(ApiError::new(ErrorCode::Internal, "This is asked of a connection.")),
    }
}

fn open(
    machine: &Machine,
    id: TerminalId,
    name: Option<String>,
    folder: Option<String>,
    (cols, rows): (u16, u16),
) -> Result<Terminal, ApiError> {
    let known = machine.terminals.list();
    // The answer to an earlier try was lost.
    if let Some(terminal) = known.iter().find(|terminal| terminal.id == id) {
        return Ok(terminal.clone());
    }
    let cwd = inside(&machine.setting.folder, folder.as_deref())?;
    let host: String = machine.setting.hostname.chars().take(NAMED).collect();
    let numbered = (2..).map(|n| format!("{host} {n}"));
    let free = std::iter::once(host.clone())
        .chain(numbered)
        .find(|one| known.iter().all(|terminal| terminal.name != *one));
    let opening = Opening {
        id,
        name: name.or(free).unwrap_or(host),
        workspace_id: None,
        job_id: None,
        cwd,
        cols,
        rows,
        shell: machine.shell.clone(),
        env: terminal::environment(std::env::vars_os()),
    };
    machine.terminals.open(opening).map_err(told)
}

/// A folder inside the one terminals begin in.
fn inside(root: &Path, folder: Option<&str>) -> Result<PathBuf, ApiError> {
    terminal::folder_inside(root, folder).map_err(|refused| match refused {
        NoFolder::Outside { .. } => ApiError::new(
            ErrorCode::TerminalFolder,
            "The folder is not inside the one that terminals of this machine begin in.",
        ),
        unusable @ NoFolder::Unusable { .. } => {
            ApiError::new(ErrorCode::TerminalFailed, format!("{unusable}."))
        }
    })
}

fn done() -> Result<Value, ApiError> {
    read(Done { ok: true })
}

fn read(answer: impl Serialize) -> Result<Value, ApiError> {
    serde_json::to_value(answer).map_err(|e| ApiError::new(ErrorCode::Internal, e.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_begins_in_the_folder_that_was_named_or_inside_it() {
        let ground = tempfile::tempdir().unwrap();
        let root = ground.path().join("root");
        std::fs::create_dir_all(root.join("inner")).unwrap();
        let real = std::fs::canonicalize(&root).unwrap();
        assert_eq!(inside(&root, None).unwrap(), real);
        assert_eq!(inside(&root, Some("inner")).unwrap(), real.join("inner"));
        for bad in ["..", "/", "inner/../.."] {
            assert_eq!(inside(&root, Some(bad)).unwrap_err().code, ErrorCode::TerminalFolder, "{bad}");
        }
        assert_eq!(inside(&root, Some("missing")).unwrap_err().code, ErrorCode::TerminalFailed);
    }
}
