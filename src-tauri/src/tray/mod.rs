//! The tray: Pilothouse in the corner of the screen, with what waits for an answer.
//!
//! `model` says what is shown, `menu` makes it the system's, `actions` does what was clicked. Where the system has
//! no place for a tray, or the library that draws it is missing, the program goes on without one.

pub mod actions;
mod clicks;
mod icons;
mod library;
mod menu;
mod model;

use std::sync::{Arc, Mutex, PoisonError};

use tauri::tray::{TrayIcon, TrayIconBuilder};
use tauri::{AppHandle, async_runtime};

use crate::follow;
use crate::shell::Shell;
use crate::words::words;
use crate::{notify, tray::model::Tray};

const ID: &str = "pilothouse";

/// Follows the server from now on, and shows it in the tray and by notifications. Called once.
pub fn start(app: &AppHandle, shell: &Arc<Shell>) {
    let (following, facts) = follow::start(shell);
    let notices = notify::start(app, Arc::clone(&following), shell.flags.data_root(), facts);
    let desk = actions::Desk { app: app.clone(), following: Arc::clone(&following), notices };
    if let Err(missing) = library::probe() {
        tracing::warn!("there is no tray: {missing}");
        return;
    }
    let (app, shell) = (app.clone(), Arc::clone(shell));
    async_runtime::spawn(async move {
        let shown = Arc::new(Shown::default());
        let mut changes = following.watch();
        loop {
            let now = Arc::clone(&changes.borrow_and_update());
            let tray = model::of(&now, words());
            let (on, shown, desk, root) =
                (app.clone(), Arc::clone(&shown), desk.clone(), shell.flags.data_root());
            // The menu belongs to the main thread.
            let put = app.run_on_main_thread(move || {
                if let Err(error) = shown.put(&on, tray, &desk, root.as_deref()) {
                    tracing::warn!(%error, "the tray cannot be drawn");
                }
            });
            if put.is_err() || changes.changed().await.is_err() {
                return;
            }
        }
    });
}

/// Leaves nothing on the screen that does nothing. Called once, before the server ends.
pub fn end(app: &AppHandle) {
    notify::end(app);
}

/// The tray as it stands.
#[derive(Default)]
struct Shown(Mutex<Option<Standing>>);

struct Standing {
    icon: TrayIcon,
    tray: Tray,
    menu: menu::Standing,
    clicks: clicks::Clicks,
}

impl Shown {
    /// Draws only what is different.
    fn put(
        &self,
        app: &AppHandle,
        tray: Tray,
        desk: &actions::Desk,
        root: Option<&std::path::Path>,
    ) -> tauri::Result<()> {
        let mut standing = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match standing.as_mut() {
            None => {
                let clicks = clicks::Clicks::default();
                let mut menu = menu::Standing::new(app)?;
                menu.put(app, &tray.menu, &clicks)?;
                let (heard, desk) = (clicks.clone(), desk.clone());
                let mut builder = TrayIconBuilder::with_id(ID)
                    .icon(icons::of(tray.face)?)
                    .icon_as_template(icons::ARE_TEMPLATES)
                    .tooltip(&tray.says)
                    .menu(&menu.menu)
                    .on_menu_event(move |_, event| {
                        if let Some(act) = heard.meant(event.id().as_ref()) {
                            desk.perform(act);
                        }
                    });
                if let Some(root) = root {
                    // Where icons are files, ours are not mixed with another program's.
                    builder = builder.temp_dir_path(root.join("desktop"));
                }
                let icon = builder.build(app)?;
                icon.set_title(title(tray.count))?;
                *standing = Some(Standing { icon, tray, menu, clicks });
            }
            Some(now) => {
                if now.tray.menu != tray.menu {
                    now.menu.put(app, &tray.menu, &now.clicks)?;
                }
                if now.tray.face != tray.face {
                    now.icon.set_icon(Some(icons::of(tray.face)?))?;
                    now.icon.set_icon_as_template(icons::ARE_TEMPLATES)?;
                }
                if now.tray.count != tray.count {
                    now.icon.set_title(title(tray.count))?;
                }
                if now.tray.says != tray.says {
                    now.icon.set_tooltip(Some(&tray.says))?;
                }
                now.tray = tray;
            }
        }
        Ok(())
    }
}

/// The number beside the icon; nothing where nothing waits.
fn title(count: usize) -> Option<String> {
    (count > 0).then(|| count.to_string())
}
