//! One branch of the user's remote, for a commit that was pushed there and is nowhere else.
//!
//! Git never runs in the user's repository: of it only the remote's address is read, and the branch is fetched into
//! a scratch repository of ours. From there a commit goes through the same intake as any other. Nothing is known
//! here of passwords: a remote that asks for one says no.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::{Intake, IntakeRequest};
use crate::depot::Depot;
use crate::inspect::without_credentials;
use crate::job_clone::DISPOSABLE;
use crate::{ObjectId, RepoError, Result, check_branch, libgit, removal};

const LIMIT: Duration = Duration::from_secs(60);
/// Nothing that runs a program named in an address, and nothing that can be read or changed on its way.
const PROTOCOLS: &str = "file:https:ssh";
const ARRIVED: &str = "refs/heads/arrived";

/// What was fetched. Gone when dropped.
#[derive(Debug)]
pub struct FetchedBranch {
    scratch: Scratch,
    tip: ObjectId,
    /// The branch and its remote, for people.
    from: String,
}

impl Depot {
    /// Fetches `branch` from the remote of the repository at `user_repo`: `origin`, or the only one it has. None
    /// when there is no such remote. `known` (commits of the depot) is all that the remote is told we have.
    pub fn fetch_branch(
        &self,
        user_repo: &Path,
        branch: &str,
        known: &[&ObjectId],
    ) -> Result<Option<FetchedBranch>> {
        check_branch(branch)?;
        let Some((name, address)) = remote(user_repo)? else { return Ok(None) };
        let from = format!("{branch} of the remote {name}");
        let scratch = Scratch { dir: self.incoming_path()? };
        self.borrow_into(&scratch.dir, true)?;
        let told: String =
            known.iter().enumerate().map(|(n, id)| format!("create refs/known/{n} {id}\n")).collect();
        let call = || self.git().in_dir(&scratch.dir).setting(DISPOSABLE);
        call().flags(&["update-ref", "--stdin", "--no-deref"]).input(told).success()?;
        call()
            // What else is in the depot is nobody's business there.
            .setting("core.alternateRefsPrefixes=refs/known/")
            .env("GIT_ALLOW_PROTOCOL", PROTOCOLS)
            // In the environment, since a command line can be read by every user of the machine.
            .env("GIT_CONFIG_COUNT", "1")
            .env("GIT_CONFIG_KEY_0", "remote.theirs.url")
            .env("GIT_CONFIG_VALUE_0", &address)
            .flags(&["fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--no-auto-maintenance"])
            .flags(&["--no-recurse-submodules"])
            .value("theirs")
            .value(format!("refs/heads/{branch}:{ARRIVED}"))
            .timeout(LIMIT)
            .success()
            .map_err(|error| plain(error, &address))?;
        let arrived = libgit::direct_ref(&libgit::open(&scratch.dir)?, ARRIVED)?;
        let tip = arrived.ok_or_else(|| RepoError::NotFound { what: from.clone() })?;
        Ok(Some(FetchedBranch { scratch, tip, from }))
    }

    /// Takes in a commit of a fetched branch. Same rules as for one from the user's repository.
    pub fn take_in_fetched(
        &self,
        fetched: &FetchedBranch,
        commit: &ObjectId,
        request: &IntakeRequest<'_>,
    ) -> Result<Intake> {
        let repo = libgit::open(&fetched.scratch.dir)?;
        // The scratch repository sees all of the depot; only what the branch has counts.
        if libgit::commit(&repo, commit).is_err() || !libgit::contains(&repo, &fetched.tip, commit)? {
            let what = format!("commit {} in {}", commit.short(), fetched.from);
            return Err(RepoError::NotFound { what });
        }
        drop(repo);
        self.take_in_commit(&fetched.scratch.dir, commit, request)
    }
}

/// A folder that is gone when this is.
#[derive(Debug)]
struct Scratch {
    dir: PathBuf,
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = removal::remove_tree(&self.dir);
    }
}

/// Name and address of the remote that a workspace's branches are shared through.
fn remote(user_repo: &Path) -> Result<Option<(String, String)>> {
    let user = libgit::open(user_repo)?;
    let names = user.remotes()?;
    let names: Vec<_> = names.iter().filter_map(|name| name.ok().flatten()).collect();
    let name = match (names.iter().find(|name| **name == "origin"), names.as_slice()) {
        (Some(origin), _) => *origin,
        (None, [only]) => *only,
        _ => return Ok(None),
    };
    let found = user.find_remote(name)?;
    let address = found.url().unwrap_or_default();
    if address.is_empty() {
        return Ok(None);
    }
    let root = user.workdir().unwrap_or_else(|| user.path());
    Ok(Some((name.to_owned(), absolute(address, root))))
}

/// A folder named from where the repository is, as git would find it there.
fn absolute(address: &str, root: &Path) -> String {
    let before_slash = address.split('/').next().unwrap_or_default();
    let elsewhere = address.contains("://") || before_slash.contains(':') || Path::new(address).is_absolute();
    if elsewhere { address.to_owned() } else { root.join(address).to_string_lossy().into_owned() }
}

/// Git may repeat the address it could not reach, password and all.
fn plain(error: RepoError, address: &str) -> RepoError {
    match error {
        RepoError::Failed { command, status, detail } => {
            let detail = detail.replace(address, &without_credentials(address));
            RepoError::Failed { command, status, detail }
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_looked_for_from_the_repository_and_everything_else_is_left_as_it_is() {
        let root = Path::new("/home/ada/tern");
        assert_eq!(absolute("../tern.git", root), "/home/ada/tern/../tern.git");
        for same in ["/srv/tern.git", "file:///srv/tern.git", "https://h.example/t", "git@h.example:t.git"] {
            assert_eq!(absolute(same, root), same);
        }
    }

    #[test]
    fn a_password_in_an_address_is_not_repeated() {
        let address = "https://ada:secret@h.example/t.git";
        let detail = format!("fatal: unable to access '{address}/': no");
        let error = RepoError::Failed { command: "fetch".into(), status: 128, detail };
        assert!(!plain(error, address).to_string().contains("secret"));
    }
}
