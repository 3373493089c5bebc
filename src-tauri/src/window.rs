//! The one window: opened on the server's page or on the problem, kept to its own origin, opened again on demand.

use std::process::ExitCode;
use std::sync::Arc;

use tauri::webview::NewWindowResponse;
use tauri::{AppHandle, Manager as _, RunEvent, Url, WebviewUrl, WebviewWindowBuilder};

use crate::origin::{self, Way};
use crate::shell::{Begin, Shell};
use crate::{closing, commands, summons};

const LABEL: &str = "main";

/// Runs the window until the program ends, then ends the server.
pub fn run(shell: Shell) -> anyhow::Result<ExitCode> {
    let shell = Arc::new(shell);
    let app = tauri::Builder::default()
        .plugin(tauri_plugin_dialog::init())
        .manage(Arc::clone(&shell))
        .invoke_handler(tauri::generate_handler![
            commands::pick_folder,
            commands::open_link,
            commands::quit,
            commands::start_problem,
            commands::try_again,
        ])
        .build(tauri::generate_context!())?;
    open(app.handle())?;
    summons::listen(app.handle(), &shell);
    closing::on_signals(app.handle().clone());
    shell.quit_when_asked(app.handle().clone());
    let at_end = Arc::clone(&shell);
    app.run_return(move |_, event| match event {
        RunEvent::ExitRequested { code: None, api, .. } if at_end.outlives_window() => api.prevent_exit(),
        // Where the system ends the process by itself, this is the last moment.
        RunEvent::Exit => {
            at_end.end();
        }
        _ => {}
    });
    Ok(ExitCode::from(u8::try_from(shell.end()).unwrap_or(1)))
}

/// Brings the window to the front, opening it again if it was closed.
pub fn show(app: &AppHandle) -> tauri::Result<()> {
    match app.get_webview_window(LABEL) {
        Some(window) => {
            window.unminimize()?;
            window.show()?;
            window.set_focus()
        }
        None => open(app),
    }
}

/// Leads the window to the interface, once there is a server.
pub fn lead_to_page(app: &AppHandle) -> tauri::Result<()> {
    let (Some(window), Begin::Page(link)) =
        (app.get_webview_window(LABEL), app.state::<Arc<Shell>>().begin())
    else {
        return Ok(());
    };
    window.navigate(link)
}

fn open(app: &AppHandle) -> tauri::Result<()> {
    let shell = Arc::clone(app.state::<Arc<Shell>>().inner());
    let url = match shell.begin() {
        Begin::Page(link) => WebviewUrl::External(link),
        Begin::Problem => WebviewUrl::App("index.html".into()),
    };
    let asked = Arc::clone(&shell);
    let mut builder = WebviewWindowBuilder::new(app, LABEL, url)
        .title("Pilothouse")
        .inner_size(1280.0, 800.0)
        .min_inner_size(390.0, 480.0)
        .on_navigation(move |target| stays(shell.own_origin().as_ref(), target))
        .on_new_window(move |target, _| {
            // A second window would be one more thing to close; our own pages have addresses of their own.
            if origin::way(asked.own_origin().as_ref(), &target) != Way::Refuse {
                hand_outside(&target);
            }
            NewWindowResponse::Deny
        });
    if let Some(root) = app.state::<Arc<Shell>>().flags.data_root() {
        builder = builder.data_directory(root.join("webview"));
    }
    builder.build().map(drop)
}

fn stays(own: Option<&Url>, target: &Url) -> bool {
    match origin::way(own, target) {
        Way::Stay => true,
        Way::Outside => {
            hand_outside(target);
            false
        }
        Way::Refuse => {
            tracing::warn!(scheme = target.scheme(), "an address was refused");
            false
        }
    }
}

/// Opens a link in the person's browser.
pub fn hand_outside(target: &Url) {
    if origin::is_link(target)
        && let Err(error) = open::that_detached(target.as_str())
    {
        tracing::warn!(%error, "no browser could be opened");
    }
}
