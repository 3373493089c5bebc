//! Opening a repository from the menu: the server is asked, and the window shows its conversation or the reason.

use std::path::Path;
use std::sync::Arc;

use tauri::{AppHandle, Manager as _};

use crate::shell::Shell;
use crate::wish::{self, Wish};

/// Blocks for as long as the server takes.
pub fn open(app: &AppHandle, path: &Path) {
    let Some(address) = app.state::<Arc<Shell>>().address() else { return };
    match address.door().add_repository(path, false) {
        Ok(page) => {
            wish::fulfil(app, Wish::Page(page.path().to_owned()));
        }
        Err(error) => wish::tell(app, &format!("{error:#}")),
    }
}
