//! The few questions and orders that only the C library takes.

use std::time::SystemTime;

/// The user this process acts as; 0 where there is no such thing.
#[cfg(unix)]
#[allow(unsafe_code)] // geteuid has no safe form in std; it cannot fail and touches no memory.
pub fn effective_uid() -> u32 {
    unsafe { libc::geteuid() }
}

/// The group this process acts as.
#[cfg(target_os = "linux")]
#[allow(unsafe_code)] // getegid has no safe form in std; it cannot fail and touches no memory.
pub(crate) fn effective_gid() -> u32 {
    unsafe { libc::getegid() }
}

/// Sends a signal to one process. False when there is no such process (or it is not ours to signal).
#[cfg(unix)]
#[allow(unsafe_code)] // kill has no safe form in std; it takes two integers and touches no memory.
pub(super) fn signal(pid: u32, signal: i32) -> bool {
    match i32::try_from(pid) {
        Ok(pid) if pid > 0 => unsafe { libc::kill(pid, signal) == 0 },
        _ => false,
    }
}

/// Sends a signal to a process group.
#[cfg(unix)]
#[allow(unsafe_code)] // killpg has no safe form in std; it takes two integers and touches no memory.
pub(super) fn signal_group(group: u32, signal: i32) -> bool {
    match i32::try_from(group) {
        // Group 1 and below would reach far more than one command.
        Ok(group) if group > 1 => unsafe { libc::killpg(group, signal) == 0 },
        _ => false,
    }
}

/// Whether a process exists and is more than a zombie.
#[cfg(unix)]
pub fn process_is_alive(pid: u32) -> bool {
    let exists = signal(pid, 0) || std::io::Error::last_os_error().raw_os_error() == Some(libc::EPERM);
    exists && !is_zombie(pid)
}

#[cfg(windows)]
pub fn process_is_alive(pid: u32) -> bool {
    std::process::Command::new("tasklist")
        .args(["/NH", "/FO", "CSV", "/FI", &format!("PID eq {pid}")])
        .output()
        .is_ok_and(|out| String::from_utf8_lossy(&out.stdout).contains(&format!("\"{pid}\"")))
}

#[cfg(not(unix))]
pub fn effective_uid() -> u32 {
    0
}

#[cfg(target_os = "linux")]
fn is_zombie(pid: u32) -> bool {
    stat_field(pid, 0).is_some_and(|state| state == "Z" || state == "X")
}

#[cfg(all(unix, not(target_os = "linux")))]
fn is_zombie(_pid: u32) -> bool {
    false
}

/// When a process started; `None` where the system does not tell.
#[cfg(target_os = "linux")]
pub fn process_start(pid: u32) -> Option<SystemTime> {
    // USER_HZ is 100 on every Linux that this is built for.
    let ticks: u64 = stat_field(pid, 19)?.parse().ok()?;
    let stat = std::fs::read_to_string("/proc/stat").ok()?;
    let boot: u64 = stat.lines().find_map(|line| line.strip_prefix("btime "))?.trim().parse().ok()?;
    Some(std::time::UNIX_EPOCH + std::time::Duration::from_millis(boot * 1000 + ticks * 10))
}

#[cfg(not(target_os = "linux"))]
pub fn process_start(_pid: u32) -> Option<SystemTime> {
    None
}

/// A field of `/proc/PID/stat`, counted from the state (field 0), which stands after the program's name; the
/// name may itself hold spaces and parentheses.
#[cfg(target_os = "linux")]
pub(super) fn stat_field(pid: u32, index: usize) -> Option<String> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    stat.rsplit_once(") ")?.1.split(' ').nth(index).map(str::to_owned)
}
