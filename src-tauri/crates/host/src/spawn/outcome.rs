//! How a program ended.

use std::time::Duration;

use super::Captured;

/// Who ended it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// It ended by itself (or was killed by somebody else).
    Exited,
    Cancelled,
    TimedOut,
    /// No output for longer than `Command::silence`.
    Silent,
    /// The system killed it because the memory of its container was used up.
    OutOfMemory,
    /// More output than `OutputCaps::total`.
    OutputLimit,
}

/// What is left of a program after its end; no process of it runs any more unless `leaked` says so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    pub ended: Ended,
    /// Exit code; `None` when a signal ended the program.
    pub code: Option<i32>,
    pub signal: Option<i32>,
    pub stdout: Captured,
    pub stderr: Captured,
    pub duration: Duration,
    /// Processes that could not be killed (stuck in the kernel); 0 but in broken systems.
    pub leaked: usize,
}

impl Outcome {
    /// Ended by itself with code 0.
    pub fn success(&self) -> bool {
        self.ended == Ended::Exited && self.code == Some(0)
    }

    pub fn timed_out(&self) -> bool {
        matches!(self.ended, Ended::TimedOut | Ended::Silent)
    }

    /// What it printed, as far as it was kept: its output, then its errors, without colours.
    pub fn printed(&self) -> String {
        crate::ansi::strip(&format!("{}{}", self.stdout.text(), self.stderr.text()))
    }

    /// One sentence for logs and messages, without output.
    pub fn summary(&self) -> String {
        let after = format!("after {:.1} s", self.duration.as_secs_f64());
        match (self.ended, self.code, self.signal) {
            (Ended::Cancelled, ..) => format!("cancelled {after}"),
            (Ended::TimedOut, ..) => format!("timed out {after}"),
            (Ended::Silent, ..) => format!("stopped {after} because it printed nothing for too long"),
            (Ended::OutOfMemory, ..) => format!("killed {after} because its memory was used up"),
            (Ended::OutputLimit, ..) => format!("stopped {after} because it printed too much"),
            (Ended::Exited, Some(code), _) => format!("exit code {code} {after}"),
            (Ended::Exited, None, Some(signal)) => format!("killed by signal {signal} {after}"),
            (Ended::Exited, None, None) => format!("ended {after}"),
        }
    }
}
