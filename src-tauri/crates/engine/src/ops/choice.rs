//! What is chosen in Settings, kept as one value for each subject.

use protocol::Event;
use serde::Serialize;
use serde::de::DeserializeOwned;
use store::{NewEvent, StoreError, Tx};

/// What was chosen so far; nothing where it cannot be read, which an older program may find.
pub(super) fn chosen<T: DeserializeOwned + Default>(tx: &Tx<'_>, subject: &str) -> Result<T, StoreError> {
    let kept = tx.setting(subject)?;
    Ok(kept.and_then(|value| serde_json::from_value(value).ok()).unwrap_or_default())
}

/// Keeps it, and tells which keys of the configuration it changes.
pub(super) fn keep(
    tx: &mut Tx<'_>,
    subject: &str,
    now: &impl Serialize,
    keys: Vec<String>,
    by: String,
) -> Result<(), StoreError> {
    tx.set_setting(subject, &serde_json::to_value(now)?)?;
    // Events belong to a session, and this one to nobody's: any of them reaches those who follow all.
    if let (false, Some(session)) = (keys.is_empty(), tx.sessions()?.into_iter().next()) {
        tx.append(NewEvent::new(&session.session_id, Event::ConfigChanged { keys }, by))?;
    }
    Ok(())
}
