//! The listeners as they are shown: exactly what is, or would be, reachable to whom.

use super::forwarding;
use super::keeper::Standing;
use super::plan::{allowed, chosen};
use host::config::Config;
use host::tailscale::{Machine, TailscaleError};
use protocol::listen::{
    ListenerKind, ListenerShown, ListenerState, Listening, Reachers, TailscaleShown, TailscaleState, Tier,
};
use std::collections::HashMap;

pub(super) fn tier(kind: ListenerKind) -> Tier {
    match kind {
        // Browsers take a machine's own loopback for a secure place.
        ListenerKind::Loopback | ListenerKind::Serve | ListenerKind::Address => Tier::Secure,
        ListenerKind::Tailnet => Tier::Plain,
    }
}

pub(super) fn listening(
    config: &Config,
    port: u16,
    standing: &HashMap<ListenerKind, Standing>,
    machine: Result<Machine, TailscaleError>,
) -> Listening {
    let known = machine.as_ref().ok();
    let listeners = ListenerKind::ALL
        .iter()
        .map(|kind| listener(*kind, config, port, standing.get(kind), known))
        .collect();
    let logins = allowed(known.unwrap_or(&Machine::default()), &config.listen);
    Listening {
        listeners,
        tailscale: tailscale(machine),
        logins,
        allow: config.listen.allow.clone(),
        allow_origin: origin(config, "listen.allow"),
    }
}

fn origin(config: &Config, key: &str) -> String {
    config.origin(key).map_or_else(|| "built-in".to_owned(), ToString::to_string)
}

fn listener(
    kind: ListenerKind,
    config: &Config,
    port: u16,
    standing: Option<&Standing>,
    machine: Option<&Machine>,
) -> ListenerShown {
    let nothing = Standing::default();
    let standing = standing.unwrap_or(&nothing);
    let wanted = chosen(kind, &config.listen);
    let facts = standing.open.as_ref();
    let state = match (facts, wanted) {
        _ if kind == ListenerKind::Loopback => ListenerState::Open,
        (Some(_), _) => ListenerState::Open,
        (None, true) => ListenerState::Waiting,
        (None, false) => ListenerState::Off,
    };
    let closed = standing.closed.as_ref();
    ListenerShown {
        kind,
        chosen: wanted,
        origin: match kind {
            ListenerKind::Loopback => "built-in".to_owned(),
            ListenerKind::Tailnet => origin(config, "listen.tailnet"),
            ListenerKind::Serve => origin(config, "listen.serve"),
            ListenerKind::Address => origin(config, "listen.address"),
        },
        state,
        tier: tier(kind),
        urls: facts.map_or_else(|| would_be(kind, config, port, machine), |facts| facts.urls.clone()),
        bound: facts.map(|facts| facts.bound.clone()),
        reachers: match kind {
            ListenerKind::Loopback => Reachers::Machine,
            ListenerKind::Tailnet | ListenerKind::Serve => Reachers::Tailnet,
            ListenerKind::Address => Reachers::Network,
        },
        fingerprint: facts.and_then(|facts| facts.fingerprint.clone()),
        self_signed: facts.is_some_and(|facts| facts.self_signed),
        code: closed.map(|closed| closed.code.to_owned()),
        why: closed.map(|closed| closed.why.clone()),
        done: facts.map_or_else(|| standing.done.clone(), |facts| facts.done.clone()),
    }
}

/// Where it would be reached, before it is opened.
fn would_be(kind: ListenerKind, config: &Config, port: u16, machine: Option<&Machine>) -> Vec<String> {
    let listen = &config.listen;
    match (kind, machine) {
        (ListenerKind::Loopback, _) => vec![format!("http://127.0.0.1:{port}")],
        (ListenerKind::Address, _) => listen.address.iter().map(|at| format!("https://{at}")).collect(),
        (ListenerKind::Tailnet, Some(machine)) => {
            let port = listen.tailnet_port.unwrap_or(port);
            let first = machine.addresses.first().map(ToString::to_string);
            let name = machine.name.clone().or(first);
            name.map(|name| format!("http://{name}:{port}")).into_iter().collect()
        }
        (ListenerKind::Serve, Some(machine)) => {
            machine.name.iter().map(|name| forwarding::url(name, listen.serve_https)).collect()
        }
        (_, None) => Vec::new(),
    }
}

fn tailscale(machine: Result<Machine, TailscaleError>) -> TailscaleShown {
    let (state, why) = match &machine {
        Ok(_) => (TailscaleState::Running, None),
        Err(error) => {
            let state = match error {
                TailscaleError::Missing => TailscaleState::Missing,
                TailscaleError::Denied(_) => TailscaleState::Denied,
                _ => TailscaleState::Stopped,
            };
            (state, Some(error.to_string()))
        }
    };
    let machine = machine.unwrap_or_default();
    TailscaleShown {
        state,
        version: (!machine.version.is_empty()).then_some(machine.version),
        name: machine.name,
        addresses: machine.addresses.iter().map(ToString::to_string).collect(),
        login: machine.login,
        why,
    }
}
