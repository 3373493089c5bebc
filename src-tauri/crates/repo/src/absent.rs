//! What a repository has and a tree of a job or a check does not: contents of large files (LFS) and of submodules. No
//! filter is run and no submodule is fetched there, so a check that needs them fails through no fault of a change.

use crate::depot::Depot;
use crate::{ObjectId, Result, libgit};

/// Longest `.gitattributes` that is looked into.
const LONGEST: usize = 256 * 1024;

/// What a check may miss.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Absent {
    pub large_files: bool,
    pub submodules: bool,
}

impl Depot {
    /// By what stands at the root of a commit: `.gitattributes` that gives files to LFS, and `.gitmodules`.
    pub fn absent(&self, commit: &ObjectId) -> Result<Absent> {
        let repo = self.open()?;
        let tree = libgit::commit(&repo, commit)?.tree()?;
        let blob = |name: &str| tree.get_name(name).and_then(|entry| repo.find_blob(entry.id()).ok());
        let large_files = blob(".gitattributes")
            .filter(|attributes| attributes.size() <= LONGEST)
            .is_some_and(|attributes| gives_to_lfs(&String::from_utf8_lossy(attributes.content())));
        Ok(Absent { large_files, submodules: blob(".gitmodules").is_some() })
    }
}

fn gives_to_lfs(attributes: &str) -> bool {
    attributes.lines().any(|line| {
        let mut words = line.split_whitespace();
        let pattern = words.next().unwrap_or("#");
        !pattern.starts_with('#') && words.any(|word| word == "filter=lfs")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_line_that_gives_a_pattern_to_lfs_counts() {
        assert!(gives_to_lfs("*.txt text\n*.bin filter=lfs diff=lfs merge=lfs -text\n"));
        for none in ["", "# *.bin filter=lfs", "*.bin -filter", "filter=lfs", "*.bin filter=lfsx"] {
            assert!(!gives_to_lfs(none), "{none}");
        }
    }
}
