//! The clone as a tree of regular files: finding them, and refusing every way out.

use super::error::DeterministicError;
use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Component, Path, PathBuf};

/// Most entries walked; a larger tree is refused rather than searched in part.
const MAX_ENTRIES: usize = 200_000;

pub(super) struct Tree<'a> {
    root: PathBuf,
    tracked: Option<&'a [PathBuf]>,
}

impl<'a> Tree<'a> {
    /// The root is resolved once, so that links above it do not matter.
    pub(super) fn open(root: &Path, tracked: Option<&'a [PathBuf]>) -> Result<Self, DeterministicError> {
        let resolved = fs::canonicalize(root).map_err(|e| DeterministicError::io("cannot open", root, e))?;
        Ok(Self { root: resolved, tracked })
    }

    /// The place of a path that may or may not exist. No step on the way is a link.
    pub(super) fn place(&self, relative: &str) -> Result<PathBuf, DeterministicError> {
        let bad = |why| DeterministicError::BadPath { path: relative.to_owned(), why };
        if relative.is_empty() || relative.contains(['\0', '\\']) {
            return Err(bad("is empty or holds a character no path here may have"));
        }
        let mut place = self.root.clone();
        for component in Path::new(relative).components() {
            let Component::Normal(step) = component else { return Err(bad("leaves the repository")) };
            if is_git(step) {
                return Err(bad("is inside git's own folder"));
            }
            place.push(step);
            match fs::symlink_metadata(&place) {
                Ok(meta) if meta.is_symlink() => {
                    return Err(DeterministicError::Symlink { path: relative.to_owned() });
                }
                Ok(_) => {}
                Err(e) if e.kind() == std::io::ErrorKind::NotFound => {}
                Err(e) => return Err(DeterministicError::io("cannot look at", &place, e)),
            }
        }
        Ok(place)
    }

    /// The place of a regular file that exists.
    pub(super) fn file(&self, relative: &str) -> Result<PathBuf, DeterministicError> {
        let place = self.place(relative)?;
        match fs::symlink_metadata(&place) {
            Ok(meta) if meta.is_file() => Ok(place),
            Ok(_) => Err(DeterministicError::NotAFile { path: relative.to_owned() }),
            Err(_) => Err(DeterministicError::Missing { path: relative.to_owned() }),
        }
    }

    /// The absolute place of a path that [`Tree::files`] gave.
    pub(super) fn absolute(&self, relative: &Path) -> PathBuf {
        self.root.join(relative)
    }

    /// Regular files in order of their paths: tracked ones when they are known, otherwise all but git's folders,
    /// other repositories inside this one, and whatever lies behind a link.
    pub(super) fn files(&self) -> Result<Vec<PathBuf>, DeterministicError> {
        let mut found = BTreeSet::new();
        if let Some(tracked) = self.tracked {
            let regular = |path: &&PathBuf| {
                path.to_str().map_or_else(|| self.is_regular(path), |text| self.file(text).is_ok())
            };
            found.extend(tracked.iter().filter(regular).cloned());
            return Ok(found.into_iter().collect());
        }
        let mut folders = vec![PathBuf::new()];
        let mut seen = 0usize;
        while let Some(folder) = folders.pop() {
            let absolute = self.root.join(&folder);
            let entries =
                fs::read_dir(&absolute).map_err(|e| DeterministicError::io("cannot list", &absolute, e))?;
            for entry in entries {
                let entry = entry.map_err(|e| DeterministicError::io("cannot list", &absolute, e))?;
                seen += 1;
                if seen > MAX_ENTRIES {
                    return Err(DeterministicError::TooManyEntries(MAX_ENTRIES));
                }
                if is_git(&entry.file_name()) {
                    continue;
                }
                let kind =
                    entry.file_type().map_err(|e| DeterministicError::io("cannot look at", &absolute, e))?;
                let relative = folder.join(entry.file_name());
                if kind.is_file() {
                    found.insert(relative);
                } else if kind.is_dir() && fs::symlink_metadata(entry.path().join(".git")).is_err() {
                    folders.push(relative);
                }
            }
        }
        Ok(found.into_iter().collect())
    }

    /// For names that are not text: the same look at every step, without the checks on characters.
    fn is_regular(&self, relative: &Path) -> bool {
        let mut place = self.root.clone();
        for component in relative.components() {
            let Component::Normal(step) = component else { return false };
            place.push(step);
            if is_git(step) || fs::symlink_metadata(&place).map_or(true, |meta| meta.is_symlink()) {
                return false;
            }
        }
        fs::symlink_metadata(&place).is_ok_and(|meta| meta.is_file())
    }
}

/// Git's folder in every spelling a case-insensitive file system reads as it.
fn is_git(step: &std::ffi::OsStr) -> bool {
    step.to_str().is_some_and(|name| name.trim_end_matches(['.', ' ']).eq_ignore_ascii_case(".git"))
}

/// A matcher for one glob as plans write it: without a wildcard it names a file or a whole folder.
pub(super) fn matcher(glob: &str) -> Result<GlobSet, DeterministicError> {
    let bad = |e: globset::Error| DeterministicError::BadPattern {
        pattern: glob.to_owned(),
        why: e.kind().to_string(),
    };
    let bare = glob.trim_end_matches('/');
    let mut texts = vec![bare.to_owned()];
    if glob.ends_with('/') || !bare.contains(['*', '?', '[', '{']) {
        texts.push(format!("{bare}/**"));
    }
    let mut set = GlobSetBuilder::new();
    for text in texts {
        set.add(
            GlobBuilder::new(&text).literal_separator(true).backslash_escape(false).build().map_err(bad)?,
        );
    }
    set.build().map_err(bad)
}

/// A path with `/` between its steps on every system.
pub(super) fn shown(path: &Path) -> String {
    let steps = path.components().map(|c| c.as_os_str().to_string_lossy());
    steps.collect::<Vec<_>>().join("/")
}
