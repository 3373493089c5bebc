//! Devices that were let in, and the sessions of those that sign. Only digests of tokens are kept.

use crate::tx::Tx;
use crate::{StoreError, row};
use protocol::ApiError;
use protocol::device::{DeviceKind, DeviceRole, PublicKey};
use protocol::ops::Permission;
use rusqlite::{Row, params};

/// Sessions of one device that are kept; the oldest give way.
const SESSIONS: i64 = 8;

const COLUMNS: &str = "id, name, kind, platform, role, scopes, tokenHash IS NOT NULL AS bears, publicKey, login, node, \
    invited, createdAt, lastSeenAt, revokedAt";

#[derive(Debug, Clone)]
pub struct NewDevice {
    pub name: String,
    pub kind: DeviceKind,
    pub platform: Option<String>,
    pub role: DeviceRole,
    pub scopes: Vec<Permission>,
    /// Digest of the token of a device without a key.
    pub token_hash: Option<String>,
    pub key: Option<PublicKey>,
    pub login: Option<String>,
    /// Stable id of its machine in the tailnet it came from.
    pub node: Option<String>,
    /// The tailnet's allow list alone let that machine in.
    pub invited: bool,
}

/// One row.
#[derive(Debug, Clone, PartialEq)]
pub struct Device {
    pub id: String,
    pub name: String,
    pub kind: DeviceKind,
    pub platform: Option<String>,
    pub role: DeviceRole,
    pub scopes: Vec<Permission>,
    /// There is a token that opens it.
    pub bears: bool,
    pub key: Option<PublicKey>,
    pub login: Option<String>,
    pub node: Option<String>,
    pub invited: bool,
    pub created_at: i64,
    /// None until it came for the first time.
    pub seen_at: Option<i64>,
    pub revoked_at: Option<i64>,
}

fn device(r: &Row<'_>) -> Result<Device, StoreError> {
    Ok(Device {
        id: r.get("id")?,
        name: r.get("name")?,
        kind: row::word(r, "kind")?,
        platform: r.get("platform")?,
        role: row::word(r, "role")?,
        scopes: row::json(r, "scopes")?,
        bears: r.get("bears")?,
        key: row::json_opt(r, "publicKey")?,
        login: r.get("login")?,
        node: r.get("node")?,
        invited: r.get("invited")?,
        created_at: r.get("createdAt")?,
        seen_at: r.get("lastSeenAt")?,
        revoked_at: r.get("revokedAt")?,
    })
}

