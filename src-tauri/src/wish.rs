//! What somebody outside asks the window for: to be there, to show a page, or to follow a link.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use tauri::{AppHandle, Manager as _, Url};
use tauri_plugin_dialog::{DialogExt as _, MessageDialogKind};

use crate::deep_link::{self, Page};
use crate::shell::Shell;
use crate::window;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Wish {
    Show,
    /// A path on our own origin.
    Page(String),
    /// As it was clicked, unread.
    Link(String),
}

/// Shows what was wished for, from any thread. True when the window could be called.
pub fn fulfil(app: &AppHandle, wish: Wish) -> bool {
    let on = app.clone();
    let called = app.run_on_main_thread(move || {
        let shown = match wish {
            Wish::Show => window::show(&on),
            Wish::Page(path) => window::go(&on, &path),
            Wish::Link(link) => match page(&link, on.state::<Arc<Shell>>().own_origin().as_ref()) {
                Ok(page) => window::go(&on, page.path()),
                Err(why) => {
                    tell(&on, &why);
                    window::show(&on)
                }
            },
        };
        if let Err(error) = shown {
            tracing::warn!(%error, "the window cannot be shown");
        }
    });
    called.is_ok()
}

/// Where a link leads, if it is for this server.
pub fn page(link: &str, own: Option<&Url>) -> Result<Page, String> {
    let page = deep_link::read(link).map_err(|error| {
        tracing::warn!(code = error.code(), "a link was refused");
        format!("{error} Nothing was opened.")
    })?;
    match &page.hub {
        Some(hub) if own.is_none_or(|own| own.origin() != hub.origin()) => Err(format!(
            "The link is for another server, {}. Connect the window to it first, then follow the link again.",
            hub.origin().ascii_serialization()
        )),
        _ => Ok(page),
    }
}

/// A short message of the system, above the window.
pub fn tell(app: &AppHandle, text: &str) {
    app.dialog().message(text).title("Pilothouse").kind(MessageDialogKind::Warning).show(|_| {});
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_for_another_server_opens_nothing() {
        let own = Url::parse("http://127.0.0.1:3001/").unwrap();
        let at = |link: &str| page(link, Some(&own)).map(|page| page.path().to_owned());
        assert_eq!(at("pilothouse://job/j-1").as_deref(), Ok("/jobs/j-1"));
        assert_eq!(at("pilothouse://job/j-1?hub=http://127.0.0.1:3001/x").as_deref(), Ok("/jobs/j-1"));
        let why = at("pilothouse://job/j-1?hub=https://elsewhere.example").unwrap_err();
        assert!(why.contains("https://elsewhere.example") && why.contains("Connect"), "{why}");
        assert!(at("pilothouse://rm/x").unwrap_err().contains("“rm”"));
    }
}
