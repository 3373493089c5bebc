//! The parts of a machine that say where tools are; handed in, so that tests can build one.

use std::path::{Path, PathBuf};

/// A home, a search path and variables.
#[derive(Debug, Clone, Default)]
pub struct Machine {
    pub home: PathBuf,
    pub path: Vec<PathBuf>,
    pub environment: Vec<(String, String)>,
}

impl Machine {
    /// This one, as this process sees it.
    pub fn current() -> Self {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let text = |(name, value): (std::ffi::OsString, std::ffi::OsString)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        };
        Self {
            home: crate::paths::user_home().unwrap_or_default(),
            path: std::env::split_paths(&path).filter(|folder| folder.is_absolute()).collect(),
            environment: std::env::vars_os().filter_map(text).collect(),
        }
    }

    /// A folder a variable names, else one below home; only if it exists.
    pub(super) fn folder(&self, variable: &str, below_home: &str) -> Option<PathBuf> {
        let named = self.variable(variable).map(PathBuf::from).filter(|path| path.is_absolute());
        Some(named.unwrap_or_else(|| self.home.join(below_home))).filter(|path| path.is_dir())
    }

    pub(super) fn variable(&self, name: &str) -> Option<&str> {
        let found = self.environment.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
    }

    /// The first program of this name on the search path, as it is named there.
    pub fn program(&self, name: &str) -> Option<PathBuf> {
        self.path.iter().map(|folder| folder.join(name)).find(|path| path.is_file())
    }

    /// Existing folders below home.
    pub(super) fn below_home(&self, folders: &[&str]) -> Vec<PathBuf> {
        folders.iter().map(|below| self.home.join(below)).filter(|path| path.exists()).collect()
    }
}

/// The folder that holds a program's whole installation: `/x/bin/node` (links resolved) gives `/x`.
pub(super) fn installation(program: &Path) -> Option<PathBuf> {
    let real = std::fs::canonicalize(program).ok()?;
    let bin = real.parent()?;
    let root = if bin.file_name().is_some_and(|name| name == "bin") { bin.parent()? } else { bin };
    // Never a whole home or the root of the machine; /usr is shown anyway.
    (root.components().count() > 2 || root == Path::new("/usr")).then(|| root.to_path_buf())
}

/// Sub-folders ordered by the numbers in their names, the highest version first.
pub(super) fn newest_first(folder: &Path) -> Vec<PathBuf> {
    let mut versions: Vec<(Vec<u64>, PathBuf)> = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| (numbers(&entry.file_name().to_string_lossy()), entry.path()))
        .collect();
    versions.sort_by(|a, b| b.cmp(a));
    versions.into_iter().map(|(_, path)| path).collect()
}

fn numbers(name: &str) -> Vec<u64> {
    name.split(|c: char| !c.is_ascii_digit()).filter_map(|digits| digits.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_ordered_as_numbers() {
        let temp = tempfile::tempdir().unwrap();
        for name in ["v9.1.0", "v20.2.0", "v20.10.0"] {
            std::fs::create_dir(temp.path().join(name)).unwrap();
        }
        let names: Vec<_> =
            newest_first(temp.path()).iter().map(|path| path.file_name().unwrap().to_owned()).collect();
        assert_eq!(names, ["v20.10.0", "v20.2.0", "v9.1.0"]);
    }

    #[test]
    fn an_installation_is_never_a_home_or_the_root() {
        let temp = tempfile::tempdir().unwrap();
        let bin = temp.path().join("tool/bin");
        std::fs::create_dir_all(&bin).unwrap();
        std::fs::write(bin.join("node"), "").unwrap();
        assert_eq!(installation(&bin.join("node")), std::fs::canonicalize(temp.path().join("tool")).ok());
        assert_eq!(installation(Path::new("/usr/bin/env")), Some("/usr".into()));
        assert_eq!(installation(Path::new("/etc/passwd")), None);
    }
}
