//! The one window: opened on the server's page or on the problem, kept to its own origin, opened again on demand.

use std::process::ExitCode;
use std::sync::Arc;

use tauri::ipc::Invoke;
use tauri::webview::NewWindowResponse;
use tauri::{
    AppHandle, Manager as _, RunEvent, Url, WebviewUrl, WebviewWindow, WebviewWindowBuilder, WindowEvent, Wry,
};

use crate::deep_link::Page;
use crate::origin::{self, Way};
use crate::shell::{Begin, Shell};
use crate::{
    closing, commands, contrast, leave, menu, notify, spelling, summons, taken_folder, tray, update, wish,
};

const LABEL: &str = "main";
const TITLE: &str = "Pilothouse";

/// Runs the window until the program ends, then ends the server.
/// `told` is shown above it, once it is there.
pub fn run(shell: Shell, told: Option<&str>) -> anyhow::Result<ExitCode> {
    let shell = Arc::new(shell);
    let app = tauri::Builder::default()
        .plugin(tauri_plugin_dialog::init())
        .plugin(tauri_plugin_window_state::Builder::new().build())
        .plugin(tauri_plugin_autostart::Builder::new().app_name("Pilothouse").build())
        .menu(menu::build)
        .on_menu_event(|app, event| menu::chosen(app, &event))
        .manage(Arc::clone(&shell))
        .invoke_handler(only_for_us(tauri::generate_handler![
            commands::pick_folder,
            commands::open_link,
            commands::quit,
            commands::choices,
            commands::start_problem,
            commands::try_again,
            commands::attach,
            update::commands::update_state,
            update::commands::update_act,
            notify::seen::notifications,
        ]))
        .build(tauri::generate_context!())?;
    closing::on_signals(app.handle().clone());
    open(app.handle())?;
    if let Some(text) = told {
        wish::tell(app.handle(), text);
    }
    summons::listen(app.handle(), &shell);
    tray::start(app.handle(), &shell);
    contrast::follow(app.handle());
    update::start(app.handle(), &shell);
    shell.quit_when_asked(app.handle().clone());
    let at_end = Arc::clone(&shell);
    app.run_return(move |app, event| match event {
        RunEvent::WindowEvent { label, event: WindowEvent::CloseRequested { api, .. }, .. }
            if label == LABEL && !leave::may_close(app, &at_end) =>
        {
            api.prevent_close();
        }
        // macOS hands links over here; elsewhere they are words of a command line.
        #[cfg(target_os = "macos")]
        RunEvent::Opened { urls } => {
            for url in urls {
                wish::fulfil(app, wish::Wish::Link(url.into()));
            }
        }
        #[cfg(target_os = "macos")]
        RunEvent::Reopen { .. } => {
            wish::fulfil(app, wish::Wish::Show);
        }
        RunEvent::ExitRequested { code: None, api, .. } if at_end.outlives_window() => api.prevent_exit(),
        // Where the system ends the process by itself, this is the last moment.
        RunEvent::Exit => {
            tray::end(app);
            at_end.end();
            update::end(app);
        }
        _ => {}
    });
    Ok(ExitCode::from(u8::try_from(shell.end()).unwrap_or(1)))
}

/// Brings the window to the front, opening it again if it was closed.
pub fn show(app: &AppHandle) -> tauri::Result<()> {
    match find(app) {
        Some(window) => {
            window.unminimize()?;
            window.show()?;
            window.set_focus()
        }
        None => open(app),
    }
}

/// Brings the window to the front and leads it to a page of our own, such as `/approvals/ap-1`.
pub fn go(app: &AppHandle, path: &str) -> tauri::Result<()> {
    let shell = Arc::clone(app.state::<Arc<Shell>>().inner());
    let Some(window) = find(app) else {
        shell.begin_at(Page::at(path));
        return open(app);
    };
    let target =
        shell.own_origin().and_then(|own| own.join(path).ok().filter(|to| to.origin() == own.origin()));
    if let (Some(target), Ok(now)) = (target, window.url()) {
        let signing_in = now.fragment().is_some_and(|code| code.starts_with("code="));
        if now.origin() == target.origin() && !signing_in {
            // Within the page: what was typed there stays.
            let path = serde_json::to_string(path)?;
            window.eval(format!(
                "history.pushState(null, '', {path}); dispatchEvent(new PopStateEvent('popstate'))"
            ))?;
        } else {
            shell.begin_at(Page::at(path));
            lead_to_page(app)?;
        }
    }
    show(app)
}

/// The window, while it is open.
pub fn find(app: &AppHandle) -> Option<WebviewWindow> {
    app.get_webview_window(LABEL)
}

/// Closes the window as its close button does.
pub fn ask_to_close(app: &AppHandle) -> tauri::Result<()> {
    find(app).map_or(Ok(()), |window| window.close())
}

