//! What a test run has to tell beside what passed and failed: what was not run here, and which foreign programs really
//! ran. Runners show nothing of a test that passes, so it is also written to a file, which the lanes print at their end.

use std::io::Write as _;

/// Names the file.
const FILE: &str = "TEST_NOTES";

/// That something was not tried on this machine, and why.
pub fn not_run(why: &str) {
    println!("skipped: {why}");
    note("not run here", why);
}

/// That a foreign program was really started.
pub fn started(program: &str) {
    println!("started: {program}");
    note("started", program);
}

fn note(kind: &str, what: &str) {
    let Some(file) = std::env::var_os(FILE).filter(|file| !file.is_empty()) else { return };
    let line = format!("{kind}: {}\n", what.lines().collect::<Vec<_>>().join(" "));
    // One write: many tests write at once. Who cannot write it has said it on standard output.
    let opened = std::fs::OpenOptions::new().create(true).append(true).open(file);
    let _ = opened.and_then(|mut file| file.write_all(line.as_bytes()));
}
