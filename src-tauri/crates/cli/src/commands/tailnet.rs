//! `pilothouse tailnet` and `pilothouse listen`: from where the server can be reached, and by whom.

use crate::output;
use crate::plain::plain;
use clap::{Subcommand, ValueEnum};
use client::Client;
use protocol::ApiError;
use protocol::listen::{ListenerKind, ListenerShown, ListenerState, Listening, Reachers, SetListening, Tier};
use protocol::ops::{Nothing, typed};

#[derive(Debug, Subcommand)]
pub enum TailnetCommand {
    /// Where the server can be reached, and by whom (the default).
    Status,
    /// Listen on this machine's tailnet address.
    On,
    /// Listen there no longer; connections from there are closed.
    Off,
    /// Let Tailscale Serve forward an https address of the tailnet here, or undo that.
    Serve { what: Switch },
    /// Let in exactly these logins (ann@example.com) and tags (tag:laptop) beside your own login; none lets in nobody else.
    Allow { who: Vec<String> },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Switch {
    On,
    Off,
}

pub(super) async fn run(
    client: &Client,
    what: Option<TailnetCommand>,
    as_json: bool,
) -> Result<u8, ApiError> {
    let nothing = SetListening::default;
    let (set, about) = match what.unwrap_or(TailnetCommand::Status) {
        TailnetCommand::Status => (None, None),
        TailnetCommand::On => {
            (Some(SetListening { tailnet: Some(true), ..nothing() }), Some((ListenerKind::Tailnet, true)))
        }
        TailnetCommand::Off => {
            (Some(SetListening { tailnet: Some(false), ..nothing() }), Some((ListenerKind::Tailnet, false)))
        }
        TailnetCommand::Serve { what } => {
            let on = what == Switch::On;
            (Some(SetListening { serve: Some(on), ..nothing() }), Some((ListenerKind::Serve, on)))
        }
        TailnetCommand::Allow { who } => (Some(SetListening { allow: Some(who), ..nothing() }), None),
    };
    change(client, set, about, as_json).await
}

/// `pilothouse listen [ADDRESS | off]`.
pub(super) async fn address(client: &Client, at: Option<String>, as_json: bool) -> Result<u8, ApiError> {
    let set = at.map(|at| if at == "off" { String::new() } else { at });
    let about = set.as_ref().map(|at| (ListenerKind::Address, !at.is_empty()));
    let set = set.map(|at| SetListening { address: Some(at), ..SetListening::default() });
    change(client, set, about, as_json).await
}

/// Exit code 1 where what was asked for is not so.
async fn change(
    client: &Client,
    set: Option<SetListening>,
    about: Option<(ListenerKind, bool)>,
    as_json: bool,
) -> Result<u8, ApiError> {
    let shown = match set {
        Some(set) => client.call(typed::ListenSet, &set, None).await?,
        None => client.call(typed::ListenShow, &Nothing {}, None).await?,
    };
    match as_json {
        true => output::json(&shown),
        false => show(&shown),
    }
    let Some((kind, wanted)) = about else { return Ok(0) };
    let one = shown.listeners.iter().find(|one| one.kind == kind);
    let open = one.is_some_and(|one| one.state == ListenerState::Open);
    if let Some(one) = one.filter(|one| one.chosen != wanted) {
        tell!("pilothouse: {} says otherwise, and wins over this choice", plain(&one.origin));
    }
    Ok(u8::from(open != wanted))
}

fn show(shown: &Listening) {
    for one in &shown.listeners {
        listener(one, shown);
    }
    let tailscale = &shown.tailscale;
    match (&tailscale.why, &tailscale.name) {
        (Some(why), _) => say!("Tailscale  {}", plain(why)),
        (None, name) => say!(
            "Tailscale  {} {}, {}",
            plain(name.as_deref().unwrap_or("this machine")),
            plain(&tailscale.addresses.join(" ")),
            tailscale.login.as_deref().map_or("belongs to nobody (it has tags)".to_owned(), plain)
        ),
    }
}

fn listener(one: &ListenerShown, all: &Listening) {
    let name = match one.kind {
        ListenerKind::Loopback => "Loopback",
        ListenerKind::Tailnet => "Tailnet",
        ListenerKind::Serve => "Serve",
        ListenerKind::Address => "Address",
    };
    let state = match one.state {
        ListenerState::Off => "off",
        ListenerState::Open => "open",
        ListenerState::Waiting => "not open yet",
    };
    say!("{name:<10} {state:<12} {}", plain(&one.urls.join(" ")));
    let line = |text: String| say!("           {text}");
    if let Some(why) = &one.why {
        line(format!("{} ({})", plain(why), one.code.as_deref().unwrap_or_default()));
    }
    if one.state == ListenerState::Off {
        return;
    }
    line(match one.reachers {
        Reachers::Machine => "Reached by programs of this machine, with a token.".to_owned(),
        Reachers::Tailnet => match all.let_in() {
            Some(machines) => format!("Reached by paired devices on {}.", plain(&machines)),
            None => {
                "Reached by nobody: this machine belongs to no login, and `listen.allow` is empty.".to_owned()
            }
        },
        Reachers::Network => {
            "Reached by whatever is in that network; only paired devices get further.".to_owned()
        }
    });
    if one.tier == Tier::Plain {
        line("Plain http: pages there cannot be installed, work offline or notify.".to_owned());
    }
    if let Some(fingerprint) = &one.fingerprint {
        let made = if one.self_signed { ", made here: browsers warn until it is trusted" } else { "" };
        line(format!("Certificate SHA-256 {fingerprint}{made}."));
    }
    for done in &one.done {
        line(format!("Ran: {}", plain(done)));
    }
}
