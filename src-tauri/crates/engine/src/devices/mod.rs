//! Devices: who was let in, with what, by which proof, and who is connected now.
//!
//! Rows and links are in the store, so a restart changes nothing for anybody; challenges, tries and connections are
//! true only of this process. It knows no addresses of ours and no HTTP.
//!
//! `proof` is keys and challenges, `session` signing in with them; `list` what can be done with a device; `offer`,
//! `claim` and `answer` are the steps of pairing, `ask` how a device asks for more; `live` who is here, `tries` who
//! failed too often.

mod answer;
mod ask;
mod claim;
mod list;
mod live;
mod offer;
mod proof;
mod session;
mod tries;

pub use claim::Whence;
pub use live::{Connected, Ending};
pub use offer::Reach;
pub use session::NewSession;

use crate::{Caller, Engine, Principal};
use host::ids::Ids;
use protocol::device::{DeviceRole, DeviceShown, LONGEST_NAME, SESSION_MS};
use protocol::ops::Permission;
use protocol::{ApiError, DeviceId, ErrorCode};
use serde_json::json;
use std::net::IpAddr;
use std::time::Duration;
use store::{Device, Store, StoreError};
use tokio::sync::watch;

/// Under which the server's own name is kept.
const SERVER_ID: &str = "server.id";
/// How long a revoked device is shown, in milliseconds.
const REVOKED_SHOWN: i64 = 7 * 24 * 60 * 60 * 1000;

/// What is known of devices only now.
pub(crate) struct Devices {
    server_id: String,
    live: live::Live,
    tries: tries::Tries,
    challenges: proof::Challenges,
    guesses: claim::Guesses,
    seen: session::Seen,
    /// Counts changes of pairings; whoever waits for an answer looks again.
    changes: watch::Sender<u64>,
}

impl Devices {
    pub(crate) async fn open(store: &Store, ids: &dyn Ids) -> Result<Self, StoreError> {
        let fresh = ids.uuid();
        let server_id = store
            .write(move |tx| {
                if let Some(id) = tx.setting(SERVER_ID)?.and_then(|id| id.as_str().map(str::to_owned)) {
                    return Ok(id);
                }
                tx.set_setting(SERVER_ID, &fresh.clone().into())?;
                Ok(fresh)
            })
            .await?;
        Ok(Self {
            server_id,
            live: Default::default(),
            tries: Default::default(),
            challenges: proof::Challenges::new(ids),
            guesses: Default::default(),
            seen: Default::default(),
            changes: watch::channel(0).0,
        })
    }
}

impl Engine {
    /// The server's name to devices: the same over restarts and addresses.
    pub fn server_id(&self) -> &str {
        &self.devices.server_id
    }

    /// Where this machine itself reaches the server.
    pub fn own_url(&self) -> String {
        self.url.get().cloned().unwrap_or_default()
    }

    /// Notes that somebody has a connection or stream open. It ends at once when they are revoked.
    ///
    /// Errors: the device was revoked meanwhile, or may do something else by now.
    pub async fn enter(&self, who: &Principal) -> Result<Connected, ApiError> {
        let Principal::Device { id, scopes, .. } = who else { return Ok(Connected::of_nobody()) };
        // Listed first and looked up then: a revocation between the two finds it listed, or is found.
        let connected = self.devices.live.enter(id);
        let id = id.clone();
        match self.store.read(move |tx| tx.find_device(&id)).await? {
            Some(device) if device.revoked_at.is_some() => Err(revoked()),
            // Whoever has a key signs again now and then, so that a stolen session comes to its end.
            Some(device) if device.scopes == *scopes && device.key.is_some() => {
                Ok(connected.at_most(Duration::from_millis(SESSION_MS as u64)))
            }
            Some(device) if device.scopes == *scopes => Ok(connected),
            Some(_) => {
                Err(ApiError::new(ErrorCode::Unavailable, "What this device may do has just changed."))
            }
            None => Err(revoked()),
        }
    }

    /// Closes what a device has open. Unless it may do all that it did, its seats at terminals are freed as well, so
    /// that nothing it was allowed goes on without it or waits for it to come back.
    fn send_away(&self, id: &str, ending: Ending) {
        self.devices.live.end(id, ending);
        if ending != Ending::Changed {
            self.terminals.give_up(&crate::caller::device_actor(id));
        }
    }

    /// A wrong try: counted, or refused where too much came in vain from this address lately.
    pub fn wrong_try(&self, from: IpAddr) -> Result<(), ApiError> {
        self.check_tries(from)?;
        self.tried_wrong(from);
        Ok(())
    }

