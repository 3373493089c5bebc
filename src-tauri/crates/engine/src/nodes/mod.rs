//! Other machines: who is connected, what they may do, and what is asked of them.
//!
//! A node is a paired device with the scope `node` and nothing else. It connects outward; this server, its hub, asks
//! over that connection. What it offers is kept as it says it and counts only together with the owner's list, which
//! is empty at first. Nothing of a node is believed about anything but itself: a terminal is its own only when it was
//! opened on it through this server, and its worker has jobs that name it and no others.
//!
//! `line` is one connection, `standing` who is there, `relay` one place at a terminal over there, `terminals` the
//! operations on them, `jobs` recipes, `claims` what a node's workers may call, `crew` a job's way to another machine.

mod claims;
mod crew;
mod jobs;
mod layers;
mod line;
mod relay;
mod relay_output;
mod standing;
mod terminals;

pub use line::ToNode;
pub use relay::{Relay, Relayed};
pub(crate) use standing::Standing;

use crate::ops::tell;
use crate::terminals::told;
use crate::{Caller, Engine, Principal, Reply};
use line::Line;
use protocol::gateway::Head;
use protocol::node::{
    AllowNode, BEAT_MS, BeatNode, LONGEST_WORD, MOST_OFFERED, Node, NodeHeard, NodeRegistered, NodeService,
    NodeTerminals, Nodes, RegisterNode, crew_of,
};
use protocol::ops::{Done, Permission};
use protocol::terminal::Terminal;
use protocol::{ApiError, DeviceId, ErrorCode, Event};
use serde_json::{Value, json};
use standing::Here;
use std::sync::Arc;
use store::{Known, NodeRow};
use tokio::sync::mpsc;

/// How often it is written down that a node is still there, in beats.
const WRITTEN_EVERY: u64 = 20;

/// One connection of a node. Dropping it is its end.
pub struct NodeLine {
    engine: Engine,
    line: Arc<Line>,
    beats: u64,
}

impl Principal {
    /// A machine: a device that may be asked things and call nothing but `node.*`.
    pub fn is_node(&self) -> bool {
        matches!(self, Principal::Device { scopes, .. } if scopes.as_slice() == [Permission::Node])
    }
}

impl Engine {
    /// A node's connection, and what is to be sent on it. It is not here before it has registered.
    pub fn node_line(&self, who: &Principal) -> Result<(NodeLine, mpsc::Receiver<ToNode>), ApiError> {
        let Principal::Device { id, name, .. } = who else { return Err(no_node()) };
        let id = DeviceId::parse(id.clone()).map_err(|e| ApiError::bad(e.to_string()))?;
        let (line, sending) = Line::new(id, name.clone());
        Ok((NodeLine { engine: self.clone(), line, beats: 0 }, sending))
    }

    pub async fn node_list(&self) -> Result<Nodes, ApiError> {
        let rows = self.store.read(|tx| {
            let all = tx.nodes()?.into_iter();
            all.map(|(row, name)| {
                let jobs =
                    tx.jobs_of_worker(&jobs::worker_of(&row.id))? + tx.jobs_of_worker(&crew_of(&row.id))?;
                Ok((row, name, jobs))
            })
            .collect::<Result<Vec<_>, store::StoreError>>()
        });
        let rows = rows.await?.into_iter();
        Ok(Nodes { nodes: rows.map(|(row, name, jobs)| self.node_shown(row, name, jobs)).collect() })
    }

    fn node_shown(&self, row: NodeRow, name: String, jobs: u32) -> Node {
        let here = self.nodes.here(&row.id);
        let since = here.as_ref().map_or(row.heard_at, |here| here.since);
        Node {
            name,
            hostname: row.hostname,
            os: row.os,
            version: row.version,
            online: here.is_some(),
            since: host::clock::iso(since),
            offers: row.offers,
            allowed: row.allowed,
            clock_ahead_ms: here.as_ref().map_or(row.clock_ahead_ms, |here| here.clock_ahead_ms),
            key_place: here.and_then(|here| here.key_place),
            terminals: self.nodes.running_on(&row.id),
            jobs,
            registered_at: host::clock::iso(row.registered_at),
            id: row.id,
        }
    }

