//! The schema, one step per version. A step is never edited once released; an older binary refuses a newer file.

use crate::StoreError;
use rusqlite::Connection;

const STEPS: &[&str] = &[
    include_str!("schema/001_first.sql"),
    include_str!("schema/002_budgets.sql"),
    include_str!("schema/003_pool.sql"),
    include_str!("schema/004_memory.sql"),
    include_str!("schema/005_live_control.sql"),
];

pub(crate) fn migrate(conn: &mut Connection) -> Result<(), StoreError> {
    let known = STEPS.len() as i64;
    let found: i64 = conn.pragma_query_value(None, "user_version", |r| r.get(0))?;
    if found > known {
        return Err(StoreError::Newer { found, known });
    }
    for (index, step) in STEPS.iter().enumerate().skip(found as usize) {
        let tx = conn.transaction()?;
        tx.execute_batch(step)?;
        tx.pragma_update(None, "user_version", index as i64 + 1)?;
        tx.commit()?;
    }
    Ok(())
}
