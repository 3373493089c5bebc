//! The one named exception to `harden`: the user's own git, in the user's own folder, because they said so.
//!
//! Here the user's configuration, hooks, filters and signing are in force; that is what it is for. What is left of the
//! hardening: no prompt and no editor that would wait for ever, no pager, none of our variables, none that would point
//! git at another repository, and the limits of every call. Never used for anything a job, an agent or a clock wants.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::{Git, GitCall};

/// Variables of git's that say who the user is and where their configuration is. All others point it somewhere or
/// change what it does, and were set for another program.
const KEPT: &[&str] = &[
    "GIT_CONFIG_GLOBAL",
    "GIT_CONFIG_SYSTEM",
    "GIT_CONFIG_NOSYSTEM",
    "GIT_AUTHOR_NAME",
    "GIT_AUTHOR_EMAIL",
    "GIT_COMMITTER_NAME",
    "GIT_COMMITTER_EMAIL",
    "GIT_SSH",
    "GIT_SSH_COMMAND",
];

/// Who a call is made as.
#[derive(Clone, Debug)]
pub(super) struct AsUser {
    pub(super) folder: PathBuf,
    pub(super) environment: Vec<(OsString, OsString)>,
    pub(super) hooks: bool,
}

impl Git {
    /// A call in a working folder of the user's, as if they had typed it there. `environment` is theirs.
    pub fn as_user(&self, folder: &Path, environment: &[(String, String)]) -> GitCall<'_> {
        let given = environment.iter().filter(|(name, _)| handed_on(name));
        let mut environment: Vec<(OsString, OsString)> =
            given.map(|(name, value)| (name.into(), value.into())).collect();
        let ours = [
            ("GIT_TERMINAL_PROMPT", "0"),
            ("GIT_EDITOR", ":"),
            ("GIT_SEQUENCE_EDITOR", ":"),
            ("GIT_MERGE_AUTOEDIT", "no"),
            ("GIT_PAGER", "cat"),
            ("PAGER", "cat"),
        ];
        environment.extend(ours.map(|(name, value)| (name.into(), value.into())));
        let mut call = self.call();
        call.as_user = Some(AsUser { folder: folder.to_owned(), environment, hooks: true });
        call
    }
}

impl GitCall<'_> {
    /// The same without their hooks: for putting back what a hook refused.
    pub fn without_hooks(mut self) -> Self {
        if let Some(user) = &mut self.as_user {
            user.hooks = false;
        }
        self
    }
}

fn handed_on(name: &str) -> bool {
    let upper = name.to_ascii_uppercase();
    !upper.starts_with("PILOTHOUSE_") && (!upper.starts_with("GIT_") || KEPT.contains(&upper.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_points_git_elsewhere_and_what_is_ours_is_not_handed_on() {
        for dropped in ["GIT_DIR", "GIT_INDEX_FILE", "GIT_CONFIG_COUNT", "PILOTHOUSE_TOKEN", "pilothouse_x"] {
            assert!(!handed_on(dropped), "{dropped}");
        }
        for kept in ["HOME", "PATH", "SSH_AUTH_SOCK", "GNUPGHOME", "GIT_CONFIG_GLOBAL", "GIT_SSH_COMMAND"] {
            assert!(handed_on(kept), "{kept}");
        }
    }
}
