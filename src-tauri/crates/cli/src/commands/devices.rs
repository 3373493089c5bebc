//! `pilothouse devices`: who was let in, what they may, and who asks to be.

use crate::output;
use crate::plain::plain;
use clap::Subcommand;
use client::Client;
use protocol::ApiError;
use protocol::device::{DeviceParams, DeviceShown, RenameDevice};
use protocol::ops::{Nothing, Permission, typed};
use protocol::pairing::{ApprovePairing, PairingParams, PairingShown, PairingState};

#[derive(Debug, Subcommand)]
pub enum DevicesCommand {
    /// All of them (the default).
    List,
    /// Links that were shown, and who has claimed them.
    Waiting,
    /// Let in who shows these six digits.
    Approve {
        #[arg(value_name = "DIGITS")]
        code: String,
        /// Other scopes than were offered; may be repeated.
        #[arg(long = "scope", value_name = "SCOPE", value_parser = scope)]
        scopes: Vec<Permission>,
    },
    /// Send away who shows these six digits; or take back a link, by its id.
    Deny {
        #[arg(value_name = "DIGITS OR ID")]
        what: String,
    },
    /// Give a device another name.
    Rename {
        #[arg(value_name = "DEVICE")]
        device: String,
        name: String,
    },
    /// Throw a device out: whatever it has open is closed at once.
    Revoke {
        /// Its id, the beginning of its id, or its name.
        #[arg(value_name = "DEVICE")]
        device: String,
    },
}

/// A scope by its word, with a dash or an underscore.
pub(crate) fn scope(word: &str) -> Result<Permission, String> {
    Permission::from_word(&word.replace(['-', '.'], "_")).ok_or_else(|| {
        let all: Vec<&str> = Permission::ALL.iter().map(|scope| scope.as_str()).collect();
        format!("the scopes are {}", all.join(", "))
    })
}

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
        DevicesCommand::Revoke { device } => {
            let id = named(client, &device).await?.id;
            let device = client.call(typed::DeviceRevoke, &DeviceParams { id }, None).await?;
            tell(&device, as_json, "is not let in any more");
        }
    }
    Ok(0)
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
async fn named(client: &Client, what: &str) -> Result<DeviceShown, ApiError> {
    let mut all = client.call(typed::DeviceList, &Nothing {}, None).await?.devices;
    if let Some(exact) = all.iter().position(|one| one.id.as_str() == what) {
        return Ok(all.swap_remove(exact));
    }
    all.retain(|one| one.revoked_at.is_none() && (one.id.as_str().starts_with(what) || one.name == what));
    match all.len() {
        1 => Ok(all.swap_remove(0)),
        0 => Err(ApiError::not_found("device", what)),
        many => Err(ApiError::bad(format!("{many} devices could be meant by {what}; name the id"))),
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

fn show_pairing(pairing: &PairingShown) {
    let who = pairing.name.as_deref().map(plain).unwrap_or_else(|| "nobody yet".to_owned());
    let code = pairing.code.as_deref().map(|code| format!(", {code}")).unwrap_or_default();
    say!("{}  {}: {who}{code}, until {}", pairing.id, pairing.state, pairing.expires_at);
    say!("    {}", scopes(&pairing.scopes));
}

pub(super) fn scopes(scopes: &[Permission]) -> String {
    scopes.iter().map(|scope| scope.as_str()).collect::<Vec<_>>().join(", ")
}
