//! Everything that was started in a terminal: told something, or ended.
//!
//! On Linux members are found by their session, by their parents and by the mark in their environment. A program
//! that left its session, its parent and its environment behind is not found. Elsewhere the groups of the shell and
//! of the foreground are told, or Windows' own `taskkill` is asked.

use std::time::Duration;

#[cfg(unix)]
use protocol::terminal::TerminalSignal;

#[cfg(unix)]
use crate::TerminalError;

/// Between asking and killing.
const GRACE: Duration = Duration::from_millis(300);
/// Rounds of killing what is still there.
#[cfg(target_os = "linux")]
const ROUNDS: u32 = 40;
const STEP: Duration = Duration::from_millis(25);

/// The processes of one terminal.
#[derive(Debug, Clone)]
pub(crate) struct Tree {
    /// The shell: leader of its session.
    pub(crate) leader: u32,
    /// Value of `PILOTHOUSE_JOB` in its environment.
    #[cfg_attr(not(target_os = "linux"), allow(dead_code))]
    pub(crate) mark: String,
}

/// What a signal is called on this system.
#[cfg(unix)]
pub(crate) fn number(signal: TerminalSignal) -> i32 {
    match signal {
        TerminalSignal::Interrupt => libc::SIGINT,
        TerminalSignal::Quit => libc::SIGQUIT,
        TerminalSignal::Terminate => libc::SIGTERM,
        TerminalSignal::HangUp => libc::SIGHUP,
        TerminalSignal::Kill => libc::SIGKILL,
    }
}

/// Tells the group in the foreground.
#[cfg(unix)]
#[allow(unsafe_code)] // killpg has no safe form in std; it takes two integers and touches no memory.
pub(crate) fn tell_group(group: i32, signal: TerminalSignal) -> Result<(), TerminalError> {
    // Group 1 and below would reach far more than one terminal.
    if group > 1 && unsafe { libc::killpg(group, number(signal)) } == 0 {
        Ok(())
    } else {
        Err(TerminalError::Ended)
    }
}

/// The leader and everything it started, on Linux whatever of it is found.
#[cfg(target_os = "linux")]
impl Tree {
    /// Asks everything to end, and kills what does not. Blocks for up to a second or so.
    pub(crate) fn end(&self) {
        let members = self.members();
        // Most shells leave nothing behind, and looking at every process is dear where many terminals end at once.
        if members.is_empty() {
            return;
        }
        for pid in members {
            kill(pid, libc::SIGHUP);
            // A stopped program hears nothing until it goes on.
            kill(pid, libc::SIGCONT);
        }
        let mut waited = Duration::ZERO;
        while waited < GRACE && !self.members().is_empty() {
            std::thread::sleep(STEP);
            waited += STEP;
        }
        for _ in 0..ROUNDS {
            let members = self.members();
            if members.is_empty() {
                return;
            }
            for pid in members {
                kill(pid, libc::SIGKILL);
            }
            std::thread::sleep(STEP);
        }
        tracing::warn!(leader = self.leader, "something that was started in a terminal does not end");
    }

    fn members(&self) -> Vec<i32> {
        let mark = format!("{}={}", host::spawn::JOB_VAR, self.mark);
        let leader = i64::from(self.leader);
        let all: Vec<(i64, i64, i64)> = std::fs::read_dir("/proc")
            .into_iter()
            .flatten()
            .flatten()
            .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
            .filter_map(|pid: i64| stat(pid).map(|(parent, session)| (pid, parent, session)))
            .collect();
        let ours = |pid: i64, session: i64| {
            pid == leader || session == leader || {
                let environ = std::fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
                environ.split(|byte| *byte == 0).any(|pair| pair == mark.as_bytes())
            }
        };
        let mut found: Vec<i64> =
            all.iter().filter(|(pid, _, session)| ours(*pid, *session)).map(|(pid, ..)| *pid).collect();
        let mut looked = 0;
        while let Some(parent) = found.get(looked).copied() {
            looked += 1;
            let children =
                all.iter().filter(|(pid, of, _)| *of == parent && !found.contains(pid)).map(|(pid, ..)| *pid);
            let children: Vec<i64> = children.collect();
            found.extend(children);
        }
        let own = i64::from(std::process::id());
        found.into_iter().filter(|pid| *pid != own).filter_map(|pid| i32::try_from(pid).ok()).collect()
    }
}

/// Parent and session of a process that is more than a zombie.
#[cfg(target_os = "linux")]
fn stat(pid: i64) -> Option<(i64, i64)> {
    let text = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name is in parentheses and may hold anything.
    let mut fields = text.rsplit_once(')')?.1.split_ascii_whitespace();
    let state = fields.next()?;
    let parent = fields.next()?.parse().ok()?;
    let session = fields.nth(1)?.parse().ok()?;
    (!matches!(state, "Z" | "X")).then_some((parent, session))
}

#[cfg(unix)]
#[allow(unsafe_code)] // kill has no safe form in std; it takes two integers and touches no memory.
fn kill(pid: i32, signal: i32) {
    if pid > 1 {
        unsafe { libc::kill(pid, signal) };
    }
}

#[cfg(all(unix, not(target_os = "linux")))]
impl Tree {
    pub(crate) fn end(&self) {
        let Ok(leader) = i32::try_from(self.leader) else { return };
        for signal in [TerminalSignal::HangUp, TerminalSignal::Kill] {
            let _ = tell_group(leader, signal);
            kill(leader, number(signal));
            std::thread::sleep(GRACE.max(STEP));
        }
    }
}

#[cfg(windows)]
impl Tree {
    pub(crate) fn end(&self) {
        let _ = (GRACE, STEP);
        let _ = std::process::Command::new("taskkill")
            .args(["/T", "/F", "/PID", &self.leader.to_string()])
            .output();
    }
}
