//! The event log: append, page, count.

use crate::tx::Tx;
use crate::{EventFilter, StoreError, row};
use bytes::Bytes;
use protocol::ops::Permission;
use protocol::{Cursor, Envelope, Event, PROTOCOL_VERSION, SessionId};
use rusqlite::{Connection, params};
use serde_json::Value;
use std::sync::Arc;

/// A fact about to be appended.
#[derive(Debug, Clone)]
pub struct NewEvent {
    pub session_id: SessionId,
    pub event: Event,
    pub from: Option<String>,
    pub to: Option<String>,
    pub correlation_id: Option<String>,
    pub turn_id: Option<String>,
    pub parent_id: Option<String>,
}

impl NewEvent {
    pub fn new(session_id: &SessionId, event: Event, from: impl Into<String>) -> Self {
        Self {
            session_id: session_id.clone(),
            event,
            from: Some(from.into()),
            to: None,
            correlation_id: None,
            turn_id: None,
            parent_id: None,
        }
    }

    pub fn turn(mut self, turn_id: Option<String>) -> Self {
        self.turn_id = turn_id;
        self
    }

    pub fn about(mut self, correlation_id: impl Into<String>) -> Self {
        self.correlation_id = Some(correlation_id.into());
        self
    }
}

/// Where an appended fact is found again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Appended {
    pub id: String,
    pub cursor: Cursor,
}

/// A committed event, serialised once for every reader.
#[derive(Debug)]
pub struct StoredEvent {
    pub cursor: Cursor,
    pub session_id: Arc<str>,
    /// Whether strict 0.1.0 readers get it.
    pub seed_type: bool,
    /// What a reader has to be allowed.
    pub scope: Permission,
    /// A field of its payload that strict 0.1.0 readers do not know.
    added: Option<&'static str>,
    /// `{"envelope":…,"cursor":N}`.
    pub json: Bytes,
    /// The same as an SSE frame.
    pub sse: Bytes,
}

impl StoredEvent {
    pub(crate) fn new(cursor: Cursor, session_id: &str, kind: &str, envelope: &str) -> Self {
        let head = format!("id: {cursor}\ndata: ");
        let mut frame = String::with_capacity(head.len() + envelope.len() + 48);
        frame.push_str(&head);
        frame.push_str("{\"envelope\":");
        frame.push_str(envelope);
        frame.push_str(",\"cursor\":");
        frame.push_str(&cursor.to_string());
        frame.push('}');
        let end = frame.len();
        frame.push_str("\n\n");
        let sse = Bytes::from(frame);
        Self {
            cursor,
            session_id: session_id.into(),
            seed_type: !kind.contains('.'),
            scope: Event::scope_of(kind),
            added: Event::added_to(kind),
            json: sse.slice(head.len()..end),
            sse,
        }
    }

    /// Whether a reader with these scopes may be told of it; without any said it is one that may be told everything.
    pub fn may_be_told(&self, scopes: Option<&[Permission]>) -> bool {
        scopes.is_none_or(|scopes| scopes.contains(&self.scope))
    }

    /// The event as a reader gets it that may only know what 0.1.0 knew; none when it does not know the type, or may
    /// not be told.
    pub(crate) fn for_reader(self: Arc<Self>, filter: &EventFilter) -> Option<Arc<Self>> {
        if !self.may_be_told(filter.scopes.as_deref()) {
            return None;
        }
        let all_types = filter.all_types;
        let Some(added) = self.added.filter(|_| !all_types) else {
            return (all_types || self.seed_type).then_some(self);
        };
        let mut told: Value = serde_json::from_slice(&self.json).ok()?;
        let kind = told["envelope"]["type"].as_str()?.to_owned();
        told["envelope"]["payload"].as_object_mut()?.remove(added);
        let without = told["envelope"].to_string();
        Some(Arc::new(Self::new(self.cursor, &self.session_id, &kind, &without)))
    }
}

