//! One window per data folder: a second start calls the first one's window to the front, says what it was asked to
//! show, and ends.
//!
//! The call goes over a Unix socket in the data folder, which only its owner may enter. Where there is none
//! (Windows, a folder with a very long path) a second start joins the server with a window of its own.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use tauri::AppHandle;

use crate::flags::Flags;
use crate::shell::Shell;
use crate::wish::{self, Wish};

/// Longest thing a caller may say.
#[cfg(unix)]
const LONGEST: u64 = 4_096;
/// A window of this machine answers at once or is not well.
#[cfg(unix)]
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(5);

fn socket(data_root: &Path) -> PathBuf {
    data_root.join("window.sock")
}

/// Whether a window of this data folder was called to the front. Repositories named now are opened there.
pub fn answered(flags: &Flags) -> bool {
    let Some(root) = flags.data_root() else { return false };
    // Whoever holds the folder without a window to call has none that could show anything.
    if !call(&socket(&root), &Wish::Show) {
        return false;
    }
    let mut opened = None;
    if let Ok(host::server_record::Found::Live(record)) = host::server_record::read_server(&root) {
        let door = crate::link::Door { url: &record.url, token_file: &record.token_file };
        opened = crate::backend::add_repositories(&door, flags);
    }
    let wish = match (flags.link(), opened) {
        (Some(link), _) => Wish::Link(link.to_owned()),
        (None, Some(page)) => Wish::Page(page.path().to_owned()),
        (None, None) => return true,
    };
    call(&socket(&root), &wish)
}

/// Answers such calls from now on, if the server is ours: its lock on the data folder makes us the only one.
pub fn listen(app: &AppHandle, shell: &Arc<Shell>) {
    let (true, Some(root)) = (shell.is_holder(), shell.flags.data_root()) else { return };
    let app = app.clone();
    let fulfil = move |wish| wish::fulfil(&app, wish);
    if let Err(error) = answer(&socket(&root), fulfil) {
        tracing::warn!(%error, "a second start will open a window of its own");
    }
}

#[cfg(unix)]
fn call(path: &Path, wish: &Wish) -> bool {
    use std::io::{Read as _, Write as _};
    use std::net::Shutdown;
    use std::os::unix::net::UnixStream;
    let Ok(mut stream) = UnixStream::connect(path) else { return false };
    let _ = stream.set_read_timeout(Some(PATIENCE));
    let Ok(text) = serde_json::to_vec(wish) else { return false };
    if stream.write_all(&text).and_then(|()| stream.shutdown(Shutdown::Write)).is_err() {
        return false;
    }
    let mut said = [0_u8; 2];
    stream.read_exact(&mut said).is_ok() && &said == b"ok"
}

/// Calls `fulfil` for each caller and tells it so. The thread lives as long as the process.
#[cfg(unix)]
fn answer(path: &Path, fulfil: impl Fn(Wish) -> bool + Send + 'static) -> std::io::Result<()> {
    use std::io::{Read as _, Write as _};
    use std::os::unix::net::UnixListener;
    // Left over from a process that was killed: the data folder is ours, so nobody else listens here.
    let _ = std::fs::remove_file(path);
    let listener = UnixListener::bind(path)?;
    std::thread::Builder::new().name("summons".into()).spawn(move || {
        for mut caller in listener.incoming().flatten() {
            let _ = caller.set_read_timeout(Some(PATIENCE));
            let mut text = Vec::new();
            let read = (&mut caller).take(LONGEST).read_to_end(&mut text);
            let wish = read.ok().and_then(|_| serde_json::from_slice(&text).ok());
            if wish.is_some_and(&fulfil) {
                let _ = caller.write_all(b"ok");
            }
        }
    })?;
    Ok(())
}

#[cfg(not(unix))]
fn call(_path: &Path, _wish: &Wish) -> bool {
    false
}

#[cfg(not(unix))]
fn answer(_path: &Path, _fulfil: impl Fn(Wish) -> bool + Send + 'static) -> std::io::Result<()> {
    Ok(())
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::sync::mpsc;

    #[test]
    fn a_second_start_calls_the_first_and_nobody_answers_without_one() {
        let folder = std::env::temp_dir().join(format!("pilothouse-summons-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let path = socket(&folder);
        assert!(!call(&path, &Wish::Show));
        std::fs::write(&path, "left over").unwrap();
        assert!(!call(&path, &Wish::Show));
        let (heard, wishes) = mpsc::channel();
        answer(&path, move |wish| heard.send(wish.clone()).is_ok() && wish != Wish::Link("gone".into()))
            .unwrap();
        let link = Wish::Link("pilothouse://job/ä b".into());
        assert!(call(&path, &Wish::Show) && call(&path, &link));
        assert!(
            !call(&path, &Wish::Link("gone".into())),
            "a window that cannot be shown is not claimed to be"
        );
        assert_eq!(wishes.try_iter().take(2).collect::<Vec<_>>(), [Wish::Show, link]);
        let mut stranger = std::os::unix::net::UnixStream::connect(&path).unwrap();
        std::io::Write::write_all(&mut stranger, &[b'x'; 2 * LONGEST as usize]).ok();
        drop(stranger);
        assert!(call(&path, &Wish::Show), "nonsense is not answered and harms nobody");
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
