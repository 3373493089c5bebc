//! Terminals on other machines: opened there by their own folder and shell, acted on by asking.

use super::line::{Line, away};
use super::relay::{Relay, Sitter};
use crate::terminals::told;
use crate::{Caller, Engine, Principal, Reply, hash};
use protocol::node::{NodeAsk, NodeService};
use protocol::ops::{Done, Permission};
use protocol::terminal::{
    AttachTerminal, ExportTerminal, OpenTerminal, RenameTerminal, SignalTerminal, Terminal, TerminalAttached,
    TerminalParams, TerminalRecording, TerminalReply, TerminalSnapshot,
};
use protocol::{ApiError, DeviceId, ErrorCode, TerminalId};
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::sync::Arc;

/// Size of one that nobody has measured.
const SIZE: (u16, u16) = (80, 24);

impl Engine {
    pub(crate) async fn node_terminal_open(&self, caller: Caller, node: &str, p: OpenTerminal) -> Reply {
        if let Some(answer) = self.replayed(&caller).await? {
            return Ok(answer);
        }
        if p.workspace_id.is_some() || p.job_id.is_some() {
            return Err(ApiError::bad("A terminal on another machine begins in a folder of that machine"));
        }
        let node = self.node_named(node).await?;
        let line = self.node_line_for(&node.id, NodeService::Terminals)?;
        let id = self.node_terminal_id(&caller)?;
        let ask = NodeAsk::Open {
            id: id.clone(),
            name: p.name,
            folder: p.folder,
            cols: p.cols.unwrap_or(SIZE.0),
            rows: p.rows.unwrap_or(SIZE.1),
        };
        let mut terminal: Terminal = read(line.ask(ask).await?)?;
        if terminal.id != id {
            return Err(ApiError::new(ErrorCode::Internal, "The machine opened something else."));
        }
        terminal.node = Some(node.id.clone());
        self.nodes.keep_terminal(&node.id, terminal.clone());
        tracing::info!(terminal = %id, node = %node.id, by = caller.who.label(), "a terminal was opened on another machine");
        let (kept, by) = (terminal.clone(), caller.who.label());
        let reply = self
            .change(caller, move |tx| {
                tx.keep_node_terminal(&node.id, &kept)?;
                told::started(tx, &kept, &by)?;
                Ok(TerminalReply { ok: true, terminal })
            })
            .await;
        // Its end may have come before its start was told.
        let ended = self.nodes.terminals().into_iter().find(|one| one.id == id && one.end.is_some());
        if let Some(ended) = ended {
            self.store.write(move |tx| told::ended(tx, &ended)).await?;
        }
        self.ephemeral.send(serde_json::json!({ "type": "terminals.changed" }));
        reply
    }

    /// The same for the same key: a machine whose answer was lost, or whose hub was, is asked for the same terminal
    /// again and opens no second one. An id that is known already is of a key that was forgotten since.
    fn node_terminal_id(&self, caller: &Caller) -> Result<TerminalId, ApiError> {
        let named = caller.idempotency.as_ref().map(|print| {
            let call = [self.server_id(), &print.actor, &print.key, &print.digest].join("\n");
            hash::text(&call)[..32].to_owned()
        });
        let parse = |text: String| TerminalId::parse(text).map_err(|e| ApiError::bad(e.to_string()));
        match named.map(parse).transpose()?.filter(|id| self.nodes.node_of(id).is_none()) {
            Some(id) => Ok(id),
            None => parse(self.ids.uuid()),
        }
    }

    /// The connection of a node that may do this.
    fn node_line_for(&self, node: &DeviceId, service: NodeService) -> Result<Arc<Line>, ApiError> {
        let here = self.nodes.here(node).ok_or_else(|| away("This machine"))?;
        if !here.may(service) {
            let message = format!(
                "{} is not let do this ({service}). `pilothouse node allow` lets it, if it offers it.",
                here.line.name
            );
            return Err(ApiError::new(ErrorCode::NodeNotAllowed, message));
        }
        Ok(here.line)
    }

    /// The connection of the node a terminal is on; none when it is on none.
    fn node_line_of(&self, id: &TerminalId) -> Option<Result<Arc<Line>, ApiError>> {
        let node = self.nodes.node_of(id)?;
        Some(self.node_line_for(&node, NodeService::Terminals))
    }

