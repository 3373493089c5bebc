//! Keys saved for models: which there are, where each is, and the one that goes with a call.
//!
//! A key is bound to one address twice: in the record kept in the database, and beside the key itself in the
//! place it is kept. Only where both name the address that is called does it go out.

use crate::{Engine, Options};
use agent::Secret;
use host::HostError;
use host::config::Config;
use host::keychain::{Keychain, KeychainError, SECRETS_KEY_VAR, Supplied};
use host::paths::DataFolder;
use host::redact::Redactor;
use protocol::keys::{KeyPlace, KeyText, KeychainState, SavedKey};
use protocol::settings::Role;
use protocol::{ApiError, ErrorCode};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

/// Longest key; no service has longer ones.
const LONGEST: usize = 4096;

/// What the database knows of a saved key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Record {
    pub endpoint: String,
    pub place: KeyPlace,
    pub saved_at: i64,
}

/// What is kept in the keychain.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Kept {
    pub endpoint: String,
    pub key: KeyText,
}

pub(crate) struct Keys {
    pub(crate) chain: Keychain,
    folder: String,
    /// Held by whoever saves, forgets or reads, so that what is known is what was saved last.
    pub(crate) turn: tokio::sync::Mutex<()>,
    known: Mutex<Known>,
}

/// Keys that were saved or read in this run.
#[derive(Default)]
struct Known {
    kept: BTreeMap<&'static str, Kept>,
    /// Every value there was, also of keys that are forgotten: a log may still bring one.
    redactor: Redactor,
    values: Vec<String>,
}

/// The keychain as it is configured.
pub(crate) fn chain_of(options: &Options, config: &Config, file: PathBuf) -> Keychain {
    let supplied = Supplied::find(options.variable(SECRETS_KEY_VAR), config.secrets_key_file.as_deref());
    Keychain::of_this_machine(file, supplied)
}

impl Keys {
    pub(crate) fn open(options: &Options, config: &Config, data: &DataFolder) -> Result<Self, HostError> {
        Ok(Self {
            chain: chain_of(options, config, data.sealed_keys()),
            folder: data.identity()?,
            turn: tokio::sync::Mutex::default(),
            known: Mutex::default(),
        })
    }

    /// The name a role's key is kept under: another data folder has another one.
    pub(crate) fn account(&self, role: Role) -> String {
        format!("model/{role}@{}", self.folder)
    }

    /// The name anything else is kept under.
    pub(crate) fn account_of(&self, name: &str) -> String {
        format!("{name}@{}", self.folder)
    }

    pub(crate) fn remember(&self, role: Role, kept: Kept) {
        self.know(kept.key.expose());
        self.known().kept.insert(role.as_str(), kept);
    }

    /// A value that no log and no text of ours may have from now on.
    pub(crate) fn know(&self, value: &str) {
        let mut known = self.known();
        if !known.values.iter().any(|kept| kept == value) {
            known.values.push(value.to_owned());
            known.redactor = Redactor::new(known.values.clone());
        }
    }

    pub(crate) fn drop_known(&self, role: Role) {
        self.known().kept.remove(role.as_str());
    }

    pub(crate) fn known_of(&self, role: Role) -> Option<Kept> {
        self.known().kept.get(role.as_str()).cloned()
    }

    /// The text without any key that was saved or read in this run, and without what has the shape of one.
    pub(crate) fn known_out_of(&self, text: &str) -> String {
        let known = self.known();
        if known.values.is_empty() { text.to_owned() } else { known.redactor.text(text) }
    }

    fn known(&self) -> std::sync::MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads what a record speaks of; the caller has the turn. None where nothing of ours is kept there.
    pub(crate) async fn fetch(&self, role: Role, record: &Record) -> Result<Option<Kept>, KeychainError> {
        if let Some(kept) = self.known_of(role).filter(|kept| kept.endpoint == record.endpoint) {
            return Ok(Some(kept));
        }
        let text = self.chain.read(record.place, &self.account(role)).await?;
        let kept = text.and_then(|text| serde_json::from_str::<Kept>(text.expose()).ok());
        let kept = kept.filter(|kept| kept.endpoint == record.endpoint);
        if let Some(kept) = &kept {
            self.remember(role, kept.clone());
        }
        Ok(kept)
    }
}

impl Engine {
    /// Knows the shapes of secrets, and every key this server works with.
    pub(crate) fn redactor(&self) -> Redactor {
        let named = |(name, _): &&(String, String)| host::providers::KEY_NAMES.contains(&name.as_str());
        let variables = self.options.environment.iter().filter(named).map(|(_, value)| value.clone());
        Redactor::new(variables.chain(self.keys.known().values.iter().cloned()).collect::<Vec<_>>())
    }

    pub(crate) async fn key_record(&self, role: Role) -> Result<Option<Record>, ApiError> {
        let value = self.store.read(move |tx| tx.setting(&record_key(role))).await?;
        Ok(value.and_then(|value| serde_json::from_value(value).ok()))
    }

