//! What confines the code of repositories here: found at the start, and looked for again by itself while there is
//! nothing. Then whatever waited goes on, and it is told.

use crate::Engine;
use crate::ops::hold;
use host::config::Workers;
use host::sandbox::container::Wish;
use host::sandbox::{Confinement, Found, NoSandbox};
use protocol::Event;
use std::path::Path;
use std::time::Duration;

/// While there is nothing it is looked for: so soon at first, then less and less often.
const FIRST_LOOK: Duration = Duration::from_secs(5);
const LAST_LOOKS: Duration = Duration::from_secs(60);

/// Looks for the first time.
pub(crate) async fn find(workers: &Workers, scratch: &Path) -> Confinement {
    Confinement::find(workers.sandbox, wish(workers), scratch.to_owned()).await
}

impl Engine {
    /// As it was found last.
    pub(crate) fn sandbox(&self) -> Found {
        worded(&self.own.config.workers, self.confinement.known())
    }

    /// The same, looked for again where there was nothing. What waited for it goes on.
    pub(crate) async fn sandbox_now(&self) -> Found {
        if let Some(Ok(selected)) = self.confinement.again().await {
            tracing::info!(backend = selected.isolation.backend, "a sandbox was found");
            let event = Event::SystemSandbox { isolation: selected.isolation };
            if let Err(error) = self.store.write(move |tx| hold::tell(tx, event, "server".into())).await {
                tracing::warn!(%error, "nobody is told of the sandbox");
            }
            for room in self.room_list() {
                self.wake_merge(&room.id);
            }
        }
        self.sandbox()
    }

    pub(crate) async fn sandbox_loop(&self) {
        let mut wait = FIRST_LOOK;
        while self.sandbox().is_err() {
            tokio::select! {
                () = tokio::time::sleep(wait) => drop(self.sandbox_now().await),
                () = self.stopping() => break,
            }
            wait = LAST_LOOKS.min(wait * 2);
        }
    }
}

/// What is configured of containers.
pub(crate) fn wish(workers: &Workers) -> Wish {
    let (engine, image) = (workers.engine.clone(), workers.image.clone());
    Wish { engine, image, inside: None, cpus: workers.cpus, memory: workers.memory }
}

/// Where one is required, the next step is not to take another.
pub(crate) fn worded(workers: &Workers, found: Found) -> Found {
    found.map_err(|none| match workers.require {
        Some(required) => NoSandbox {
            reason: format!(
                "sandbox.require asks for {}, and {}",
                crate::options::word(required),
                none.reason
            ),
            fix: "Make it work, or remove sandbox.require".to_owned(),
        },
        None => none,
    })
}
