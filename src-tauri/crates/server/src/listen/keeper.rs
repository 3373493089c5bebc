//! Keeps the listeners as they are wanted: opens, closes and opens anew, without a restart.
//!
//! A listener that cannot be opened is tried again: the machine may be in another network, or Tailscale not started
//! yet. Each has a task of its own, so that none waits for another.

use super::forwarding::Forwarding;
use super::opened::{Facts, Ground, Opened};
use super::plan::{Closed, KINDS, chosen, plan};
use super::shown;
use crate::state::ServerState;
use axum::Router;
use engine::{Caller, Engine, Reply};
use host::config::Listen;
use host::tailscale::{ServeTool, Tailscale};
use protocol::ApiError;
use protocol::listen::{ListenerKind, Listening, ReachableAddress, SetListening};
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::watch;

/// How often what is open is compared with what should be, and what is not is tried again.
const ROUND: Duration = Duration::from_secs(15);
/// Longest time a change waits to see what became of it.
const SEEN: Duration = Duration::from_secs(25);

/// What became of one listener.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Standing {
    /// The change that was seen last.
    seen: u64,
    pub open: Option<Facts>,
    pub closed: Option<Closed>,
    /// What was done outside of this program when it was closed.
    pub done: Vec<String>,
}

/// The listeners beside loopback, for whoever asks about them.
pub(crate) struct Listeners {
    changes: watch::Sender<u64>,
    standing: Mutex<HashMap<ListenerKind, Standing>>,
    news: watch::Sender<()>,
}

impl Default for Listeners {
    fn default() -> Self {
        Self { changes: watch::channel(1).0, standing: Mutex::default(), news: watch::channel(()).0 }
    }
}

impl Listeners {
    /// `listen.show`.
    pub(crate) async fn show(&self, engine: &Engine, port: u16) -> Result<Listening, ApiError> {
        let config = engine.listening_config().await?;
        let tailscale = tailscale(&config.listen);
        let machine = tailscale.machine().await;
        Ok(shown::listening(&config, port, &self.all(), machine))
    }

    /// `listen.set`: what is wanted is stored, and then seen to.
    pub(crate) async fn set(&self, engine: &Engine, port: u16, caller: Caller, p: SetListening) -> Reply {
        engine.choose_listening(caller, p).await?;
        let mut change = 0;
        self.changes.send_modify(|at| {
            *at += 1;
            change = *at;
        });
        let mut news = self.news.subscribe();
        let seen = async {
            while !self.all().values().all(|one| one.seen >= change) || self.all().len() < KINDS.len() {
                if news.changed().await.is_err() {
                    break;
                }
            }
        };
        // What takes longer is told once it is there.
        let _ = tokio::time::timeout(SEEN, seen).await;
        crate::call::answer(self.show(engine, port).await?)
    }

    /// Where other devices can open the server now, addresses with secure pages first.
    pub(crate) async fn addresses(&self) -> Vec<ReachableAddress> {
        let all = self.all();
        let open = KINDS.into_iter().filter_map(|kind| Some((kind, all.get(&kind)?.open.as_ref()?)));
        open.flat_map(|(listener, facts)| {
            let tier = shown::tier(listener);
            facts.urls.iter().map(move |url| ReachableAddress { url: url.clone(), tier, listener })
        })
        .collect()
    }

    /// SHA-256 of the certificate of the TLS address in hexadecimal, when that one was made here.
    pub(crate) async fn fingerprint(&self) -> Option<String> {
        let all = self.all();
        let facts = all.get(&ListenerKind::Address)?.open.as_ref()?;
        facts.fingerprint.clone().filter(|_| facts.self_signed)
    }

