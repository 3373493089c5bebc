//! Files of a commit as they are stored, whole and bounded: for whoever carries a folder somewhere else. Nothing of a
//! work tree, no filter and no attribute has a say in it.

use git2::ObjectType;

use crate::depot::Depot;
use crate::{ObjectId, RepoError, Result, libgit, tree_diff};

/// Entries of a tree that are looked at.
const ENTRIES: usize = 1_000_000;

/// One file or link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredFile {
    /// Below the folder that was asked for, with slashes.
    pub path: String,
    /// Of a link: where it points.
    pub bytes: Vec<u8>,
    pub executable: bool,
    pub link: bool,
}

impl Depot {
    /// The files below `folder` (empty: all) that `wanted` takes by their path in it, sorted. Submodules and paths that
    /// are not text are left out. Fails when their bytes are more than `most` together.
    pub fn stored_files(
        &self,
        commit: &ObjectId,
        folder: &str,
        most: u64,
        wanted: impl Fn(&str) -> bool,
    ) -> Result<Vec<StoredFile>> {
        let repo = self.open()?;
        let mut root = libgit::commit(&repo, commit)?.tree()?;
        let missing = || RepoError::NotFound { what: format!("{folder} in {}", commit.short()) };
        if !folder.is_empty() {
            let entry = root.get_path(std::path::Path::new(folder)).map_err(|_| missing())?;
            root = repo.find_tree(entry.id()).map_err(|_| missing())?;
        }
        let mut found = Vec::new();
        let whole = tree_diff::visit(&repo, root.id(), ENTRIES, |path, entry| {
            if entry.kind() == Some(ObjectType::Blob)
                && let Ok(path) = std::str::from_utf8(path)
                && wanted(path)
            {
                found.push((path.to_owned(), entry.id(), entry.filemode()));
            }
            true
        })?;
        if !whole {
            return Err(RepoError::TooLarge {
                what: format!("{folder} in {}", commit.short()),
                limit: ENTRIES as u64,
                actual: ENTRIES as u64 + 1,
            });
        }
        found.sort();
        let odb = repo.odb()?;
        let mut total = 0;
        let mut files = Vec::new();
        for (path, id, mode) in found {
            total += odb.read_header(id)?.0 as u64;
            if total > most {
                return Err(RepoError::TooLarge { what: path, limit: most, actual: total });
            }
            let bytes = repo.find_blob(id)?.content().to_vec();
            files.push(StoredFile { path, bytes, executable: mode == 0o100755, link: mode == 0o120000 });
        }
        Ok(files)
    }
}
