//! The shell that a model's commands run in: the best one that runs where they run, which may be an image without bash,
//! or Windows, where bash comes with Git. What is named bash in Windows' own folders is another system and not asked.

use crate::workbench::Workbench;
use agent::Cancel;
use std::path::Path;
use std::time::Duration;

/// A shell that does not answer this long is none.
const PATIENCE: Duration = Duration::from_secs(20);
/// What a shell is asked to end with: no other program that is called so does.
const ANSWER: i32 = 37;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Bash,
    Sh,
    PowerShell,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Shell {
    kind: Kind,
    program: String,
}

impl Shell {
    /// The first that answers. Where none does, the commands themselves will say so.
    pub(super) async fn find(bench: &Workbench, cancel: &Cancel) -> Self {
        let windows = cfg!(windows) && !bench.confines();
        let all = candidates(windows, |name| std::env::var(name).ok(), Path::is_file);
        for shell in &all {
            let asked = bench.run(&shell.argv(&format!("exit {ANSWER}")), PATIENCE, None, cancel).await;
            if asked.is_ok_and(|outcome| outcome.code == Some(ANSWER)) {
                return shell.clone();
            }
        }
        all.into_iter().next().unwrap_or(Self { kind: Kind::Sh, program: "sh".into() })
    }

    /// As the model is told.
    pub(super) fn name(&self) -> &'static str {
        match self.kind {
            Kind::Bash if cfg!(windows) => "bash (of Git for Windows; paths with slashes)",
            Kind::Bash => "bash",
            Kind::Sh => "a plain POSIX `sh` (there is no bash)",
            Kind::PowerShell => "PowerShell (there is no bash: write PowerShell in the tool `bash`)",
        }
    }

    pub(super) fn argv(&self, line: &str) -> Vec<String> {
        let words: &[&str] = match self.kind {
            Kind::Bash | Kind::Sh => &["-c"],
            Kind::PowerShell => &["-NoLogo", "-NoProfile", "-NonInteractive", "-Command"],
        };
        let line = match self.kind {
            Kind::Bash | Kind::Sh => line.to_owned(),
            // By itself it ends with 1 whatever a program ended with.
            Kind::PowerShell => format!("{line}\nif ($null -ne $LASTEXITCODE) {{ exit $LASTEXITCODE }}"),
        };
        std::iter::once(self.program.as_str())
            .chain(words.iter().copied())
            .map(str::to_owned)
            .chain([line])
            .collect()
    }

    /// As policy judges it: it reads lines of POSIX shells by their own name, wherever those lie, and takes anything
    /// else for a program it does not know.
    pub(super) fn judged(&self, line: &str) -> Vec<String> {
        match self.kind {
            Kind::Bash => vec!["bash".into(), "-c".into(), line.into()],
            Kind::Sh => vec!["sh".into(), "-c".into(), line.into()],
            Kind::PowerShell => self.argv(line),
        }
    }
}

/// What may be there, the best first.
fn candidates(
    windows: bool,
    variable: impl Fn(&str) -> Option<String>,
    is_file: impl Fn(&Path) -> bool,
) -> Vec<Shell> {
    let of = |kind, program: String| Shell { kind, program };
    if !windows {
        return vec![of(Kind::Bash, "bash".into()), of(Kind::Sh, "sh".into())];
    }
    let homes =
        ["ProgramFiles", "ProgramW6432", "ProgramFiles(x86)"].iter().filter_map(|name| variable(name));
    let own = variable("LOCALAPPDATA").map(|folder| format!("{folder}\\Programs"));
    let git = homes.chain(own).map(|folder| format!("{folder}\\Git\\bin\\bash.exe"));
    let mut all: Vec<Shell> =
        git.filter(|path| is_file(Path::new(path))).map(|path| of(Kind::Bash, path)).collect();
    all.dedup();
    all.extend(["pwsh.exe", "powershell.exe"].map(|name| of(Kind::PowerShell, name.into())));
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn windows(installed: &str) -> Vec<Shell> {
        let variable = |name: &str| match name {
            "ProgramFiles" | "ProgramW6432" => Some("C:\\Program Files".to_owned()),
            "LOCALAPPDATA" => Some("C:\\Users\\ada\\AppData\\Local".to_owned()),
            _ => None,
        };
        candidates(true, variable, |path| path == Path::new(installed))
    }

    #[test]
    fn a_unix_has_bash_or_at_least_sh() {
        let all = candidates(false, |_| None, |_| false);
        assert_eq!(all.iter().map(|shell| shell.kind).collect::<Vec<_>>(), [Kind::Bash, Kind::Sh]);
        assert_eq!(all[1].argv("a | b"), ["sh", "-c", "a | b"]);
    }

    #[test]
    fn windows_has_the_bash_of_git_wherever_it_is_installed_and_powershell_otherwise() {
        for path in [
            "C:\\Program Files\\Git\\bin\\bash.exe",
            "C:\\Users\\ada\\AppData\\Local\\Programs\\Git\\bin\\bash.exe",
        ] {
            let all = windows(path);
            assert_eq!((all[0].kind, all[0].program.as_str()), (Kind::Bash, path));
            assert_eq!(all.len(), 3, "each place counts once: {all:?}");
            assert_eq!(all[0].judged("git push"), ["bash", "-c", "git push"]);
        }
        // That one is a door to another system.
        let all = windows("C:\\Windows\\System32\\bash.exe");
        assert!(all.iter().all(|shell| shell.kind == Kind::PowerShell), "{all:?}");
        let argv = all[1].argv("cargo test");
        assert_eq!(argv[0], "powershell.exe");
        assert!(argv.contains(&"-NonInteractive".to_owned()), "it asks nobody");
        assert!(
            argv.last().unwrap().starts_with("cargo test\n")
                && argv.last().unwrap().contains("$LASTEXITCODE")
        );
        assert_eq!(all[1].judged("cargo test"), argv);
    }
}
