//! What can be done with a device: looking, naming, revoking, another key.

use super::live::Ending;
use super::proof::{check_key, is_signed, stale_challenge, wrong_signature};
use super::{REVOKED_SHOWN, device_of, may_manage, plain_name};
use crate::ops::tell;
use crate::{Caller, Engine, Reply, hash};
use protocol::device::{
    DeviceParams, DeviceRotated, Devices, PublicKey, RenameDevice, RotateDevice, rotate_text,
};
use protocol::ops::Permission;
use protocol::pairing::PairingState;
use protocol::{ApiError, Event};
use store::{Device, StoreError, Tx};

impl Engine {
    /// All devices for whoever may pair; for others their own.
    pub async fn device_list(&self, caller: Caller) -> Result<Devices, ApiError> {
        let since = self.clock.now_ms() - REVOKED_SHOWN;
        let mut devices = self.store.read(move |tx| tx.devices(since)).await?;
        if !caller.who.may(Permission::Pair) {
            devices.retain(|device| device_of(&caller.who) == Some(device.id.as_str()));
        }
        let shown = devices.into_iter().map(|device| self.shown(device, &caller.who));
        Ok(Devices { devices: shown.collect::<Result<_, _>>()? })
    }

    pub async fn device_rename(&self, caller: Caller, p: RenameDevice) -> Reply {
        let name = plain_name(&p.name)?;
        let (by, asking) = (caller.who.label(), caller.clone());
        let engine = self.clone();
        self.change(caller, move |tx| {
            let device = tx.device(p.id.as_str())?;
            may_manage(&asking, &device).map_err(StoreError::Refused)?;
            if device.name != name {
                tx.rename_device(&device.id, &name)?;
                tell(tx, Event::DeviceRenamed { id: p.id, name, was: device.name, by: by.clone() }, by)?;
            }
            engine.shown(tx.device(&device.id)?, &asking.who).map_err(StoreError::Refused)
        })
        .await
    }

    /// From now on the device opens nothing, and what it has open is closed. Doing it again is harmless.
    pub async fn device_revoke(&self, caller: Caller, p: DeviceParams) -> Reply {
        let (by, asking) = (caller.who.label(), caller.clone());
        let (engine, id) = (self.clone(), p.id.clone());
        let reply = self
            .change(caller, move |tx| {
                let device = tx.device(p.id.as_str())?;
                may_manage(&asking, &device).map_err(StoreError::Refused)?;
                if tx.revoke_device(&device.id)? {
                    end_pairings(tx, &device)?;
                    tell(tx, Event::DeviceRevoked { id: p.id, name: device.name, by: by.clone() }, by)?;
                }
                engine.shown(tx.device(&device.id)?, &asking.who).map_err(StoreError::Refused)
            })
            .await?;
        self.send_away(id.as_str(), Ending::Revoked);
        self.pairing_changed();
        Ok(reply)
    }

    /// Another key for the device that asks, or another token. The answer is kept nowhere, so a repeat is another one.
    pub async fn device_rotate(&self, caller: Caller, p: RotateDevice) -> Result<DeviceRotated, ApiError> {
        let Some(id) = device_of(&caller.who).map(str::to_owned) else {
            return Err(ApiError::bad("Only a device has a key to change"));
        };
        if let Some(key) = &p.public_key {
            check_key(key)?;
        }
        let asked = id.clone();
        let device = self.store.read(move |tx| tx.device(&asked)).await?;
        if let Some(old) = &device.key {
            self.check_rotation(old, &device, &p)?;
        }
        let token = p.public_key.is_none().then(|| self.ids.secret());
        let digest = token.as_deref().map(hash::text);
        let by = caller.who.label();
        let device = self
            .store
            .write(move |tx| {
                let device = tx.device(&id)?;
                if device.revoked_at.is_some() {
                    return Err(StoreError::Refused(super::revoked()));
                }
                tx.set_device_proof(&id, p.public_key.as_ref(), digest.as_deref())?;
                let id = super::id_of(&device).map_err(StoreError::Refused)?;
                let (name, role, scopes) = (device.name, device.role, device.scopes);
                tell(
                    tx,
                    Event::DeviceUpgraded { id, name, role, scopes, new_key: true, by: by.clone() },
                    by,
                )?;
                tx.device(&device.id)
            })
            .await?;
        self.send_away(&device.id, Ending::Changed);
        Ok(DeviceRotated { ok: true, device: self.shown(device, &caller.who)?, token })
    }

    /// A session that was stolen must not become a key for ever, so the old key signs for the new one.
    fn check_rotation(&self, old: &PublicKey, device: &Device, p: &RotateDevice) -> Result<(), ApiError> {
        let (Some(new), Some(challenge), Some(signature)) = (&p.public_key, &p.challenge, &p.signature)
        else {
            return Err(ApiError::bad(
                "A device with a key names the new one, and signs it with the old one",
            ));
        };
        let now = self.clock.now_ms();
        if !self.devices.challenges.is_good(challenge, &device.id, now) {
            return Err(stale_challenge());
        }
        if !is_signed(old, &rotate_text(self.server_id(), challenge, &device.id, new), signature) {
            return Err(wrong_signature());
        }
        match self.devices.challenges.answer(challenge, &device.id, now) {
            true => Ok(()),
            false => Err(stale_challenge()),
        }
    }
}

/// Links that a revoked device began, and what it asked for, come to nothing.
fn end_pairings(tx: &mut Tx<'_>, device: &Device) -> Result<(), StoreError> {
    for mut pairing in tx.live_pairings()? {
        let of_it = [&pairing.record.by_device, &pairing.record.upgrade_of];
        if of_it.into_iter().flatten().any(|id| *id == device.id) {
            pairing.state = PairingState::Dead;
            tx.put_pairing(&pairing)?;
        }
    }
    Ok(())
}
