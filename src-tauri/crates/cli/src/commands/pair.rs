//! `pilothouse pair`: a link to scan or to open, then the question whether both show the same digits.

use super::devices::{named, scopes};
use super::short;
use crate::flags::scope;
use crate::output;
use crate::plain::plain;
use clap::{Args, ValueEnum};
use client::{Client, Incoming};
use protocol::device::DeviceRole;
use protocol::gateway::ServerFrame;
use protocol::listen::{ListenerKind, Tier};
use protocol::ops::{Nothing, Permission, typed};
use protocol::pairing::{ApprovePairing, Pairing, PairingParams, PairingShown, PairingState, StartPairing};
use protocol::{ApiError, DeviceId, ErrorCode};
use qrcode::QrCode;
use qrcode::render::unicode::Dense1x2;
use std::io::{BufRead, IsTerminal};

#[derive(Debug, Args)]
pub struct PairArgs {
    /// What it is let in as.
    #[arg(long, value_enum)]
    role: Option<Role>,
    /// Exactly these scopes; may be repeated. Without it and a role: read, chat and approve.
    #[arg(long = "scope", value_name = "SCOPE", value_parser = scope)]
    scopes: Vec<Permission>,
    /// One of the addresses the link may begin with; the best one when absent.
    #[arg(long, value_name = "URL")]
    address: Option<String>,
    /// How long the link is good, 1 to 10.
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=10))]
    minutes: u64,
    /// A device that pairs again, by its id, the beginning of it or its name: it keeps its row and gets another key.
    #[arg(long, value_name = "DEVICE")]
    again: Option<String>,
    /// Print the link and end; `pilothouse devices approve` answers.
    #[arg(long)]
    no_wait: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Role {
    Owner,
    Member,
    Approver,
    Viewer,
    Node,
}

impl From<Role> for DeviceRole {
    fn from(role: Role) -> Self {
        match role {
            Role::Owner => DeviceRole::Owner,
            Role::Member => DeviceRole::Member,
            Role::Approver => DeviceRole::Approver,
            Role::Viewer => DeviceRole::Viewer,
            Role::Node => DeviceRole::Node,
        }
    }
}

pub(super) async fn run(client: &Client, args: PairArgs, as_json: bool) -> Result<u8, ApiError> {
    let again = match args.again.as_deref() {
        Some(id) if short::is_whole(id) => {
            Some(DeviceId::parse(id).map_err(|e| ApiError::bad(e.to_string()))?)
        }
        Some(device) => Some(named(client, device).await?.id),
        None => None,
    };
    let params = StartPairing {
        role: args.role.map(DeviceRole::from),
        scopes: (!args.scopes.is_empty()).then_some(args.scopes),
        ttl_ms: Some(args.minutes * 60_000),
        address: args.address,
        upgrade_of: again,
    };
    let pairing = client.call(typed::PairingStart, &params, None).await?;
    if as_json {
        output::json(&pairing);
        return Ok(0);
    }
    show(&pairing);
    if args.no_wait {
        say!("Next: pilothouse devices approve DIGITS");
        return Ok(0);
    }
    let claimed = wait(client, &pairing.id).await?;
    match claimed.state {
        PairingState::Claimed => answer(client, claimed).await,
        other => {
            say!("This link is {other}.");
            Ok(1)
        }
    }
}

/// The code in black on white whatever the terminal's own colours are: not every camera reads it the other way round.
fn on_paper(code: &QrCode) -> String {
    let drawn = code.render::<Dense1x2>().build();
    // By number: what a theme calls black and white may be neither.
    let lines: Vec<String> =
        drawn.lines().map(|line| format!("\u{1b}[38;5;16;48;5;231m{line}\u{1b}[0m")).collect();
    lines.join("\n") + "\n"
}

fn show(pairing: &Pairing) {
    if std::io::stdout().is_terminal()
        && let Ok(code) = QrCode::new(pairing.url.as_bytes())
    {
        output::written(&on_paper(&code));
    }
    say!("{}", pairing.url);
    say!("It lets one device in as {}: {}.", pairing.role, scopes(&pairing.scopes));
    say!("It is good until {}.", pairing.expires_at);
    if let Some(first) = pairing.addresses.first() {
        match (first.listener, first.tier) {
            (ListenerKind::Loopback, _) => {
                say!("Only this machine reaches this address. Next: pilothouse tailnet on");
            }
            (_, Tier::Plain) => {
                say!(
                    "The page there is plain http: no key that cannot be copied, no installing, no notifications."
                );
            }
            (_, Tier::Secure) => {}
        }
    }
}

