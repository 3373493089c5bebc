//! What a room knows of its image. Nothing here survives a restart, and nothing has to: the next look finds it again.

use super::wanted::Wanted;
use host::sandbox::{Sandbox, SelectedSandbox};
use protocol::ApiError;
use protocol::job::ImageGround;
use repo::ObjectId;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// What was read at a base: nothing described, something, or why it cannot be used.
type Read = Result<Option<Arc<Wanted>>, ApiError>;

#[derive(Default)]
pub(crate) struct OwnImage {
    /// One image at a time: the second one may find what the first has made.
    pub(super) making: tokio::sync::Mutex<()>,
    now: Mutex<Now>,
    read: Mutex<Option<(ObjectId, Read)>>,
}

#[derive(Default)]
enum Now {
    /// The workspace has none of its own, or nobody has looked yet: it is the server's sandbox.
    #[default]
    Servers,
    /// It has one that cannot be used now; nothing else is taken instead.
    Missing(ApiError),
    Ready(Box<Ready>),
}

struct Ready {
    key: String,
    selected: SelectedSandbox,
    ground: ImageGround,
}

impl OwnImage {
    /// What confines the workspace's code, where that is not for the server's sandbox to say.
    pub(crate) fn sandbox(&self) -> Option<Result<Sandbox, ApiError>> {
        match &*self.now() {
            Now::Servers => None,
            Now::Missing(error) => Some(Err(error.clone())),
            Now::Ready(ready) => Some(Ok(ready.selected.sandbox.clone())),
        }
    }

    /// Variables its commands get beside those of the image.
    pub(crate) fn env(&self) -> BTreeMap<String, String> {
        self.ground().map(|ground| ground.env).unwrap_or_default()
    }

    /// What a job is told.
    pub(super) fn ground(&self) -> Option<ImageGround> {
        match &*self.now() {
            Now::Ready(ready) => Some(ready.ground.clone()),
            Now::Servers | Now::Missing(_) => None,
        }
    }

    pub(super) fn is(&self, wanted: &Wanted) -> bool {
        matches!(&*self.now(), Now::Ready(ready) if ready.key == wanted.key())
    }

    pub(super) fn servers(&self) {
        *self.now() = Now::Servers;
    }

    /// Returns the reason.
    pub(super) fn missing(&self, why: ApiError) -> ApiError {
        *self.now() = Now::Missing(why.clone());
        why
    }

    pub(super) fn ready(&self, wanted: &Wanted, selected: SelectedSandbox, reference: String) {
        let ground = ImageGround { reference, env: wanted.env.clone() };
        *self.now() = Now::Ready(Box::new(Ready { key: wanted.key(), selected, ground }));
    }

    /// What was read at this base.
    pub(super) fn known(&self, base: &ObjectId) -> Option<Read> {
        let known = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        known.as_ref().filter(|(at, _)| at == base).map(|(_, read)| read.clone())
    }

    pub(super) fn note(&self, base: ObjectId, read: Read) {
        *self.read.lock().unwrap_or_else(PoisonError::into_inner) = Some((base, read));
    }

    fn now(&self) -> std::sync::MutexGuard<'_, Now> {
        self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
