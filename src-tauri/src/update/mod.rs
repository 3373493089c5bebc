//! Newer versions of the program: looked for, downloaded, checked against the configured key, and put in place when
//! nothing runs.
//!
//! What happens next is decided by [`machine`]; [`desk`] keeps it and has it done. Announcements are not trusted: a package must carry
//! the configured key's signature over its bytes and its version, and the version must be newer than this one. This
//! room knows nothing of what the server does but how much of it runs.

mod address;
pub mod commands;
mod desk;
mod failure;
mod fetch;
mod machine;
mod package;
mod schedule;
mod shelf;
mod source;
mod work;

use std::sync::Arc;

use tauri::{AppHandle, Manager as _};

use crate::shell::Shell;

/// Brings up the updater; it looks for updates by itself if that is configured.
pub fn start(app: &AppHandle, shell: &Arc<Shell>) {
    // The plugin's own commands are not in any capability: the page speaks to this room alone.
    if let Err(error) = app.plugin(tauri_plugin_updater::Builder::new().build()) {
        tracing::warn!(%error, "there are no updates");
        return;
    }
    let desk = desk::Desk::new(app, shell);
    app.manage(Arc::clone(&desk));
    desk.look_by_itself();
}

/// The end of the program, after that of its server: starts the new version if one was put in place.
pub fn end(app: &AppHandle) {
    if let Some(desk) = app.try_state::<Arc<desk::Desk>>() {
        desk.come_back();
    }
}
