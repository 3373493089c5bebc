//! Browsers that are told of things, and the ledger of what each was told.
//!
//! A row is written together with the cursor of the event it came of, so a crash neither repeats nor loses one. It is
//! sent afterwards, and may then be sent twice: its tag makes the second take the place of the first.

use crate::tx::Tx;
use crate::{StoreError, row};
use protocol::ops::Permission;
use protocol::push::{PushMessage, PushOutcome, PushRow, PushTarget};
use protocol::{ApiError, ApprovalId, ErrorCode};
use rusqlite::{Row, params};

/// Rows kept; the oldest that are settled go first.
const ROWS: i64 = 500;
/// Targets of one owner: a browser that makes a new subscription at each visit does not fill the table.
const TARGETS: i64 = 8;
/// Settings key of the last event that was looked at.
const CURSOR: &str = "push.cursor";

/// A browser as it subscribed.
#[derive(Debug, Clone, PartialEq)]
pub struct NewTarget {
    /// The device's id, or `owner`.
    pub owner: String,
    pub device: String,
    pub endpoint: String,
    pub p256dh: String,
    pub auth: String,
    pub offset_min: i32,
}

/// The same with its id.
#[derive(Debug, Clone, PartialEq)]
pub struct Target {
    pub id: String,
    pub of: NewTarget,
    pub created_at: i64,
}

/// A message for one target.
#[derive(Debug, Clone, PartialEq)]
pub struct NewNotification {
    /// What it came of; there is one for each cause and target.
    pub cause: String,
    pub asks: Option<ApprovalId>,
    pub message: PushMessage,
    /// Milliseconds since 1970, after which it is old news.
    pub ends_at: i64,
}

/// A row that is due.
#[derive(Debug, Clone, PartialEq)]
pub struct DueNotification {
    pub target: String,
    pub asks: Option<ApprovalId>,
    pub message: PushMessage,
    pub outcome: PushOutcome,
    pub tries: u32,
    pub ends_at: i64,
}

