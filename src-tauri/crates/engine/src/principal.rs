//! Tokens and who they stand for. Only digests are compared and kept.

use crate::{Engine, Principal, hash};
use protocol::ApiError;
use protocol::ops::Permission;
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

/// Everything a browser on the owner's machine may do.
const OWNER_SCOPES: [Permission; 9] = [
    Permission::Read,
    Permission::Chat,
    Permission::Approve,
    Permission::Jobs,
    Permission::Merge,
    Permission::Publish,
    Permission::TerminalRead,
    Permission::Pair,
    Permission::Admin,
];

impl Engine {
    /// Who bears `token`. Digests are compared, so the time taken tells nothing of a stored token.
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
                return Ok(Some(Principal::Device {
                    id: device.id,
                    name: device.name,
                    scopes: device.scopes,
                }));
            }
            Ok(tx.job_of_token(&digest)?.map(|id| Principal::Job { id }))
        });
        Ok(found.await?)
    }

    /// Registers a browser that showed a one-time code; returns its token.
    pub async fn add_browser(&self, name: &str) -> Result<String, ApiError> {
        let token = self.ids.secret();
        let new = NewDevice {
            name: name.to_owned(),
            token_hash: hash::text(&token),
            scopes: OWNER_SCOPES.to_vec(),
        };
        self.store.write(move |tx| tx.add_device(new).map(drop)).await?;
        Ok(token)
    }
}
