//! Remembered answers: kept until they are over, revoked, or their job ends.

use crate::tx::Tx;
use crate::{StoreError, row};
use protocol::ApiError;
use protocol::grant::KeptGrant;
use rusqlite::params;

/// More are not kept of one workspace: whoever needs so many wants a rule.
const MOST: usize = 500;

impl Tx<'_> {
    /// Keeps a grant. The oldest of its workspace go when there are too many.
    pub fn put_grant(&mut self, kept: &KeptGrant) -> Result<(), StoreError> {
        self.exec(
            "INSERT INTO grants VALUES (?1, ?2, ?3, ?4)",
            params![kept.grant.id, serde_json::to_string(kept)?, kept.grant.expires_at_ms, self.now()],
        )?;
        let of_it = self.grants(kept.grant.workspace_id.as_ref().map(|id| id.as_str()))?;
        for old in of_it.iter().skip(MOST) {
            self.exec("DELETE FROM grants WHERE id = ?", [&old.grant.id])?;
        }
        Ok(())
    }

    /// Those that are not over, newest first; of one workspace or of all.
    pub fn grants(&self, workspace: Option<&str>) -> Result<Vec<KeptGrant>, StoreError> {
        let mut all: Vec<KeptGrant> = self.all(
            "SELECT record FROM grants WHERE expiresAt IS NULL OR expiresAt > ? ORDER BY createdAt DESC, id",
            [self.now()],
            |r| row::json(r, "record"),
        )?;
        all.retain(|kept| {
            workspace.is_none_or(|id| kept.grant.workspace_id.as_ref().is_some_and(|of| of.as_str() == id))
        });
        Ok(all)
    }

    pub fn grant(&self, id: &str) -> Result<KeptGrant, StoreError> {
        match self.one("SELECT record FROM grants WHERE id = ?", [id], |r| row::json(r, "record"))? {
            Some(kept) => Ok(kept),
            None => Self::refuse(ApiError::not_found("grant", id)),
        }
    }

    /// Counts one use. None when it is gone or over meanwhile: then it decides nothing any more.
    pub fn use_grant(&mut self, id: &str) -> Result<Option<KeptGrant>, StoreError> {
        let found: Option<KeptGrant> = self.one(
            "SELECT record FROM grants WHERE id = ?1 AND (expiresAt IS NULL OR expiresAt > ?2)",
            params![id, self.now()],
            |r| row::json(r, "record"),
        )?;
        let Some(mut kept) = found else { return Ok(None) };
        kept.used = kept.used.saturating_add(1);
        kept.last_used_at = Some(host::clock::iso(self.now()));
        self.exec("UPDATE grants SET record = ?2 WHERE id = ?1", params![id, serde_json::to_string(&kept)?])?;
        Ok(Some(kept))
    }

    /// Removes a grant and answers what it was.
    pub fn remove_grant(&mut self, id: &str) -> Result<KeptGrant, StoreError> {
        let kept = self.grant(id)?;
        self.exec("DELETE FROM grants WHERE id = ?", [id])?;
        Ok(kept)
    }

    /// Those of a job that has ended cover nothing any more.
    pub fn drop_grants_of(&mut self, job: &str) -> Result<(), StoreError> {
        for kept in self.grants(None)? {
            if kept.grant.job_id.as_ref().is_some_and(|of| of.as_str() == job) {
                self.exec("DELETE FROM grants WHERE id = ?", [&kept.grant.id])?;
            }
        }
        Ok(())
    }

    /// Those whose time is over.
    pub fn prune_grants(&mut self) -> Result<usize, StoreError> {
        self.exec("DELETE FROM grants WHERE expiresAt <= ?", [self.now()])
    }
}
