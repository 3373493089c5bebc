//! Saving, forgetting and showing keys of models. Values come in here and never go out again.

use crate::Engine;
use crate::keys::{Kept, Record, address, closed, gone, record_key, shown, usable};
use protocol::keys::{ForgetKey, KeyPlace, KeyState, KeyText, SavedKey, SavedKeys, SetKey};
use protocol::ops::Done;
use protocol::settings::{ModelSetting, Role};
use protocol::{ApiError, ErrorCode};

impl Engine {
    /// Where keys are kept, and which there are. Opens no dialog.
    pub async fn config_keys(&self) -> Result<SavedKeys, ApiError> {
        let keychain = self.keys.chain.look().await;
        let mut keys = Vec::new();
        for role in Role::ALL {
            let _turn = self.keys.turn.lock().await;
            if let Some(record) = self.key_record(*role).await? {
                keys.push(self.state_of(*role, record).await?);
            }
        }
        Ok(SavedKeys { keychain, keys })
    }

    async fn state_of(&self, role: Role, record: Record) -> Result<SavedKey, ApiError> {
        let model = self.model(role).await?;
        if let Some(why) = unused(model.as_ref(), &record) {
            return Ok(shown(role, record, KeyState::Elsewhere, why));
        }
        if self.keys.known_of(role).is_none() && !self.opens_by_itself(record.place).await {
            let why = self.keys.chain.look().await.detail;
            return Ok(shown(role, record, KeyState::Locked, why));
        }
        let place = record.place;
        Ok(match self.keys.fetch(role, &record).await {
            Ok(Some(_)) => shown(role, record, KeyState::Ready, kept_in(place).into()),
            Ok(None) => shown(role, record, KeyState::Gone, gone(role, place)),
            Err(error) => shown(role, record, KeyState::Locked, error.to_string()),
        })
    }

    /// Keeps a key for the address the role's model has. Repeating it is harmless, so no answer is kept for an
    /// idempotency key: that would keep a digest of the key.
    pub async fn config_set_key(&self, p: SetKey) -> Result<SavedKey, ApiError> {
        usable(&p.key)?;
        let conflict = |message: String| ApiError::new(ErrorCode::Conflict, message);
        let Some(model) = self.model(p.role).await? else {
            return Err(ApiError::new(
                ErrorCode::NoModel,
                format!("{} has no model yet. Choose one, then save its key.", p.role),
            ));
        };
        if let Some(name) = &model.key_env {
            return Err(conflict(format!(
                "The key of {} comes from the variable {name}. Take that out of its model, then save a key.",
                p.role
            )));
        }
        let Some(endpoint) = address(&p.endpoint).filter(|to| Some(to) == address(&model.endpoint).as_ref())
        else {
            return Err(conflict(format!(
                "The model of {} is at {}, and a key goes nowhere else. Save the key for that address.",
                p.role, model.endpoint
            )));
        };
        let role = p.role;
        let _turn = self.keys.turn.lock().await;
        let before = self.key_record(role).await?;
        let kept = Kept { endpoint: endpoint.clone(), key: p.key };
        let text = serde_json::to_string(&kept)
            .map_err(|_| ApiError::new(ErrorCode::Internal, "The key cannot be written down."))?;
        // Known from now on, so that nothing which happens meanwhile puts it into a log.
        self.keys.remember(role, kept);
        let account = self.keys.account(role);
        let place = match self.keys.chain.save(&account, &KeyText::new(text)).await {
            Ok(place) => place,
            Err(error) => {
                self.keys.drop_known(role);
                return Err(closed(error));
            }
        };
        let record = Record { endpoint, place, saved_at: self.clock.now_ms() };
        let value =
            serde_json::to_value(&record).map_err(|e| ApiError::new(ErrorCode::Internal, e.to_string()))?;
        self.store.write(move |tx| tx.set_setting(&record_key(role), &value)).await?;
        if let Some(before) = before.filter(|before| before.place != place)
            && let Err(error) = self.keys.chain.forget(before.place, &account).await
        {
            tracing::warn!(%role, code = error.code(), "the key it had before stays where it was: {error}");
        }
        Ok(shown(role, record, KeyState::Ready, kept_in(place).into()))
    }

    /// Removes a key from where it is kept. Where that does not open it stays known as saved, so that it can be
    /// forgotten later.
    pub async fn config_forget_key(&self, p: ForgetKey) -> Result<Done, ApiError> {
        let role = p.role;
        let _turn = self.keys.turn.lock().await;
        let Some(record) = self.key_record(role).await? else { return Ok(Done { ok: true }) };
        self.keys.chain.forget(record.place, &self.keys.account(role)).await.map_err(closed)?;
        self.keys.drop_known(role);
        self.store.write(move |tx| tx.remove_setting(&record_key(role))).await?;
        Ok(Done { ok: true })
    }
}

fn kept_in(place: KeyPlace) -> &'static str {
    match place {
        KeyPlace::System => "Kept in the keychain of this system.",
        KeyPlace::File => "Kept in an encrypted file.",
        KeyPlace::Run => "Lasts only until the server stops.",
    }
}

/// Why a saved key does not go with the calls of this model, if it does not.
fn unused(model: Option<&ModelSetting>, record: &Record) -> Option<String> {
    let Some(model) = model else { return Some("Not used: this role has no model now.".into()) };
    if let Some(name) = &model.key_env {
        return Some(format!("Not used: the model takes its key from the variable {name}."));
    }
    if address(&model.endpoint).as_ref() != Some(&record.endpoint) {
        return Some(format!("Not used: the model is at {} now.", model.endpoint));
    }
    None
}
