//! Where a downloaded package lies until it is installed: one file in the data folder, named for its version.

use std::io;
use std::path::{Path, PathBuf};

/// The folder of downloaded packages.
#[derive(Debug, Clone)]
pub struct Shelf {
    folder: PathBuf,
}

impl Shelf {
    pub fn of(data_root: &Path) -> Self {
        Self { folder: data_root.join("updates") }
    }

    /// A whole package whose signature was checked.
    pub fn package(&self, version: &str) -> PathBuf {
        self.folder.join(format!("{}.package", tame(version)))
    }

    /// The same while it is written.
    pub fn part(&self, version: &str) -> PathBuf {
        self.folder.join(format!("{}.part", tame(version)))
    }

    pub fn ready_for_writing(&self) -> io::Result<()> {
        std::fs::create_dir_all(&self.folder)
    }

    /// Removes everything but the package of `version`; what cannot be removed stays.
    pub fn keep_only(&self, version: Option<&str>) {
        let keep = version.map(|version| self.package(version));
        let Ok(entries) = std::fs::read_dir(&self.folder) else { return };
        for path in entries.flatten().map(|entry| entry.path()) {
            if Some(&path) != keep.as_ref()
                && let Err(error) = std::fs::remove_file(&path)
            {
                tracing::warn!(%error, "an old download stays");
            }
        }
    }
}

/// A version is announced from outside and becomes part of a path.
fn tame(version: &str) -> String {
    version.chars().map(|c| if c.is_ascii_alphanumeric() || "+-.".contains(c) { c } else { '_' }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_present_package_is_kept_and_no_version_leaves_the_folder() {
        let root = std::env::temp_dir().join(format!("pilothouse-shelf-{}", std::process::id()));
        let shelf = Shelf::of(&root);
        shelf.keep_only(None);
        shelf.ready_for_writing().unwrap();
        for path in [shelf.package("0.1.0"), shelf.package("0.2.0"), shelf.part("0.2.0")] {
            assert_eq!(path.parent(), Some(root.join("updates").as_path()));
            std::fs::write(path, "x").unwrap();
        }
        shelf.keep_only(Some("0.2.0"));
        let left: Vec<_> =
            std::fs::read_dir(root.join("updates")).unwrap().flatten().map(|e| e.path()).collect();
        assert_eq!(left, [shelf.package("0.2.0")]);
        assert_eq!(shelf.package("../../x").parent(), Some(root.join("updates").as_path()));
        std::fs::remove_dir_all(root).unwrap();
    }
}
