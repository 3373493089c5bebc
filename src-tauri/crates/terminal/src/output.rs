//! The threads that read what a program shows, that show it, and that wait for its end.

use std::io::{ErrorKind, Read};

use portable_pty::Child;

use crate::inbox::Inbox;
use crate::session::Session;

/// Bytes of one read.
const PIECE: usize = 16 * 1024;
/// How long it is waited for output of something that holds the terminal open and was not found when the rest was
/// ended.
const LAST_WORDS_MS: u64 = 2_000;
/// How often the waiting thread looks.
const LOOK_MS: u64 = 200;

/// Reads until there is nothing more, no faster than whoever is in control. The program goes on while what it said before
/// is drawn, recorded and passed on by another thread.
pub(crate) fn read_all(session: &Session, mut from: Box<dyn Read + Send>, to: &Inbox) {
    let mut piece = vec![0; PIECE];
    while wait_for_room(session) {
        match from.read(&mut piece) {
            Ok(0) => break,
            Ok(read) => to.push(piece.get(..read).unwrap_or_default()),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            // On Linux this is how the last program's going is told.
            Err(_) => break,
        }
    }
    to.close();
}

/// Shows what is read, all there is at once, until there is nothing more.
pub(crate) fn show_all(session: &Session, from: &Inbox) {
    while let Some(bytes) = from.take() {
        take(session, &bytes);
    }
    session.with(|state| {
        state.reading = false;
        state.drained = true;
    });
    session.tell();
}

/// False once it has ended.
fn wait_for_room(session: &Session) -> bool {
    let mut state = session.lock();
    state.reading = false;
    loop {
        let now = session.clock.monotonic_ms();
        if state.seats.expire(now) {
            drop(state);
            session.tell_all();
            state = session.lock();
            continue;
        }
        if state.end.is_some() {
            return false;
        }
        if state.may_read() {
            state.reading = true;
            return true;
        }
        let until = state.seats.expires_at().map_or(60_000, |at| at.saturating_sub(now)).max(1);
        state = session.wait(state, until);
    }
}

fn take(session: &Session, bytes: &[u8]) {
    let age = session.age();
    session.with(|state| {
        if state.end.is_some() {
            return;
        }
        state.show(bytes);
        if let Some(recording) = &mut state.recording {
            recording.output(age, bytes);
        }
        state.active = session.clock.monotonic_ms();
    });
    session.tell();
}

/// Waits for the shell, ends what it leaves behind, lets the output run out, and says so.
pub(crate) fn wait_for_end(session: &Session, mut child: Box<dyn Child + Send + Sync>) {
    let status = child.wait();
    session.tree.end();
    let since = session.clock.monotonic_ms();
    let mut state = session.lock();
    loop {
        let quiet = session.clock.monotonic_ms().saturating_sub(since.max(state.active));
        if state.drained || (state.reading && quiet >= LAST_WORDS_MS) {
            break;
        }
        state = session.wait(state, LOOK_MS);
    }
    drop(state);
    let (code, signal) = match status {
        Ok(status) => match status.signal() {
            Some(signal) => (None, Some(signal.to_owned())),
            None => (Some(status.exit_code()), None),
        },
        Err(_) => (None, None),
    };
    session.ended(code, signal);
}
