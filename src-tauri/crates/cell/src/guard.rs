//! The guard: a process between us and a plain command that outlives neither.
//!
//! `enter` runs in the freshly forked child. It forks once more: the new child returns and becomes the
//! program, the forked process stays as its guard. As a subreaper the guard becomes the parent of every
//! orphan below it, so killing its children until it has none leaves no descendant, whatever they did with
//! sessions, groups, double forks or their environment.
//!
//! The guard is told what to do by signals: SIGTERM asks the program's group to end and kills the tree after
//! the grace, SIGUSR2 kills at once (also sent by the kernel when our process dies), and the end of the program
//! itself kills what it left behind. It then ends as the program ended.
//!
//! Invariant: between fork and exec (or exit) only async-signal-safe calls on stack memory happen here; the
//! forking process has other threads, whose locks (the allocator's, for one) may be held forever in the copy.
#![allow(unsafe_code)] // Raw process calls are the subject of this file; each block says why it is sound.

use std::io;
use std::time::Duration;

/// Everything the guard needs, copied before the fork.
#[derive(Debug, Clone, Copy)]
pub struct Guard {
    /// Our own process id: if it is not the parent any more, we died before the guard could ask to be told.
    pub parent: i32,
    /// Between the polite request to end and the kill.
    pub grace: Duration,
}

/// Order to the guard: ask the group, then kill after the grace.
pub const END: i32 = libc::SIGTERM;
/// Order to the guard: kill now.
pub const KILL: i32 = libc::SIGUSR2;

impl Guard {
    /// Returns in the process that becomes the program.
    ///
    /// # Safety
    /// Only to be called between fork and exec.
    pub unsafe fn enter(self) -> io::Result<()> {
        // SAFETY: all calls below are async-signal-safe system calls with stack arguments.
        unsafe {
            let mut orders: libc::sigset_t = std::mem::zeroed();
            libc::sigemptyset(&raw mut orders);
            for signal in [libc::SIGCHLD, END, KILL, libc::SIGINT, libc::SIGHUP] {
                libc::sigaddset(&raw mut orders, signal);
            }
            check(libc::sigprocmask(libc::SIG_BLOCK, &raw const orders, std::ptr::null_mut()))?;
            check(libc::setsid())?;
            check(libc::prctl(libc::PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0))?;
            check(libc::prctl(libc::PR_SET_PDEATHSIG, KILL, 0, 0, 0))?;
            if libc::getppid() != self.parent {
                libc::_exit(1);
            }
            let guard = libc::getpid();
            let program = check(libc::fork())?;
            if program == 0 {
                libc::setsid();
                libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL, 0, 0, 0);
                if libc::getppid() != guard {
                    libc::_exit(1);
                }
                check(libc::sigprocmask(libc::SIG_UNBLOCK, &raw const orders, std::ptr::null_mut()))?;
                return Ok(());
            }
            self.watch(program, &orders)
        }
    }

    unsafe fn watch(self, program: i32, orders: &libc::sigset_t) -> ! {
        // SAFETY: async-signal-safe system calls with stack arguments; this process never returns to Rust's
        // runtime, it leaves by _exit or by a signal.
        unsafe {
            close_everything();
            libc::prctl(libc::PR_SET_NAME, c"pilothouse-guard".as_ptr(), 0, 0, 0);
            let mut asked = false;
            let status = loop {
                let order = if asked {
                    let grace = libc::timespec {
                        tv_sec: self.grace.as_secs() as libc::time_t,
                        tv_nsec: self.grace.subsec_nanos() as libc::c_long,
                    };
                    libc::sigtimedwait(orders, std::ptr::null_mut(), &raw const grace)
                } else {
                    libc::sigwaitinfo(orders, std::ptr::null_mut())
                };
                if order == libc::SIGCHLD {
                    if let Some(status) = reap(program) {
                        break Some(status);
                    }
                } else if order == END && !asked {
                    asked = true;
                    libc::killpg(program, libc::SIGTERM);
                } else if order == KILL || (order < 0 && errno() == libc::EAGAIN) {
                    break None;
                }
            };
            let killed = kill_everything(program);
            leave(status.or(killed).unwrap_or(libc::SIGKILL))
        }
    }
}

