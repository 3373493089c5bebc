use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use repo::Git;
use repo::process::Overflow;

use crate::world::{gits, with_every_git};

fn fake(dir: &Path, name: &str, script: &str) -> PathBuf {
    use std::os::unix::fs::PermissionsExt;
    let path = dir.join(name);
    std::fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    path
}

fn path() -> OsString {
    std::env::var_os("PATH").unwrap()
}

#[test]
fn every_call_carries_the_whole_hardening() {
    with_every_git(|world| {
        let call = world.git.in_dir(Path::new("/x.git")).flags(&["status"]);
        let env: BTreeMap<_, _> = call.environment().into_iter().collect();
        let blank = world.path("blank");
        for (name, value) in [
            ("HOME", blank.as_os_str()),
            ("GIT_CONFIG_NOSYSTEM", "1".as_ref()),
            ("GIT_CONFIG_GLOBAL", blank.join("gitconfig").as_os_str()),
            ("GIT_ATTR_NOSYSTEM", "1".as_ref()),
            ("GIT_TERMINAL_PROMPT", "0".as_ref()),
            ("GIT_ASKPASS", "".as_ref()),
            ("GIT_EDITOR", ":".as_ref()),
            ("GIT_PAGER", "cat".as_ref()),
            ("GIT_OPTIONAL_LOCKS", "0".as_ref()),
            ("GIT_NO_LAZY_FETCH", "1".as_ref()),
            ("GIT_NO_REPLACE_OBJECTS", "1".as_ref()),
            ("GIT_ALLOW_PROTOCOL", "file".as_ref()),
            ("GIT_SSH_COMMAND", "ssh -oBatchMode=yes".as_ref()),
            ("GIT_LITERAL_PATHSPECS", "1".as_ref()),
        ] {
            assert_eq!(env[name], *value, "{name}");
        }
        let argv: Vec<String> =
            call.argv().unwrap().into_iter().map(|arg| arg.into_string().unwrap()).collect();
        let hooks = format!("core.hooksPath={}", blank.join("no-hooks").display());
        for setting in [
            hooks.as_str(),
            "core.fsmonitor=false",
            "credential.helper=",
            "commit.gpgSign=false",
            "tag.gpgSign=false",
            "gc.auto=0",
            "maintenance.auto=false",
            "protocol.ext.allow=never",
            "submodule.recurse=false",
            "diff.external=",
            "core.sshCommand=ssh -oBatchMode=yes",
            "core.askPass=",
            "transfer.fsckObjects=true",
            "core.protectHFS=true",
            "core.protectNTFS=true",
        ] {
            assert!(argv.windows(2).any(|pair| pair[0] == "-c" && pair[1] == setting), "{setting}");
        }
        assert_eq!(argv[argv.len() - 2..], ["--git-dir=/x.git", "status"]);
    });
}

#[test]
fn the_environment_of_git_is_only_ours() {
    let dir = tempfile::tempdir().unwrap();
    let program =
        fake(dir.path(), "git", "[ \"$1\" = version ] && echo 'git version 2.47.0'\nenv >&2; exit 3");
    // The fake answers `version` only as the first argument; ours comes after the settings.
    let program_two = fake(
        dir.path(),
        "git2",
        "for a; do [ \"$a\" = version ] && echo 'git version 2.47.0' && exit 0; done\nenv; pwd",
    );
    assert!(Git::new(&program, path(), &dir.path().join("h1")).is_err());
    let git = Git::new(&program_two, path(), &dir.path().join("h2")).unwrap();
    let seen = git.call().flags(&["show-env"]).success().unwrap().text();
    for name in ["CARGO_MANIFEST_DIR", "SSH_AUTH_SOCK", "LD_LIBRARY_PATH", "USER"] {
        assert!(!seen.lines().any(|line| line.starts_with(&format!("{name}="))), "{name}: {seen}");
    }
    assert!(seen.lines().last().unwrap().ends_with("h2"), "it starts in the blank home: {seen}");
}

