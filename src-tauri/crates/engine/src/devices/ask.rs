//! A device asks for more than it may; what it may already goes on.

use super::claim::digits;
use super::offer::{require_room, shown};
use super::{device_of, not_given};
use crate::{Caller, Engine, hash};
use protocol::ApiError;
use protocol::device::DeviceRole;
use protocol::pairing::{LONGEST_TTL_MS, PairingRequested, PairingState, RequestPairing};
use store::{Claimant, PairingRecord, StoreError, Tx};

impl Engine {
    /// Puts the wish before whoever may pair. A new one takes the place of the one before; the answer is kept nowhere.
    pub async fn pairing_request(
        &self,
        caller: Caller,
        p: RequestPairing,
    ) -> Result<PairingRequested, ApiError> {
        let Some(id) = device_of(&caller.who).map(str::to_owned) else {
            return Err(ApiError::bad("Only a device asks for scopes"));
        };
        let (role, scopes) = flow::roles::offered(None, Some(&p.scopes)).map_err(not_given)?;
        if role == DeviceRole::Node {
            return Err(ApiError::bad("A machine is paired as one"));
        }
        let claim = self.ids.secret();
        let (digest, code) = (hash::text(&claim), digits(&self.ids.uuid()));
        let expires_at = self.clock.now_ms() + LONGEST_TTL_MS as i64;
        let stored = self
            .store
            .write(move |tx| {
                let device = tx.device(&id)?;
                end_earlier(tx, &id)?;
                require_room(tx)?;
                let record = PairingRecord {
                    role,
                    scopes,
                    upgrade_of: Some(id.clone()),
                    scopes_only: true,
                    by: device.name.clone(),
                    by_device: Some(id),
                    claimant: Some(Claimant {
                        name: device.name,
                        kind: device.kind,
                        platform: device.platform,
                        key: device.key,
                        login: device.login,
                        node: device.node,
                        invited: device.invited,
                        from: None,
                        code,
                    }),
                    device: None,
                };
                tx.add_pairing(&record, PairingState::Claimed, None, Some(&digest), expires_at)
            })
            .await?;
        self.pairing_changed();
        Ok(PairingRequested { ok: true, pairing: shown(&stored)?, claim })
    }
}

fn end_earlier(tx: &mut Tx<'_>, device: &str) -> Result<(), StoreError> {
    for mut pairing in tx.live_pairings()? {
        let record = &pairing.record;
        if record.scopes_only && record.upgrade_of.as_deref() == Some(device) {
            pairing.state = PairingState::Dead;
            tx.put_pairing(&pairing)?;
        }
    }
    Ok(())
}