/// Waits until somebody has claimed the link, or it is over.
async fn wait(client: &Client, id: &str) -> Result<PairingShown, ApiError> {
    let mut gateway = client.gateway("pilothouse pair").await?;
    loop {
        let all = gateway.call(typed::PairingList, &Nothing {}).await?.pairings;
        let Some(pairing) = all.into_iter().find(|one| one.id == id) else {
            return Err(ApiError::not_found("pairing", id));
        };
        if pairing.state != PairingState::Open {
            return Ok(pairing);
        }
        // Its end is told by nobody, so it is looked at now and then.
        let changed = async {
            loop {
                match gateway.next().await? {
                    Incoming::Frame(frame) if is_change(&frame) => return Ok::<(), ApiError>(()),
                    _ => {}
                }
            }
        };
        if let Ok(changed) = tokio::time::timeout(std::time::Duration::from_secs(10), changed).await {
            changed?;
        }
    }
}

fn is_change(frame: &ServerFrame) -> bool {
    match frame {
        ServerFrame::Now { data } => data["type"] == "pairing.changed",
        ServerFrame::Gap { .. } => true,
        _ => false,
    }
}

async fn answer(client: &Client, pairing: PairingShown) -> Result<u8, ApiError> {
    let name = plain(pairing.name.as_deref().unwrap_or("A device"));
    let from = pairing.from.as_deref().map(|from| format!(" from {from}")).unwrap_or_default();
    let code = pairing.code.as_deref().unwrap_or("nothing");
    say!("{name}{from} is there. It has to show {code}.");
    say!("Does it? Then type y.");
    let line = tokio::task::spawn_blocking(|| {
        let mut line = String::new();
        std::io::stdin().lock().read_line(&mut line).map(|_| line)
    });
    let line = line.await.map_err(|e| ApiError::new(ErrorCode::Internal, e.to_string()))?;
    let yes = line.is_ok_and(|line| matches!(line.trim(), "y" | "Y" | "yes"));
    if !yes {
        client.call(typed::PairingDeny, &PairingParams { id: pairing.id }, None).await?;
        say!("It was sent away.");
        return Ok(1);
    }
    let params = ApprovePairing { id: pairing.id, scopes: None };
    let device = client.call(typed::PairingApprove, &params, None).await?;
    say!("{} was let in. It may {}.", plain(&device.name), scopes(&device.scopes));
    Ok(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use qrcode::Color;

    #[test]
    fn the_code_is_dark_on_light_with_its_margin_in_any_terminal() {
        let code = QrCode::new(b"https://lighthouse.example.ts.net:8443/pair#nonce").unwrap();
        let shown = on_paper(&code);
        let mut rows: Vec<Vec<Color>> = Vec::new();
        for line in shown.lines() {
            let inner =
                line.strip_prefix("\u{1b}[38;5;16;48;5;231m").unwrap().strip_suffix("\u{1b}[0m").unwrap();
            let of = |upper: bool| {
                let dark = move |glyph: char| {
                    glyph == '\u{2588}' || glyph == if upper { '\u{2580}' } else { '\u{2584}' }
                };
                inner.chars().map(|glyph| if dark(glyph) { Color::Dark } else { Color::Light }).collect()
            };
            rows.extend([of(true), of(false)]);
        }
        let (margin, width) = (4, code.width());
        let meant = |row: usize, column: usize| {
            let inside = |at: usize| at.checked_sub(margin).filter(|at| *at < width);
            inside(row).zip(inside(column)).map_or(Color::Light, |(row, column)| code[(column, row)])
        };
        assert!(rows.len() >= width + 2 * margin);
        for (row, colours) in rows.iter().enumerate() {
            assert_eq!(colours.len(), width + 2 * margin);
            let wanted: Vec<Color> = (0..colours.len()).map(|column| meant(row, column)).collect();
            assert_eq!(*colours, wanted, "row {row}");
        }
    }
}
