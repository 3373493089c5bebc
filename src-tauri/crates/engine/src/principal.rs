//! Tokens and who they stand for. Only digests are compared and kept.

use crate::{Engine, Principal, hash};
use protocol::ApiError;
use protocol::device::{DeviceKind, DeviceRole};
use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};
use store::NewDevice;

/// Tokens of this start: the owner's, and one for each worker process.
pub(crate) struct Principals {
    owner: String,
    workers: RwLock<HashMap<String, String>>,
}

impl Principals {
    pub(crate) fn new(owner_token: &str) -> Self {
        Self { owner: hash::text(owner_token), workers: RwLock::default() }
    }

    pub(crate) fn admit_worker(&self, token: &str, worker: &str) {
        self.workers
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(hash::text(token), worker.to_owned());
    }

    pub(crate) fn dismiss_worker(&self, worker: &str) {
        self.workers.write().unwrap_or_else(PoisonError::into_inner).retain(|_, id| id != worker);
    }
}

/// Whose token was found in the store.
enum Bearer {
    Device(Box<store::Device>),
    Job(String),
}

impl Engine {
    /// Who bears `token`. Digests are compared, so the time taken tells nothing of a stored token.
    ///
    /// Errors: `device.revoked` for the token of a device that was let in once.
    pub async fn principal_of(&self, token: &str) -> Result<Option<Principal>, ApiError> {
        let digest = hash::text(token);
        if digest == self.principals.owner {
            return Ok(Some(Principal::Owner));
        }
        let worker =
            self.principals.workers.read().unwrap_or_else(PoisonError::into_inner).get(&digest).cloned();
        if let Some(id) = worker {
            return Ok(Some(Principal::Worker { id }));
        }
        let found = self.store.read(move |tx| {
            if let Some(device) = tx.device_by_token(&digest)? {
                return Ok(Some(Bearer::Device(Box::new(device))));
            }
            Ok(tx.job_of_token(&digest)?.map(Bearer::Job))
        });
        match found.await? {
            Some(Bearer::Device(device)) if device.revoked_at.is_some() => Err(crate::devices::revoked()),
            Some(Bearer::Device(device)) => Ok(Some(self.as_principal(*device))),
            Some(Bearer::Job(id)) => Ok(Some(Principal::Job { id })),
            None => Ok(None),
        }
    }

    /// Registers a browser that showed a one-time code; returns its token.
    pub async fn add_browser(&self, name: &str) -> Result<String, ApiError> {
        let token = self.ids.secret();
        let new = NewDevice {
            name: name.to_owned(),
            kind: DeviceKind::Browser,
            platform: None,
            role: DeviceRole::Owner,
            scopes: flow::roles::scopes_of(DeviceRole::Owner).to_vec(),
            token_hash: Some(hash::text(&token)),
            key: None,
            login: None,
            node: None,
            invited: false,
        };
        self.store.write(move |tx| tx.add_device(new).map(drop)).await?;
        Ok(token)
    }
}
