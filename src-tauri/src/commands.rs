//! What the page may ask of the shell. Each is declared in `build.rs` and allowed by name in `capabilities/`.

use std::sync::Arc;

use tauri::{AppHandle, State, Url};
use tauri_plugin_dialog::DialogExt as _;
use tokio::sync::oneshot;

use crate::choices::{self, Change, Choices};
use crate::shell::Shell;
use crate::{hub, origin, window};

/// A folder chosen in the system's own dialog; none when it was cancelled.
#[tauri::command]
pub async fn pick_folder(app: AppHandle) -> Option<String> {
    let (send, chosen) = oneshot::channel();
    app.dialog().file().set_title("Choose a repository").pick_folder(move |folder| drop(send.send(folder)));
    let folder = chosen.await.ok().flatten()?.into_path().ok()?;
    folder.to_str().map(str::to_owned)
}

/// Opens a web or mail link in the person's own program.
#[tauri::command]
pub fn open_link(href: String) -> Result<(), String> {
    let target = Url::parse(&href).map_err(|error| format!("Not a link: {error}"))?;
    if !origin::is_link(&target) {
        return Err(format!("Links of the kind {}: are not opened.", target.scheme()));
    }
    window::hand_outside(&target);
    Ok(())
}

/// Ends the program and its server.
#[tauri::command]
pub fn quit(app: AppHandle) {
    crate::leave::quit(&app);
}

/// Changes what is given of the app's own choices and answers what holds.
#[tauri::command]
pub fn choices(app: AppHandle, shell: State<'_, Arc<Shell>>, change: Change) -> Result<Choices, String> {
    choices::change(&app, &shell, &change)
}

/// Shows the server a link leads to, or this machine's when there is none.
#[tauri::command]
pub fn attach(app: AppHandle, link: Option<String>) -> Result<(), String> {
    let hub = link.map(|link| hub::read(&link)).transpose().map_err(|error| {
        tracing::warn!(code = error.code(), "an address was refused");
        error.to_string()
    })?;
    window::lead_to_server(&app, hub).map_err(|error| error.to_string())
}

/// Why the server did not start.
#[tauri::command]
pub fn start_problem(shell: State<'_, Arc<Shell>>) -> Option<String> {
    shell.problem().map(|problem| problem.text)
}

/// Starts the server again, unless there is one that answers, and leads the window to it.
#[tauri::command]
pub async fn try_again(app: AppHandle, shell: State<'_, Arc<Shell>>) -> Result<(), String> {
    if shell.is_gone().await {
        shell.open().await.map_err(|problem| problem.text)?;
    }
    crate::summons::listen(&app, &shell);
    window::lead_to_page(&app).map_err(|error| error.to_string())
}
