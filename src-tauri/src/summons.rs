//! One window per data folder: a second start calls the first one's window to the front and ends.
//!
//! The call goes over a Unix socket in the data folder, which only its owner may enter. Where there is none
//! (Windows, a folder with a very long path) a second start joins the server with a window of its own.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use tauri::AppHandle;

use crate::flags::Flags;
use crate::shell::Shell;

fn socket(data_root: &Path) -> PathBuf {
    data_root.join("window.sock")
}

/// Whether a window of this data folder was called to the front. Repositories named now are opened there.
pub fn answered(flags: &Flags) -> bool {
    let Some(root) = flags.data_root() else { return false };
    if !call(&socket(&root)) {
        return false;
    }
    if let Ok(host::server_record::Found::Live(record)) = host::server_record::read_server(&root) {
        let door = crate::link::Door { url: &record.url, token_file: &record.token_file };
        crate::backend::add_repositories(&door, flags);
    }
    true
}

/// Answers such calls from now on, if the server is ours: its lock on the data folder makes us the only one.
pub fn listen(app: &AppHandle, shell: &Arc<Shell>) {
    let (true, Some(root)) = (shell.is_holder(), shell.flags.data_root()) else { return };
    let app = app.clone();
    let show = move || {
        let again = app.clone();
        let shown = app.run_on_main_thread(move || {
            if let Err(error) = crate::window::show(&again) {
                tracing::warn!(%error, "the window cannot be shown");
            }
        });
        shown.is_ok()
    };
    if let Err(error) = answer(&socket(&root), show) {
        tracing::warn!(%error, "a second start will open a window of its own");
    }
}

#[cfg(unix)]
fn call(path: &Path) -> bool {
    use std::io::Read as _;
    use std::os::unix::net::UnixStream;
    let Ok(mut stream) = UnixStream::connect(path) else { return false };
    let _ = stream.set_read_timeout(Some(std::time::Duration::from_secs(5)));
    let mut said = [0_u8; 2];
    stream.read_exact(&mut said).is_ok() && &said == b"ok"
}

/// Calls `show` for each caller and tells it so. The thread lives as long as the process.
#[cfg(unix)]
fn answer(path: &Path, show: impl Fn() -> bool + Send + 'static) -> std::io::Result<()> {
    use std::io::Write as _;
    use std::os::unix::net::UnixListener;
    // Left over from a process that was killed: the data folder is ours, so nobody else listens here.
    let _ = std::fs::remove_file(path);
    let listener = UnixListener::bind(path)?;
    std::thread::Builder::new().name("summons".into()).spawn(move || {
        for mut caller in listener.incoming().flatten() {
            if show() {
                let _ = caller.write_all(b"ok");
            }
        }
    })?;
    Ok(())
}

#[cfg(not(unix))]
fn call(_path: &Path) -> bool {
    false
}

#[cfg(not(unix))]
fn answer(_path: &Path, _show: impl Fn() -> bool + Send + 'static) -> std::io::Result<()> {
    Ok(())
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU32, Ordering};

    #[test]
    fn a_second_start_calls_the_first_and_nobody_answers_without_one() {
        let folder = std::env::temp_dir().join(format!("pilothouse-summons-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let path = socket(&folder);
        assert!(!call(&path));
        std::fs::write(&path, "left over").unwrap();
        assert!(!call(&path));
        let calls = Arc::new(AtomicU32::new(0));
        let counted = Arc::clone(&calls);
        answer(&path, move || counted.fetch_add(1, Ordering::SeqCst) < 2).unwrap();
        assert!(call(&path) && call(&path));
        assert!(!call(&path), "a window that cannot be shown is not claimed to be");
        assert_eq!(calls.load(Ordering::SeqCst), 3);
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
