//! The third step of pairing: whoever may pair has compared the digits, and says yes or no.

use super::live::Ending;
use super::{device_of, id_of, not_given};
use crate::ops::tell;
use crate::{Caller, Engine, Reply};
use protocol::device::DeviceRole;
use protocol::ops::{Done, Permission};
use protocol::pairing::{ApprovePairing, PairingParams, PairingState};
use protocol::{ApiError, ErrorCode, Event};
use std::sync::{Arc, OnceLock};
use store::{Claimant, Device, NewDevice, StoreError, StoredPairing, Tx};

/// What is said where more is asked for a device of somebody else.
const MEMBER_AT_MOST: &str = "`listen.allow` alone lets this device in from the tailnet, which makes it a member at most. Approve it as one, without the scopes pair and admin.";

impl Engine {
    /// Lets the device in, or gives it what it asks for.
    ///
    /// Errors: `forbidden` for scopes the caller does not have, and for more than a member may where the tailnet's allow
    /// list alone lets the device in; `pairing.expired`, `conflict` while nobody has claimed the link,
    /// `already_resolved`.
    pub async fn pairing_approve(&self, caller: Caller, p: ApprovePairing) -> Reply {
        let (asking, engine) = (caller.clone(), self.clone());
        let changed = Arc::new(OnceLock::new());
        let told = changed.clone();
        let reply = self
            .change(caller, move |tx| {
                let pairing = tx.pairing(&p.id)?;
                let claimant = may_answer(&asking, &pairing).map_err(StoreError::Refused)?;
                let had = match pairing.record.upgrade_of.as_deref() {
                    Some(id) => tx.find_device(id)?,
                    None => None,
                };
                let device = approve(tx, &asking, pairing, claimant, p.scopes.as_deref())?;
                let _ = told.set((device.id.clone(), ending(had.as_ref(), &device)));
                engine.shown(device, &asking.who).map_err(StoreError::Refused)
            })
            .await?;
        if let Some((id, ending)) = changed.get() {
            // A device that has something open has it with what it was allowed until now.
            self.send_away(id, *ending);
            self.devices.seen.forget(id);
        }
        self.pairing_changed();
        Ok(reply)
    }

    /// Says no. An open link is taken back.
    pub async fn pairing_deny(&self, caller: Caller, p: PairingParams) -> Reply {
        let reply = self
            .change(caller, move |tx| {
                let mut pairing = tx.pairing(&p.id)?;
                pairing.state = match pairing.state {
                    PairingState::Open => PairingState::Dead,
                    PairingState::Claimed => PairingState::Denied,
                    other => return Err(StoreError::Refused(resolved(other))),
                };
                tx.put_pairing(&pairing)?;
                Ok(Done { ok: true })
            })
            .await?;
        self.pairing_changed();
        Ok(reply)
    }
}

/// How what a device has open ends when it becomes what it is `now`.
fn ending(had: Option<&Device>, now: &Device) -> Ending {
    match had {
        Some(had) if had.key != now.key || had.scopes.iter().any(|scope| !now.scopes.contains(scope)) => {
            Ending::Lessened
        }
        _ => Ending::Changed,
    }
}

/// Nobody says yes to themselves.
fn may_answer(caller: &Caller, pairing: &StoredPairing) -> Result<Claimant, ApiError> {
    match (pairing.state, &pairing.record.claimant) {
        (PairingState::Claimed, Some(claimant)) => {
            let own = pairing.record.upgrade_of.as_deref();
            if own.is_some() && own == device_of(&caller.who) {
                let message = "A device does not approve its own wish; another one has to.";
                return Err(ApiError::new(ErrorCode::Forbidden, message));
            }
            Ok(claimant.clone())
        }
        (PairingState::Open, _) => {
            Err(ApiError::new(ErrorCode::Conflict, "Nobody has claimed this link yet."))
        }
        (other, _) => Err(resolved(other)),
    }
}

fn resolved(state: PairingState) -> ApiError {
    if state == PairingState::Expired {
        return ApiError::new(ErrorCode::PairingExpired, "The time for this pairing is over.");
    }
    ApiError::new(ErrorCode::AlreadyResolved, format!("This pairing is {state} already."))
        .with(serde_json::json!({ "state": state }))
}

fn approve(
    tx: &mut Tx<'_>,
    caller: &Caller,
    mut pairing: StoredPairing,
    claimant: Claimant,
    scopes: Option<&[Permission]>,
) -> Result<Device, StoreError> {
    let record = &pairing.record;
    let wished = scopes.unwrap_or(&record.scopes);
    let given = flow::roles::offered(Some(record.role), Some(wished)).and_then(|(role, scopes)| {
        flow::roles::may_give(&scopes, |scope| caller.who.may(scope))?;
        Ok((role, scopes))
    });
    let (role, scopes) = given.map_err(|why| StoreError::Refused(not_given(why)))?;
    // With other scopes than were offered it is the role that fits them.
    let role = if scopes == record.scopes { role } else { flow::roles::role_for(&scopes) };
    let invited = match &record.upgrade_of {
        // Its machine may be another one since it asked.
        Some(id) if record.scopes_only => tx.device(id)?.invited,
        _ => claimant.invited,
    };
    if invited && role == DeviceRole::Owner {
        return Err(StoreError::Refused(ApiError::new(ErrorCode::Forbidden, MEMBER_AT_MOST)));
    }
    let by = caller.who.label();
    let device = match record.upgrade_of.clone() {
        Some(id) => {
            let device = tx.device(&id)?;
            if device.revoked_at.is_some() {
                return Err(StoreError::Refused(super::revoked()));
            }
            tx.set_device_scopes(&id, role, &scopes)?;
            let new_key = !record.scopes_only;
            if new_key {
                tx.set_device_proof(&id, claimant.key.as_ref(), None)?;
                tx.set_device_invited(&id, claimant.invited)?;
                tx.forget_device_seen(&id)?;
            }
            let shown = id_of(&device).map_err(StoreError::Refused)?;
            let event =
                Event::DeviceUpgraded { id: shown, name: device.name, role, scopes, new_key, by: by.clone() };
            tell(tx, event, by)?;
            tx.device(&id)?
        }
        None => {
            let device = tx.add_device(NewDevice {
                name: claimant.name,
                kind: claimant.kind,
                platform: claimant.platform,
                role,
                scopes,
                token_hash: None,
                key: claimant.key,
                login: claimant.login,
                node: claimant.node,
                invited: claimant.invited,
            })?;
            let id = id_of(&device).map_err(StoreError::Refused)?;
            let (name, kind, scopes) = (device.name.clone(), device.kind, device.scopes.clone());
            tell(tx, Event::DevicePaired { id, name, kind, role, scopes, by: by.clone() }, by)?;
            device
        }
    };
    pairing.state = PairingState::Approved;
    pairing.record.device = Some(device.id.clone());
    pairing.record.role = device.role;
    pairing.record.scopes = device.scopes.clone();
    tx.put_pairing(&pairing)?;
    Ok(device)
}