    fn all(&self) -> HashMap<ListenerKind, Standing> {
        self.standing.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Returns whether anything is otherwise than before.
    fn note(&self, kind: ListenerKind, now: Standing) -> bool {
        let mut all = self.standing.lock().unwrap_or_else(PoisonError::into_inner);
        let before = all.insert(kind, now.clone());
        drop(all);
        self.news.send_replace(());
        before.is_none_or(|before| Standing { seen: now.seen, ..before } != now)
    }
}

pub(super) fn tailscale(listen: &Listen) -> Tailscale {
    Tailscale::new(listen.tailscaled.as_deref()).or_by_tool(std::env::vars_os().collect())
}

/// Serves `routes` where it is wanted, until the server stops.
pub(crate) async fn keep(state: ServerState, routes: Router) {
    let [one, two, three] =
        KINDS.map(|kind| Keeper { kind, state: state.clone(), routes: routes.clone() }.run());
    tokio::join!(one, two, three);
}

struct Keeper {
    kind: ListenerKind,
    state: ServerState,
    routes: Router,
}

impl Keeper {
    async fn run(self) {
        let mut changes = self.state.listening.changes.subscribe();
        let mut open: Option<Opened> = None;
        let mut stopping = std::pin::pin!(self.state.engine.stopping());
        loop {
            let seen = *changes.borrow_and_update();
            self.round(seen, &mut open).await;
            let broken = async {
                match &mut open {
                    Some(open) => open.broken().await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                _ = changes.changed() => {}
                () = tokio::time::sleep(ROUND) => {}
                () = broken => open = None,
                () = &mut stopping => break,
            }
        }
        if let Some(open) = open {
            open.closed().await;
        }
    }

    /// Makes what there is what is wanted.
    async fn round(&self, seen: u64, open: &mut Option<Opened>) {
        let ground_and_listen = self.ground().await;
        let (ground, listen) = match ground_and_listen {
            Ok(both) => both,
            // What is open stays: nobody asked to close it.
            Err(error) => {
                let closed = Some(Closed::new("listen.config", error.message));
                let facts = open.as_ref().map(|open| open.facts.clone());
                return self.tell(Standing { seen, open: facts, closed, done: Vec::new() });
            }
        };
        let wanted = plan(self.kind, &listen, &ground.tailscale, &self.state.engine.data_folder()).await;
        if let (Some(now), Ok(Some(wanted))) = (open.as_mut(), &wanted)
            && now.is(wanted)
        {
            now.renew().await;
            return self.tell(Standing {
                seen,
                open: Some(now.facts.clone()),
                closed: None,
                done: Vec::new(),
            });
        }
        if let (Some(now), Err(closed)) = (open.as_ref(), &wanted)
            && closed.is_daemon_away()
        {
            let (facts, why) = (now.facts.clone(), closed.clone());
            return self.tell(Standing { seen, open: Some(facts), closed: Some(why), done: Vec::new() });
        }
        // Nobody is sent here any more before nobody is here. Where that cannot be had it is closed all the same.
        let unwanted = self.kind == ListenerKind::Serve && !chosen(self.kind, &listen);
        let ended = if unwanted { ground.forwarding.end().await } else { Ok(Vec::new()) };
        let (done, left) = match ended {
            Ok(done) => (done, None),
            Err(closed) => (Vec::new(), Some(closed)),
        };
        if let Some(old) = open.take() {
            old.close();
            // Whoever asked for the end may have come this way, and is answered before the connection is cut.
            if matches!(wanted, Ok(None)) {
                self.tell(Standing { seen, open: None, closed: left.clone(), done: done.clone() });
            }
            old.closed().await;
        }
        let opened = match wanted {
            Ok(Some(plan)) => Opened::open(plan, &ground).await.map(Some),
            Ok(None) => Ok(None),
            Err(closed) => Err(closed),
        };
        let standing = match opened {
            Ok(now) => {
                let facts = now.as_ref().map(|now| now.facts.clone());
                *open = now;
                Standing { seen, open: facts, closed: left, done }
            }
            Err(closed) => Standing { seen, open: None, closed: Some(closed), done },
        };
        self.tell(standing);
    }

    fn tell(&self, now: Standing) {
        let state = match (&now.open, &now.closed) {
            (Some(facts), _) => format!("open at {}", facts.urls.join(", ")),
            (None, Some(closed)) => format!("not open ({}): {}", closed.code, closed.why),
            (None, None) => "closed".to_owned(),
        };
        if self.state.listening.note(self.kind, now) {
            tracing::info!(listener = self.kind.as_str(), "{state}");
            self.state.engine.listening_changed();
        }
    }

    async fn ground(&self) -> Result<(Ground, Listen), ApiError> {
        let listen = self.state.engine.listening_config().await?.listen;
        let tool = ServeTool::new(std::env::vars_os().collect(), listen.tailscaled.as_deref());
        let file = self.state.engine.data_folder().join("listen").join("serve.json");
        let forwarding = Forwarding::new(tool, file);
        let tailscale = tailscale(&listen);
        let ground = Ground { routes: self.routes.clone(), tailscale, forwarding, port: self.state.port };
        Ok((ground, listen))
    }
}
