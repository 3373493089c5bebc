//! Which branch work starts from: what the remote calls its default, else main, master, or the current
//! one. A branch that exists nowhere is never proposed.

use git2::Repository;
use serde::Serialize;

use super::{Head, RemoteFacts};
use crate::{ObjectId, Result};

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BaseBranch {
    /// Without `refs/heads/`.
    pub name: String,
    pub commit: ObjectId,
    pub source: BaseSource,
    /// A local branch of this name exists; otherwise only the remote's copy does.
    pub local: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum BaseSource {
    RemoteHead,
    Main,
    Master,
    Current,
}

pub(super) fn detect(repo: &Repository, head: &Head, remotes: &[RemoteFacts]) -> Result<Option<BaseBranch>> {
    let origin = remotes.iter().find(|remote| remote.name == "origin").or_else(|| remotes.first());
    let mut candidates = Vec::new();
    if let Some(name) = origin.and_then(|remote| remote.default_branch.clone()) {
        candidates.push((name, BaseSource::RemoteHead));
    }
    candidates.push(("main".to_owned(), BaseSource::Main));
    candidates.push(("master".to_owned(), BaseSource::Master));
    if let Head::Branch { name, .. } = head {
        candidates.push((name.clone(), BaseSource::Current));
    }
    for (name, source) in candidates {
        let local = commit_at(repo, &format!("refs/heads/{name}"));
        let remote =
            origin.and_then(|origin| commit_at(repo, &format!("refs/remotes/{}/{name}", origin.name)));
        let found = local.clone().or(remote);
        if let Some(commit) = found {
            return Ok(Some(BaseBranch { name, commit, source, local: local.is_some() }));
        }
    }
    Ok(None)
}

fn commit_at(repo: &Repository, name: &str) -> Option<ObjectId> {
    repo.find_reference(name).and_then(|found| found.peel_to_commit()).map(|commit| commit.id().into()).ok()
}

pub(crate) fn remote_head(repo: &Repository, remote: &str) -> Option<String> {
    let head = repo.find_reference(&format!("refs/remotes/{remote}/HEAD")).ok()?;
    let target = head.symbolic_target().ok().flatten()?.to_owned();
    target.strip_prefix(&format!("refs/remotes/{remote}/")).map(str::to_owned)
}

/// `https://user:secret@host/x` without what stands before the `@`.
pub(crate) fn without_credentials(url: &str) -> String {
    match url.split_once("://") {
        Some((scheme, rest)) if scheme.starts_with("http") => {
            let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
            let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
            format!("{scheme}://{host}/{path}")
        }
        _ => url.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::without_credentials;

    #[test]
    fn a_token_in_a_remote_address_is_not_shown() {
        assert_eq!(without_credentials("https://u:p@host.example/a/b.git"), "https://host.example/a/b.git");
        assert_eq!(without_credentials("git@host.example:a/b.git"), "git@host.example:a/b.git");
        assert_eq!(without_credentials("https://host.example/a@b"), "https://host.example/a@b");
    }
}
