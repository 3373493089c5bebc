//! The user's own git bringing the integration branch into their checkout: with their hooks, their filters and their
//! signature, because they said so. What will run is read before; what a hook refuses is put back after; what a crash
//! leaves is found out from the repository itself, never guessed.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::checkout::{self, CheckoutBlock};
use super::torn;
use crate::depot::Depot;
use crate::error::IoContext;
use crate::inspect::status_options;
use crate::transfer::{History, Trust};
use crate::{Git, ObjectId, RepoError, Result, check_branch, libgit};

/// Hooks of a merge, with whether a fast-forward runs them too.
const HOOKS: &[(&str, bool)] = &[
    ("pre-merge-commit", false),
    ("prepare-commit-msg", false),
    ("commit-msg", false),
    ("post-merge", true),
    ("reference-transaction", true),
];
/// How long git may take to put back a merge that did not come about.
const PUT_BACK: Duration = Duration::from_secs(120);
/// Untracked names that are compared.
const NAMES: usize = 500;

/// The user's git in one of their folders.
#[derive(Clone, Copy, Debug)]
pub struct UsersGit<'a> {
    pub git: &'a Git,
    /// The user's environment.
    pub environment: &'a [(String, String)],
    pub folder: &'a Path,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserHook {
    pub name: &'static str,
    pub path: PathBuf,
    /// Whether a fast-forward runs it too.
    pub forward: bool,
    /// Of its content.
    pub digest: String,
}

/// What would be in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserSetup {
    pub hooks: Vec<UserHook>,
    /// Commits are signed without being told to.
    pub signs: bool,
    /// `openpgp`, `ssh` or `x509`.
    pub format: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UserWay {
    Forward,
    /// A merge commit, also where none is needed.
    MergeCommit {
        /// Whatever is configured.
        sign: bool,
    },
}

#[derive(Clone, Debug)]
pub struct UserMerge<'a> {
    pub branch: &'a str,
    pub old: &'a ObjectId,
    pub new: &'a ObjectId,
    pub way: UserWay,
    /// Of a merge commit.
    pub message: &'a str,
    /// A file of ours. Its lock is held by us and by the git that was started, so that nobody takes a git that outlived
    /// its server for one that is gone.
    pub guard: &'a Path,
    pub limit: Duration,
}

/// How the repository stands after it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Settled {
    /// The branch is at this commit, which has `new`.
    Landed { commit: ObjectId },
    /// Branch, index and tracked files are as they were. `left` are untracked names that were not there before.
    AsItWas { left: Vec<String> },
    /// The branch is neither: the user moved it.
    Moved { actual: Option<ObjectId> },
    /// A merge is under way that could not be put back.
    Stuck { detail: String },
    /// A git that was started before still runs.
    Running,
    /// Nothing was begun: the folder is not as it has to be.
    Blocked(CheckoutBlock),
}

impl UsersGit<'_> {
    /// Reads what would run and be signed. Runs nothing of the user's.
    pub fn look(&self) -> Result<UserSetup> {
        let setting = |name: &'static str, kind: &'static str| -> Result<Option<String>> {
            let answer = self.call().flags(&["config", kind, "--get", name]).run()?;
            Ok((answer.status == 0).then(|| answer.text().trim_end_matches('\n').to_owned()))
        };
        let dir = self.call().flags(&["rev-parse", "--git-path", "hooks"]).success()?;
        let dir = self.folder.join(dir.text().trim_end_matches('\n'));
        let mut hooks = Vec::new();
        for (name, forward) in HOOKS {
            let path = dir.join(name);
            if runs(&path) {
                let content = std::fs::read(&path).at("read", &path)?;
                hooks.push(UserHook { name, digest: digest(&content), forward: *forward, path });
            }
        }
        Ok(UserSetup {
            hooks,
            signs: setting("commit.gpgSign", "--type=bool")?.as_deref() == Some("true"),
            format: setting("gpg.format", "--no-type")?.unwrap_or_else(|| "openpgp".into()),
        })
    }

    fn call(&self) -> crate::process::GitCall<'_> {
        self.git.as_user(self.folder, self.environment)
    }
}

/// The folder that has a branch checked out.
pub fn folder_of(user_repo: &Path, branch: &str) -> Result<Option<PathBuf>> {
    check_branch(branch)?;
    let user = libgit::open_users(user_repo)?;
    let mut found = checkout::of_branch(&user, &format!("refs/heads/{branch}"))?.into_iter();
    Ok(found.next().map(|found| found.path().to_owned()))
}

/// Why the user's git cannot be let loose in the folder now: anything that is not committed, or not finished. What only
/// concerns our own way of writing files does not count.
pub fn blocked_for_user(
    folder: &Path,
    branch: &str,
    old: &ObjectId,
    new: &ObjectId,
) -> Result<Option<CheckoutBlock>> {
    let user = libgit::open_users(folder)?;
    let known = libgit::commit(&user, new).is_ok();
    let target = if known { new } else { old };
    for found in checkout::of_branch(&user, &format!("refs/heads/{branch}"))? {
        match found.blocked(Some(old), target)? {
            None | Some(CheckoutBlock::Filtered { .. } | CheckoutBlock::Sparse) => {}
            block => return Ok(block),
        }
    }
    Ok(None)
}