impl Tx<'_> {
    /// Keeps a subscription; the same endpoint again changes who it belongs to and its keys, and keeps its id.
    pub fn add_push_target(&mut self, new: NewTarget) -> Result<String, StoreError> {
        let (id, now) = (self.new_id(), self.now());
        self.exec(
            "INSERT INTO push_targets VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT (endpoint) DO UPDATE SET owner = ?2, device = ?3, p256dh = ?5, auth = ?6, offsetMin = ?7",
            params![id, new.owner, new.device, new.endpoint, new.p256dh, new.auth, new.offset_min, now],
        )?;
        self.exec(
            "DELETE FROM push_targets WHERE owner = ?1 AND endpoint <> ?2 AND id NOT IN (SELECT id FROM push_targets WHERE owner = ?1 ORDER BY createdAt DESC, id DESC LIMIT ?3)",
            params![new.owner, new.endpoint, TARGETS],
        )?;
        let found =
            self.one("SELECT id FROM push_targets WHERE endpoint = ?", [new.endpoint], |r| Ok(r.get(0)?))?;
        Ok(found.unwrap_or(id))
    }

    /// Whether there was one. `owner` limits it to their own.
    pub fn remove_push_target(&mut self, id: &str, owner: Option<&str>) -> Result<bool, StoreError> {
        let sql = "DELETE FROM push_targets WHERE id = ?1 AND (?2 IS NULL OR owner = ?2)";
        Ok(self.exec(sql, params![id, owner])? > 0)
    }

    pub fn push_targets(&self) -> Result<Vec<Target>, StoreError> {
        self.all("SELECT * FROM push_targets ORDER BY createdAt, id", [], target)
    }

    pub fn push_target(&self, id: &str) -> Result<Option<Target>, StoreError> {
        self.one("SELECT * FROM push_targets WHERE id = ?", [id], target)
    }

    /// What the owner of a target may do now; none once their device is revoked or gone.
    pub fn push_scopes(&self, owner: &str) -> Result<Option<Vec<Permission>>, StoreError> {
        self.one("SELECT scopes FROM devices WHERE id = ? AND revokedAt IS NULL", [owner], |r| {
            row::json(r, "scopes")
        })
    }

    pub fn push_cursor(&self) -> Result<Option<i64>, StoreError> {
        Ok(self.setting(CURSOR)?.and_then(|value| value.as_i64()))
    }

    pub fn set_push_cursor(&mut self, cursor: i64) -> Result<(), StoreError> {
        self.set_setting(CURSOR, &cursor.into())
    }

    /// Writes a message down for a target, once for its cause. None when it stands there already.
    pub fn add_notification(
        &mut self,
        target: &Target,
        new: NewNotification,
    ) -> Result<Option<String>, StoreError> {
        let (id, now) = (self.new_id(), self.now());
        let message = PushMessage { id: id.clone(), ..new.message };
        let added = self.exec(
            "INSERT OR IGNORE INTO notifications (id, target, owner, device, cause, asks, message, outcome, why, tries, dueAt, endsAt, createdAt, outcomeAt) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 'waiting', NULL, 0, ?8, ?9, ?8, ?8)",
            params![
                id,
                target.id,
                target.of.owner,
                target.of.device,
                new.cause,
                new.asks.as_ref().map(ApprovalId::as_str),
                serde_json::to_string(&message)?,
                now,
                new.ends_at
            ],
        )?;
        self.exec(
            "DELETE FROM notifications WHERE outcome NOT IN ('waiting', 'quiet') AND seq <= (SELECT MAX(seq) FROM notifications) - ?",
            [ROWS],
        )?;
        Ok((added > 0).then_some(id))
    }

    /// What is to be sent now, oldest first.
    pub fn due_notifications(&self, most: usize) -> Result<Vec<DueNotification>, StoreError> {
        self.all(
            "SELECT * FROM notifications WHERE outcome IN ('waiting', 'quiet') AND dueAt <= ? ORDER BY seq LIMIT ?",
            params![self.now(), i64::try_from(most).unwrap_or(i64::MAX)],
            due,
        )
    }

    /// When the next one is due, in milliseconds since 1970.
    pub fn next_notification(&self) -> Result<Option<i64>, StoreError> {
        let sql = "SELECT MIN(dueAt) FROM notifications WHERE outcome IN ('waiting', 'quiet')";
        Ok(self.one(sql, [], |r| Ok(r.get::<_, Option<i64>>(0)?))?.flatten())
    }

    /// Puts a row off; `outcome` stays one that is sent later.
    pub fn postpone_notification(
        &mut self,
        id: &str,
        outcome: PushOutcome,
        due_at: i64,
        why: Option<&str>,
    ) -> Result<(), StoreError> {
        let tried = i64::from(outcome == PushOutcome::Waiting);
        self.exec(
            "UPDATE notifications SET outcomeAt = CASE WHEN outcome = ?2 THEN outcomeAt ELSE ?6 END, outcome = ?2, dueAt = ?3, why = ?4, tries = tries + ?5 WHERE id = ?1",
            params![id, outcome.as_str(), due_at, why, tried, self.now()],
        )?;
        Ok(())
    }

    /// What the quiet hours keep back is looked at again now.
    pub fn hurry_notifications(&mut self) -> Result<(), StoreError> {
        self.exec(
            "UPDATE notifications SET dueAt = ?1 WHERE outcome = 'quiet' AND dueAt < ?2",
            params![self.now(), i64::MAX],
        )?;
        Ok(())
    }

    pub fn settle_notification(
        &mut self,
        id: &str,
        outcome: PushOutcome,
        why: Option<&str>,
    ) -> Result<(), StoreError> {
        // No later look finds it due.
        self.exec(
            "UPDATE notifications SET outcome = ?2, why = ?3, dueAt = ?4, outcomeAt = ?5 WHERE id = ?1",
            params![id, outcome.as_str(), why, i64::MAX, self.now()],
        )?;
        Ok(())
    }

    /// What its device says of a message. What a person did is not overwritten by what follows from it, and a row that
    /// was never handed over stays what it is.
    pub fn notification_became(
        &mut self,
        id: &str,
        owner: &str,
        outcome: PushOutcome,
    ) -> Result<(), StoreError> {
        let row =
            self.one("SELECT outcome FROM notifications WHERE id = ? AND owner = ?", [id, owner], |r| {
                row::word::<PushOutcome>(r, "outcome")
            })?;
        let Some(now) = row else {
            return Self::refuse(ApiError::new(
                ErrorCode::NotFound,
                format!("There is no notification {id} of yours"),
            ));
        };
        if step(now) < step(outcome) && step(now) > 0 {
            self.settle_notification(id, outcome, None)?;
        }
        Ok(())
    }

    /// Rows that told of a question, and whose target was handed them or will be.
    pub fn notifications_asking(&self, asks: &str) -> Result<Vec<(DueNotification, Target)>, StoreError> {
        let rows = self.all("SELECT * FROM notifications WHERE asks = ? ORDER BY seq", [asks], due)?;
        let with = |row: DueNotification| Ok(self.push_target(&row.target)?.map(|target| (row, target)));
        rows.into_iter().filter_map(|row| with(row).transpose()).collect()
    }

    /// Rows of the ledger, newest first. `owner` limits them to their own.
    pub fn notifications(&self, owner: Option<&str>) -> Result<Vec<PushRow>, StoreError> {
        self.all(
            "SELECT * FROM notifications WHERE ?1 IS NULL OR owner = ?1 ORDER BY seq DESC LIMIT ?2",
            params![owner, ROWS],
            shown,
        )
    }

    pub fn notification(&self, id: &str) -> Result<Option<PushRow>, StoreError> {
        self.one("SELECT * FROM notifications WHERE id = ?", [id], shown)
    }
}

