//! The system's own keychain: Secret Service, macOS Keychain or Windows Credential Manager.

#[cfg(target_os = "linux")]
mod secret_service;

use std::collections::HashMap;
use std::sync::Arc;

use keyring_core::{CredentialStore, Entry, Error};
use protocol::keys::{KeyText, KeychainState};

use super::{KeychainError, SERVICE};

/// A call opens its own connection: a program that keeps secrets may end and come back while we run.
type Open = Arc<dyn Fn() -> Result<Arc<CredentialStore>, Error> + Send + Sync>;

/// A keychain as it was found.
#[derive(Debug, Clone)]
pub(super) struct Looked {
    pub(super) state: KeychainState,
    /// The cause, without a full stop.
    pub(super) why: String,
    pub(super) fix: Option<String>,
}

impl Looked {
    pub(super) fn available() -> Self {
        Self { state: KeychainState::Available, why: String::new(), fix: None }
    }

    pub(super) fn locked(why: &str, fix: &str) -> Self {
        Self { state: KeychainState::Locked, why: why.to_owned(), fix: Some(fix.to_owned()) }
    }

    pub(super) fn none(why: &str) -> Self {
        Self { state: KeychainState::None, why: why.to_owned(), fix: None }
    }
}

/// How to reach it.
#[derive(Clone)]
pub(super) struct System {
    name: &'static str,
    open: Open,
    #[cfg(test)]
    looked: Option<Looked>,
}

impl std::fmt::Debug for System {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "System({})", self.name)
    }
}

impl System {
    pub(super) fn of_this_machine() -> Option<Self> {
        #[cfg(target_os = "linux")]
        let found = ("Secret Service", secret_service::open as fn() -> Result<Arc<CredentialStore>, Error>);
        #[cfg(target_os = "macos")]
        let found = ("macOS Keychain", native as fn() -> Result<Arc<CredentialStore>, Error>);
        #[cfg(target_os = "windows")]
        let found = ("Windows Credential Manager", native as fn() -> Result<Arc<CredentialStore>, Error>);
        #[cfg(any(target_os = "linux", target_os = "macos", target_os = "windows"))]
        return Some(Self {
            name: found.0,
            open: Arc::new(found.1),
            #[cfg(test)]
            looked: None,
        });
        #[cfg(not(any(target_os = "linux", target_os = "macos", target_os = "windows")))]
        None
    }

    #[cfg(test)]
    pub(super) fn stand_in(open: Open, looked: Looked) -> Self {
        Self { name: "stand-in keychain", open, looked: Some(looked) }
    }

    pub(super) fn name(&self) -> &'static str {
        self.name
    }

    /// Its state, without a dialog.
    pub(super) async fn look(&self) -> Looked {
        #[cfg(test)]
        if let Some(looked) = &self.looked {
            return looked.clone();
        }
        #[cfg(target_os = "linux")]
        return secret_service::look().await;
        #[cfg(not(target_os = "linux"))]
        // These two are always there for a signed-in user; whether one is locked shows when it is used.
        match (self.open)() {
            Ok(_) => Looked::available(),
            Err(error) => Looked::none(&words(&error)),
        }
    }

    pub(super) fn set(&self, name: &str, key: &KeyText) -> Result<(), KeychainError> {
        self.entry(name)?.set_secret(key.expose().as_bytes()).map_err(refused)
    }

    pub(super) fn get(&self, name: &str) -> Result<Option<KeyText>, KeychainError> {
        match self.entry(name)?.get_password() {
            Ok(text) => Ok(Some(KeyText::new(text))),
            Err(Error::NoEntry) => Ok(None),
            Err(error) => Err(refused(error)),
        }
    }

    pub(super) fn remove(&self, name: &str) -> Result<(), KeychainError> {
        match self.entry(name)?.delete_credential() {
            Ok(()) | Err(Error::NoEntry) => Ok(()),
            Err(Error::Ambiguous(entries)) => {
                entries.iter().try_for_each(|entry| entry.delete_credential().map_err(refused))
            }
            Err(error) => Err(refused(error)),
        }
    }

    fn entry(&self, name: &str) -> Result<Entry, KeychainError> {
        let store = (self.open)().map_err(|error| match error {
            Error::NoStorageAccess(_) => KeychainError::Locked,
            error => KeychainError::None { why: words(&error) },
        })?;
        // The name that the keychain's own window shows.
        let label = format!("Pilothouse: {}", name.rsplit_once('@').map_or(name, |(what, _)| what));
        let shown = HashMap::from([("label", label.as_str())]);
        let takes_label = cfg!(all(target_os = "linux", not(test)));
        store.build(SERVICE, name, takes_label.then_some(&shown)).map_err(refused)
    }
}

#[cfg(any(target_os = "macos", target_os = "windows"))]
fn native() -> Result<Arc<CredentialStore>, Error> {
    if let Err(error) = keyring::Entry::store_status() {
        return Err(Error::BadStoreFormat(words(error)));
    }
    keyring_core::get_default_store().ok_or(Error::NoDefaultStore)
}

fn refused(error: Error) -> KeychainError {
    match error {
        Error::NoStorageAccess(_) => KeychainError::Locked,
        other => KeychainError::Failed { why: words(&other) },
    }
}

/// Errors may carry what was stored; none of that is repeated.
fn words(error: &Error) -> String {
    let text = match error {
        Error::BadEncoding(_) | Error::BadDataFormat(..) => "what it holds is not a key of ours".to_owned(),
        Error::Ambiguous(_) => "it holds several keys under the same name; remove all but one".to_owned(),
        Error::PlatformFailure(cause) => cause.to_string(),
        other => other.to_string(),
    };
    text.trim_end_matches('.').to_owned()
}
