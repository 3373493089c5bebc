//! Paired browsers and devices. Only hashes of their tokens are kept.

use crate::StoreError;
use crate::tx::Tx;
use protocol::ops::Permission;
use rusqlite::params;

#[derive(Debug, Clone)]
pub struct NewDevice {
    pub name: String,
    pub token_hash: String,
    pub scopes: Vec<Permission>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Device {
    pub id: String,
    pub name: String,
    pub scopes: Vec<Permission>,
}

impl Tx<'_> {
    pub fn add_device(&mut self, new: NewDevice) -> Result<Device, StoreError> {
        let (id, now) = (self.new_id(), self.now());
        self.exec(
            "INSERT INTO devices VALUES (?1, ?2, ?3, ?4, ?5, ?5, NULL)",
            params![id, new.name, new.token_hash, serde_json::to_string(&new.scopes)?, now],
        )?;
        Ok(Device { id, name: new.name, scopes: new.scopes })
    }

    pub fn device_by_token(&self, token_hash: &str) -> Result<Option<Device>, StoreError> {
        self.one(
            "SELECT id, name, scopes FROM devices WHERE tokenHash = ? AND revokedAt IS NULL",
            [token_hash],
            |r| Ok(Device { id: r.get(0)?, name: r.get(1)?, scopes: crate::row::json(r, "scopes")? }),
        )
    }
}
