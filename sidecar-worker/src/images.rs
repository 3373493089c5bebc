//! Sandboxes of images that belong to a workspace alone. Each is tried once by each worker.

use host::sandbox::container::Wish;
use host::sandbox::{NoSandbox, SelectedSandbox, detect_image};
use std::collections::HashMap;
use std::path::PathBuf;
use tokio::sync::Mutex;

/// Most images kept in mind; trying one again takes about a second.
const MOST: usize = 16;

/// What was found of images so far. One that failed is tried again the next time.
pub(crate) struct Images {
    wish: Wish,
    data: PathBuf,
    tried: Mutex<HashMap<String, SelectedSandbox>>,
}

impl Images {
    /// `wish` without its image; `data` is writable.
    pub(crate) fn new(wish: Wish, data: PathBuf) -> Self {
        Self { wish, data, tried: Mutex::default() }
    }

    /// The sandbox of an image the engine has.
    pub(crate) async fn sandbox(&self, reference: &str) -> Result<SelectedSandbox, NoSandbox> {
        let mut tried = self.tried.lock().await;
        if let Some(known) = tried.get(reference) {
            return Ok(known.clone());
        }
        let selected = self.look(reference).await?;
        if tried.len() >= MOST {
            tried.clear();
        }
        tried.insert(reference.to_owned(), selected.clone());
        Ok(selected)
    }

    /// Tries one anew.
    pub(crate) async fn look(&self, reference: &str) -> Result<SelectedSandbox, NoSandbox> {
        let wish = Wish { image: Some(reference.to_owned()), ..self.wish.clone() };
        detect_image(&wish, &self.data).await
    }
}
