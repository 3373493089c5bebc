//! Which git this is. Below 2.38 there is no merge without a checkout, which landing stands on.

use std::fmt;
use std::time::Duration;

use super::Git;
use crate::{RepoError, Result};

pub const MINIMUM: Version = Version { major: 2, minor: 38, patch: 0 };

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version {
    pub major: u32,
    pub minor: u32,
    pub patch: u32,
}

impl Version {
    /// Reads `git version 2.39.5 (Apple Git-154)`, `git version 2.47.1.windows.2` and the like.
    pub fn parse(text: &str) -> Option<Self> {
        let number = text.trim().strip_prefix("git version ")?.split_whitespace().next()?;
        let mut parts = number.split('.').map(|part| part.parse::<u32>().ok());
        let major = parts.next()??;
        let minor = parts.next()??;
        Some(Self { major, minor, patch: parts.next().flatten().unwrap_or(0) })
    }

    /// `merge-tree` takes `--merge-base` since 2.40.
    pub(crate) fn merge_tree_takes_a_base(self) -> bool {
        self >= Self { major: 2, minor: 40, patch: 0 }
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

pub(super) fn ask(git: &Git) -> Result<Version> {
    let answer = git.call().flags(&["version"]).timeout(Duration::from_secs(20)).success()?;
    let text = String::from_utf8_lossy(&answer.stdout);
    Version::parse(&text).ok_or_else(|| RepoError::Missing {
        detail: format!(
            "{} answered {:?}",
            git.program().display(),
            text.chars().take(80).collect::<String>()
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_versions_of_every_packager_are_read() {
        let read = |text| Version::parse(text).map(|v| v.to_string());
        assert_eq!(read("git version 2.39.5 (Apple Git-154)\n").as_deref(), Some("2.39.5"));
        assert_eq!(read("git version 2.47.1.windows.2\n").as_deref(), Some("2.47.1"));
        assert_eq!(read("git version 2.50\n").as_deref(), Some("2.50.0"));
        assert_eq!(read("git version 2.51.GIT\n").as_deref(), Some("2.51.0"));
        assert_eq!(read("hub version 1\n"), None);
    }
}