    /// The key saved for this role and address. None where none is, or where it was saved for another address;
    /// an error where it cannot be read.
    pub(crate) async fn saved_key(&self, role: Role, endpoint: &str) -> Result<Option<Secret>, ApiError> {
        tokio::select! {
            found = self.looked_up(role, endpoint) => found,
            () = self.stopping() => Err(crate::shutting_down()),
        }
    }

    async fn looked_up(&self, role: Role, endpoint: &str) -> Result<Option<Secret>, ApiError> {
        let _turn = self.keys.turn.lock().await;
        let Some(record) = self.key_record(role).await? else { return Ok(None) };
        if address(endpoint).as_ref() != Some(&record.endpoint) {
            return Ok(None);
        }
        match self.keys.fetch(role, &record).await.map_err(closed)? {
            Some(kept) => Ok(Some(Secret::new(kept.key.expose()))),
            None => Err(ApiError::new(ErrorCode::KeychainClosed, gone(role, record.place))),
        }
    }

    /// Reads the saved keys at the start, where that needs nobody's answer: logs are then clean of them from
    /// the first line on.
    pub(crate) async fn fetch_keys(&self) {
        tokio::select! {
            () = self.fetch_each() => {}
            () = self.stopping() => {}
        }
    }

    async fn fetch_each(&self) {
        tracing::info!("{}", self.keys.chain.look().await.detail);
        for role in Role::ALL {
            let _turn = self.keys.turn.lock().await;
            let record = match self.key_record(*role).await {
                Ok(Some(record)) => record,
                Ok(None) => continue,
                Err(error) => return tracing::warn!(%error, "saved keys cannot be listed"),
            };
            if !self.opens_by_itself(record.place).await {
                continue;
            }
            if let Err(error) = self.keys.fetch(*role, &record).await {
                tracing::warn!(%role, code = error.code(), "its saved key cannot be read: {error}");
            }
        }
    }

    /// Whether reading there opens no dialog.
    pub(crate) async fn opens_by_itself(&self, place: KeyPlace) -> bool {
        match place {
            KeyPlace::System => self.keys.chain.look().await.system == KeychainState::Available,
            KeyPlace::File | KeyPlace::Run => true,
        }
    }
}

/// Settings key of the record of a role's key.
pub(crate) fn record_key(role: Role) -> String {
    format!("key.{role}")
}

/// An address in the one form in which addresses are compared; none for what is no address.
pub(crate) fn address(endpoint: &str) -> Option<String> {
    let url = reqwest::Url::parse(endpoint.trim()).ok()?;
    url.host_str()?;
    Some(url.as_str().trim_end_matches('/').to_owned())
}

/// A key that can stand in a header. The error repeats nothing of it.
pub(crate) fn usable(key: &KeyText) -> Result<Secret, ApiError> {
    let text = key.expose();
    if text.is_empty() {
        return Err(ApiError::bad("key is required"));
    }
    if text.len() > LONGEST || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(ApiError::bad(
            "This is no key: a key is one word of plain characters, without spaces and line breaks.",
        ));
    }
    Ok(Secret::new(text))
}

pub(crate) fn closed(error: KeychainError) -> ApiError {
    match &error {
        KeychainError::File(file) => ApiError::new(file.error_code(), error.to_string()),
        _ => ApiError::new(ErrorCode::KeychainClosed, error.to_string())
            .with(serde_json::json!({ "cause": error.code() })),
    }
}

/// Why a key that was saved is no longer there.
pub(crate) fn gone(role: Role, place: KeyPlace) -> String {
    match place {
        KeyPlace::Run => format!(
            "The key of {role} lasted only for the run in which it was saved. Save it again in Settings, Models."
        ),
        KeyPlace::System | KeyPlace::File => {
            format!("The key of {role} is no longer where it was saved. Save it again in Settings, Models.")
        }
    }
}

/// One row of what is shown.
pub(crate) fn shown(role: Role, record: Record, state: protocol::keys::KeyState, detail: String) -> SavedKey {
    SavedKey {
        role,
        endpoint: record.endpoint,
        place: record.place,
        state,
        detail,
        saved_at: record.saved_at,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_the_same_only_where_a_call_would_go_to_the_same_place() {
        let same = |a: &str, b: &str| address(a).is_some() && address(a) == address(b);
        assert!(same("https://API.example.com/v1/", "https://api.example.com:443/v1"));
        assert!(!same("https://api.example.com/v1", "http://api.example.com/v1"));
        assert!(!same("https://api.example.com/v1", "https://api.example.com.evil.test/v1"));
        assert!(!same("https://api.example.com/v1", "https://api.example.com:8443/v1"));
        assert!(!same("https://api.example.com/v1", "https://api.example.com/v2"));
        assert_eq!(address("no address"), None);
    }

    #[test]
    fn what_is_no_key_is_refused_without_being_repeated() {
        for text in ["", " ", "two words", "line\nbreak", "schlüssel"] {
            let error = usable(&KeyText::new(text)).unwrap_err();
            assert!(text.trim().is_empty() || !error.message.contains(text), "{}", error.message);
        }
        assert_eq!(usable(&KeyText::new(" sk-1 ")).unwrap().expose(), "sk-1");
    }
}