#[test]
fn data_that_looks_like_an_option_is_refused() {
    with_every_git(|world| {
        let error = world.git.call().flags(&["log"]).value("--output=/tmp/x").run().unwrap_err();
        assert_eq!(error.code(), "git.bad_ref");
        let call = world.git.call().flags(&["log", "--"]).value("--output=/tmp/x");
        assert!(call.argv().is_ok());
    });
}

#[test]
fn a_call_that_hangs_is_ended_with_all_it_started() {
    let dir = tempfile::tempdir().unwrap();
    let pid = dir.path().join("pid");
    let script = format!(
        "for a; do [ \"$a\" = version ] && echo 'git version 2.47.0' && exit 0; done\nsleep 1000 & echo $! > {}; wait",
        pid.display()
    );
    let git = Git::new(&fake(dir.path(), "git", &script), path(), &dir.path().join("home")).unwrap();
    let started = Instant::now();
    let error = git.call().flags(&["fetch"]).timeout(Duration::from_secs(10)).run().unwrap_err();
    assert_eq!(error.code(), "git.timeout");
    assert!(started.elapsed() < Duration::from_secs(300), "it sleeps for a thousand seconds");
    let child: i32 = std::fs::read_to_string(pid).unwrap().trim().parse().unwrap();
    let deadline = Instant::now() + Duration::from_secs(60);
    while alive(child) {
        assert!(Instant::now() < deadline, "the grandchild {child} still runs");
        std::thread::yield_now();
    }
}

/// A zombie nobody collects counts as ended.
fn alive(pid: i32) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    !stat.is_empty() && !stat.contains(") Z ")
}

#[test]
fn endless_output_is_cut() {
    let dir = tempfile::tempdir().unwrap();
    let script = "for a; do [ \"$a\" = version ] && echo 'git version 2.47.0' && exit 0; done\nwhile :; do echo yes; done";
    let git = Git::new(&fake(dir.path(), "git", script), path(), &dir.path().join("home")).unwrap();
    let call = || git.call().flags(&["log"]).timeout(Duration::from_secs(30));
    let answer = call().cap(1000, Overflow::Truncate).run().unwrap();
    assert!(answer.truncated);
    assert_eq!(answer.stdout.len(), 1000);
    assert_eq!(call().cap(1000, Overflow::Fail).run().unwrap_err().code(), "git.too_large");
}

#[test]
fn an_old_or_missing_git_is_said_so() {
    let dir = tempfile::tempdir().unwrap();
    let old = fake(dir.path(), "git", "echo 'git version 2.37.9'");
    let error = Git::new(&old, path(), &dir.path().join("home")).unwrap_err();
    assert_eq!(error.code(), "git.too_old");
    assert_eq!(error.to_string(), "git 2.37.9 is too old, 2.38.0 or newer is needed");
    let nowhere = dir.path().join("nothing");
    assert_eq!(
        Git::on_path(nowhere.clone().into(), &dir.path().join("home")).unwrap_err().code(),
        "git.missing"
    );
    assert_eq!(Git::new(&nowhere, path(), &dir.path().join("home")).unwrap_err().code(), "git.missing");
    let relative = repo::process::locate("bin:.:".as_ref()).unwrap_err();
    assert_eq!(relative.code(), "git.missing");
    assert!(!gits().is_empty());
}

#[test]
fn git_is_started_in_one_place_only() {
    fn sources(dir: &Path, all: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { sources(&path, all) } else { all.push(path) }
        }
    }
    let mut all = Vec::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut all);
    // Unit tests come last in their file, and may start what they test.
    let starts = |path: &&PathBuf| {
        let text = std::fs::read_to_string(path).unwrap();
        text.split("#[cfg(test)]").next().unwrap().contains("Command::new")
    };
    let starting: Vec<_> = all.iter().filter(starts).collect();
    assert_eq!(starting.len(), 1, "{starting:?}");
    assert!(starting[0].ends_with("process/run.rs"), "{starting:?}");
}
