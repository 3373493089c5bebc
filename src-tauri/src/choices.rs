//! What the settings page may choose for the app itself: what closing means, and whether it starts at login.

use serde::{Deserialize, Serialize};
use tauri::AppHandle;
use tauri_plugin_autostart::ManagerExt as _;

use crate::memory::OnClose;
use crate::shell::Shell;

/// What is chosen now.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Choices {
    on_close: OnClose,
    /// Said at the start, so a change counts from the next start on.
    on_close_fixed: bool,
    start_at_login: bool,
}

/// What is to be chosen; the rest stays.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Change {
    on_close: Option<OnClose>,
    start_at_login: Option<bool>,
}

pub fn change(app: &AppHandle, shell: &Shell, change: &Change) -> Result<Choices, String> {
    if let Some(on_close) = change.on_close {
        shell.memory.remember_on_close(on_close);
    }
    let login = app.autolaunch();
    match change.start_at_login {
        Some(true) => login.enable(),
        Some(false) if login.is_enabled().unwrap_or(false) => login.disable(),
        Some(false) | None => Ok(()),
    }
    .map_err(|error| format!("The system did not take it: {error}"))?;
    Ok(Choices {
        on_close: shell.memory.on_close(),
        on_close_fixed: shell.flags.on_close != OnClose::Ask,
        start_at_login: login.is_enabled().unwrap_or(false),
    })
}