impl Tx<'_> {
    /// Appends one fact; readers get it after the commit.
    pub fn append(&mut self, new: NewEvent) -> Result<Appended, StoreError> {
        let (id, now) = (self.new_id(), self.now());
        let kind = new.event.type_name();
        let envelope = Envelope {
            protocol_version: PROTOCOL_VERSION.into(),
            id: id.clone(),
            ts: host::clock::iso(now),
            session_id: new.session_id,
            event: new.event,
            trace_id: None,
            from: new.from,
            to: new.to,
            correlation_id: new.correlation_id,
            parent_id: new.parent_id,
            turn_id: new.turn_id,
        };
        let text = serde_json::to_string(&envelope)?;
        let session = envelope.session_id.as_str();
        self.exec(
            "INSERT INTO events (id, session_id, type, ts, envelope) VALUES (?, ?, ?, ?, ?)",
            params![id, session, kind, now, text],
        )?;
        let cursor = self.conn.last_insert_rowid();
        self.events.push(Arc::new(StoredEvent::new(cursor, session, kind, &text)));
        Ok(Appended { id, cursor })
    }

    /// Up to `limit` stored events after `after`, oldest first.
    pub fn events_after(
        &self,
        session: Option<&str>,
        after: Cursor,
        limit: usize,
    ) -> Result<Vec<StoredEvent>, StoreError> {
        let map = |r: &rusqlite::Row<'_>| {
            let kind = r.get_ref(2)?.as_str().map_err(rusqlite::Error::from)?;
            let session = r.get_ref(1)?.as_str().map_err(rusqlite::Error::from)?;
            let envelope = r.get_ref(3)?.as_str().map_err(rusqlite::Error::from)?;
            Ok(StoredEvent::new(r.get(0)?, session, kind, envelope))
        };
        match session {
            Some(session) => self.all(
                "SELECT event_id, session_id, type, envelope FROM events WHERE session_id = ? AND event_id > ? ORDER BY event_id LIMIT ?",
                params![session, after, limit as i64],
                map,
            ),
            None => self.all("SELECT event_id, session_id, type, envelope FROM events WHERE event_id > ? ORDER BY event_id LIMIT ?", params![after, limit as i64], map),
        }
    }

    /// Up to `limit` stored events of a session before `before`, oldest first.
    pub fn events_before(
        &self,
        session: &str,
        before: Cursor,
        limit: usize,
    ) -> Result<Vec<StoredEvent>, StoreError> {
        let mut page = self.all(
            "SELECT event_id, session_id, type, envelope FROM events WHERE session_id = ? AND event_id < ? ORDER BY event_id DESC LIMIT ?",
            params![session, before, limit as i64],
            |r| {
                let (kind, envelope): (String, String) = (r.get(2)?, r.get(3)?);
                Ok(StoredEvent::new(r.get(0)?, session, &kind, &envelope))
            },
        )?;
        page.reverse();
        Ok(page)
    }

    /// The newest `limit` texts of a session's messages, oldest first: `(from, text)`.
    pub fn recent_messages(&self, session: &str, limit: usize) -> Result<Vec<(String, String)>, StoreError> {
        let mut rows = self.all(
            "SELECT type, envelope FROM events WHERE session_id = ? AND type IN ('message', 'assistant_message') ORDER BY event_id DESC LIMIT ?",
            params![session, limit as i64],
            |r| {
                let envelope: serde_json::Value = row::json(r, "envelope")?;
                let who: String = r.get(0)?;
                Ok((who, envelope["payload"]["text"].as_str().unwrap_or_default().to_owned()))
            },
        )?;
        rows.reverse();
        Ok(rows)
    }

    /// What assistants said last in a session, oldest first: who, and the text.
    pub fn said_by_assistants(
        &self,
        session: &str,
        limit: usize,
    ) -> Result<Vec<(String, String)>, StoreError> {
        let mut rows = self.all(
            "SELECT envelope FROM events WHERE session_id = ? AND type = 'assistant_message' ORDER BY event_id DESC LIMIT ?",
            params![session, limit as i64],
            |r| {
                let envelope: serde_json::Value = row::json(r, "envelope")?;
                let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
                Ok((text(&envelope["from"]), text(&envelope["payload"]["text"])))
            },
        )?;
        rows.reverse();
        Ok(rows)
    }
}

pub(crate) fn latest_cursor(conn: &Connection) -> Result<Cursor, StoreError> {
    Ok(conn.query_row("SELECT COALESCE(MAX(event_id), 0) FROM events", [], |r| r.get(0))?)
}
