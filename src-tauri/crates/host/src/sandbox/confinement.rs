//! What confines the code of repositories, as it was found last. Where there was nothing it is looked for again when
//! somebody needs it: an engine that was down, or an image that was not there, may be there by now. What works is not
//! tried again.

use super::container::Wish;
use super::{NoSandbox, Preference, SelectedSandbox, detect_with};
use std::path::PathBuf;
use std::sync::{PoisonError, RwLock};
use tokio::sync::Mutex;

pub type Found = Result<SelectedSandbox, NoSandbox>;

/// What was found last, and how to look again.
pub struct Confinement {
    preference: Preference,
    wish: Wish,
    data: PathBuf,
    found: RwLock<Found>,
    /// One look at a time: it starts programs.
    looking: Mutex<()>,
}

impl Confinement {
    /// Looks for the first time. `data` is writable.
    pub async fn find(preference: Preference, wish: Wish, data: PathBuf) -> Self {
        let found = RwLock::new(detect_with(preference, &wish, &data).await);
        Self { preference, wish, data, found, looking: Mutex::default() }
    }

    /// As it was found last.
    pub fn known(&self) -> Found {
        self.found.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Looks again where there was nothing, and says what came of it. None where something works.
    pub async fn again(&self) -> Option<Found> {
        let _alone = self.looking.lock().await;
        if self.known().is_ok() {
            return None;
        }
        let found = self.look().await;
        self.found.write().unwrap_or_else(PoisonError::into_inner).clone_from(&found);
        Some(found)
    }

    /// As it is now: looked for again where there was nothing.
    pub async fn now(&self) -> Found {
        self.again().await.unwrap_or_else(|| self.known())
    }

    /// Looks anew, whatever was found last.
    pub async fn look(&self) -> Found {
        detect_with(self.preference, &self.wish, &self.data).await
    }

    /// Whether containers were asked for by name, so that nothing else of ours takes their place.
    pub fn is_container_alone(&self) -> bool {
        self.preference == Preference::Container
    }
}
