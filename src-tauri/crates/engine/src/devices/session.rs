//! Signing in: a device that signs a challenge is itself, for one connection or for a session of some hours.

use super::proof::{is_signed, stale_challenge, wrong_signature};
use super::{device_of, revoked};
use crate::{Engine, Principal, hash};
use protocol::device::{Challenge, DeviceProof, SESSION_MS, SignIn, connect_text};
use protocol::{ApiError, DeviceId};
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use store::Device;

/// How often it is written down that a device was here.
const SEEN_EVERY_MS: u64 = 60_000;

/// When each device was last written down, on the monotonic clock.
#[derive(Default)]
pub(crate) struct Seen {
    at: Mutex<HashMap<String, u64>>,
}

impl Seen {
    /// Whether it is time to write it down again.
    fn is_due(&self, id: &str, now: u64) -> bool {
        let mut at = self.at.lock().unwrap_or_else(PoisonError::into_inner);
        if at.get(id).is_some_and(|last| now < last + SEEN_EVERY_MS) {
            return false;
        }
        at.insert(id.to_owned(), now);
        true
    }

    pub(super) fn forget(&self, id: &str) {
        self.at.lock().unwrap_or_else(PoisonError::into_inner).remove(id);
    }
}

/// A session over HTTP; the token is said to the device alone.
pub struct NewSession {
    pub token: String,
    /// Milliseconds since 1970.
    pub expires_at: i64,
    /// Seconds from now until then.
    pub max_age: i64,
}

impl Engine {
    /// Something for a device to sign. A device that does not exist gets one too, which nobody can answer.
    pub fn challenge(&self, device: &DeviceId) -> Challenge {
        let made = self.devices.challenges.make(device.as_str(), self.ids.as_ref(), self.clock.now_ms());
        Challenge {
            challenge: made.0,
            server_id: self.server_id().to_owned(),
            expires_at: host::clock::iso(made.1),
        }
    }

    /// A session for a device that has signed a challenge of ours.
    ///
    /// Errors: `auth.challenge`, `auth.signature`, `device.revoked`.
    pub async fn sign_in(&self, p: SignIn) -> Result<NewSession, ApiError> {
        let device = self.signer(p.device_id.as_str(), &p.challenge, &p.signature).await?;
        let now = self.clock.now_ms();
        let session =
            NewSession { token: self.ids.secret(), expires_at: now + SESSION_MS, max_age: SESSION_MS / 1000 };
        let (digest, expires_at) = (hash::text(&session.token), session.expires_at);
        self.store
            .write(move |tx| {
                // It may have been revoked since its signature was looked at.
                if tx.device(&device.id)?.revoked_at.is_some() {
                    return Err(store::StoreError::Refused(revoked()));
                }
                tx.add_device_session(&device.id, &digest, expires_at)
            })
            .await?;
        Ok(session)
    }

    /// Who signed one of our challenges for connecting; the challenge is used up.
    async fn signer(&self, id: &str, challenge: &str, signature: &str) -> Result<Device, ApiError> {
        let challenges = &self.devices.challenges;
        if !challenges.is_good(challenge, id, self.clock.now_ms()) {
            return Err(stale_challenge());
        }
        let device = self.check_signature(id, challenge, signature).await?;
        match challenges.answer(challenge, id, self.clock.now_ms()) {
            true => Ok(device),
            false => Err(stale_challenge()),
        }
    }

    /// Who signed the challenge that a connection of the gateway was greeted with.
    ///
    /// Errors: `auth.signature`, `device.revoked`.
    pub async fn proven(&self, challenge: &str, proof: &DeviceProof) -> Result<Principal, ApiError> {
        let device = self.check_signature(proof.id.as_str(), challenge, &proof.signature).await?;
        Ok(self.as_principal(device))
    }

    /// A revoked device is told so only when it shows that it is that device.
    async fn check_signature(&self, id: &str, challenge: &str, signature: &str) -> Result<Device, ApiError> {
        let asked = id.to_owned();
        let device = self.store.read(move |tx| tx.find_device(&asked)).await?.ok_or_else(wrong_signature)?;
        let key = device.key.as_ref().ok_or_else(wrong_signature)?;
        if !is_signed(key, &connect_text(self.server_id(), challenge, id), signature) {
            return Err(wrong_signature());
        }
        if device.revoked_at.is_some() {
            return Err(revoked());
        }
        Ok(device)
    }

    /// A device as somebody who calls; it was here now.
    pub(crate) fn as_principal(&self, device: Device) -> Principal {
        let who = Principal::Device { id: device.id, name: device.name, scopes: device.scopes };
        if let Some(id) = device_of(&who)
            && self.devices.seen.is_due(id, self.clock.monotonic_ms())
        {
            let (store, id, now) = (self.store.clone(), id.to_owned(), self.clock.now_ms());
            // Nobody waits for it: a minute more or less is no matter.
            tokio::spawn(async move {
                if let Err(error) = store.write(move |tx| tx.device_was_seen(&id, now)).await {
                    tracing::warn!(%error, "it could not be written down that a device was here");
                }
            });
        }
        who
    }
}