/// How far a message has come; only the next step is taken. 0 is before it was handed over.
fn step(outcome: PushOutcome) -> u8 {
    match outcome {
        PushOutcome::Waiting
        | PushOutcome::Quiet
        | PushOutcome::Off
        | PushOutcome::Withdrawn
        | PushOutcome::Refused
        | PushOutcome::Gone
        | PushOutcome::GivenUp => 0,
        PushOutcome::Sent => 1,
        PushOutcome::Shown | PushOutcome::InPage => 2,
        PushOutcome::Dismissed => 3,
        PushOutcome::Opened | PushOutcome::NotAnswered => 4,
        PushOutcome::Approved | PushOutcome::Denied | PushOutcome::TooLate => 5,
    }
}

fn target(r: &Row<'_>) -> Result<Target, StoreError> {
    Ok(Target {
        id: r.get("id")?,
        of: NewTarget {
            owner: r.get("owner")?,
            device: r.get("device")?,
            endpoint: r.get("endpoint")?,
            p256dh: r.get("p256dh")?,
            auth: r.get("auth")?,
            offset_min: r.get("offsetMin")?,
        },
        created_at: r.get("createdAt")?,
    })
}

impl Target {
    /// As it is shown to `asking`.
    pub fn shown(&self, asking: &str, service: String) -> PushTarget {
        PushTarget {
            id: self.id.clone(),
            device: self.of.device.clone(),
            service,
            current: self.of.owner == asking,
            made_at: host::clock::iso(self.created_at),
        }
    }
}

fn due(r: &Row<'_>) -> Result<DueNotification, StoreError> {
    Ok(DueNotification {
        target: r.get("target")?,
        asks: row::word_opt(r, "asks")?,
        message: row::json(r, "message")?,
        outcome: row::word(r, "outcome")?,
        tries: r.get("tries")?,
        ends_at: r.get("endsAt")?,
    })
}

fn shown(r: &Row<'_>) -> Result<PushRow, StoreError> {
    let message: PushMessage = row::json(r, "message")?;
    Ok(PushRow {
        id: r.get("id")?,
        device: r.get("device")?,
        kind: message.kind,
        told: message.told,
        subject: message.subject,
        asks: message.asks,
        name: message.name,
        page: message.page,
        made_at: row::iso(r, "createdAt")?,
        outcome: row::word(r, "outcome")?,
        outcome_at: row::iso(r, "outcomeAt")?,
        why: r.get("why")?,
    })
}
