//! Approvals: asked durably, answered once by compare-and-set, kept for ever.

use crate::tx::Tx;
use crate::{StoreError, row};
use protocol::approval::{Approval, ApprovalState, Decision};
use protocol::asks::Asks;
use protocol::because::Because;
use protocol::grant::{GrantFor, GrantOffer};
use protocol::queue::ListParams;
use protocol::{ApiError, ErrorCode, RiskLevel, SessionId, WorkspaceId};
use rusqlite::params;

/// A question about to be asked. `details` must be canonical: its hash is what the answer binds to.
#[derive(Debug, Clone)]
pub struct NewApproval {
    pub workspace_id: Option<WorkspaceId>,
    pub session_id: SessionId,
    pub action: String,
    pub subject: String,
    pub summary: String,
    /// What `summary` is made of, where it is more than a sentence.
    pub asks: Option<Box<Asks>>,
    pub details: serde_json::Value,
    pub hash: String,
    pub risk: RiskLevel,
    pub why: String,
    /// What `why` is made of, where it is more than a sentence.
    pub because: Option<Box<Because>>,
    pub asked_by: String,
    pub expires_at: Option<i64>,
}

impl Tx<'_> {
    /// Asks. An identical question that is still pending is returned instead of a second one.
    pub fn ask(&mut self, new: NewApproval) -> Result<(Approval, bool), StoreError> {
        self.ask_offering(new, None)
    }

    /// The same with what an approval could allow from now on.
    pub fn ask_offering(
        &mut self,
        new: NewApproval,
        offer: Option<GrantOffer>,
    ) -> Result<(Approval, bool), StoreError> {
        let open = self.one(
            "SELECT record FROM approvals WHERE subject = ? AND action = ? AND hash = ? AND state = 'pending'",
            params![new.subject, new.action, new.hash],
            |r| row::json::<Approval>(r, "record"),
        )?;
        if let Some(open) = open {
            return Ok((open, false));
        }
        let (id, now) = (self.new_id(), self.now());
        let approval = Approval {
            id: serde_json::from_value(id.clone().into())?,
            workspace_id: new.workspace_id,
            session_id: new.session_id,
            action: new.action,
            summary: new.summary,
            asks: new.asks,
            details: new.details,
            hash: new.hash,
            risk: new.risk,
            why: new.why,
            because: new.because,
            asked_by: new.asked_by,
            subject: new.subject,
            state: ApprovalState::Pending,
            decided_by: None,
            decided_at: None,
            created_at: host::clock::iso(now),
            expires_at: new.expires_at.map(host::clock::iso),
            offer: offer.map(Box::new),
            remembered: None,
        };
        self.exec(
            "INSERT INTO approvals VALUES (?1, ?2, ?3, ?4, ?5, 'pending', ?6, ?7, ?8, ?9)",
            params![
                id,
                approval.workspace_id.as_ref().map(|w| w.as_str()),
                approval.session_id.as_str(),
                approval.action,
                approval.subject,
                approval.hash,
                serde_json::to_string(&approval)?,
                new.expires_at,
                now
            ],
        )?;
        Ok((approval, true))
    }

    /// Answers a pending approval. A given hash must match; a second answer is told who was first.
    pub fn answer(
        &mut self,
        id: &str,
        decision: Decision,
        hash: Option<&str>,
        by: &str,
    ) -> Result<Approval, StoreError> {
        let approval = self.approval(id)?;
        if approval.state != ApprovalState::Pending {
            let by = approval.decided_by.as_deref().unwrap_or("the server");
            let message = format!("Already {} by {by}.", approval.state);
            return Self::refuse(ApiError::new(ErrorCode::AlreadyResolved, message).with(serde_json::json!({
                "state": approval.state, "decidedBy": approval.decided_by, "decidedAt": approval.decided_at,
            })));
        }
        if hash.is_some_and(|h| h != approval.hash) {
            return Self::refuse(ApiError::new(
                ErrorCode::Stale,
                "What would be done has changed since you looked. Open it again before answering.",
            ));
        }
        let state = match decision {
            Decision::Approve => ApprovalState::Approved,
            Decision::Deny => ApprovalState::Denied,
        };
        self.close_approval(approval, state, by)
    }

    /// Notes for how long an answer that was just given is remembered.
    pub fn note_remembered(&mut self, approval: &mut Approval, span: GrantFor) -> Result<(), StoreError> {
        approval.remembered = Some(span);
        let record = serde_json::to_string(approval)?;
        self.exec("UPDATE approvals SET record = ?2 WHERE id = ?1", params![approval.id.as_str(), record])?;
        Ok(())
    }

    /// Ends a pending approval without an answer.
    pub fn close_approval(
        &mut self,
        mut approval: Approval,
        state: ApprovalState,
        by: &str,
    ) -> Result<Approval, StoreError> {
        approval.state = state;
        approval.decided_by = Some(by.to_owned());
        approval.decided_at = Some(host::clock::iso(self.now()));
        self.exec(
            "UPDATE approvals SET state = ?2, record = ?3 WHERE id = ?1 AND state = 'pending'",
            params![approval.id.as_str(), state.as_str(), serde_json::to_string(&approval)?],
        )?;
        Ok(approval)
    }

    pub fn approval(&self, id: &str) -> Result<Approval, StoreError> {
        match self.one("SELECT record FROM approvals WHERE id = ?", [id], |r| row::json(r, "record"))? {
            Some(approval) => Ok(approval),
            None => Self::refuse(ApiError::not_found("approval", id)),
        }
    }

    /// Newest first.
    pub fn approvals(&self, list: &ListParams) -> Result<Vec<Approval>, StoreError> {
        let state = row::status_filter(list.status.as_deref(), ApprovalState::from_word)?;
        self.all(
            "SELECT record FROM approvals WHERE (?1 IS NULL OR state = ?1) AND (?2 IS NULL OR session_id = ?2) AND (?3 IS NULL OR workspaceId = ?3) ORDER BY createdAt DESC LIMIT ?4",
            params![
                state.map(ApprovalState::as_str),
                list.session_id.as_ref().map(|s| s.as_str()),
                list.workspace_id.as_ref().map(|s| s.as_str()),
                row::limit(list.limit, 200)?
            ],
            |r| row::json(r, "record"),
        )
    }

    /// Every approval asked about a subject, oldest first.
    pub fn approvals_about(&self, subject: &str) -> Result<Vec<Approval>, StoreError> {
        self.all("SELECT record FROM approvals WHERE subject = ? ORDER BY createdAt", [subject], |r| {
            row::json(r, "record")
        })
    }

    /// Every approval about something under a subject (`SUBJECT:…`), oldest first.
    pub fn approvals_under(&self, subject: &str) -> Result<Vec<Approval>, StoreError> {
        // Behind the colon comes `;`: a range, so that the index serves.
        let range = [format!("{subject}:"), format!("{subject};")];
        let sql = "SELECT record FROM approvals WHERE subject >= ? AND subject < ? ORDER BY createdAt";
        self.all(sql, range, |r| row::json(r, "record"))
    }

    pub fn pending_approvals(&self) -> Result<u64, StoreError> {
        Ok(self
            .one("SELECT COUNT(*) FROM approvals WHERE state = 'pending'", [], |r| {
                Ok(r.get::<_, i64>(0)? as u64)
            })?
            .unwrap_or(0))
    }

    /// Pending approvals whose time is over.
    pub fn overdue_approvals(&self) -> Result<Vec<Approval>, StoreError> {
        self.all(
            "SELECT record FROM approvals WHERE state = 'pending' AND expiresAt <= ? LIMIT 100",
            [self.now()],
            |r| row::json(r, "record"),
        )
    }
}
