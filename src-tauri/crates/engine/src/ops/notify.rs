//! Choosing what notifications tell of. Nothing here notifies: whoever shows them reads the configuration, and reads it
//! again when it changed.

use super::choice;
use crate::{Caller, Engine, Reply};
use protocol::ApiError;
use protocol::notify::SetNotify;
use protocol::ops::Done;
use store::{StoreError, Tx};

/// Settings key of the choice.
const KEY: &str = "notify";

/// What was chosen so far.
pub(crate) fn chosen(tx: &Tx<'_>) -> Result<SetNotify, StoreError> {
    choice::chosen(tx, KEY)
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
            choice::keep(tx, KEY, &now, keys, by)?;
            Ok(Done { ok: true })
        })
        .await
    }
}