    /// Refuses an address from which too much was tried in vain lately.
    fn check_tries(&self, from: IpAddr) -> Result<(), ApiError> {
        self.devices.tries.check(from, self.clock.monotonic_ms())
    }

    /// Counts a wrong try of an address.
    fn tried_wrong(&self, from: IpAddr) {
        self.devices.tries.wrong(from, self.clock.monotonic_ms());
    }

    /// What somebody was let in as; none for who is no person and no device.
    pub async fn role_of(&self, who: &Principal) -> Result<Option<DeviceRole>, ApiError> {
        match who {
            Principal::Owner => Ok(Some(DeviceRole::Owner)),
            Principal::Device { id, .. } => {
                let id = id.clone();
                Ok(self.store.read(move |tx| tx.find_device(&id)).await?.map(|device| device.role))
            }
            _ => Ok(None),
        }
    }

    fn shown(&self, device: Device, caller: &Principal) -> Result<DeviceShown, ApiError> {
        let current = device_of(caller) == Some(device.id.as_str());
        let connected = device.revoked_at.is_none() && self.devices.live.is_here(&device.id);
        Ok(DeviceShown {
            id: id_of(&device)?,
            current,
            connected,
            name: device.name,
            kind: device.kind,
            platform: device.platform,
            role: device.role,
            scopes: device.scopes,
            keyed: device.key.is_some(),
            login: device.login,
            created_at: host::clock::iso(device.created_at),
            last_seen_at: host::clock::iso(match connected {
                true => self.clock.now_ms(),
                false => device.seen_at.unwrap_or(device.created_at),
            }),
            revoked_at: device.revoked_at.map(host::clock::iso),
        })
    }

    /// Tells whoever waits, and every page, that a pairing is not what it was.
    fn pairing_changed(&self) {
        self.devices.changes.send_modify(|count| *count = count.wrapping_add(1));
        self.ephemeral.send(json!({ "type": "pairing.changed" }));
    }
}

impl Principal {
    /// The id of the device that speaks, if it is one.
    pub fn device(&self) -> Option<&str> {
        match self {
            Principal::Device { id, .. } => Some(id),
            _ => None,
        }
    }

    /// The same as it is kept and told.
    pub fn device_id(&self) -> Option<DeviceId> {
        self.device().and_then(|id| DeviceId::parse(id).ok())
    }
}

/// The device somebody speaks with, if it is one.
fn device_of(who: &Principal) -> Option<&str> {
    who.device()
}

fn id_of(device: &Device) -> Result<DeviceId, ApiError> {
    DeviceId::parse(device.id.as_str()).map_err(|e| ApiError::bad(e.to_string()))
}

/// Whether the caller may change this device: it is their own, or they may pair and have all that it has.
fn may_manage(caller: &Caller, device: &Device) -> Result<(), ApiError> {
    if device_of(&caller.who) == Some(device.id.as_str()) {
        return Ok(());
    }
    if !caller.who.may(Permission::Pair) {
        return Err(ApiError::new(ErrorCode::Forbidden, "Other devices need the scope pair."));
    }
    flow::roles::may_give(&device.scopes, |scope| caller.who.may(scope)).map_err(not_given)
}

fn not_given(why: flow::roles::NotGiven) -> ApiError {
    let code = if why.is_forbidden() { ErrorCode::Forbidden } else { ErrorCode::BadRequest };
    ApiError::new(code, why.to_string())
}

pub(crate) fn revoked() -> ApiError {
    ApiError::new(ErrorCode::DeviceRevoked, "This device was revoked. It has to be paired again.")
}

/// A name as it is shown: one line, nothing that turns the text around it. Errors: empty or too long.
fn plain_name(text: &str) -> Result<String, ApiError> {
    let name = plain(text);
    if name.is_empty() || name.len() > LONGEST_NAME {
        return Err(ApiError::bad(format!("A name is 1 to {LONGEST_NAME} bytes")));
    }
    Ok(name)
}

fn plain(text: &str) -> String {
    let turns =
        |c: char| matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let shown: String = text.chars().map(|c| if c.is_control() || turns(c) { ' ' } else { c }).collect();
    shown.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_plain_line() {
        assert_eq!(plain_name(" my\n\u{202e}phone\t ").unwrap(), "my phone");
        assert!(plain_name(" \u{200b} ").is_err());
        assert!(plain_name(&"x".repeat(81)).is_err());
    }
}
