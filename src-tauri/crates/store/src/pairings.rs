//! Links by which devices are let in: from being shown to an answer. Secrets are kept as digests.

use crate::tx::Tx;
use crate::{StoreError, row};
use protocol::ApiError;
use protocol::device::{DeviceKind, DeviceRole, PublicKey};
use protocol::ops::Permission;
use protocol::pairing::PairingState;
use rusqlite::{Row, params};
use serde::{Deserialize, Serialize};

/// How long a pairing that is over is kept, in milliseconds.
const KEPT: i64 = 24 * 60 * 60 * 1000;

/// Who claimed a link.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Claimant {
    pub name: String,
    pub kind: DeviceKind,
    pub platform: Option<String>,
    pub key: Option<PublicKey>,
    /// Who they belong to in the tailnet, and their machine's stable id there.
    pub login: Option<String>,
    pub node: Option<String>,
    /// The tailnet's allow list alone let that machine in.
    #[serde(default)]
    pub invited: bool,
    pub from: Option<String>,
    /// Six digits.
    pub code: String,
}

/// What a pairing is about; its state and times have columns of their own.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PairingRecord {
    pub role: DeviceRole,
    pub scopes: Vec<Permission>,
    /// The device that pairs again or asks for more.
    pub upgrade_of: Option<String>,
    /// It asks for scopes alone: key and token stay.
    pub scopes_only: bool,
    /// Who began it, and with which device.
    pub by: String,
    pub by_device: Option<String>,
    pub claimant: Option<Claimant>,
    /// What it became.
    pub device: Option<String>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct StoredPairing {
    pub id: String,
    pub state: PairingState,
    pub record: PairingRecord,
    pub created_at: i64,
    pub expires_at: i64,
}

fn pairing(r: &Row<'_>, now: i64) -> Result<StoredPairing, StoreError> {
    let (state, expires_at): (PairingState, i64) = (row::word(r, "state")?, r.get("expiresAt")?);
    let over = now >= expires_at && matches!(state, PairingState::Open | PairingState::Claimed);
    Ok(StoredPairing {
        id: r.get("id")?,
        // Nobody has to be there to see that time is over.
        state: if over { PairingState::Expired } else { state },
        record: row::json(r, "record")?,
        created_at: r.get("createdAt")?,
        expires_at,
    })
}

const COLUMNS: &str = "id, state, record, createdAt, expiresAt";

impl Tx<'_> {
    /// Keeps a new one; old ones that are over go.
    pub fn add_pairing(
        &mut self,
        record: &PairingRecord,
        state: PairingState,
        nonce_hash: Option<&str>,
        claim_hash: Option<&str>,
        expires_at: i64,
    ) -> Result<StoredPairing, StoreError> {
        let (id, now) = (self.new_id(), self.now());
        self.exec("DELETE FROM pairings WHERE expiresAt < ?", [now - KEPT])?;
        self.exec(
            "INSERT INTO pairings VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            params![
                id,
                nonce_hash,
                claim_hash,
                state.as_str(),
                serde_json::to_string(record)?,
                now,
                expires_at
            ],
        )?;
        self.pairing(&id)
    }

    pub fn pairing(&self, id: &str) -> Result<StoredPairing, StoreError> {
        let now = self.now();
        match self.one(&format!("SELECT {COLUMNS} FROM pairings WHERE id = ?"), [id], |r| pairing(r, now))? {
            Some(found) => Ok(found),
            None => Self::refuse(ApiError::not_found("pairing", id)),
        }
    }

    pub fn pairing_by_nonce(&self, nonce_hash: &str) -> Result<Option<StoredPairing>, StoreError> {
        let now = self.now();
        let sql = format!("SELECT {COLUMNS} FROM pairings WHERE nonceHash = ?");
        self.one(&sql, [nonce_hash], |r| pairing(r, now))
    }

    /// The pairing whose claimant holds this secret.
    pub fn pairing_by_claim(&self, id: &str, claim_hash: &str) -> Result<Option<StoredPairing>, StoreError> {
        let now = self.now();
        let sql = format!("SELECT {COLUMNS} FROM pairings WHERE id = ? AND claimHash = ?");
        self.one(&sql, [id, claim_hash], |r| pairing(r, now))
    }

    /// Newest first.
    pub fn pairings(&self) -> Result<Vec<StoredPairing>, StoreError> {
        let now = self.now();
        let sql = format!("SELECT {COLUMNS} FROM pairings WHERE expiresAt >= ? ORDER BY createdAt DESC, id");
        self.all(&sql, [now - KEPT], |r| pairing(r, now))
    }

    /// Those that can still come to something, newest first.
    pub fn live_pairings(&self) -> Result<Vec<StoredPairing>, StoreError> {
        let now = self.now();
        let sql = format!(
            "SELECT {COLUMNS} FROM pairings WHERE state IN ('open', 'claimed') AND expiresAt > ? ORDER BY \
             createdAt DESC, id"
        );
        self.all(&sql, [now], |r| pairing(r, now))
    }

    /// Writes state and record.
    pub fn put_pairing(&mut self, pairing: &StoredPairing) -> Result<(), StoreError> {
        self.exec(
            "UPDATE pairings SET state = ?2, record = ?3 WHERE id = ?1",
            params![pairing.id, pairing.state.as_str(), serde_json::to_string(&pairing.record)?],
        )?;
        Ok(())
    }

    pub fn set_pairing_claim(&mut self, id: &str, claim_hash: &str) -> Result<(), StoreError> {
        self.exec("UPDATE pairings SET claimHash = ?2 WHERE id = ?1", params![id, claim_hash])?;
        Ok(())
    }
}