    /// By id, or by the name it was paired under or gives itself.
    pub(crate) async fn node_named(&self, what: &str) -> Result<Node, ApiError> {
        let all = self.node_list().await?.nodes;
        let exact = all.iter().find(|node| node.id.as_str() == what);
        let named: Vec<&Node> = match exact {
            Some(node) => vec![node],
            None => all.iter().filter(|node| node.name == what || node.hostname == what).collect(),
        };
        match named.as_slice() {
            [node] => Ok((*node).clone()),
            [] => Err(ApiError::not_found("machine", what)),
            several => {
                let ids: Vec<&str> = several.iter().map(|node| node.id.as_str()).collect();
                let message = format!("Several machines are called {what}: {}.", ids.join(", "));
                Err(ApiError::new(ErrorCode::Conflict, message))
            }
        }
    }

    pub async fn node_allow(&self, caller: Caller, p: AllowNode) -> Reply {
        let mut services = p.services;
        services.sort_unstable();
        services.dedup();
        let (by, id, kept) = (caller.who.label(), p.id.clone(), services.clone());
        let name = self.node_named(p.id.as_str()).await?.name;
        self.change(caller, move |tx| {
            tx.allow_node(&id, &kept)?;
            if !kept.contains(&NodeService::Workers) {
                tx.end_leases(&crew_of(&id))?;
            }
            tell(tx, Event::NodeAllowed { id, name, services: kept, by: by.clone() }, by)?;
            Ok(Done { ok: true })
        })
        .await?;
        self.nodes.with(&p.id, |here| here.allowed.clone_from(&services));
        // What is not allowed any more ends with the connection; the node comes back and finds less.
        if let Some(here) = self.nodes.here(&p.id) {
            here.line.close();
            self.nodes.went(&here.line);
        }
        self.nodes_changed();
        let node = self.node_named(p.id.as_str()).await?;
        serde_json::to_value(node).map_err(|e| ApiError::new(ErrorCode::Internal, e.to_string()))
    }

    fn nodes_changed(&self) {
        self.ephemeral.send(json!({ "type": "nodes.changed" }));
    }

    /// What was known of terminals on other machines when this server was ended.
    pub(crate) async fn recall_node_terminals(&self) -> Result<(), store::StoreError> {
        for (node, terminal) in self.store.read(|tx| tx.node_terminals()).await? {
            self.nodes.keep_terminal(&node, terminal);
        }
        Ok(())
    }
}

impl NodeLine {
    /// The first thing a node says, once on a connection.
    pub async fn register(&mut self, said: RegisterNode) -> Result<NodeRegistered, ApiError> {
        check(&said)?;
        let engine = self.engine.clone();
        let (id, name, now_ms, offers) =
            (self.line.node.clone(), self.line.name.clone(), said.now_ms, said.offers.clone());
        let (row, event_id, event_name) = (said.clone(), id.clone(), name.clone());
        let allowed = engine
            .store
            .write(move |tx| {
                match tx.register_node(&event_id, &row)? {
                    Known::New => {
                        let event = Event::NodeRegistered {
                            id: event_id.clone(),
                            name: event_name.clone(),
                            hostname: row.hostname,
                        };
                        tell(tx, event, event_name)?;
                    }
                    Known::Restarted => jobs::lost(tx, &event_id)?,
                    Known::Same => {}
                }
                Ok(tx.node(&event_id)?.map(|node| node.allowed).unwrap_or_default())
            })
            .await?;
        let now = engine.clock.now_ms();
        engine.nodes.came(Here {
            line: self.line.clone(),
            since: now,
            clock_ahead_ms: now_ms.saturating_sub(now),
            key_place: said.key_place,
            offers,
            allowed: allowed.clone(),
        });
        tracing::info!(node = %id, name, "a machine is connected");
        engine.nodes_changed();
        Ok(NodeRegistered { ok: true, id, name, beat_ms: BEAT_MS, allowed })
    }

