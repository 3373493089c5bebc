//! The view of the database one piece of work has: a connection, the clock, and what to tell others after commit.

use crate::events::StoredEvent;
use crate::live::Wake;
use crate::{Sources, StoreError};
use protocol::ApiError;
use rusqlite::{Connection, Params, Row};
use std::sync::Arc;

/// One piece of work's access to the store. Reads and writes are methods in the file of their table.
pub struct Tx<'c> {
    pub(crate) conn: &'c Connection,
    sources: &'c Sources,
    /// Facts appended by this work, in order; published after the commit.
    pub(crate) events: Vec<Arc<StoredEvent>>,
    /// What became claimable or due; woken after the commit.
    pub(crate) wakes: Vec<Wake>,
}

impl<'c> Tx<'c> {
    pub(crate) fn reader(conn: &'c Connection, sources: &'c Sources) -> Self {
        Self { conn, sources, events: Vec::new(), wakes: Vec::new() }
    }

    /// Milliseconds since 1970.
    pub fn now(&self) -> i64 {
        (self.sources.now)()
    }

    /// A fresh UUID.
    pub fn new_id(&self) -> String {
        (self.sources.id)()
    }

    /// What SQLite finds wrong with the file, reading all of it; empty when it is whole.
    pub fn damage(&self) -> Result<Vec<String>, StoreError> {
        let found = self.all("PRAGMA integrity_check", [], |r| Ok(r.get::<_, String>(0)?))?;
        let orphans = self.all("PRAGMA foreign_key_check", [], |r| Ok(r.get::<_, String>(0)?))?;
        let orphans = orphans.into_iter().map(|table| format!("a row of {table} points to nothing"));
        Ok(found.into_iter().filter(|line| line != "ok").chain(orphans).collect())
    }

    pub(crate) fn exec(&self, sql: &str, params: impl Params) -> Result<usize, StoreError> {
        Ok(self.conn.prepare_cached(sql)?.execute(params)?)
    }

    pub(crate) fn one<T>(
        &self,
        sql: &str,
        params: impl Params,
        map: impl FnOnce(&Row<'_>) -> Result<T, StoreError>,
    ) -> Result<Option<T>, StoreError> {
        let mut statement = self.conn.prepare_cached(sql)?;
        let mut rows = statement.query(params)?;
        rows.next()?.map(map).transpose()
    }

    pub(crate) fn all<T>(
        &self,
        sql: &str,
        params: impl Params,
        mut map: impl FnMut(&Row<'_>) -> Result<T, StoreError>,
    ) -> Result<Vec<T>, StoreError> {
        let mut statement = self.conn.prepare_cached(sql)?;
        let mut rows = statement.query(params)?;
        let mut out = Vec::new();
        while let Some(row) = rows.next()? {
            out.push(map(row)?);
        }
        Ok(out)
    }

    pub(crate) fn refuse<T>(error: ApiError) -> Result<T, StoreError> {
        Err(StoreError::Refused(error))
    }
}
