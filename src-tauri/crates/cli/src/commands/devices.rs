//! `pilothouse devices`: who was let in, what they may, and who asks to be.

use super::short;
use crate::flags::DevicesCommand;
use crate::output;
use crate::plain::plain;
use client::Client;
use protocol::device::{DeviceParams, DeviceShown, RenameDevice, RotateDevice};
use protocol::ops::{Nothing, Permission, typed};
use protocol::pairing::{ApprovePairing, PairingParams, PairingShown, PairingState};
use protocol::presence::Present;
use protocol::push::Notifications;
use protocol::{ApiError, ErrorCode};
use std::path::Path;

pub(super) async fn run(
    client: &Client,
    what: Option<DevicesCommand>,
    as_json: bool,
) -> Result<u8, ApiError> {
    match what.unwrap_or(DevicesCommand::List) {
        DevicesCommand::List => {
            let all = client.call(typed::DeviceList, &Nothing {}, None).await?;
            if as_json {
                output::json(&all);
            } else if all.devices.is_empty() {
                say!("No device was let in yet. Next: pilothouse pair");
            }
            if !as_json {
                all.devices.iter().for_each(show);
            }
        }
        DevicesCommand::Waiting => {
            let all = client.call(typed::PairingList, &Nothing {}, None).await?;
            if as_json {
                output::json(&all);
            } else if all.pairings.is_empty() {
                say!("No link was shown yet. Next: pilothouse pair");
            } else {
                all.pairings.iter().for_each(show_pairing);
            }
        }
        DevicesCommand::Approve { code, scopes } => {
            let pairing = claimed(client, &code).await?;
            let scopes = (!scopes.is_empty()).then_some(scopes);
            let params = ApprovePairing { id: pairing.id, scopes };
            let device = client.call(typed::PairingApprove, &params, None).await?;
            tell(&device, as_json, "was let in");
        }
        DevicesCommand::Deny { what } => {
            let id = match claimed(client, &what).await {
                Ok(pairing) => pairing.id,
                // It may be the id of a link that nobody has claimed.
                Err(_) => what,
            };
            let done = client.call(typed::PairingDeny, &PairingParams { id }, None).await?;
            if as_json {
                output::json(&done);
            } else {
                say!("It was sent away.");
            }
        }
        DevicesCommand::Rename { device, name } => {
            let id = named(client, &device).await?.id;
            let device = client.call(typed::DeviceRename, &RenameDevice { id, name }, None).await?;
            tell(&device, as_json, "is its name now");
        }
        DevicesCommand::Presence => {
            let all = client.call(typed::PresenceList, &Nothing {}, None).await?;
            match as_json {
                true => output::json(&all),
                false if all.present.is_empty() => say!("Nobody is connected."),
                false => all.present.iter().for_each(show_present),
            }
        }
        DevicesCommand::Notifications => {
            let all = client.call(typed::NotificationsList, &Nothing {}, None).await?;
            match as_json {
                true => output::json(&all),
                false => show_notifications(&all),
            }
        }
        DevicesCommand::Rotate { into } => rotate(client, &into, as_json).await?,
        DevicesCommand::Revoke { device } => {
            let id = named(client, &device).await?.id;
            let device = client.call(typed::DeviceRevoke, &DeviceParams { id }, None).await?;
            tell(&device, as_json, "is not let in any more");
        }
    }
    Ok(0)
}

/// The new token is said to nobody but the file.
async fn rotate(client: &Client, into: &Path, as_json: bool) -> Result<(), ApiError> {
    let whose = client.call(typed::DeviceList, &Nothing {}, None).await?.devices;
    if !whose.iter().any(|device| device.current) {
        let message = "This command speaks with the owner's token, which is another one at each start. A device is given a new key in its browser, on the page Devices, or by `pilothouse pair --again DEVICE`.";
        return Err(ApiError::bad(message));
    }
    let unwritable = |e: host::HostError| ApiError::new(ErrorCode::Unavailable, e.to_string());
    // What cannot be kept is not asked for: the old token would be gone, and the new one too.
    let before = host::token_file::read_secret(into).unwrap_or_default();
    host::token_file::write_secret(into, &before).map_err(unwritable)?;
    let rotated = client.call(typed::DeviceRotate, &RotateDevice::default(), None).await?;
    let token = rotated.token.ok_or_else(|| ApiError::new(ErrorCode::Internal, "No token came."))?;
    host::token_file::write_secret(into, &token).map_err(unwritable)?;
    tell(&rotated.device, as_json, &format!("has a new token, in {}", into.display()));
    Ok(())
}

