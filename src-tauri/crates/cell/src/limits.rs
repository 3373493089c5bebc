//! Limits of single processes (`setrlimit`), set between fork and exec.
#![allow(unsafe_code)] // getrlimit and setrlimit have no safe form in std; the struct is on our stack.

#[cfg(target_os = "linux")]
pub type Resource = libc::__rlimit_resource_t;
#[cfg(not(target_os = "linux"))]
pub type Resource = libc::c_int;

/// Lowers a limit to `value`, or to what this process may have at most. Async-signal-safe.
#[allow(clippy::useless_conversion)] // rlim_t is not u64 everywhere.
pub fn lower(resource: Resource, value: u64) {
    // SAFETY: both calls read or write one struct on our stack.
    unsafe {
        let mut now = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
        if libc::getrlimit(resource, &raw mut now) == 0 {
            let value = libc::rlim_t::try_from(value).unwrap_or(now.rlim_max).min(now.rlim_max);
            let lowered = libc::rlimit { rlim_cur: value, rlim_max: value };
            libc::setrlimit(resource, &raw const lowered);
        }
    }
}

/// See [`first_to_go`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Early {
    Outer,
    Inner,
}

/// Makes this process, and what it starts, the first the kernel kills when memory is used up: whoever watches over it
/// has to live to tell. What runs in something that itself runs in something goes before both. Async-signal-safe;
/// anybody may offer themselves.
#[cfg(target_os = "linux")]
pub fn first_to_go(how: Early) {
    // In thousandths of all memory, as the kernel weighs it.
    let weight: &[u8] = match how {
        Early::Outer => b"250",
        Early::Inner => b"500",
    };
    // SAFETY: three system calls on constants.
    unsafe {
        let file = libc::open(c"/proc/self/oom_score_adj".as_ptr(), libc::O_WRONLY | libc::O_CLOEXEC);
        if file >= 0 {
            libc::write(file, weight.as_ptr().cast(), weight.len());
            libc::close(file);
        }
    }
}

/// Other systems choose by themselves.
#[cfg(not(target_os = "linux"))]
pub fn first_to_go(_how: Early) {}
