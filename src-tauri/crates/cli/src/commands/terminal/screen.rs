//! The terminal this command runs in: raw while another one is shown in it, and as it was afterwards.

use nix::sys::termios::{SetArg, Termios, cfmakeraw, tcgetattr, tcsetattr};
use protocol::ApiError;
use std::io::{IsTerminal, Read, Write};
use tokio::sync::mpsc;

/// Soft reset, the normal screen, no mouse, no bracketed paste, a visible cursor.
const AFTER: &[u8] =
    b"\x1b[!p\x1b[?1049l\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1006l\x1b[?2004l\x1b[?25h\x1b[0m\r\n";

/// Raw until it is dropped.
pub(super) struct Raw {
    before: Termios,
}

impl Raw {
    pub(super) fn begin() -> Result<Self, ApiError> {
        let input = std::io::stdin();
        if !input.is_terminal() || !std::io::stdout().is_terminal() {
            return Err(ApiError::bad(
                "attach needs a terminal to show it in; `terminal open --detached` needs none",
            ));
        }
        let failed = |e: nix::Error| ApiError::bad(format!("This terminal cannot be made raw: {e}"));
        let before = tcgetattr(&input).map_err(failed)?;
        let mut raw = before.clone();
        cfmakeraw(&mut raw);
        tcsetattr(&input, SetArg::TCSANOW, &raw).map_err(failed)?;
        Ok(Self { before })
    }
}

impl Drop for Raw {
    fn drop(&mut self) {
        let mut out = std::io::stdout();
        let _ = out.write_all(AFTER).and_then(|()| out.flush());
        let _ = tcsetattr(std::io::stdin(), SetArg::TCSANOW, &self.before);
    }
}

/// Columns and rows of this terminal, if it has any.
#[allow(unsafe_code)] // The size has no safe form in std; the structure is ours and filled by the system.
pub(super) fn size() -> Option<(u16, u16)> {
    let mut size = libc::winsize { ws_row: 0, ws_col: 0, ws_xpixel: 0, ws_ypixel: 0 };
    let asked = unsafe { libc::ioctl(libc::STDOUT_FILENO, libc::TIOCGWINSZ, &mut size) };
    (asked == 0 && size.ws_col > 0 && size.ws_row > 0).then_some((size.ws_col, size.ws_row))
}

/// What is typed here. The thread ends with the process: a read of a terminal cannot be taken back.
pub(super) fn typed() -> mpsc::Receiver<Vec<u8>> {
    let (send, typed) = mpsc::channel(16);
    std::thread::spawn(move || {
        let mut input = std::io::stdin().lock();
        let mut bytes = vec![0; 8192];
        while let Ok(read @ 1..) = input.read(&mut bytes) {
            if send.blocking_send(bytes.get(..read).unwrap_or_default().to_vec()).is_err() {
                return;
            }
        }
    });
    typed
}

pub(super) fn show(bytes: &[u8]) -> Result<(), ApiError> {
    let mut out = std::io::stdout().lock();
    out.write_all(bytes)
        .and_then(|()| out.flush())
        .map_err(|e| ApiError::bad(format!("Nothing can be shown here: {e}")))
}