impl Tx<'_> {
    pub fn add_device(&mut self, new: NewDevice) -> Result<Device, StoreError> {
        let (id, now) = (self.new_id(), self.now());
        let key = new.key.as_ref().map(serde_json::to_string).transpose()?;
        self.exec(
            "INSERT INTO devices VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, NULL, NULL, ?12)",
            params![
                id,
                new.name,
                new.kind.as_str(),
                new.platform,
                new.role.as_str(),
                serde_json::to_string(&new.scopes)?,
                new.token_hash,
                key,
                new.login,
                new.node,
                now,
                new.invited
            ],
        )?;
        self.device(&id)
    }

    /// A device, revoked ones too.
    pub fn find_device(&self, id: &str) -> Result<Option<Device>, StoreError> {
        self.one(&format!("SELECT {COLUMNS} FROM devices WHERE id = ?"), [id], device)
    }

    pub fn device(&self, id: &str) -> Result<Device, StoreError> {
        match self.find_device(id)? {
            Some(device) => Ok(device),
            None => Self::refuse(ApiError::not_found("device", id)),
        }
    }

    /// Newest first, without those revoked before `since`.
    pub fn devices(&self, since: i64) -> Result<Vec<Device>, StoreError> {
        self.all(
            &format!(
                "SELECT {COLUMNS} FROM devices WHERE revokedAt IS NULL OR revokedAt >= ? ORDER BY createdAt DESC, id"
            ),
            [since],
            device,
        )
    }

    /// Whose token or session this is; a revoked one is answered too, and opens nothing.
    pub fn device_by_token(&self, token_hash: &str) -> Result<Option<Device>, StoreError> {
        let bearer =
            self.one(&format!("SELECT {COLUMNS} FROM devices WHERE tokenHash = ?"), [token_hash], device)?;
        if bearer.is_some() {
            return Ok(bearer);
        }
        let session: Option<String> = self.one(
            "SELECT deviceId FROM device_sessions WHERE tokenHash = ?1 AND expiresAt > ?2",
            params![token_hash, self.now()],
            |r| Ok(r.get(0)?),
        )?;
        session.map_or(Ok(None), |id| self.find_device(&id))
    }

    /// Makes `token_hash` good for the device until `expires_at`.
    pub fn add_device_session(
        &mut self,
        id: &str,
        token_hash: &str,
        expires_at: i64,
    ) -> Result<(), StoreError> {
        let now = self.now();
        self.exec("DELETE FROM device_sessions WHERE expiresAt <= ?", [now])?;
        self.exec(
            "INSERT INTO device_sessions VALUES (?1, ?2, ?3, ?4)",
            params![token_hash, id, now, expires_at],
        )?;
        self.exec(
            "DELETE FROM device_sessions WHERE deviceId = ?1 AND tokenHash NOT IN (SELECT tokenHash FROM \
             device_sessions WHERE deviceId = ?1 ORDER BY createdAt DESC, tokenHash LIMIT ?2)",
            params![id, SESSIONS],
        )?;
        Ok(())
    }

    pub fn end_device_sessions(&mut self, id: &str) -> Result<(), StoreError> {
        self.exec("DELETE FROM device_sessions WHERE deviceId = ?", [id])?;
        Ok(())
    }

    pub fn device_was_seen(&mut self, id: &str, at: i64) -> Result<(), StoreError> {
        self.exec(
            "UPDATE devices SET lastSeenAt = max(coalesce(lastSeenAt, 0), ?2) WHERE id = ?1",
            params![id, at],
        )?;
        Ok(())
    }

    pub fn rename_device(&mut self, id: &str, name: &str) -> Result<(), StoreError> {
        self.exec("UPDATE devices SET name = ?2 WHERE id = ?1", params![id, name])?;
        Ok(())
    }

    /// Its token, key and sessions open nothing from now on. False when it was so already.
    pub fn revoke_device(&mut self, id: &str) -> Result<bool, StoreError> {
        self.end_device_sessions(id)?;
        let now = self.now();
        let changed = self.exec(
            "UPDATE devices SET revokedAt = ?2 WHERE id = ?1 AND revokedAt IS NULL",
            params![id, now],
        )?;
        Ok(changed > 0)
    }

    pub fn set_device_scopes(
        &mut self,
        id: &str,
        role: DeviceRole,
        scopes: &[Permission],
    ) -> Result<(), StoreError> {
        self.exec(
            "UPDATE devices SET role = ?2, scopes = ?3 WHERE id = ?1",
            params![id, role.as_str(), serde_json::to_string(scopes)?],
        )?;
        Ok(())
    }

    /// What it proves itself with from now on: a key, a token, or neither until it fetches one. Sessions end.
    pub fn set_device_proof(
        &mut self,
        id: &str,
        key: Option<&PublicKey>,
        token_hash: Option<&str>,
    ) -> Result<(), StoreError> {
        self.end_device_sessions(id)?;
        let key = key.map(serde_json::to_string).transpose()?;
        self.exec(
            "UPDATE devices SET publicKey = ?2, tokenHash = ?3 WHERE id = ?1",
            params![id, key, token_hash],
        )?;
        Ok(())
    }

    /// Whether it now comes from a machine that the tailnet's allow list alone lets in.
    pub fn set_device_invited(&mut self, id: &str, invited: bool) -> Result<(), StoreError> {
        self.exec("UPDATE devices SET invited = ?2 WHERE id = ?1", params![id, invited])?;
        Ok(())
    }

    /// As if it had never come: its token has not been used.
    pub fn forget_device_seen(&mut self, id: &str) -> Result<(), StoreError> {
        self.exec("UPDATE devices SET lastSeenAt = NULL WHERE id = ?1", [id])?;
        Ok(())
    }
}
