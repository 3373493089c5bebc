//! Sessions.

use crate::tx::Tx;
use crate::{StoreError, row};
use protocol::session::Session;
use protocol::{ApiError, SessionId, WorkspaceId};
use rusqlite::{Row, params};

const COLUMNS: &str = "s.session_id, s.workspaceId, s.label, s.created_at, \
    (SELECT MAX(event_id) FROM events e WHERE e.session_id = s.session_id) AS last, \
    (SELECT COUNT(*) FROM approvals a WHERE a.session_id = s.session_id AND a.state = 'pending') AS approvals, \
    (SELECT COUNT(*) FROM jobs j WHERE j.sessionId = s.session_id AND j.status IN ('pending', 'claimed')) AS running, \
    (SELECT j.status = 'failed' FROM jobs j WHERE j.sessionId = s.session_id ORDER BY j.seq DESC LIMIT 1) AS failed";

impl Tx<'_> {
    pub fn insert_session(
        &mut self,
        id: &SessionId,
        workspace: Option<&WorkspaceId>,
        label: &str,
        capabilities: Option<&serde_json::Value>,
    ) -> Result<(), StoreError> {
        self.exec(
            "INSERT INTO sessions VALUES (?, ?, ?, ?, ?)",
            params![
                id.as_str(),
                workspace.map(|w| w.as_str()),
                label,
                capabilities.map(|c| c.to_string()),
                self.now()
            ],
        )?;
        Ok(())
    }

    /// Gives a session without a workspace one; any other stays as it is.
    pub fn bind_session(&mut self, id: &SessionId, workspace: &WorkspaceId) -> Result<(), StoreError> {
        self.exec(
            "UPDATE sessions SET workspaceId = ? WHERE session_id = ? AND workspaceId IS NULL",
            params![workspace.as_str(), id.as_str()],
        )?;
        Ok(())
    }

    pub fn rename_session(&mut self, id: &SessionId, label: &str) -> Result<(), StoreError> {
        self.require_session(id)?;
        self.exec("UPDATE sessions SET label = ? WHERE session_id = ?", params![label, id.as_str()])?;
        Ok(())
    }

    /// The workspace of a session; none when the session does not exist.
    pub fn session_workspace(&self, id: &str) -> Result<Option<Option<WorkspaceId>>, StoreError> {
        self.one("SELECT workspaceId FROM sessions WHERE session_id = ?", [id], |r| {
            row::word_opt(r, "workspaceId")
        })
    }

    /// Refuses an unknown session; returns its workspace.
    pub fn require_session(&self, id: &SessionId) -> Result<Option<WorkspaceId>, StoreError> {
        match self.session_workspace(id.as_str())? {
            Some(workspace) => Ok(workspace),
            None => Self::refuse(ApiError::not_found("session", id.as_str())),
        }
    }

    pub fn session(&self, id: &str) -> Result<Session, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM sessions s WHERE s.session_id = ?");
        match self.one(&sql, [id], session_row)? {
            Some(session) => Ok(session),
            None => Self::refuse(ApiError::not_found("session", id)),
        }
    }

    pub fn sessions(&self) -> Result<Vec<Session>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM sessions s ORDER BY s.created_at LIMIT 1000");
        self.all(&sql, [], session_row)
    }
}

fn session_row(r: &Row<'_>) -> Result<Session, StoreError> {
    Ok(Session {
        session_id: row::word(r, "session_id")?,
        workspace_id: row::word_opt(r, "workspaceId")?,
        label: r.get("label")?,
        created_at: row::iso(r, "created_at")?,
        last_event_at: None,
        last_cursor: r.get::<_, Option<i64>>("last")?.unwrap_or(0),
        pending_approvals: row::unsigned(r, "approvals")?,
        running_jobs: row::unsigned(r, "running")?,
        failed: r.get::<_, Option<bool>>("failed")?.unwrap_or(false),
    })
}
