//! Publications, the keys that began them, and what was pushed last.

use crate::tx::Tx;
use crate::{Fingerprint, StoreError, row};
use protocol::policy::ActorKind;
use protocol::publish::{Publication, PublishStage};
use protocol::{ApiError, ErrorCode};
use rusqlite::{Row, params};

/// Shown of a session at most.
const RECENT: usize = 20;

/// A publication with what only the server needs to know of it.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredPublish {
    pub shown: Publication,
    /// The same for everybody who asked for the same.
    pub digest: String,
    pub actor: ActorKind,
    /// The branch is ours alone: its push has a lease.
    pub generated: bool,
    /// Milliseconds since 1970.
    pub updated_at: i64,
}

const COLUMNS: &str = "record, digest, actor, generated, createdAt, updatedAt";

impl Tx<'_> {
    pub fn insert_publish(&mut self, publish: &StoredPublish) -> Result<(), StoreError> {
        let (shown, now) = (&publish.shown, self.now());
        self.exec(
            "INSERT INTO publishes (id, sessionId, workspaceId, headBranch, stage, digest, actor, generated, record, createdAt, updatedAt) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            params![
                shown.id.as_str(),
                shown.session_id.as_str(),
                shown.workspace_id.as_str(),
                shown.head_branch,
                shown.stage.as_str(),
                publish.digest,
                publish.actor.as_str(),
                publish.generated,
                serde_json::to_string(shown)?,
                now,
                now
            ],
        )?;
        Ok(())
    }

    pub fn update_publish(&mut self, shown: &Publication) -> Result<(), StoreError> {
        self.exec(
            "UPDATE publishes SET stage = ?2, record = ?3, updatedAt = ?4 WHERE id = ?1",
            params![shown.id.as_str(), shown.stage.as_str(), serde_json::to_string(shown)?, self.now()],
        )?;
        Ok(())
    }

    pub fn publish(&self, id: &str) -> Result<StoredPublish, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM publishes WHERE id = ?");
        match self.one(&sql, [id], stored)? {
            Some(found) => Ok(found),
            None => Self::refuse(ApiError::not_found("publication", id)),
        }
    }

    /// Newest first.
    pub fn publishes_of(&self, session: &str) -> Result<Vec<StoredPublish>, StoreError> {
        let sql =
            format!("SELECT {COLUMNS} FROM publishes WHERE sessionId = ? ORDER BY seq DESC LIMIT {RECENT}");
        self.all(&sql, [session], stored)
    }

    /// What is not done yet, oldest first.
    pub fn open_publishes(&self) -> Result<Vec<StoredPublish>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM publishes WHERE stage <> 'done' ORDER BY seq LIMIT 200");
        self.all(&sql, [], stored)
    }

    /// A publication of the same thing that is under way, or succeeded after `since`.
    pub fn same_publish(&self, digest: &str, since: i64) -> Result<Option<StoredPublish>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM publishes WHERE digest = ?1 AND (stage <> 'done' OR updatedAt >= ?2) ORDER BY seq DESC LIMIT 1"
        );
        let found = self.one(&sql, params![digest, since], stored)?;
        Ok(found.filter(|publish| {
            let pushed =
                publish.shown.result.as_ref().is_some_and(|result| result.pushed && result.reason.is_none());
            publish.shown.stage != PublishStage::Done || pushed
        }))
    }

    /// The publication a key stands for; the same key with other parameters is a conflict.
    pub fn publish_of_key(&self, print: &Fingerprint) -> Result<Option<String>, StoreError> {
        let found = self.one(
            "SELECT digest, publishId FROM publish_keys WHERE actor = ? AND key = ?",
            params![print.actor, print.key],
            |r| Ok((r.get::<_, String>(0)?, r.get::<_, String>(1)?)),
        )?;
        match found {
            Some((digest, id)) if digest == print.digest => Ok(Some(id)),
            Some(_) => Self::refuse(ApiError::new(
                ErrorCode::Conflict,
                "This idempotency key was used with other parameters.",
            )),
            None => Ok(None),
        }
    }

    pub fn keep_publish_key(&mut self, print: &Fingerprint, id: &str) -> Result<(), StoreError> {
        self.exec(
            "INSERT OR IGNORE INTO publish_keys VALUES (?, ?, ?, ?, ?)",
            params![print.actor, print.key, print.digest, id, self.now()],
        )?;
        Ok(())
    }

    /// Forgets keys older than `before`.
    pub fn prune_publish_keys(&mut self, before: i64) -> Result<usize, StoreError> {
        self.exec("DELETE FROM publish_keys WHERE createdAt < ?", [before])
    }

    /// Where a branch was when it was pushed last.
    pub fn pushed_branch(
        &self,
        workspace: &str,
        remote: &str,
        branch: &str,
    ) -> Result<Option<String>, StoreError> {
        self.one(
            "SELECT commitSha FROM pushed_branches WHERE workspaceId = ? AND remote = ? AND branch = ?",
            [workspace, remote, branch],
            |r| Ok(r.get(0)?),
        )
    }

    pub fn set_pushed_branch(
        &mut self,
        workspace: &str,
        remote: &str,
        branch: &str,
        commit: &str,
    ) -> Result<(), StoreError> {
        self.exec(
            "INSERT OR REPLACE INTO pushed_branches VALUES (?, ?, ?, ?, ?)",
            params![workspace, remote, branch, commit, self.now()],
        )?;
        Ok(())
    }

    /// What a session may do, as it was made; none when nothing was said.
    pub fn session_capabilities(&self, id: &str) -> Result<Option<serde_json::Value>, StoreError> {
        let found = self.one("SELECT capabilities FROM sessions WHERE session_id = ?", [id], |r| {
            row::json_opt(r, "capabilities")
        })?;
        Ok(found.flatten())
    }
}

fn stored(r: &Row<'_>) -> Result<StoredPublish, StoreError> {
    let mut shown: Publication = row::json(r, "record")?;
    shown.created_at = row::iso(r, "createdAt")?;
    shown.updated_at = row::iso(r, "updatedAt")?;
    Ok(StoredPublish {
        shown,
        digest: r.get("digest")?,
        actor: row::word(r, "actor")?,
        generated: r.get("generated")?,
        updated_at: r.get("updatedAt")?,
    })
}
