//! `pilothouse open PATH…`: the window on a repository or a link, started or called to the front. Where no window can be
//! shown, the repository is opened in the running server and a link for a browser is printed instead.

use super::connect;
use crate::output;
use client::Client;
use protocol::ops::typed;
use protocol::workspace::AddWorkspace;
use protocol::{ApiError, ErrorCode};
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::time::Duration;

/// The window's program, beside this one or on the path.
const WINDOW: &str = "pilothouse-desktop";
/// What cannot start says so within this time; what was called to the front ends within it.
const A_MOMENT: Duration = Duration::from_secs(2);

pub(super) async fn run(data: Option<PathBuf>, what: &[OsString], as_json: bool) -> u8 {
    let done = match window() {
        Some(window) if has_display() => start(&window, data.as_deref(), what).await,
        _ => in_browser(data.as_deref(), what, as_json).await,
    };
    match done {
        Ok(()) => 0,
        Err(error) => output::failure(&error, as_json),
    }
}

async fn start(window: &Path, data: Option<&Path>, what: &[OsString]) -> Result<(), ApiError> {
    let mut command = Command::new(window);
    if let Some(data) = data {
        command.arg("--data").arg(data);
    }
    command.args(what.iter().map(absolute)).stdin(Stdio::null()).stdout(Stdio::null());
    // Ctrl-C in this terminal is not meant for the window.
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    let mut started = tokio::process::Command::from(command)
        .spawn()
        .map_err(|error| unavailable(format!("{} cannot be started: {error}.", window.display())))?;
    match tokio::time::timeout(A_MOMENT, started.wait()).await {
        // It is there and stays.
        Err(_) => Ok(()),
        Ok(Ok(status)) if status.success() => Ok(()),
        Ok(Ok(status)) => Err(unavailable(why(status))),
        Ok(Err(error)) => Err(unavailable(format!("The window's program is lost: {error}."))),
    }
}

/// A path as it is from everywhere; a link as it is.
fn absolute(word: &OsString) -> PathBuf {
    let path = PathBuf::from(word);
    if is_link(word) { path } else { std::path::absolute(&path).unwrap_or(path) }
}

fn is_link(word: &OsStr) -> bool {
    word.to_str().is_some_and(|text| text.starts_with("pilothouse:"))
}

fn why(status: ExitStatus) -> String {
    match status.code() {
        // The system's loader ends with this after it has named the library.
        Some(127) => "The window cannot be started: a library of the system is missing, see above. Install WebKitGTK 4.1 \
                      (Debian and Ubuntu: libwebkit2gtk-4.1-0), or run `pilothouse serve` and open its link in a browser."
            .to_owned(),
        _ => format!("The window ended at once ({status}), see above. `pilothouse doctor` looks for the cause."),
    }
}

async fn in_browser(data: Option<&Path>, what: &[OsString], as_json: bool) -> Result<(), ApiError> {
    let client = connect::connect(data)?.server()?;
    for word in what {
        let path = absolute(word);
        let Some(path) = path.to_str().filter(|_| !is_link(word)) else {
            return Err(unavailable("A link is followed in the window, and none can be shown here.".into()));
        };
        client.call(typed::WorkspaceAdd, &AddWorkspace { path: path.to_owned(), trust: false }, None).await?;
    }
    link(&client, as_json).await
}

/// A one-time link that signs a browser in.
pub(super) async fn link(client: &Client, as_json: bool) -> Result<(), ApiError> {
    let link = client.send("POST", "/auth/link", Some(serde_json::json!({}))).await?;
    if as_json {
        output::json(&link);
    } else {
        say!("{}", link["openUrl"].as_str().unwrap_or_default());
    }
    Ok(())
}

fn window() -> Option<PathBuf> {
    let name = format!("{WINDOW}{}", std::env::consts::EXE_SUFFIX);
    let beside = std::env::current_exe().ok().map(|own| own.with_file_name(&name));
    let path = std::env::var_os("PATH").unwrap_or_default();
    let on_path = std::env::split_paths(&path).map(|folder| folder.join(&name)).collect::<Vec<_>>();
    beside.into_iter().chain(on_path).find(|program| program.is_file())
}

/// Only Linux can be without one.
fn has_display() -> bool {
    let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    !cfg!(target_os = "linux") || set("DISPLAY") || set("WAYLAND_DISPLAY")
}

fn unavailable(text: String) -> ApiError {
    ApiError::new(ErrorCode::Unavailable, text)
}
