//! Asking an installed agent what it is and whether somebody is logged in.

use super::{Cli, Installed};

/// How to ask for a version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// Arguments for the program.
    Program(&'static [&'static str]),
    /// A Python package, whose own interpreter knows it without importing it.
    Package(&'static str),
}

/// How to ask for a login: arguments, and what the answer means.
#[derive(Debug, Clone, Copy)]
pub struct Login {
    pub args: &'static [&'static str],
    /// From exit code and output; none when the answer says nothing.
    pub read: fn(Option<i32>, &str) -> Option<bool>,
}

/// The first thing in a text that looks like a version.
pub fn version_of(text: &str) -> Option<String> {
    text.split(|c: char| c.is_whitespace() || matches!(c, '(' | ')' | ','))
        .map(|word| word.strip_prefix('v').unwrap_or(word).trim_end_matches('.'))
        .find(|word| {
            let mut parts = word.split('.');
            let number = |part: Option<&str>| {
                part.is_some_and(|p| !p.is_empty() && p.bytes().all(|b| b.is_ascii_digit()))
            };
            number(parts.next()) && number(parts.next())
        })
        .map(|word| word.chars().take(40).collect())
}

impl Cli {
    /// The command that asks for the version.
    pub fn version_argv(&self, installed: &Installed) -> Vec<String> {
        match (self.version, &installed.python) {
            (Asked::Package(name), Some(python)) => vec![
                python.to_string_lossy().into_owned(),
                "-c".to_owned(),
                format!("import importlib.metadata as m; print(m.version({name:?}))"),
            ],
            (Asked::Package(_), None) => installed.with(["--version"]),
            (Asked::Program(args), _) => installed.with(args.iter().copied()),
        }
    }

    /// The command that asks for a login, where there is one.
    pub fn login_argv(&self, installed: &Installed) -> Option<Vec<String>> {
        self.login.map(|login| installed.with(login.args.iter().copied()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_found_in_what_programs_answer() {
        for (answer, version) in [
            ("codex-cli 0.169.0\n", Some("0.169.0")),
            ("2.1.197 (Claude Code)", Some("2.1.197")),
            ("opencode v1.18.33", Some("1.18.33")),
            ("0.61.0", Some("0.61.0")),
            ("1.0.0-beta.2", Some("1.0.0-beta.2")),
            ("This is mini-swe-agent 2.4.6.", Some("2.4.6")),
            ("command not found", None),
            ("", None),
        ] {
            assert_eq!(version_of(answer).as_deref(), version, "{answer}");
        }
    }
}
