//! What the new contents are: sizes first, so that nothing huge is ever unpacked into memory, then
//! conflict markers and binary files.

use std::collections::HashMap;

use git2::Repository;

use crate::history::is_binary;
use crate::tree_diff::{Change, LINK, SUBMODULE};
use crate::{ObjectId, RepoError, Result, libgit};

pub(super) const LARGE: u64 = 1 << 20;
/// Files above this are taken for binary without a look.
const SCANNED: u64 = 8 << 20;

#[derive(Default)]
pub(super) struct Sizes {
    by_blob: HashMap<ObjectId, u64>,
    pub total: u64,
}

impl Sizes {
    pub fn of(&self, blob: &ObjectId) -> Option<u64> {
        self.by_blob.get(blob).copied()
    }
}

#[derive(Default)]
pub(super) struct Found {
    pub conflict_markers: Vec<String>,
    pub binary: Vec<String>,
    pub large: Vec<String>,
}

pub(super) fn sizes(repo: &Repository, changes: &[Change], limit: u64) -> Result<Sizes> {
    let odb = repo.odb()?;
    let mut sizes = Sizes::default();
    for side in changes.iter().filter_map(|change| change.new.as_ref()).filter(|side| side.mode != SUBMODULE)
    {
        let size = match sizes.of(&side.id) {
            Some(size) => size,
            None => odb.read_header(side.id.raw()?)?.0 as u64,
        };
        sizes.by_blob.insert(side.id.clone(), size);
        sizes.total += size;
        if sizes.total > limit {
            let what = "the changed content".into();
            return Err(RepoError::TooLarge { what, limit, actual: sizes.total });
        }
    }
    Ok(sizes)
}

pub(super) fn scan(repo: &Repository, changes: &[Change], sizes: &Sizes) -> Result<Found> {
    let mut found = Found::default();
    for change in changes {
        let Some(new) = change.new.as_ref().filter(|new| new.mode != SUBMODULE && new.mode != LINK) else {
            continue;
        };
        if change.old.as_ref().is_some_and(|old| old.id == new.id) {
            continue;
        }
        let path = libgit::text(&change.path);
        let size = sizes.of(&new.id).unwrap_or(0);
        if size > LARGE {
            found.large.push(path.clone());
        }
        if size > SCANNED {
            found.binary.push(path);
            continue;
        }
        let content = repo.find_blob(new.id.raw()?)?;
        if is_binary(content.content()) {
            found.binary.push(path);
        } else if marked(content.content()) && !was_marked(repo, change)? {
            found.conflict_markers.push(path);
        }
    }
    Ok(found)
}

fn was_marked(repo: &Repository, change: &Change) -> Result<bool> {
    let Some(old) = change.old.as_ref().filter(|old| old.mode != SUBMODULE) else { return Ok(false) };
    if repo.odb()?.read_header(old.id.raw()?)?.0 as u64 > SCANNED {
        return Ok(false);
    }
    Ok(marked(repo.find_blob(old.id.raw()?)?.content()))
}

/// An opening, a middle and a closing marker, each at the start of its line, in this order.
fn marked(content: &[u8]) -> bool {
    let mut expected: &[&[u8]] = &[b"<<<<<<< ", b"=======", b">>>>>>> "];
    for line in content.split(|byte| *byte == b'\n') {
        let Some((next, rest)) = expected.split_first() else { return true };
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let hit = if next.ends_with(b" ") { line.starts_with(next) } else { line == *next };
        if hit {
            expected = rest;
        }
    }
    expected.is_empty()
}

#[cfg(test)]
mod tests {
    use super::marked;

    #[test]
    fn only_a_whole_set_of_markers_counts() {
        assert!(marked(b"a\n<<<<<<< ours\nx\n=======\ny\n>>>>>>> theirs\n"));
        assert!(marked(b"<<<<<<< ours\r\n=======\r\n>>>>>>> theirs"));
        assert!(!marked(b"Title\n=======\n\ntext\n"));
        assert!(!marked(b" <<<<<<< ours\n=======\n>>>>>>> theirs\n"));
        assert!(!marked(b">>>>>>> theirs\n=======\n<<<<<<< ours\n"));
    }
}
