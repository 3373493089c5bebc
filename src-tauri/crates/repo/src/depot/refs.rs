//! The depot's refs. Their names are made here from checked parts, so no caller can write any other, and
//! every write names the value it expects to replace.

use super::Depot;
use crate::object_id::ZERO;
use crate::{ObjectId, RepoError, Result, check_branch, check_id, libgit};

/// A ref of the depot, by what it is for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum DepotRef {
    /// Where a branch of the user's repository was when last looked at.
    User(String),
    /// The commit a job started from; kept while the job's clone lives.
    Base(String),
    /// What a job handed over.
    Job(String),
    /// The integration branch: the truth that landings move.
    Integration(String),
    /// A candidate of a merge queue entry, or what it landed as.
    Landing(String),
    /// Where the integration branch was before somebody moved it away from there, by that commit.
    Kept(ObjectId),
}

impl DepotRef {
    pub fn name(&self) -> Result<String> {
        Ok(match self {
            Self::User(branch) => format!("refs/ph/user/{}", checked(branch, check_branch)?),
            Self::Integration(branch) => format!("refs/ph/integ/{}", checked(branch, check_branch)?),
            Self::Base(job) => format!("refs/ph/base/{}", checked(job, check_id)?),
            Self::Job(job) => format!("refs/ph/jobs/{}", checked(job, check_id)?),
            Self::Landing(entry) => format!("refs/ph/land/{}", checked(entry, check_id)?),
            Self::Kept(commit) => format!("refs/ph/kept/{commit}"),
        })
    }

    fn parse(name: &str) -> Option<Self> {
        let (kind, rest) = name.strip_prefix("refs/ph/")?.split_once('/')?;
        let rest = rest.to_owned();
        Some(match kind {
            "user" => Self::User(rest),
            "integ" => Self::Integration(rest),
            "base" => Self::Base(rest),
            "jobs" => Self::Job(rest),
            "land" => Self::Landing(rest),
            "kept" => Self::Kept(ObjectId::parse(&rest).ok()?),
            _ => return None,
        })
    }
}

fn checked(text: &str, check: impl Fn(&str) -> Result<()>) -> Result<&str> {
    check(text)?;
    Ok(text)
}

/// What a ref must be at for a write to happen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expected {
    Missing,
    At(ObjectId),
}

impl From<Option<ObjectId>> for Expected {
    fn from(value: Option<ObjectId>) -> Self {
        value.map_or(Self::Missing, Self::At)
    }
}

impl Expected {
    fn value(&self) -> Option<ObjectId> {
        match self {
            Self::Missing => None,
            Self::At(id) => Some(id.clone()),
        }
    }
}

impl Depot {
    pub fn read_ref(&self, which: &DepotRef) -> Result<Option<ObjectId>> {
        libgit::direct_ref(&self.open()?, &which.name()?)
    }

    /// Moves a ref if it is where the caller thinks; `RefMoved` with the real value otherwise.
    pub fn write_ref(&self, which: &DepotRef, new: &ObjectId, expected: &Expected) -> Result<()> {
        let name = which.name()?;
        let old = expected.value();
        let call = self.call().flags(&["update-ref", "--no-deref"]).value(&name).value(new.as_str());
        let answer = call.value(old.as_ref().map_or(ZERO, ObjectId::as_str)).run()?;
        self.settled(&name, old, answer)
    }

    /// Removes a ref if it is at `expected`. The commits stay in the depot.
    pub fn remove_ref(&self, which: &DepotRef, expected: &ObjectId) -> Result<()> {
        let name = which.name()?;
        let call = self.call().flags(&["update-ref", "--no-deref", "-d"]).value(&name);
        self.settled(&name, Some(expected.clone()), call.value(expected.as_str()).run()?)
    }

    /// Every ref of ours with its commit, in order of name.
    pub fn list_refs(&self) -> Result<Vec<(DepotRef, ObjectId)>> {
        let repo = self.open()?;
        let mut all = Vec::new();
        for found in repo.references_glob("refs/ph/*")? {
            let found = found?;
            if let (Ok(name), Some(target)) = (found.name(), found.target()) {
                all.extend(DepotRef::parse(name).map(|which| (name.to_owned(), which, target.into())));
            }
        }
        all.sort_by(|a, b| a.0.cmp(&b.0));
        Ok(all.into_iter().map(|(_, which, id)| (which, id)).collect())
    }

    fn settled(
        &self,
        name: &str,
        expected: Option<ObjectId>,
        answer: crate::process::GitOutput,
    ) -> Result<()> {
        if answer.status == 0 {
            return Ok(());
        }
        let actual = libgit::direct_ref(&self.open()?, name)?;
        if actual != expected {
            return Err(RepoError::RefMoved { name: name.to_owned(), expected, actual });
        }
        Err(answer.failure("update-ref"))
    }
}