/// Closes the window without a question; the program ends with it unless it is to outlive it.
pub fn close(app: &AppHandle) {
    match find(app) {
        Some(window) => {
            if let Err(error) = window.destroy() {
                tracing::warn!(%error, "the window cannot be closed");
            }
        }
        None if !app.state::<Arc<Shell>>().outlives_window() => app.exit(0),
        None => {}
    }
}

/// Closes the window; the program goes on until it is ended.
pub fn close_and_stay(app: &AppHandle) {
    app.state::<Arc<Shell>>().stay(true);
    close(app);
}

/// Loads the page again.
pub fn reload(app: &AppHandle) -> tauri::Result<()> {
    find(app).map_or(Ok(()), |window| window.reload())
}

pub fn toggle_full_screen(app: &AppHandle) -> tauri::Result<()> {
    let Some(window) = find(app) else { return Ok(()) };
    window.set_fullscreen(!window.is_fullscreen()?)
}

/// A step of the page's size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Zoom {
    In,
    Out,
    Reset,
}

/// Makes the page larger or smaller, and remembers it.
pub fn zoom(app: &AppHandle, step: Zoom) -> tauri::Result<()> {
    let shell = app.state::<Arc<Shell>>();
    let percent = shell.memory.zoom(step);
    find(app).map_or(Ok(()), |window| window.set_zoom(f64::from(percent) / 100.0))
}

/// Leads the window to another server, or back to this machine's.
pub fn lead_to_server(app: &AppHandle, hub: Option<Url>) -> tauri::Result<()> {
    app.state::<Arc<Shell>>().attach(hub.clone());
    let (Some(hub), Some(window)) = (hub, find(app)) else { return lead_to_page(app) };
    window.set_title(&format!("Pilothouse – {}", hub.host_str().unwrap_or_default()))?;
    window.navigate(hub)
}

/// Asks for the address of another server, in the window.
pub fn ask_for_server(app: &AppHandle) -> tauri::Result<()> {
    const PAGE: &str =
        if cfg!(windows) { "http://tauri.localhost/connect.html" } else { "tauri://localhost/connect.html" };
    show(app)?;
    let (Some(window), Ok(page)) = (find(app), Url::parse(PAGE)) else { return Ok(()) };
    window.navigate(page)
}

/// Passes a call on only if it comes from a page of our own server or from inside the binary. The capability cannot say
/// which port is ours, and another server may be shown in the window.
fn only_for_us(
    handler: impl Fn(Invoke<Wry>) -> bool + Send + Sync + 'static,
) -> impl Fn(Invoke<Wry>) -> bool + Send + Sync + 'static {
    move |invoke| {
        let webview = invoke.message.webview_ref();
        let own = webview.state::<Arc<Shell>>().own_origin();
        let ours = webview.url().is_ok_and(|from| origin::way(own.as_ref(), &from) == Way::Stay);
        if !ours {
            invoke.resolver.reject("Only the page of this machine's server may ask the app for something.");
            return true;
        }
        handler(invoke)
    }
}

/// Leads the window to the interface, once there is a server.
pub fn lead_to_page(app: &AppHandle) -> tauri::Result<()> {
    let shell = app.state::<Arc<Shell>>();
    let (Some(window), Begin::Page(link)) = (find(app), shell.begin()) else { return Ok(()) };
    shell.attach(None);
    window.set_title(TITLE)?;
    window.navigate(link)
}

fn open(app: &AppHandle) -> tauri::Result<()> {
    let shell = Arc::clone(app.state::<Arc<Shell>>().inner());
    let url = match shell.begin() {
        Begin::Page(link) => WebviewUrl::External(link),
        Begin::Problem => WebviewUrl::App("index.html".into()),
    };
    let (asked, at) = (Arc::clone(&shell), app.clone());
    let mut builder = WebviewWindowBuilder::new(app, LABEL, url)
        .title(TITLE)
        .inner_size(1280.0, 800.0)
        .min_inner_size(390.0, 480.0)
        .zoom_hotkeys_enabled(false)
        .on_navigation(move |target| match taken_folder::asked(target) {
            Some(job) => {
                taken_folder::open(&at, job);
                false
            }
            None => stays(&shell, target),
        })
        .on_new_window(move |target, _| {
            // A second window would be one more thing to close; our own pages have addresses of their own.
            if asked.way(&target) != Way::Refuse {
                hand_outside(&target);
            }
            NewWindowResponse::Deny
        });
    if let Some(root) = app.state::<Arc<Shell>>().flags.data_root() {
        builder = builder.data_directory(root.join("webview"));
    }
    let window = builder.build()?;
    spelling::check(&window);
    let percent = app.state::<Arc<Shell>>().memory.percent();
    if percent != 100 {
        window.set_zoom(f64::from(percent) / 100.0)?;
    }
    Ok(())
}

fn stays(shell: &Shell, target: &Url) -> bool {
    match shell.way(target) {
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
