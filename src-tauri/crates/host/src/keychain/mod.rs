//! Where keys are kept: the system's keychain, else a file encrypted with a key the user supplies, else the
//! memory of this run. Never a file that could be read as it is.
//!
//! Calls to a keychain may wait for a dialog or a program that hangs, so they run on a thread of their own and
//! each has a limit. This room does not know what a key is for: it is given a name and a text.

mod error;
mod patient;
mod sealed_file;
mod supplied;
mod system;

pub use error::KeychainError;
pub use supplied::{SECRETS_KEY_VAR, Supplied};

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use protocol::keys::{KeyPlace, KeyText, KeychainShown, KeychainState};

use patient::Patient;
use sealed_file::SealedFile;
use system::{Looked, System};

/// What everything of ours is called there.
pub const SERVICE: &str = "dev.pilothouse";

/// Long enough to answer a dialog of the keychain, short enough for whoever waits for an answer of ours.
const LIMIT: Duration = Duration::from_secs(20);

/// What to do where keys would last only for this run.
const LASTING: &str = "To keep keys, start Pilothouse in a session with a keychain, or give PILOTHOUSE_SECRETS_KEY or secrets.keyFile for an encrypted file.";

/// A handle to the places keys are kept in; clones share them.
#[derive(Clone, Debug)]
pub struct Keychain {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    system: Option<System>,
    file: Arc<SealedFile>,
    run: Mutex<BTreeMap<String, KeyText>>,
    thread: Patient,
    limit: Duration,
}

impl Keychain {
    /// The keychain of this machine and user; `file` is where the encrypted file is, or would be.
    pub fn of_this_machine(file: PathBuf, supplied: Supplied) -> Self {
        Self::made_of(System::of_this_machine(), file, supplied, LIMIT)
    }

    fn made_of(system: Option<System>, file: PathBuf, supplied: Supplied, limit: Duration) -> Self {
        let file = Arc::new(SealedFile::new(file, supplied));
        let inner = Inner { system, file, run: Mutex::default(), thread: Patient::default(), limit };
        Self { inner: Arc::new(inner) }
    }

    /// What the system's keychain says, and where a key saved now would be kept. Asks for nothing, opens no
    /// dialog and starts no program.
    pub async fn look(&self) -> KeychainShown {
        let looked = match &self.inner.system {
            Some(_) if self.inner.thread.is_stuck() => Looked::locked(
                "it has not answered yet, maybe because it waits at a dialog of its own",
                "Answer that dialog; Pilothouse tries again with the next call.",
            ),
            Some(system) => system.look().await,
            None => Looked::none("this build knows no keychain of this system"),
        };
        let supplied = self.inner.file.supplied();
        let name = self.inner.system.as_ref().map_or("keychain", System::name);
        let shown = |place: Option<KeyPlace>, name: &str, detail: String, fix: Option<String>| {
            KeychainShown { place, name: name.to_owned(), system: looked.state, detail, fix }
        };
        match (looked.state, supplied) {
            (KeychainState::Available, _) => {
                let more = if looked.why.is_empty() { String::new() } else { format!("; {}", looked.why) };
                shown(Some(KeyPlace::System), name, format!("Keys are kept in the {name}{more}."), None)
            }
            (_, Supplied::Key(_)) => {
                let file = self.inner.file.path().display();
                let detail =
                    format!("Keys are kept encrypted in {file}, because of the {name}: {}.", looked.why);
                shown(Some(KeyPlace::File), "encrypted file", detail, None)
            }
            (_, Supplied::Unusable(why)) => shown(
                None,
                "encrypted file",
                format!("No key can be saved: {why}."),
                Some("Correct it and start Pilothouse again.".to_owned()),
            ),
            (KeychainState::Locked, Supplied::Nothing) => {
                let detail = format!("The {name} is locked: {}.", looked.why);
                shown(Some(KeyPlace::System), name, detail, looked.fix.clone())
            }
            (KeychainState::None, Supplied::Nothing) => {
                let detail = format!(
                    "A key lasts only until the server stops, because there is no keychain: {}.",
                    looked.why
                );
                shown(Some(KeyPlace::Run), "this run only", detail, Some(LASTING.to_owned()))
            }
        }
    }

    /// Keeps a text under a name, in the first place that can; says which.
    pub async fn save(&self, account: &str, key: &KeyText) -> Result<KeyPlace, KeychainError> {
        let shown = self.look().await;
        let Some(place) = shown.place else {
            return Err(KeychainError::Unusable { why: shown.detail });
        };
        let (name, key) = (account.to_owned(), key.clone());
        match place {
            KeyPlace::System => self.system(move |system| system.set(&name, &key)).await?,
            KeyPlace::File => self.file(move |file| file.set(&name, &key)).await?,
            KeyPlace::Run => {
                self.of_this_run().insert(name, key);
            }
        }
        Ok(place)
    }

    /// The text kept under a name in that place; none when there is none.
    pub async fn read(&self, place: KeyPlace, account: &str) -> Result<Option<KeyText>, KeychainError> {
        let name = account.to_owned();
        match place {
            KeyPlace::System => self.system(move |system| system.get(&name)).await,
            KeyPlace::File => self.file(move |file| file.get(&name)).await,
            KeyPlace::Run => Ok(self.of_this_run().get(account).cloned()),
        }
    }

    /// Removes it; that there was nothing is no error.
    pub async fn forget(&self, place: KeyPlace, account: &str) -> Result<(), KeychainError> {
        let name = account.to_owned();
        match place {
            KeyPlace::System => self.system(move |system| system.remove(&name)).await,
            KeyPlace::File => self.file(move |file| file.remove(&name)).await,
            KeyPlace::Run => {
                self.of_this_run().remove(account);
                Ok(())
            }
        }
    }

    async fn system<T: Send + 'static>(
        &self,
        work: impl FnOnce(&System) -> Result<T, KeychainError> + Send + 'static,
    ) -> Result<T, KeychainError> {
        let Some(system) = self.inner.system.clone() else {
            return Err(KeychainError::None { why: "this build knows no keychain of this system".into() });
        };
        self.inner.thread.run(self.inner.limit, move || work(&system)).await?
    }

    async fn file<T: Send + 'static>(
        &self,
        work: impl FnOnce(&SealedFile) -> Result<T, KeychainError> + Send + 'static,
    ) -> Result<T, KeychainError> {
        let file = self.inner.file.clone();
        self.inner.thread.run(self.inner.limit, move || work(&file)).await?
    }

    fn of_this_run(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, KeyText>> {
        self.inner.run.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