/// Collects what has ended. Returns the program's status once it is among them.
unsafe fn reap(program: i32) -> Option<i32> {
    // SAFETY: waitpid writes one integer on our stack.
    unsafe {
        let mut found = None;
        loop {
            let mut status = 0;
            let pid = libc::waitpid(-1, &raw mut status, libc::WNOHANG);
            if pid <= 0 {
                return found;
            }
            if pid == program {
                found = Some(status);
            }
        }
    }
}

/// Kills children until there are none: the children of each killed one become ours and are next.
unsafe fn kill_everything(program: i32) -> Option<i32> {
    // SAFETY: system calls on stack memory.
    unsafe {
        let mut found = None;
        loop {
            kill_children(program);
            let mut status = 0;
            let pid = libc::waitpid(-1, &raw mut status, 0);
            if pid == program {
                found = Some(status);
            }
            if pid < 0 && errno() != libc::EINTR {
                return found;
            }
        }
    }
}

/// Signals each direct child named by the kernel. Where the list is missing (`CONFIG_PROC_CHILDREN`), the
/// program's group is all we can name here; the sweep by mark follows from outside.
unsafe fn kill_children(program: i32) {
    // SAFETY: reads a kernel file into a stack buffer and sends signals.
    unsafe {
        libc::killpg(program, libc::SIGKILL);
        let list = libc::open(c"/proc/thread-self/children".as_ptr(), libc::O_RDONLY | libc::O_CLOEXEC);
        if list < 0 {
            return;
        }
        let mut buffer = [0_u8; 4096];
        let mut pid: i32 = 0;
        loop {
            let got = libc::read(list, buffer.as_mut_ptr().cast(), buffer.len());
            if got <= 0 {
                break;
            }
            let mut at = 0;
            while at < got as usize && at < buffer.len() {
                let byte = buffer[at];
                if byte.is_ascii_digit() {
                    pid = pid.wrapping_mul(10).wrapping_add(i32::from(byte - b'0'));
                } else {
                    if pid > 1 {
                        libc::kill(pid, libc::SIGKILL);
                    }
                    pid = 0;
                }
                at += 1;
            }
        }
        if pid > 1 {
            libc::kill(pid, libc::SIGKILL);
        }
        libc::close(list);
    }
}

/// The guard must hold no pipe of the program (readers wait for their end) and nothing of ours.
unsafe fn close_everything() {
    // SAFETY: closing descriptors of this single-threaded copy; nothing here uses one afterwards.
    unsafe {
        if libc::syscall(libc::SYS_close_range, 0_u32, u32::MAX, 0_u32) != 0 {
            for descriptor in 0..4096 {
                libc::close(descriptor);
            }
        }
    }
}

/// Ends as the program ended, so that our parent sees the program's own status.
unsafe fn leave(status: i32) -> ! {
    // SAFETY: sets this process's own limits and dispositions and ends it.
    unsafe {
        if libc::WIFSIGNALED(status) {
            let signal = libc::WTERMSIG(status);
            let none = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
            libc::setrlimit(libc::RLIMIT_CORE, &raw const none);
            libc::signal(signal, libc::SIG_DFL);
            let mut all: libc::sigset_t = std::mem::zeroed();
            libc::sigfillset(&raw mut all);
            libc::sigprocmask(libc::SIG_UNBLOCK, &raw const all, std::ptr::null_mut());
            libc::kill(libc::getpid(), signal);
            libc::_exit(128 + signal);
        }
        libc::_exit(libc::WEXITSTATUS(status))
    }
}

fn errno() -> i32 {
    io::Error::last_os_error().raw_os_error().unwrap_or(0)
}

fn check(result: i32) -> io::Result<i32> {
    if result < 0 { Err(io::Error::last_os_error()) } else { Ok(result) }
}
