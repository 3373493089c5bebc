//! Reading the depot: logs and files at a commit.

use std::path::Path;

use git2::{ObjectType, Repository, Sort};
use serde::Serialize;

use crate::depot::Depot;
use crate::inspect::CommitLine;
use crate::{ObjectId, RepoError, Result, libgit, tree_diff};

/// A file's content at a commit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FileAt {
    /// At most as many bytes as asked for.
    #[serde(skip)]
    pub bytes: Vec<u8>,
    /// The file's whole size in bytes.
    pub size: u64,
    pub truncated: bool,
    pub binary: bool,
    pub executable: bool,
    pub blob: ObjectId,
}

impl Depot {
    /// Commits from `from` back, newest first, without those `exclude` contains. At most `limit`.
    pub fn log(&self, from: &ObjectId, exclude: Option<&ObjectId>, limit: usize) -> Result<Vec<CommitLine>> {
        walk(&self.open()?, from, exclude, limit)
    }

    /// The file at `path` in a commit: `NotFound` when there is none, `NotAFile` when a folder, link or submodule
    /// is there.
    pub fn read_file(&self, commit: &ObjectId, path: &str, cap: usize) -> Result<FileAt> {
        let repo = self.open()?;
        let missing = || RepoError::NotFound { what: format!("{path} in {}", commit.short()) };
        let tree = libgit::commit(&repo, commit)?.tree()?;
        if path.is_empty() || path.contains('\0') {
            return Err(missing());
        }
        let entry = match tree.get_path(Path::new(path)) {
            Ok(entry) => entry,
            Err(_) => return Err(link_above(&tree, path, commit).unwrap_or_else(missing)),
        };
        if let Some(kind) = not_a_file(entry.filemode()) {
            return Err(RepoError::NotAFile { what: format!("{path} in {}", commit.short()), kind });
        }
        let (size, _) = repo.odb()?.read_header(entry.id())?;
        if size > (64 << 20) {
            return Err(RepoError::TooLarge { what: path.to_owned(), limit: 64 << 20, actual: size as u64 });
        }
        let blob = repo.find_blob(entry.id())?;
        let content = blob.content();
        Ok(FileAt {
            bytes: content[..content.len().min(cap)].to_vec(),
            size: size as u64,
            truncated: content.len() > cap,
            binary: is_binary(content),
            executable: entry.filemode() == 0o100755,
            blob: entry.id().into(),
        })
    }

    /// The paths of a commit's files, sorted. At most `limit`; the flag says that there are more.
    pub fn list_files(&self, commit: &ObjectId, limit: usize) -> Result<(Vec<String>, bool)> {
        let repo = self.open()?;
        let tree = libgit::commit(&repo, commit)?.tree()?;
        let mut paths = Vec::new();
        let whole = tree_diff::visit(&repo, tree.id(), 1_000_000, |path, entry| {
            if entry.kind() == Some(ObjectType::Tree) {
                return true;
            }
            let room = paths.len() < limit;
            if room {
                paths.push(libgit::text(path));
            }
            room
        })?;
        paths.sort();
        Ok((paths, !whole))
    }
}

/// What an entry of a tree is, when it is no file.
fn not_a_file(mode: i32) -> Option<&'static str> {
    match mode {
        0o100644 | 0o100755 | 0o100664 => None,
        0o120000 => Some("a link"),
        0o040000 => Some("a folder"),
        _ => Some("a submodule"),
    }
}

/// Whether something other than a folder stands where the path needs one: what it names may be elsewhere then.
fn link_above(tree: &git2::Tree<'_>, path: &str, commit: &ObjectId) -> Option<RepoError> {
    let above = Path::new(path).ancestors().skip(1);
    let found = above.filter_map(|folder| Some((folder, tree.get_path(folder).ok()?))).next()?;
    let kind = not_a_file(found.1.filemode()).filter(|kind| *kind != "a folder")?;
    let what = format!("{} in {}", found.0.display(), commit.short());
    Some(RepoError::NotAFile { what, kind })
}

pub(crate) fn walk(
    repo: &Repository,
    from: &ObjectId,
    exclude: Option<&ObjectId>,
    limit: usize,
) -> Result<Vec<CommitLine>> {
    let mut walk = repo.revwalk()?;
    // Only a range is put in order of descent: that reads it whole, which for all of history is too much.
    walk.set_sorting(if exclude.is_some() { Sort::TOPOLOGICAL | Sort::TIME } else { Sort::TIME })?;
    walk.push(from.raw()?)?;
    if let Some(exclude) = exclude {
        walk.hide(exclude.raw()?)?;
    }
    let mut lines = Vec::new();
    for id in walk.take(limit) {
        let commit = repo.find_commit(id?)?;
        lines.push(CommitLine {
            commit: commit.id().into(),
            subject: libgit::text(commit.summary_bytes().unwrap_or_default()),
            author: libgit::text(commit.author().name_bytes()),
            time: commit.time().seconds(),
        });
    }
    Ok(lines)
}

/// As git decides it: a zero byte near the start.
pub(crate) fn is_binary(content: &[u8]) -> bool {
    content.iter().take(8000).any(|byte| *byte == 0)
}
