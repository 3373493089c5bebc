//! Large files kept beside git (LFS): what a push would leave out, and sending it before.
//!
//! Git itself only knows pointers, small files that name a content by its digest. A remote that gets pointers without
//! their contents has a branch that nobody can check out. So the contents that come with new commits are found by
//! reading those commits, and `git lfs push` sends them with the credentials of the push. No filter is run, and what
//! a content is stays unread.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::depot::Depot;
use crate::process::{OwnCredentials, Watch, Watched, watched};
use crate::push::{NAME, UserRemote, places};
use crate::{Git, ObjectId, Result, libgit};

/// A pointer is never longer, by its specification.
const LONGEST: usize = 1024;
const BEGINS: &str = "version https://git-lfs.github.com/spec/v1\n";
/// Contents named in one call.
const AT_ONCE: usize = 100;

/// A content that a pointer names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LfsObject {
    /// SHA-256, in hexadecimal.
    pub oid: String,
    pub size: u64,
    /// One of the files that are it.
    pub path: String,
}

impl Depot {
    /// Contents that pointers name which came with `commit` and are not in `known`; by digest.
    pub fn lfs_objects(&self, commit: &ObjectId, known: Option<&ObjectId>) -> Result<Vec<LfsObject>> {
        let repo = self.open()?;
        let mut walk = repo.revwalk()?;
        walk.push(commit.raw()?)?;
        let mut before = BTreeMap::new();
        if let Some(known) = known {
            walk.hide(known.raw()?)?;
            let tree = libgit::commit(&repo, known)?.tree()?;
            added(&repo, None, &tree, &mut before)?;
        }
        let mut found = BTreeMap::new();
        for id in walk {
            let commit = repo.find_commit(id?)?;
            // What came with another parent is found there.
            let parent = commit.parents().next().map(|parent| parent.tree()).transpose()?;
            added(&repo, parent.as_ref(), &commit.tree()?, &mut found)?;
        }
        found.retain(|oid, _| !before.contains_key(oid));
        Ok(found.into_values().collect())
    }
}

fn added(
    repo: &git2::Repository,
    from: Option<&git2::Tree<'_>>,
    to: &git2::Tree<'_>,
    found: &mut BTreeMap<String, LfsObject>,
) -> Result<()> {
    let odb = repo.odb()?;
    let diff = repo.diff_tree_to_tree(from, Some(to), None)?;
    for delta in diff.deltas() {
        let file = delta.new_file();
        let is_file = matches!(file.mode(), git2::FileMode::Blob | git2::FileMode::BlobExecutable);
        if !is_file || odb.read_header(file.id()).map_or(true, |(size, _)| size > LONGEST) {
            continue;
        }
        let path = file.path().map(|path| path.to_string_lossy().into_owned()).unwrap_or_default();
        if let Some((oid, size)) = pointer(odb.read(file.id())?.data()) {
            found.entry(oid.clone()).or_insert(LfsObject { oid, size, path });
        }
    }
    Ok(())
}

/// Digest and size of what a pointer names.
fn pointer(bytes: &[u8]) -> Option<(String, u64)> {
    let text = std::str::from_utf8(bytes).ok()?;
    let rest = text.strip_prefix(BEGINS)?;
    let of = |key: &str| rest.lines().find_map(|line| line.strip_prefix(key));
    let oid = of("oid sha256:")?;
    let hex = oid.len() == 64 && oid.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
    let size = of("size ")?.parse().ok()?;
    // An empty file has no content that could be missing.
    (hex && size > 0).then(|| (oid.to_owned(), size))
}

impl Git {
    /// Those of `objects` whose contents are not in the user's repository, where `git lfs` keeps them.
    pub fn lfs_missing(&self, user_repo: &Path, objects: &[LfsObject]) -> Result<Vec<LfsObject>> {
        let (git_dir, _) = places(&libgit::open_users(user_repo)?);
        let store = self.lfs_store(&git_dir)?;
        let there = |object: &&LfsObject| {
            let (a, b) = (object.oid.get(..2), object.oid.get(2..4));
            let file = store.join(a.unwrap_or_default()).join(b.unwrap_or_default()).join(&object.oid);
            std::fs::metadata(file).is_ok_and(|found| found.is_file() && found.len() == object.size)
        };
        Ok(objects.iter().filter(|object| !there(object)).cloned().collect())
    }

    /// Sends contents that are in the user's repository, in calls of a bounded length; what git said in the last one.
    /// Blocks until all were sent, one call failed, its time is over or somebody cancels.
    pub fn lfs_push(
        &self,
        user_repo: &Path,
        remote: &UserRemote,
        objects: &[LfsObject],
        credentials: &OwnCredentials,
        watch: &Watch<'_>,
    ) -> Result<Option<Watched>> {
        let (git_dir, _) = places(&libgit::open_users(user_repo)?);
        let mut last = None;
        for some in objects.chunks(AT_ONCE) {
            let call = remote.call(self, &git_dir, credentials)?;
            let call = call.flags(&["lfs", "push", "--object-id"]).value(NAME);
            let call = some.iter().fold(call, |call, object| call.value(&object.oid));
            let said = watched(&call, watch)?;
            let well = said.end == crate::WatchedEnd::Exited(Some(0));
            last = Some(said);
            if !well {
                break;
            }
        }
        Ok(last)
    }

    /// `lfs.storage` of the repository's own configuration, else `lfs` in its git folder.
    fn lfs_store(&self, git_dir: &Path) -> Result<PathBuf> {
        let answer = self.in_dir(git_dir).flags(&["config", "--get"]).value("lfs.storage").run()?;
        let store = match answer.text().trim() {
            "" => git_dir.join("lfs"),
            named => git_dir.join(named),
        };
        Ok(store.join("objects"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pointer_is_read_and_nothing_else_is_taken_for_one() {
        let oid = "4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393";
        let text = format!("{BEGINS}oid sha256:{oid}\nsize 12345\n");
        assert_eq!(pointer(text.as_bytes()), Some((oid.to_owned(), 12_345)));
        for other in [
            String::new(),
            "version https://git-lfs.github.com/spec/v1".into(),
            format!("{BEGINS}oid sha256:abc\nsize 1\n"),
            format!("{BEGINS}oid sha256:--{}\nsize 1\n", &oid[2..]),
            format!("{BEGINS}oid sha256:{oid}\nsize 0\n"),
            format!("see {text}"),
        ] {
            assert_eq!(pointer(other.as_bytes()), None, "{other}");
        }
    }
}
