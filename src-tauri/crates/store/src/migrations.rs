//! The schema, one step per version. A step is never edited once released; an older binary refuses a newer file.

use crate::StoreError;
use rusqlite::Connection;

const STEPS: &[&str] = &[
    include_str!("schema/001_first.sql"),
    include_str!("schema/002_budgets.sql"),
    include_str!("schema/003_pool.sql"),
    include_str!("schema/004_memory.sql"),
    include_str!("schema/005_live_control.sql"),
    include_str!("schema/006_chain.sql"),
    include_str!("schema/007_publish.sql"),
    include_str!("schema/008_devices.sql"),
    include_str!("schema/009_nodes.sql"),
    include_str!("schema/010_push.sql"),
    include_str!("schema/011_sleep.sql"),
    include_str!("schema/012_told.sql"),
    include_str!("schema/013_invited.sql"),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_that_was_signed_in_before_devices_had_keys_stays_signed_in() {
        let mut conn = Connection::open_in_memory().unwrap();
        for step in &STEPS[..7] {
            conn.execute_batch(step).unwrap();
        }
        conn.pragma_update(None, "user_version", 7).unwrap();
        conn.execute_batch(
            r#"INSERT INTO devices VALUES ('b', 'Browser', 'digest', '["read","admin"]', 1, 2, NULL)"#,
        )
        .unwrap();
        migrate(&mut conn).unwrap();
        let kept =
            conn.query_row("SELECT tokenHash, role, scopes, createdAt, lastSeenAt FROM devices", [], |r| {
                Ok((
                    r.get::<_, String>(0)?,
                    r.get::<_, String>(1)?,
                    r.get::<_, String>(2)?,
                    r.get::<_, i64>(3)?,
                    r.get::<_, i64>(4)?,
                ))
            });
        assert_eq!(kept.unwrap(), ("digest".into(), "owner".into(), r#"["read","admin"]"#.into(), 1, 2));
        let version: i64 = conn.pragma_query_value(None, "user_version", |r| r.get(0)).unwrap();
        assert_eq!(version, STEPS.len() as i64);
    }
}
