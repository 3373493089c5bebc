//! One call, one transaction: the idempotency check, the effect and the kept answer commit together.

use crate::{Caller, Engine};
use protocol::ApiError;
use serde::Serialize;
use serde_json::Value;
use store::{StoreError, Tx};

/// The answer of a changing operation, already serialised so that a repeat is byte for byte the same.
pub type Reply = Result<Value, ApiError>;

impl Engine {
    /// Runs `work` once per idempotency key.
    pub(crate) async fn change<R: Serialize>(
        &self,
        caller: Caller,
        work: impl FnOnce(&mut Tx<'_>) -> Result<R, StoreError> + Send + 'static,
    ) -> Reply {
        self.notice_sleep().await?;
        let answer = self.store.write(move |tx| {
            if let Some(print) = &caller.idempotency
                && let Some(replay) = tx.replay(print)?
            {
                return Ok(replay.body);
            }
            let answer = serde_json::to_value(work(tx)?)?;
            if let Some(print) = &caller.idempotency {
                tx.keep_answer(print, 200, &answer)?;
            }
            Ok(answer)
        });
        Ok(answer.await?)
    }

    /// The kept answer of a repeated call, for operations that do something before their transaction.
    pub(crate) async fn replayed(&self, caller: &Caller) -> Result<Option<Value>, ApiError> {
        let Some(print) = caller.idempotency.clone() else { return Ok(None) };
        Ok(self.store.read(move |tx| Ok(tx.replay(&print)?.map(|r| r.body))).await?)
    }
}
