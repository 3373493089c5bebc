//! Choosing what notifications tell of. Nothing here notifies: whoever shows them reads the configuration, and reads it
//! again when it changed.

use crate::{Caller, Engine, Reply};
use protocol::notify::SetNotify;
use protocol::ops::Done;
use protocol::{ApiError, Event};
use store::{NewEvent, StoreError, Tx};

/// Settings key of the choice.
const KEY: &str = "notify";

/// What was chosen so far; nothing where it cannot be read, which an older program may find.
pub(crate) fn chosen(tx: &Tx<'_>) -> Result<SetNotify, StoreError> {
    let kept = tx.setting(KEY)?;
    Ok(kept.and_then(|value| serde_json::from_value(value).ok()).unwrap_or_default())
}

impl Engine {
    /// Takes over what is given. What a variable or a flag of the server says still wins, and `config.show` tells so.
    pub async fn config_set_notify(&self, caller: Caller, p: SetNotify) -> Reply {
        if let Some(quiet) = &p.quiet
            && [&quiet.from, &quiet.until].into_iter().any(|time| host::config::time_of_day(time).is_none())
        {
            return Err(ApiError::bad("A time of the quiet hours is HH:MM, such as 22:00."));
        }
        let by = caller.who.label();
        self.change(caller, move |tx| {
            let keys = p.values().into_iter().map(|(key, _)| key.to_owned()).collect::<Vec<_>>();
            let now = chosen(tx)?.with(p);
            tx.set_setting(KEY, &serde_json::to_value(now)?)?;
            // Events belong to a session, and this one to nobody's: any of them reaches those who follow all.
            if let (false, Some(session)) = (keys.is_empty(), tx.sessions()?.into_iter().next()) {
                tx.append(NewEvent::new(&session.session_id, Event::ConfigChanged { keys }, by))?;
            }
            Ok(Done { ok: true })
        })
        .await
    }
}