    async fn node_asked<T: DeserializeOwned>(
        &self,
        id: &TerminalId,
        ask: NodeAsk,
    ) -> Option<Result<T, ApiError>> {
        let line = match self.node_line_of(id)? {
            Ok(line) => line,
            Err(error) => return Some(Err(error)),
        };
        Some(line.ask(ask).await.and_then(read))
    }

    pub(crate) fn node_terminals_known(&self) -> Vec<Terminal> {
        self.nodes.terminals()
    }

    pub(crate) async fn node_rename(&self, p: &RenameTerminal) -> Option<Result<TerminalReply, ApiError>> {
        let ask = NodeAsk::Rename { id: p.id.clone(), name: p.name.clone() };
        let reply = self.node_asked::<Terminal>(&p.id, ask).await?;
        Some(reply.map(|mut terminal| {
            terminal.node = self.nodes.node_of(&p.id);
            TerminalReply { ok: true, terminal }
        }))
    }

    pub(crate) async fn node_signal(&self, p: &SignalTerminal) -> Option<Result<Done, ApiError>> {
        self.node_asked(&p.id, NodeAsk::Signal { id: p.id.clone(), signal: p.signal }).await
    }

    pub(crate) async fn node_close(&self, p: &TerminalParams) -> Option<Result<Done, ApiError>> {
        self.node_asked(&p.id, NodeAsk::Close { id: p.id.clone() }).await
    }

    /// Its machine may have removed it already, among the oldest.
    pub(crate) async fn node_remove(&self, p: &TerminalParams) -> Option<Result<Done, ApiError>> {
        let done = self.node_asked::<Done>(&p.id, NodeAsk::Remove { id: p.id.clone() }).await?;
        if let Err(error) = done
            && error.code != ErrorCode::NotFound
        {
            return Some(Err(error));
        }
        self.nodes.forget_terminal(&p.id);
        let id = p.id.clone();
        if let Err(error) = self.store.write(move |tx| told::gone(tx, &id)).await {
            return Some(Err(error.into()));
        }
        self.ephemeral.send(serde_json::json!({ "type": "terminals.changed" }));
        Some(Ok(Done { ok: true }))
    }

    pub(crate) async fn node_export(
        &self,
        p: &ExportTerminal,
    ) -> Option<Result<TerminalRecording, ApiError>> {
        self.node_asked(&p.id, NodeAsk::Export { id: p.id.clone(), after: p.after }).await
    }

    pub(crate) async fn node_snapshot(
        &self,
        p: &TerminalParams,
    ) -> Option<Result<TerminalSnapshot, ApiError>> {
        let ask = NodeAsk::Snapshot { id: p.id.clone() };
        let reply = self.node_asked::<TerminalSnapshot>(&p.id, ask).await?;
        Some(reply.and_then(|mut snapshot| {
            if snapshot.terminal.id != p.id {
                return Err(ApiError::new(ErrorCode::Internal, "The machine showed something else."));
            }
            snapshot.terminal.node = self.nodes.node_of(&p.id);
            Ok(snapshot)
        }))
    }

    /// A place at a terminal of another machine, for a connection; none when the terminal is on none. It is taken by
    /// [`Engine::node_sit`].
    pub fn node_relay(&self, who: &Principal, p: &AttachTerminal) -> Option<Result<Arc<Relay>, ApiError>> {
        let node = self.nodes.node_of(&p.id)?;
        if let Err(error) = self.node_line_for(&node, NodeService::Terminals) {
            return Some(Err(error));
        }
        let sitter = Sitter {
            key: who.actor(),
            label: who.label(),
            may_write: who.may(Permission::TerminalWrite),
            view_only: p.view_only,
        };
        Some(Ok(Relay::new(node, p.id.clone(), sitter, p.seat.clone(), p.after)))
    }

    pub async fn node_sit(&self, relay: &Arc<Relay>) -> Result<TerminalAttached, ApiError> {
        let line = self.node_line_for(&relay.node, NodeService::Terminals)?;
        relay.sit(&line).await
    }
}

fn read<T: DeserializeOwned>(answer: Value) -> Result<T, ApiError> {
    serde_json::from_value(answer)
        .map_err(|e| ApiError::new(ErrorCode::Internal, format!("The machine's answer is unreadable: {e}.")))
}
