//! The menu of the window, with its accelerators. Whatever is about the crew leads to a page; the rest is the window's.

use tauri::menu::{AboutMetadata, Menu, MenuBuilder, MenuEvent, MenuItemBuilder, SubmenuBuilder};
use tauri::{AppHandle, async_runtime};
use tauri_plugin_dialog::DialogExt as _;

use crate::window::{self, Zoom};
use crate::wish::{self, Wish};
use crate::words::words;
use crate::{leave, open_folder};

/// Ids of the items; those of the tray have their own beginning.
mod id {
    pub const OPEN: &str = "menu:open";
    pub const SETTINGS: &str = "menu:settings";
    pub const CLOSE: &str = "menu:close";
    pub const QUIT: &str = "menu:quit";
    pub const RELOAD: &str = "menu:reload";
    pub const ZOOM_IN: &str = "menu:zoom-in";
    pub const ZOOM_OUT: &str = "menu:zoom-out";
    pub const ZOOM_RESET: &str = "menu:zoom-reset";
    pub const FULL_SCREEN: &str = "menu:full-screen";
    pub const CONVERSATION: &str = "menu:conversation";
    pub const APPROVALS: &str = "menu:approvals";
    pub const WORK: &str = "menu:work";
    pub const THIS_MACHINE: &str = "menu:this-machine";
    pub const OTHER_SERVER: &str = "menu:other-server";
    pub const DOCTOR: &str = "menu:doctor";
    pub const SHORTCUTS: &str = "menu:shortcuts";
}

pub fn build(app: &AppHandle) -> tauri::Result<Menu<tauri::Wry>> {
    let words = words();
    let item = |id: &str, text: &str, keys: Option<&str>| {
        let item = MenuItemBuilder::with_id(id, text);
        match keys {
            Some(keys) => item.accelerator(keys).build(app),
            None => item.build(app),
        }
    };
    let file = SubmenuBuilder::new(app, words.file())
        .item(&item(id::OPEN, &words.open_repository(), Some("CmdOrCtrl+O"))?)
        .separator()
        .item(&item(id::SETTINGS, &words.settings(), Some("CmdOrCtrl+,"))?)
        .separator()
        .item(&item(id::CLOSE, &words.close_window(), Some("CmdOrCtrl+W"))?)
        .item(&item(id::QUIT, &words.quit(), Some("CmdOrCtrl+Q"))?)
        .build()?;
    let edit =
        SubmenuBuilder::new(app, words.edit()).undo().redo().separator().cut().copy().paste().select_all();
    let view = SubmenuBuilder::new(app, words.view())
        .item(&item(id::RELOAD, &words.reload(), Some("CmdOrCtrl+R"))?)
        .separator()
        .item(&item(id::ZOOM_IN, &words.zoom_in(), Some("CmdOrCtrl+="))?)
        .item(&item(id::ZOOM_OUT, &words.zoom_out(), Some("CmdOrCtrl+-"))?)
        .item(&item(id::ZOOM_RESET, &words.zoom_reset(), Some("CmdOrCtrl+0"))?)
        .separator()
        .item(&item(id::FULL_SCREEN, &words.full_screen(), Some("F11"))?)
        .build()?;
    let go = SubmenuBuilder::new(app, words.go())
        .item(&item(id::CONVERSATION, &words.conversation(), None)?)
        .item(&item(id::APPROVALS, &words.approvals(), None)?)
        .item(&item(id::WORK, &words.work(), None)?)
        .build()?;
    let server = SubmenuBuilder::new(app, words.server())
        .item(&item(id::THIS_MACHINE, &words.this_machine(), None)?)
        .item(&item(id::OTHER_SERVER, &words.other_server(), None)?)
        .build()?;
    let about = AboutMetadata {
        name: Some("Pilothouse".into()),
        version: Some(app.package_info().version.to_string()),
        license: Some("MIT".into()),
        ..AboutMetadata::default()
    };
    let help = SubmenuBuilder::new(app, words.help())
        .item(&item(id::DOCTOR, &words.doctor(), None)?)
        .item(&item(id::SHORTCUTS, &words.shortcuts(), None)?)
        .separator()
        .about(Some(about))
        .build()?;
    MenuBuilder::new(app).items(&[&file, &edit.build()?, &view, &go, &server, &help]).build()
}

/// Does what an item says. Items of others are not known here.
pub fn chosen(app: &AppHandle, event: &MenuEvent) {
    let page = |path: &str| {
        wish::fulfil(app, Wish::Page(path.to_owned()));
        Ok(())
    };
    let done = match event.id().as_ref() {
        id::OPEN => {
            choose_folder(app);
            Ok(())
        }
        id::SETTINGS => page("/settings"),
        id::CLOSE => window::ask_to_close(app),
        id::QUIT => {
            leave::quit(app);
            Ok(())
        }
        id::RELOAD => window::reload(app),
        id::ZOOM_IN => window::zoom(app, Zoom::In),
        id::ZOOM_OUT => window::zoom(app, Zoom::Out),
        id::ZOOM_RESET => window::zoom(app, Zoom::Reset),
        id::FULL_SCREEN => window::toggle_full_screen(app),
        id::CONVERSATION => page("/"),
        id::APPROVALS => page("/approvals"),
        id::WORK => page("/queue"),
        id::THIS_MACHINE => window::lead_to_server(app, None),
        id::OTHER_SERVER => window::ask_for_server(app),
        id::DOCTOR => page("/doctor"),
        id::SHORTCUTS => page("/shortcuts"),
        _ => Ok(()),
    };
    if let Err(error) = done {
        tracing::warn!(%error, item = event.id().as_ref(), "a menu item");
    }
}

/// A repository chosen in the system's own dialog is opened and shown.
fn choose_folder(app: &AppHandle) {
    let on = app.clone();
    app.dialog().file().set_title(words().choose_repository()).pick_folder(move |folder| {
        let Some(path) = folder.and_then(|folder| folder.into_path().ok()) else { return };
        async_runtime::spawn_blocking(move || open_folder::open(&on, &path));
    });
}
