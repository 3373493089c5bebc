//! The orders that end a whole tree, for each way its processes are kept together.

use super::Tree;
#[cfg(unix)]
use super::sys;
#[cfg(target_os = "linux")]
use cell::guard;

/// Ends the tree even if the supervising task itself is dropped, as when the runtime shuts down.
pub(super) struct TreeEnd {
    pub(super) pid: u32,
    #[cfg_attr(not(target_os = "linux"), allow(dead_code))] // Elsewhere there is one order for all kinds.
    pub(super) kind: Tree,
    /// False once the process is collected and its number may belong to somebody else.
    pub(super) alive: bool,
    #[cfg(windows)]
    pub(super) job: Option<super::job_object::JobObject>,
}

impl TreeEnd {
    #[cfg(target_os = "linux")]
    pub(super) fn end(&self) {
        match self.kind {
            Tree::Guarded => {
                sys::signal(self.pid, guard::END);
            }
            Tree::Session => {
                sys::signal_group(self.pid, libc::SIGTERM);
            }
            Tree::Namespace => self.kill(),
        }
    }

    #[cfg(target_os = "linux")]
    pub(super) fn kill(&self) {
        match self.kind {
            Tree::Guarded => {
                sys::signal(self.pid, guard::KILL);
            }
            Tree::Session => {
                sys::signal_group(self.pid, libc::SIGKILL);
            }
            Tree::Namespace => {
                sys::signal(self.pid, libc::SIGKILL);
            }
        }
    }

    #[cfg(all(unix, not(target_os = "linux")))]
    pub(super) fn end(&self) {
        sys::signal_group(self.pid, libc::SIGTERM);
    }

    #[cfg(all(unix, not(target_os = "linux")))]
    pub(super) fn kill(&self) {
        sys::signal_group(self.pid, libc::SIGKILL);
    }

    #[cfg(windows)]
    pub(super) fn end(&self) {
        self.kill();
    }

    #[cfg(windows)]
    pub(super) fn kill(&self) {
        if let Some(job) = &self.job {
            return job.end();
        }
        let _ =
            std::process::Command::new("taskkill").args(["/T", "/F", "/PID", &self.pid.to_string()]).output();
    }
}

impl Drop for TreeEnd {
    fn drop(&mut self) {
        if self.alive && self.pid > 1 {
            self.kill();
        }
    }
}
