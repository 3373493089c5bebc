//! Which program a terminal runs, and in which environment: what a person's own terminal has, and none of ours.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

/// The shell of a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shell {
    pub program: PathBuf,
    pub args: Vec<OsString>,
}

/// Variables a terminal takes over from the server; everything else, keys of models above all, stays outside.
const TAKEN: &[&str] = &[
    "PATH",
    "HOME",
    "USER",
    "LOGNAME",
    "SHELL",
    "LANG",
    "LANGUAGE",
    "TZ",
    "TMPDIR",
    "EDITOR",
    "VISUAL",
    "PAGER",
    "SSH_AUTH_SOCK",
    "DISPLAY",
    "WAYLAND_DISPLAY",
    "XAUTHORITY",
    "DBUS_SESSION_BUS_ADDRESS",
];
#[cfg(windows)]
const TAKEN_ON_WINDOWS: &[&str] = &[
    "SYSTEMROOT",
    "SYSTEMDRIVE",
    "WINDIR",
    "COMSPEC",
    "PATHEXT",
    "TEMP",
    "TMP",
    "USERNAME",
    "USERPROFILE",
    "USERDOMAIN",
    "HOMEDRIVE",
    "HOMEPATH",
    "APPDATA",
    "LOCALAPPDATA",
    "PROGRAMDATA",
    "PROGRAMFILES",
    "PROGRAMFILES(X86)",
    "PROGRAMW6432",
    "NUMBER_OF_PROCESSORS",
    "PROCESSOR_ARCHITECTURE",
    "OS",
];

/// The whole environment of a terminal, from that of the server.
pub fn environment(all: impl Iterator<Item = (OsString, OsString)>) -> Vec<(OsString, OsString)> {
    let mut taken: Vec<_> = all.filter(|(name, _)| is_taken(name)).collect();
    for (name, value) in
        [("TERM", "xterm-256color"), ("COLORTERM", "truecolor"), ("TERM_PROGRAM", "pilothouse")]
    {
        taken.push((name.into(), value.into()));
    }
    taken
}

fn is_taken(name: &OsStr) -> bool {
    let Some(name) = name.to_str() else { return false };
    #[cfg(windows)]
    {
        let upper = name.to_ascii_uppercase();
        if TAKEN.contains(&upper.as_str()) || TAKEN_ON_WINDOWS.contains(&upper.as_str()) {
            return true;
        }
    }
    TAKEN.contains(&name) || name.starts_with("LC_") || name.starts_with("XDG_")
}

impl Shell {
    /// What `SHELL` names, if it is there; otherwise what the system has. A login shell, as in a window of its own.
    #[cfg(unix)]
    pub fn of_person(variable: Option<&OsStr>) -> Self {
        let named = variable.map(PathBuf::from).filter(|path| path.is_absolute());
        let others = ["/bin/bash", "/bin/zsh", "/bin/sh"].map(PathBuf::from);
        let program = named
            .into_iter()
            .chain(others)
            .find(|path| runs(path))
            .unwrap_or_else(|| PathBuf::from("/bin/sh"));
        // macOS sets PATH up in the files of a login shell alone; elsewhere the session has done it already.
        let args = if cfg!(target_os = "macos") { vec!["-l".into()] } else { Vec::new() };
        Self { program, args }
    }

    /// PowerShell 7, the one that comes with the system, or the command prompt.
    #[cfg(windows)]
    pub fn of_person(path: Option<&OsStr>) -> Self {
        let folders: Vec<PathBuf> = path.map(|all| std::env::split_paths(all).collect()).unwrap_or_default();
        let found = ["pwsh.exe", "powershell.exe", "cmd.exe"]
            .into_iter()
            .find_map(|name| folders.iter().map(|folder| folder.join(name)).find(|path| runs(path)));
        let program = found.unwrap_or_else(|| PathBuf::from("cmd.exe"));
        let prompt = program.file_name().is_some_and(|name| name == "cmd.exe");
        Self { program, args: if prompt { Vec::new() } else { vec!["-NoLogo".into()] } }
    }
}

fn runs(path: &Path) -> bool {
    let Ok(facts) = std::fs::metadata(path) else { return false };
    #[cfg(unix)]
    let executable = std::os::unix::fs::PermissionsExt::mode(&facts.permissions()) & 0o111 != 0;
    #[cfg(not(unix))]
    let executable = true;
    facts.is_file() && executable
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_key_and_nothing_of_ours_is_passed_on() {
        let all = [
            "PATH",
            "HOME",
            "LC_ALL",
            "XDG_RUNTIME_DIR",
            "PILOTHOUSE_DATA_DIR",
            "WORKERS_LLM_API_KEY",
            "OPENAI_API_KEY",
            "LD_PRELOAD",
            "TERM",
            // It would name the terminal the server was started in.
            "GPG_TTY",
        ];
        let given = environment(all.into_iter().map(|name| (name.into(), "x".into())));
        let names: Vec<_> = given.iter().filter_map(|(name, _)| name.to_str()).collect();
        assert_eq!(names, ["PATH", "HOME", "LC_ALL", "XDG_RUNTIME_DIR", "TERM", "COLORTERM", "TERM_PROGRAM"]);
        assert!(given.contains(&("TERM".into(), "xterm-256color".into())));
    }

    #[cfg(unix)]
    #[test]
    fn a_shell_that_is_not_there_is_replaced_by_one_that_is() {
        assert_eq!(Shell::of_person(Some(OsStr::new("/bin/sh"))).program, Path::new("/bin/sh"));
        for bad in [Some("/nonexistent/shell"), Some("bash"), Some("/etc/passwd"), Some(""), None] {
            let shell = Shell::of_person(bad.map(OsStr::new));
            assert!(runs(&shell.program), "{bad:?}: {shell:?}");
        }
    }
}
