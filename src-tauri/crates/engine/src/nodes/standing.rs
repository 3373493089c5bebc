//! Which nodes are connected, and what is known of their terminals.

use super::line::{Line, away};
use protocol::node::{NodeOffer, NodeService};
use protocol::terminal::Terminal;
use protocol::{ApiError, DeviceId, TerminalId};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::watch;
use tokio::time::Instant;

/// A node that has said who it is.
#[derive(Clone)]
pub(crate) struct Here {
    pub(crate) line: Arc<Line>,
    /// Milliseconds since 1970.
    pub(crate) since: i64,
    pub(crate) clock_ahead_ms: i64,
    pub(crate) key_place: Option<protocol::keys::KeyPlace>,
    pub(crate) offers: Vec<NodeOffer>,
    pub(crate) allowed: Vec<NodeService>,
}

impl Here {
    /// What it offers and the owner lets it do.
    pub(crate) fn may(&self, service: NodeService) -> bool {
        self.allowed.contains(&service) && self.offers.iter().any(|offer| offer.service == service)
    }
}

pub(crate) struct Standing {
    here: Mutex<BTreeMap<DeviceId, Here>>,
    terminals: Mutex<BTreeMap<TerminalId, (DeviceId, Terminal)>>,
    /// Rung when a node comes or goes.
    bell: watch::Sender<u64>,
    /// Rung when a node has said which terminals it has.
    lists: watch::Sender<u64>,
}

impl Default for Standing {
    fn default() -> Self {
        Self {
            here: Mutex::default(),
            terminals: Mutex::default(),
            bell: watch::channel(0).0,
            lists: watch::channel(0).0,
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Standing {
    fn ring(&self) {
        self.bell.send_modify(|count| *count += 1);
    }

    /// A node is here over this connection; an older one of its is ended.
    pub(crate) fn came(&self, here: Here) {
        let older = lock(&self.here).insert(here.line.node.clone(), here);
        if let Some(older) = older {
            older.line.close();
        }
        self.ring();
    }

    /// This connection is no more; whether the node is away with it.
    pub(crate) fn went(&self, line: &Arc<Line>) -> bool {
        let gone = {
            let mut here = lock(&self.here);
            let current = here.get(&line.node).is_some_and(|one| one.line.is(line));
            if current {
                here.remove(&line.node);
            }
            current
        };
        self.ring();
        gone
    }

    pub(crate) fn here(&self, node: &DeviceId) -> Option<Here> {
        lock(&self.here).get(node).filter(|here| here.line.is_open()).cloned()
    }

    /// Changes what is known of a connected node.
    pub(crate) fn with(&self, node: &DeviceId, change: impl FnOnce(&mut Here)) {
        if let Some(here) = lock(&self.here).get_mut(node) {
            change(here);
        }
    }

    /// The connection of a node, when there is one by then.
    pub(crate) async fn wait_for(&self, node: &DeviceId, until: Instant) -> Result<Arc<Line>, ApiError> {
        let mut bell = self.bell.subscribe();
        loop {
            bell.borrow_and_update();
            if let Some(here) = self.here(node) {
                return Ok(here.line);
            }
            tokio::select! {
                // It cannot be gone while the engine has it.
                _ = bell.changed() => {}
                () = tokio::time::sleep_until(until) => return Err(away("This machine")),
            }
        }
    }

    /// Changes when a node says which terminals it has, from now on.
    pub(crate) fn lists(&self) -> watch::Receiver<u64> {
        self.lists.subscribe()
    }

    pub(crate) fn terminal(&self, id: &TerminalId) -> Option<Terminal> {
        lock(&self.terminals).get(id).map(|(_, terminal)| terminal.clone())
    }

    pub(crate) fn node_of(&self, id: &TerminalId) -> Option<DeviceId> {
        lock(&self.terminals).get(id).map(|(node, _)| node.clone())
    }

    pub(crate) fn terminals(&self) -> Vec<Terminal> {
        lock(&self.terminals).values().map(|(_, terminal)| terminal.clone()).collect()
    }

    pub(crate) fn running_on(&self, node: &DeviceId) -> u32 {
        let all = lock(&self.terminals);
        let running = all.values().filter(|(on, terminal)| on == node && terminal.end.is_none());
        u32::try_from(running.count()).unwrap_or(u32::MAX)
    }

    pub(crate) fn keep_terminal(&self, node: &DeviceId, mut terminal: Terminal) {
        terminal.node = Some(node.clone());
        lock(&self.terminals).insert(terminal.id.clone(), (node.clone(), terminal));
    }

    pub(crate) fn forget_terminal(&self, id: &TerminalId) {
        lock(&self.terminals).remove(id);
    }

    /// What a node says of its terminals, as far as they were opened through this server. Answers what is worth
    /// keeping of it: those that changed in more than who looks, and those that are gone.
    pub(crate) fn told(&self, node: &DeviceId, said: Vec<Terminal>) -> (Vec<Terminal>, Vec<TerminalId>) {
        let mut all = lock(&self.terminals);
        let of_node = all.iter().filter(|(_, (on, _))| on == node).map(|(id, _)| id.clone());
        let gone: Vec<_> = of_node.filter(|id| said.iter().all(|one| one.id != *id)).collect();
        for id in &gone {
            all.remove(id);
        }
        let mut changed = Vec::new();
        for mut terminal in said {
            terminal.node = Some(node.clone());
            let Some((_, known)) = all.get_mut(&terminal.id).filter(|(on, _)| on == node) else { continue };
            if (&known.name, &known.end) != (&terminal.name, &terminal.end) {
                changed.push(terminal.clone());
            }
            *known = terminal;
        }
        drop(all);
        self.lists.send_modify(|count| *count += 1);
        (changed, gone)
    }
}
