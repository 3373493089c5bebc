//! Landlock scopes: a process that shares the machine's network would otherwise reach abstract unix sockets of
//! the desktop (X11 listens on one), which belong to the network namespace and to no folder.
//!
//! Only scopes, no file rules: the mount namespace decides about files, and a process under Landlock file rules
//! may not mount.

use std::io;

/// `struct landlock_ruleset_attr` as of ABI 6.
#[repr(C)]
struct Ruleset {
    handled_access_fs: u64,
    handled_access_net: u64,
    scoped: u64,
}

const ABSTRACT_UNIX_SOCKET: u64 = 1;
const SIGNAL: u64 = 1 << 1;
const VERSION: u32 = 1;

/// Whether this kernel knows scopes (Linux 6.12 and later, with Landlock switched on).
#[allow(unsafe_code)] // There is no wrapper of the system call; asking for the version passes no memory.
pub(crate) fn can_scope() -> bool {
    let nothing = std::ptr::null::<Ruleset>();
    unsafe { libc::syscall(libc::SYS_landlock_create_ruleset, nothing, 0_usize, VERSION) >= 6 }
}

/// Scopes this process and all it will start. Async-signal-safe: system calls on stack memory only.
#[allow(unsafe_code)] // There is no wrapper of the system calls; the struct is on our stack and its size is passed.
pub(super) fn scope() -> io::Result<()> {
    let rules =
        Ruleset { handled_access_fs: 0, handled_access_net: 0, scoped: ABSTRACT_UNIX_SOCKET | SIGNAL };
    unsafe {
        // Without privileges Landlock asks for the promise to gain none.
        if libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 {
            return Err(io::Error::last_os_error());
        }
        let ruleset =
            libc::syscall(libc::SYS_landlock_create_ruleset, &raw const rules, size_of::<Ruleset>(), 0_u32);
        if ruleset < 0 {
            return Err(io::Error::last_os_error());
        }
        let restricted = libc::syscall(libc::SYS_landlock_restrict_self, ruleset, 0_u32);
        let error = io::Error::last_os_error();
        libc::close(ruleset as i32);
        if restricted == 0 { Ok(()) } else { Err(error) }
    }
}
