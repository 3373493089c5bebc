//! What the page may see of the notifications: whether anybody shows them, and what became of each.

use serde::Serialize;
use tauri::{AppHandle, Manager as _};
use tokio::sync::{mpsc, oneshot};

use super::ledger::Row;

/// Pages that ask at the same time; there is one.
pub(super) const ASKING: usize = 4;

/// Who would show a notification now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Shows {
    Yes,
    /// The desktop runs, and nothing in it shows notifications.
    Nobody,
    /// There is no session bus to find anybody on.
    #[cfg_attr(not(target_os = "linux"), allow(dead_code, reason = "other systems have no session bus"))]
    NoBus,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Seen {
    pub shows: Shows,
    /// Newest first.
    pub sent: Vec<Row>,
}

/// Asks the desk of the notifications.
pub(super) struct Asking(pub mpsc::Sender<oneshot::Sender<Seen>>);

/// Which notifications were sent and what became of them. What they tell of is a setting of the server.
#[tauri::command]
pub async fn notifications(app: AppHandle) -> Result<Seen, String> {
    const GONE: &str = "Nothing looks after notifications in this program any more. Start it again.";
    let asking = app.try_state::<Asking>().map(|state| state.0.clone()).ok_or(GONE)?;
    let (answer, seen) = oneshot::channel();
    asking.send(answer).await.map_err(|_| GONE)?;
    seen.await.map_err(|_| GONE.to_owned())
}
