//! Merging trees in the object store with git's own merge. On a git without `--merge-base` the base is
//! given by three made-up commits whose only common ancestor it is.

use super::conflict::{self, ConflictFile};
use super::{CommitObject, Signature};
use crate::depot::Depot;
use crate::process::GitOutput;
use crate::{ObjectId, Result};

/// What is merged. Commits; `base` none means their common history decides.
pub(crate) struct Sides<'a> {
    pub base: Option<Base<'a>>,
    pub ours: &'a ObjectId,
    pub theirs: &'a ObjectId,
}

pub(crate) enum Base<'a> {
    Commit(&'a ObjectId),
    /// Nothing: the first commit of a history is picked or taken back.
    Nothing,
}

#[derive(Debug)]
pub(crate) enum Merged {
    Clean(ObjectId),
    Conflict(Vec<ConflictFile>),
}

const SYNTHETIC: &str = "Pilothouse <git@pilothouse.invalid> 0 +0000";

pub(crate) fn merge(depot: &Depot, sides: &Sides<'_>) -> Result<Merged> {
    let answer = raw(depot, sides)?;
    let mut fields = answer.stdout.split(|byte| *byte == 0);
    let tree = fields.next().map(String::from_utf8_lossy).unwrap_or_default();
    match answer.status {
        0 => Ok(Merged::Clean(ObjectId::parse(tree.trim())?)),
        1 => {
            let tree = ObjectId::parse(tree.trim())?;
            let files = fields.by_ref().take_while(|name| !name.is_empty()).map(<[u8]>::to_vec).collect();
            let messages: Vec<&[u8]> = fields.collect();
            Ok(Merged::Conflict(conflict::describe(depot, &tree, files, &messages)?))
        }
        _ => Err(answer.failure("merge-tree")),
    }
}

/// Git's own answer: status 0 or 1, and the tree in front, with markers where it is 1.
pub(super) fn raw(depot: &Depot, sides: &Sides<'_>) -> Result<GitOutput> {
    // Fixed, so that neither the depot's history nor git's defaults change what a conflict looks like.
    let call = depot.call().setting("merge.conflictStyle=diff3").setting("merge.renames=true");
    let call = call.flags(&["merge-tree", "--write-tree", "-z", "--name-only", "--messages"]);
    let call = match &sides.base {
        None => call.value(sides.ours.as_str()).value(sides.theirs.as_str()),
        Some(Base::Commit(base)) if depot.git().version().merge_tree_takes_a_base() => call
            .joined("--merge-base=", base.as_str())
            .value(sides.ours.as_str())
            .value(sides.theirs.as_str()),
        Some(base) => {
            let tree = match base {
                Base::Commit(base) => depot.tree_of(base)?,
                Base::Nothing => write_empty_tree(depot)?,
            };
            let root = synthetic(depot, &tree, &[])?;
            let ours = synthetic(depot, &depot.tree_of(sides.ours)?, std::slice::from_ref(&root))?;
            let theirs = synthetic(depot, &depot.tree_of(sides.theirs)?, std::slice::from_ref(&root))?;
            call.value(ours.as_str()).value(theirs.as_str())
        }
    };
    call.run()
}

fn synthetic(depot: &Depot, tree: &ObjectId, parents: &[ObjectId]) -> Result<ObjectId> {
    let nobody =
        Signature { name: "Pilothouse".into(), email: "git@pilothouse.invalid".into(), time: 0, offset: 0 };
    let message = b"merge base\n".to_vec();
    CommitObject { tree, parents, author: SYNTHETIC.as_bytes(), committer: &nobody, message }.write(depot)
}

/// Git knows the empty tree, but commits that name it must find it stored.
fn write_empty_tree(depot: &Depot) -> Result<ObjectId> {
    depot.call().flags(&["hash-object", "-t", "tree", "-w", "--stdin"]).input("").success()?;
    Ok(ObjectId::empty_tree())
}
