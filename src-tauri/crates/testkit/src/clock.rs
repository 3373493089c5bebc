//! A clock of a program's own, which a test sets: wrong by the time of day, or some hours later than it was a moment ago.
//!
//! It is put before the program as a library, which a C compiler makes. Processes the program starts go by it as well,
//! unless their environment is their own.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::process::Command;

/// Two numbers of seconds in a file: how wrong the time of day is, and how much time has passed on top of the real one.
/// What waits until a moment of the monotonic clock has to be told the kernel's own.
const LIBRARY: &str = r#"
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static volatile int64_t *set;

__attribute__((constructor)) static void begin(void) {
    const char *path = getenv("TEST_CLOCK");
    int file = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    if (file < 0) return;
    void *seen = mmap(0, 16, PROT_READ, MAP_SHARED, file, 0);
    close(file);
    if (seen != MAP_FAILED) set = seen;
}

static long (*system_call)(long, ...);

long syscall(long number, ...) {
    long a[6];
    struct timespec until;
    va_list given;
    va_start(given, number);
    for (int n = 0; n < 6; n++) a[n] = va_arg(given, long);
    va_end(given);
    if (!system_call) system_call = (long (*)(long, ...))dlsym(RTLD_NEXT, "syscall");
    if (number == SYS_futex && set && a[3] && (a[1] & FUTEX_CMD_MASK) == FUTEX_WAIT_BITSET && !(a[1] & FUTEX_CLOCK_REALTIME)) {
        until = *(const struct timespec *)a[3];
        until.tv_sec = until.tv_sec > set[1] ? until.tv_sec - set[1] : 0;
        a[3] = (long)&until;
    }
    return system_call(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}

int clock_gettime(clockid_t which, struct timespec *now) {
    int done = (int)syscall(SYS_clock_gettime, which, now);
    if (done != 0 || !set) return done;
    if (which == CLOCK_REALTIME || which == CLOCK_REALTIME_COARSE) now->tv_sec += set[0] + set[1];
    if (which == CLOCK_MONOTONIC || which == CLOCK_MONOTONIC_COARSE || which == CLOCK_BOOTTIME) now->tv_sec += set[1];
    return done;
}
"#;

pub struct Clock {
    folder: tempfile::TempDir,
    file: File,
}

impl Clock {
    /// None where no C compiler makes it.
    pub fn made() -> Option<Self> {
        let folder = tempfile::tempdir().expect("a folder");
        let (source, library) = (folder.path().join("clock.c"), folder.path().join("clock.so"));
        std::fs::write(&source, LIBRARY).expect("its source");
        let mut compiler = Command::new("cc");
        let made = compiler.args(["-shared", "-fPIC", "-o"]).arg(&library).arg(&source).arg("-ldl").status();
        if !made.is_ok_and(|made| made.success()) {
            return None;
        }
        let options = File::options().create_new(true).write(true).open(folder.path().join("set"));
        let clock = Self { folder, file: options.expect("what it is set to") };
        clock.set(0, 0);
        clock.set(1, 0);
        Some(clock)
    }

    /// What a program is begun with to go by it.
    pub fn under(&self) -> [String; 3] {
        let at = |name: &str| self.folder.path().join(name).display().to_string();
        ["env".to_owned(), format!("LD_PRELOAD={}", at("clock.so")), format!("TEST_CLOCK={}", at("set"))]
    }

    /// The time of day is wrong by so many seconds.
    pub fn off_by(&self, seconds: i64) {
        self.set(0, seconds);
    }

    /// So many seconds have passed since it was made, beyond those that really have. Never fewer than before.
    pub fn passed(&self, seconds: i64) {
        self.set(1, seconds);
    }

    fn set(&self, which: u64, seconds: i64) {
        self.file.write_all_at(&seconds.to_ne_bytes(), 8 * which).expect("it is set");
    }
}
