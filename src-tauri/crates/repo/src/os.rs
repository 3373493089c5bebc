//! The few calls of the operating system that std does not offer.

use std::path::Path;
use std::process::Child;

/// Ends the child and everything it started in its process group. The child has not been waited for yet,
/// so its id cannot have been given to another process.
#[cfg(unix)]
#[allow(unsafe_code)] // kill(2) takes two integers and touches no memory of ours
pub(crate) fn kill_group(child: &mut Child) {
    if let Ok(id) = i32::try_from(child.id()) {
        unsafe { libc::kill(-id, libc::SIGKILL) };
    }
    let _ = child.kill();
}

#[cfg(not(unix))]
pub(crate) fn kill_group(child: &mut Child) {
    let _ = child.kill();
}

/// Whether this process may write here, read-only file systems included.
#[cfg(unix)]
#[allow(unsafe_code)] // access(2) reads a string that outlives the call
pub(crate) fn writable(path: &Path) -> bool {
    use std::os::unix::ffi::OsStrExt;
    let Ok(text) = std::ffi::CString::new(path.as_os_str().as_bytes()) else { return false };
    unsafe { libc::access(text.as_ptr(), libc::W_OK) == 0 }
}

#[cfg(not(unix))]
pub(crate) fn writable(path: &Path) -> bool {
    std::fs::metadata(path).is_ok_and(|found| !found.permissions().readonly())
}

/// Whether a file belongs to the user this process runs as.
#[cfg(unix)]
#[allow(unsafe_code)] // geteuid(2) only answers with a number
pub(crate) fn is_ours(found: &std::fs::Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    found.uid() == unsafe { libc::geteuid() }
}

#[cfg(not(unix))]
pub(crate) fn is_ours(_found: &std::fs::Metadata) -> bool {
    true
}

/// Whether a process with this id runs; true when that cannot be known.
#[cfg(unix)]
#[allow(unsafe_code)] // kill(2) with signal 0 only asks
pub(crate) fn process_exists(id: u32) -> bool {
    let Ok(id) = i32::try_from(id) else { return false };
    let answer = unsafe { libc::kill(id, 0) };
    answer == 0 || std::io::Error::last_os_error().raw_os_error() != Some(libc::ESRCH)
}

#[cfg(not(unix))]
pub(crate) fn process_exists(_id: u32) -> bool {
    true
}
