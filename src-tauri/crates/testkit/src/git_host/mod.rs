//! Git servers on loopback for tests: OpenSSH's own server, and git's own HTTP backend behind TLS. The programs are the
//! distribution's; the keys and the authority are thrown away.

mod https;
mod lfs;
mod line;
mod ssh;

pub use https::HttpsGit;
pub use lfs::LfsFault;
pub use ssh::SshGit;

use std::path::Path;
use std::process::Command;

/// Runs a program that has to succeed.
fn run(program: &str, args: &[&str]) {
    let output = Command::new(program).args(args).output().unwrap_or_else(|e| panic!("{program}: {e}"));
    assert!(output.status.success(), "{program} {args:?}: {}", String::from_utf8_lossy(&output.stderr));
}

/// An empty bare repository, with `main` as its branch.
pub fn bare(path: &Path) {
    run("git", &["init", "--quiet", "--bare", "--initial-branch=main", &path.to_string_lossy()]);
}

/// A hook of a repository; it is a shell script.
pub fn hook(repository: &Path, name: &str, script: &str) {
    use std::os::unix::fs::PermissionsExt;
    let path = repository.join("hooks").join(name);
    std::fs::write(&path, format!("#!/bin/sh\n{script}\n")).expect("a hook");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).expect("a hook that runs");
}

/// A file that can be run.
fn script(path: &Path, text: &str) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::write(path, text).expect("a script");
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).expect("a script that runs");
}