/// The one that waits with these digits.
async fn claimed(client: &Client, code: &str) -> Result<PairingShown, ApiError> {
    let digits: String = code.chars().filter(char::is_ascii_digit).collect();
    let all = client.call(typed::PairingList, &Nothing {}, None).await?.pairings;
    let found = all.into_iter().find(|one| {
        one.state == PairingState::Claimed && !digits.is_empty() && one.code.as_deref() == Some(&digits)
    });
    found.ok_or_else(|| ApiError::not_found("device that waits with the digits", code))
}

/// A device by its id, the beginning of it, or its name.
pub(super) async fn named(client: &Client, what: &str) -> Result<DeviceShown, ApiError> {
    let mut all = client.call(typed::DeviceList, &Nothing {}, None).await?.devices;
    if let Some(exact) = all.iter().position(|one| one.id.as_str() == what) {
        return Ok(all.swap_remove(exact));
    }
    all.retain(|one| one.revoked_at.is_none() && (short::begins(one.id.as_str(), what) || one.name == what));
    match all.len() {
        1 => Ok(all.swap_remove(0)),
        0 => Err(ApiError::not_found("device", what)),
        _ => Err(short::several(what, all.iter().map(|one| (one.id.as_str(), one.name.as_str())))),
    }
}

fn tell(device: &DeviceShown, as_json: bool, what: &str) {
    match as_json {
        true => output::json(device),
        false => say!("{} {what}.", plain(&device.name)),
    }
}

fn show(device: &DeviceShown) {
    let state = match (&device.revoked_at, device.connected) {
        (Some(at), _) => format!("revoked {at}"),
        (None, true) => "connected".to_owned(),
        (None, false) => format!("last here {}", device.last_seen_at),
    };
    say!("{}  {}, {}, {state}", device.id, plain(&device.name), device.role);
    say!("    {}", scopes(&device.scopes));
}

fn show_present(one: &Present) {
    let kind = one.kind.as_deref().map(|kind| format!(" ({})", plain(kind))).unwrap_or_default();
    let looks = if one.visible { ", looking" } else { "" };
    say!("{}  {}{kind}{looks}", plain(&one.who), plain(&one.client));
    say!("    since {}, heard {}", one.since, one.heard_at);
}

fn show_notifications(all: &Notifications) {
    if all.targets.is_empty() && all.sent.is_empty() {
        say!("No device is notified. A phone asks for it on its page, under More.");
    }
    for target in &all.targets {
        say!("{}  by {}, since {}", plain(&target.device), plain(&target.service), target.made_at);
    }
    for row in &all.sent {
        let why = row.why.as_deref().map(|why| format!(": {}", plain(why))).unwrap_or_default();
        say!("{}  {}, {} {}{why}", row.made_at, plain(&row.device), row.outcome, row.outcome_at);
        say!("    {}: {}", row.told, plain(&row.subject));
    }
}

fn show_pairing(pairing: &PairingShown) {
    let who = pairing.name.as_deref().map(plain).unwrap_or_else(|| "nobody yet".to_owned());
    let code = pairing.code.as_deref().map(|code| format!(", {code}")).unwrap_or_default();
    say!("{}  {}: {who}{code}, until {}", pairing.id, pairing.state, pairing.expires_at);
    say!("    {}", scopes(&pairing.scopes));
}

pub(super) fn scopes(scopes: &[Permission]) -> String {
    scopes.iter().map(|scope| scope.as_str()).collect::<Vec<_>>().join(", ")
}