    pub async fn beat(&mut self, said: BeatNode) -> Result<NodeHeard, ApiError> {
        let here = self.here()?;
        let ahead = said.now_ms.saturating_sub(self.engine.clock.now_ms());
        let node = self.line.node.clone();
        self.engine.nodes.with(&node, |here| here.clock_ahead_ms = ahead);
        self.beats += 1;
        if self.beats.is_multiple_of(WRITTEN_EVERY) {
            self.engine.store.write(move |tx| tx.node_heard(&node, Some(ahead))).await?;
        }
        Ok(NodeHeard { ok: true, allowed: here.allowed })
    }

    pub async fn terminals(&self, said: NodeTerminals) -> Result<Done, ApiError> {
        self.here()?;
        let node = self.line.node.clone();
        let (changed, gone) = self.engine.nodes.told(&node, said.terminals);
        if !changed.is_empty() || !gone.is_empty() {
            let kept = self.engine.store.write(move |tx| {
                for terminal in &changed {
                    tx.keep_node_terminal(&node, terminal)?;
                    if terminal.end.is_some() {
                        told::ended(tx, terminal)?;
                    }
                }
                gone.iter().try_for_each(|id| told::gone(tx, id))
            });
            kept.await?;
        }
        self.engine.ephemeral.send(json!({ "type": "terminals.changed" }));
        Ok(Done { ok: true })
    }

    /// A frame that only nodes send.
    pub fn answered(&self, id: u32, answer: Result<Value, ApiError>) {
        self.line.answered(id, answer);
    }

    pub fn changed(&self, stream: u32, terminal: Box<Terminal>, controls: bool) {
        if let Some(relay) = self.line.relay(stream) {
            relay.changed(terminal, controls);
        }
    }

    pub fn refused(&self, stream: u32, error: ApiError) {
        if let Some(relay) = self.line.relay(stream) {
            relay.refused(error);
        }
    }

    pub fn bytes(&self, head: Head, payload: &[u8]) {
        if let Some(relay) = self.line.relay(head.stream) {
            relay.bytes(head, payload);
        }
    }

    fn here(&self) -> Result<Here, ApiError> {
        let here = self.engine.nodes.here(&self.line.node).filter(|here| here.line.is(&self.line));
        here.ok_or_else(|| ApiError::new(ErrorCode::Conflict, "Register first: node.register."))
    }
}

impl Drop for NodeLine {
    fn drop(&mut self) {
        self.line.close();
        if !self.engine.nodes.went(&self.line) {
            return;
        }
        tracing::info!(node = %self.line.node, name = self.line.name, "a machine is away");
        self.engine.nodes_changed();
        let (engine, node) = (self.engine.clone(), self.line.node.clone());
        tokio::spawn(async move {
            if let Err(error) = engine.store.write(move |tx| tx.node_heard(&node, None)).await {
                tracing::warn!(%error, "when a machine was heard last is not written down");
            }
        });
    }
}

fn no_node() -> ApiError {
    ApiError::new(ErrorCode::Forbidden, "Only a machine that was paired as a node calls this.")
}

/// It is shown to people, so it is short and one line.
fn check(said: &RegisterNode) -> Result<(), ApiError> {
    let word = |text: &str| {
        !text.trim().is_empty() && text.len() <= LONGEST_WORD && !text.chars().any(char::is_control)
    };
    let words = [&said.hostname, &said.os, &said.version, &said.run];
    let features = || said.offers.iter().flat_map(|offer| &offer.features);
    if !words.into_iter().chain(features()).all(|text| word(text)) {
        return Err(ApiError::bad(format!("Words of a node are one line of 1 to {LONGEST_WORD} bytes")));
    }
    if said.offers.len() > NodeService::ALL.len() || features().count() > MOST_OFFERED {
        return Err(ApiError::bad(format!(
            "A node offers each service once, and at most {MOST_OFFERED} things"
        )));
    }
    Ok(())
}
