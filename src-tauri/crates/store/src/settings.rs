//! Small values kept by key, and facts about the file itself.

use crate::StoreError;
use crate::tx::Tx;
use rusqlite::params;

/// What the database is made of, for status and doctor.
#[derive(Debug, Clone, PartialEq)]
pub struct StorageFacts {
    pub journal_mode: String,
    pub synchronous: String,
    pub wal_bytes: u64,
    pub database_bytes: u64,
    pub events: i64,
}

impl Tx<'_> {
    pub fn setting(&self, key: &str) -> Result<Option<serde_json::Value>, StoreError> {
        self.one("SELECT value FROM settings WHERE key = ?", [key], |r| crate::row::json(r, "value"))
    }

    pub fn set_setting(&mut self, key: &str, value: &serde_json::Value) -> Result<(), StoreError> {
        self.exec("INSERT OR REPLACE INTO settings VALUES (?, ?)", params![key, value.to_string()])?;
        Ok(())
    }

    pub fn remove_setting(&mut self, key: &str) -> Result<(), StoreError> {
        self.exec("DELETE FROM settings WHERE key = ?", [key])?;
        Ok(())
    }

    /// Settings whose key starts with `prefix`.
    pub fn settings_under(&self, prefix: &str) -> Result<Vec<(String, serde_json::Value)>, StoreError> {
        self.all(
            "SELECT key, value FROM settings WHERE key >= ?1 AND substr(key, 1, length(?1)) = ?1 ORDER BY key",
            [prefix],
            |r| Ok((r.get(0)?, crate::row::json(r, "value")?)),
        )
    }

    pub fn storage_facts(&self) -> Result<StorageFacts, StoreError> {
        let text = |name: &str| self.conn.pragma_query_value(None, name, |r| r.get::<_, String>(0));
        let path = self.conn.path().unwrap_or_default().to_owned();
        let size = |p: String| std::fs::metadata(p).map(|m| m.len()).unwrap_or(0);
        Ok(StorageFacts {
            journal_mode: text("journal_mode")?,
            // The writer's setting; readers never write.
            synchronous: "full".into(),
            wal_bytes: size(format!("{path}-wal")),
            database_bytes: size(path),
            events: crate::events::latest_cursor(self.conn)?,
        })
    }
}
