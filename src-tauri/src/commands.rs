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

#[cfg(test)]
mod tests {
    /// The names between the first `open` after `from` and the next `close`.
    fn names(text: &str, from: &str, open: char, close: char) -> Vec<String> {
        let list = text.split_once(from).unwrap().1.split_once(open).unwrap().1.split_once(close).unwrap().0;
        list.split(',')
            .map(|name| name.trim().trim_matches('"').to_owned())
            .filter(|name| !name.is_empty())
            .collect()
    }

    #[test]
    fn ten_commands_at_most_are_declared_and_each_is_allowed_to_a_page_by_name() {
        let mut declared = names(include_str!("../build.rs"), "COMMANDS: &[&str] =", '[', ']');
        assert!(declared.len() <= 10, "{declared:?}");
        let mut answered: Vec<String> = names(include_str!("window.rs"), "generate_handler!", '[', ']')
            .iter()
            .filter_map(|path| path.rsplit("::").next().map(str::to_owned))
            .collect();
        let mut allowed: Vec<String> =
            [include_str!("../capabilities/page.json"), include_str!("../capabilities/problem.json")]
                .iter()
                .flat_map(|page| names(page, "\"permissions\":", '[', ']'))
                .map(|name| name.trim_start_matches("allow-").replace('-', "_"))
                .collect();
        for list in [&mut declared, &mut answered, &mut allowed] {
            list.sort();
            list.dedup();
        }
        assert_eq!(declared, answered);
        assert_eq!(declared, allowed);
    }
}
