//! What the page may ask of the updater: how it stands, and one of six wishes.

use std::sync::Arc;

use tauri::{AppHandle, Manager as _};

use super::desk::{Desk, Seen};
use super::failure::Failure;
use super::machine::Wish;

fn desk(app: &AppHandle) -> Result<Arc<Desk>, Failure> {
    app.try_state::<Arc<Desk>>().map(|desk| Arc::clone(&desk)).ok_or_else(Failure::off)
}

/// Version, channel and state; cheap enough to be asked every second.
#[tauri::command]
pub fn update_state(app: AppHandle) -> Result<Seen, Failure> {
    Ok(desk(&app)?.seen())
}

/// Takes up a wish and answers how things stand then. A wish that does not fit is refused with `update.not_now`.
#[tauri::command]
pub async fn update_act(app: AppHandle, act: Wish) -> Result<Seen, Failure> {
    let desk = desk(&app)?;
    desk.wish(act)?;
    Ok(desk.seen())
}