impl Depot {
    /// Runs the merge, then looks at what came of it. The second value is what git and the hooks printed.
    pub fn merge_as_user(&self, users: &UsersGit<'_>, request: &UserMerge<'_>) -> Result<(Settled, String)> {
        let Some(guard) = take(request.guard)? else { return Ok((Settled::Running, String::new())) };
        let user = libgit::open_users(users.folder)?;
        let refname = format!("refs/heads/{}", request.branch);
        let at = libgit::direct_ref(&user, &refname)?;
        if at.as_ref() != Some(request.old) || !checkout::stands_on(user.path(), &refname) {
            return Ok((Settled::Moved { actual: at }, String::new()));
        }
        let (wants, haves) = ([request.new.clone()], [request.old.clone()]);
        History { git: self.git(), from: self.dir(), wants: &wants, haves: &haves }.copy_into(
            self,
            user.commondir(),
            Trust::Owner,
        )?;
        if let Some(block) = blocked_for_user(users.folder, request.branch, request.old, request.new)? {
            return Ok((Settled::Blocked(block), String::new()));
        }
        let before = untracked(&user)?;
        let since = SystemTime::now();
        let call = users.call().input_file(guard.try_clone().at("share", request.guard)?);
        let call = call.timeout(request.limit).cap(256 << 10, crate::process::Overflow::Truncate);
        let call = match request.way {
            UserWay::Forward => call.flags(&["merge", "--ff-only"]),
            UserWay::MergeCommit { sign } => {
                let call = call.flags(&["merge", "--no-ff"]);
                let call = if sign { call.flags(&["--gpg-sign"]) } else { call };
                call.joined("--message=", request.message)
            }
        };
        let output = match call.value(request.new.as_str()).run() {
            Ok(answer) => [answer.text(), answer.stderr].concat(),
            Err(RepoError::Timeout { seconds, .. }) => {
                format!("It did not end within {seconds} s, and was ended.")
            }
            Err(error) => return Err(error),
        };
        let settled = self.settle_user(users, request, since)?;
        let settled = match settled {
            Settled::AsItWas { .. } => {
                let mut left = untracked(&user)?;
                left.retain(|name| !before.contains(name));
                Settled::AsItWas { left }
            }
            other => other,
        };
        Ok((settled, output))
    }

    /// After a crash: what became of a merge that was begun at `since`. Puts back what did not come about.
    pub fn settle_merge_as_user(
        &self,
        users: &UsersGit<'_>,
        request: &UserMerge<'_>,
        since: SystemTime,
    ) -> Result<Settled> {
        let Some(_guard) = take(request.guard)? else { return Ok(Settled::Running) };
        self.settle_user(users, request, since)
    }

    fn settle_user(
        &self,
        users: &UsersGit<'_>,
        request: &UserMerge<'_>,
        since: SystemTime,
    ) -> Result<Settled> {
        let user = libgit::open_users(users.folder)?;
        let refname = format!("refs/heads/{}", request.branch);
        match libgit::direct_ref(&user, &refname)? {
            Some(at) if at == *request.old => {}
            Some(at) if libgit::contains(&user, &at, request.new).unwrap_or(false) => {
                return Ok(Settled::Landed { commit: at });
            }
            actual => return Ok(Settled::Moved { actual }),
        }
        if !checkout::stands_on(user.path(), &refname) {
            return Ok(Settled::AsItWas { left: Vec::new() });
        }
        let lock = user.path().join("index.lock");
        if std::fs::metadata(&lock).and_then(|found| found.modified()).is_ok_and(|made| made >= since) {
            std::fs::remove_file(&lock).at("remove", &lock)?;
        }
        let merging = std::fs::read_to_string(user.path().join("MERGE_HEAD")).unwrap_or_default();
        if merging.trim() == request.new.as_str() {
            let call = users.call().without_hooks().flags(&["merge", "--abort"]).timeout(PUT_BACK);
            let answer = call.run()?;
            if answer.status != 0 {
                return Ok(Settled::Stuck { detail: answer.stderr.trim().to_owned() });
            }
        } else if user.state() == git2::RepositoryState::Clean && libgit::commit(&user, request.new).is_ok() {
            // Cut off while the files were being written, which git does before it notes anything.
            let changes = checkout::changes(&user, Some(request.old), request.new)?;
            if !checkout::in_the_way(&user, &changes)?.is_empty() {
                torn::put_back(&user, Some(request.old), &changes)?;
            }
        }
        let user = libgit::open_users(users.folder)?;
        let statuses = user.statuses(Some(&mut status_options(false)))?;
        let mut changed = statuses.iter().filter(|entry| entry.status() != git2::Status::CURRENT);
        match changed.next() {
            None => Ok(Settled::AsItWas { left: Vec::new() }),
            Some(entry) => {
                let name = libgit::text(entry.path_bytes());
                let more = changed.count();
                Ok(Settled::Stuck { detail: format!("{name} and {more} more files are not as they were") })
            }
        }
    }
}

/// The lock that says that nobody's git is at work; none while one is.
fn take(path: &Path) -> Result<Option<File>> {
    let file = File::options().create(true).truncate(false).read(true).write(true).open(path);
    let file = file.at("open", path)?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(std::fs::TryLockError::WouldBlock) => Ok(None),
        Err(std::fs::TryLockError::Error(source)) => Err(source).at("lock", path),
    }
}

fn untracked(user: &git2::Repository) -> Result<Vec<String>> {
    let statuses = user.statuses(Some(&mut status_options(true)))?;
    let names = statuses.iter().filter(|entry| entry.status().contains(git2::Status::WT_NEW));
    Ok(names.map(|entry| libgit::text(entry.path_bytes())).take(NAMES).collect())
}

fn digest(content: &[u8]) -> String {
    use sha2::{Digest, Sha256};
    Sha256::digest(content).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Whether git would run the file.
fn runs(path: &Path) -> bool {
    let Ok(found) = std::fs::metadata(path) else { return false };
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        found.is_file() && found.permissions().mode() & 0o111 != 0
    }
    #[cfg(not(unix))]
    found.is_file()
}
