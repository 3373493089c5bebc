//! What differs between two trees, path by path, without guessing renames. The work is counted: a tree of
//! a few hundred bytes can name billions of paths, and is refused instead of walked.

use std::collections::BTreeMap;

use git2::{ObjectType, Repository};

use crate::{ObjectId, RepoError, Result};

pub(crate) const LINK: i32 = 0o120000;
pub(crate) const SUBMODULE: i32 = 0o160000;
pub(crate) const EXECUTABLE: i32 = 0o100755;

/// One side of a change: which object, and with which mode of git's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Side {
    pub id: ObjectId,
    pub mode: i32,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Change {
    pub path: Vec<u8>,
    pub old: Option<Side>,
    pub new: Option<Side>,
}

/// The changes from `old` to `new` (tree ids), sorted by path; `TooLarge` above `limit` steps.
pub(crate) fn between(
    repo: &Repository,
    old: &ObjectId,
    new: &ObjectId,
    limit: usize,
) -> Result<Vec<Change>> {
    let mut walk = Walk { repo, limit, steps: 0, changes: Vec::new() };
    let (old, new) = (known(old)?, known(new)?);
    let mut pending = vec![(Vec::new(), old, new)];
    while let Some((prefix, old, new)) = pending.pop() {
        walk.level(prefix, old, new, &mut pending)?;
    }
    walk.changes.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(walk.changes)
}

type Level = (Vec<u8>, Option<git2::Oid>, Option<git2::Oid>);

fn known(id: &ObjectId) -> Result<Option<git2::Oid>> {
    Ok(if *id == ObjectId::empty_tree() { None } else { Some(id.raw()?) })
}

struct Walk<'r> {
    repo: &'r Repository,
    limit: usize,
    steps: usize,
    changes: Vec<Change>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
struct Entry {
    id: git2::Oid,
    mode: i32,
    tree: bool,
}

impl Walk<'_> {
    fn level(
        &mut self,
        prefix: Vec<u8>,
        old: Option<git2::Oid>,
        new: Option<git2::Oid>,
        pending: &mut Vec<Level>,
    ) -> Result<()> {
        let mut names: BTreeMap<Vec<u8>, (Option<Entry>, Option<Entry>)> = BTreeMap::new();
        for (name, entry) in self.entries(old)? {
            names.entry(name).or_default().0 = Some(entry);
        }
        for (name, entry) in self.entries(new)? {
            names.entry(name).or_default().1 = Some(entry);
        }
        for (name, (old, new)) in names {
            if old == new {
                continue;
            }
            self.step()?;
            let mut path = prefix.clone();
            path.extend_from_slice(&name);
            let trees = (old.filter(|e| e.tree).map(|e| e.id), new.filter(|e| e.tree).map(|e| e.id));
            let files = (old.filter(|e| !e.tree), new.filter(|e| !e.tree));
            if trees != (None, None) {
                let mut below = path.clone();
                below.push(b'/');
                pending.push((below, trees.0, trees.1));
            }
            if files != (None, None) {
                self.changes.push(Change { path, old: files.0.map(side), new: files.1.map(side) });
            }
        }
        Ok(())
    }

    fn entries(&mut self, tree: Option<git2::Oid>) -> Result<Vec<(Vec<u8>, Entry)>> {
        let Some(id) = tree else { return Ok(Vec::new()) };
        let tree = self.repo.find_tree(id)?;
        let entry = |e: git2::TreeEntry<'_>| {
            let tree = e.kind() == Some(ObjectType::Tree);
            (e.name_bytes().to_vec(), Entry { id: e.id(), mode: e.filemode(), tree })
        };
        Ok(tree.iter().map(entry).collect())
    }

    fn step(&mut self) -> Result<()> {
        self.steps += 1;
        if self.steps <= self.limit {
            return Ok(());
        }
        let (limit, actual) = (self.limit as u64, self.steps as u64);
        Err(RepoError::TooLarge { what: "the number of changed paths".into(), limit, actual })
    }
}

fn side(entry: Entry) -> Side {
    Side { id: entry.id.into(), mode: entry.mode }
}

/// Every file, link and submodule of a tree with its path, until `visit` says stop or `limit` entries
/// were seen. False when it was cut short.
pub(crate) fn visit(
    repo: &Repository,
    tree: git2::Oid,
    limit: usize,
    mut visit: impl FnMut(&[u8], &git2::TreeEntry<'_>) -> bool,
) -> Result<bool> {
    let mut pending = vec![(Vec::new(), tree)];
    let mut steps = 0;
    while let Some((prefix, id)) = pending.pop() {
        let tree = repo.find_tree(id)?;
        let mut below = Vec::new();
        for entry in tree.iter() {
            steps += 1;
            let path = [prefix.as_slice(), entry.name_bytes()].concat();
            if steps > limit || !visit(&path, &entry) {
                return Ok(false);
            }
            if entry.kind() == Some(ObjectType::Tree) {
                below.push(([path.as_slice(), b"/"].concat(), entry.id()));
            }
        }
        pending.extend(below.into_iter().rev());
    }
    Ok(true)
}
