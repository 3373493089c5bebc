//! The worker's end of a hand-over: the files of a job clone become one commit and a bundle.
//!
//! After an agent had the clone, its `.git` may hold anything, so git is not run with it. The files are
//! read into a git folder of our own beside the clone, whose configuration nobody else wrote; the same
//! call is right inside a sandbox, outside of one, and for edits that no agent made.

use std::path::{Component, Path};
use std::time::Duration;

use crate::candidate::{CommitObject, Signature};
use crate::job_clone::{DISPOSABLE, JobClone, borrow};
use crate::process::GitCall;
use crate::{Git, ObjectId, RepoError, Result, exclude, libgit, removal};

const LIMIT: Duration = Duration::from_secs(600);
/// Repositories made inside repositories made inside the clone.
const NESTED: usize = 8;

#[derive(Clone, Debug)]
pub struct HarvestRequest<'a> {
    pub clone: &'a JobClone,
    /// A git folder of ours outside the clone; made when missing, and reused by later revisions.
    pub scratch: &'a Path,
    /// Paths that set-up laid into the clone; not collected unless the base tracks them.
    pub keep_out: &'a [String],
    pub message: &'a str,
    pub author: &'a Signature,
    pub committer: &'a Signature,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Harvest {
    /// A commit on the job's base, in the scratch folder, under the job's branch name.
    pub commit: ObjectId,
    pub tree: ObjectId,
}

/// Everything in the clone's folder that is not ignored, as one commit; none when it equals the base.
/// Commits that the agent made itself are not kept, only what they changed.
pub fn harvest(git: &Git, request: &HarvestRequest<'_>) -> Result<Option<Harvest>> {
    let (clone, scratch) = (request.clone, request.scratch);
    if !scratch.join("objects/info/alternates").is_file() {
        removal::remove_tree(scratch)?;
        borrow(git, &clone.depot_objects, scratch, true)?;
    }
    let _ = std::fs::remove_file(scratch.join("index.lock"));
    exclude::write(scratch, request.keep_out)?;
    let call = || tree_call(git, scratch, &clone.dir);
    call().flags(&["read-tree"]).value(clone.base.as_str()).success()?;
    take_nested_repositories_as_files(&clone.dir, call)?;
    call().flags(&["add", "--all", "--", "."]).success()?;
    let tree = ObjectId::parse(call().flags(&["write-tree"]).success()?.text().trim())?;
    if tree == ObjectId::from(libgit::commit(&libgit::open(scratch)?, &clone.base)?.tree_id()) {
        return Ok(None);
    }
    let object = CommitObject {
        tree: &tree,
        parents: std::slice::from_ref(&clone.base),
        author: &request.author.line(),
        committer: request.committer,
        message: crate::candidate::compose(request.message.as_bytes(), &Default::default()),
    };
    let commit = object.write_into(git, scratch)?;
    let name = format!("refs/heads/{}", clone.branch);
    git.in_dir(scratch).flags(&["update-ref", "--no-deref"]).value(name).value(commit.as_str()).success()?;
    Ok(Some(Harvest { commit, tree }))
}

/// Writes the bundle that `Depot::take_in_bundle` expects, from a git folder that has the job's branch.
pub fn write_bundle(git: &Git, git_dir: &Path, clone: &JobClone, out: &Path) -> Result<()> {
    if !out.is_absolute() {
        let reason = "a bundle's path must be absolute".into();
        return Err(RepoError::BadRef { name: out.display().to_string(), reason });
    }
    let range = format!("{}..refs/heads/{}", clone.base, clone.branch);
    let call = git.in_dir(git_dir).flags(&["bundle", "create", "--quiet"]).value(out).value(range);
    call.timeout(LIMIT).success().map(drop)
}

/// git would record a repository inside the clone as a submodule that nobody else has, or refuse it. Its
/// `.git` goes, its files stay.
fn take_nested_repositories_as_files<'g>(dir: &Path, call: impl Fn() -> GitCall<'g>) -> Result<()> {
    for _ in 0..NESTED {
        let flags = &["ls-files", "-z", "--others", "--exclude-standard"];
        let listed = call().flags(flags).success()?.stdout;
        let nested: Vec<_> = listed.split(|byte| *byte == 0).filter(|path| path.ends_with(b"/")).collect();
        if nested.is_empty() {
            break;
        }
        for path in nested {
            let path = libgit::text(path);
            let path = Path::new(&path);
            if path.components().all(|part| matches!(part, Component::Normal(_))) {
                removal::remove_tree(&dir.join(path).join(".git"))?;
            }
        }
    }
    Ok(())
}

fn tree_call<'g>(git: &'g Git, git_dir: &Path, dir: &Path) -> GitCall<'g> {
    let call = git.in_dir(git_dir).work_tree(dir).setting("core.bare=false").setting(DISPOSABLE);
    call.setting("core.untrackedCache=false").setting("advice.addEmbeddedRepo=false").timeout(LIMIT)
}
