//! What there is to publish: the remote, the base, the head and its commit, read from the repositories.

use super::asked::Look;
use crate::rooms::Room;
use flow::publish::branch::{self, Protected};
use flow::publish::head::{self, Current, Head};
use protocol::publish::{HeadSource, PublishReason};
use protocol::{ApiError, ErrorCode};
use repo::{
    CommitLine, DepotRef, Git, ObjectId, OwnCredentials, RemoteChoice, RepoError, UserRemote, publish_tips,
    user_remote,
};

/// Commits that are read to be shown and counted.
const COMMITS: usize = 500;

/// What would be published.
#[derive(Debug, Clone)]
pub(crate) struct Facts {
    pub remote: Option<UserRemote>,
    pub base: String,
    pub head: String,
    pub source: HeadSource,
    /// The branch is ours alone.
    pub generated: bool,
    pub commit: Option<ObjectId>,
    /// Beyond the base, newest first; none when the base is not known here.
    pub commits: Option<Vec<CommitLine>>,
    pub protected: Protected,
    /// The first thing that keeps it from being pushed.
    pub obstacle: Option<Obstacle>,
}

#[derive(Debug, Clone)]
pub(crate) struct Obstacle {
    pub reason: PublishReason,
    pub message: String,
}

impl Facts {
    fn obstruct(&mut self, reason: PublishReason, message: impl Into<String>) {
        if self.obstacle.is_none() {
            self.obstacle = Some(Obstacle { reason, message: message.into() });
        }
    }
}

/// Reads everything. A name that is not taken is an error; all else that is wrong is an obstacle. Blocks.
pub(super) fn read(git: &Git, room: &Room, own: &OwnCredentials, look: &Look) -> Result<Facts, ApiError> {
    let row = room.row();
    let mut facts = Facts {
        remote: None,
        base: look.base.clone().unwrap_or_else(|| row.base_branch.clone()),
        head: look.head.clone().unwrap_or_else(|| look.generated.clone()),
        source: HeadSource::Generated,
        generated: true,
        commit: None,
        commits: None,
        protected: Protected {
            base: String::new(),
            integration: row.integration_branch.clone(),
            remote_head: None,
            globs: look.protected.clone(),
        },
        obstacle: None,
    };
    if let Some(base) = &look.base
        && let Some(why) = branch::problem(base)
    {
        return Err(bad_branch(base, why));
    }
    if let Some(head) = &look.head
        && let Some(why) = branch::problem(head)
    {
        return Err(bad_branch(head, why));
    }
    let tips = match room.look() {
        Ok(tips) => Some(tips),
        Err(RepoError::Empty { .. }) => {
            facts.obstruct(PublishReason::NoCommits, "The repository has no commit yet.");
            None
        }
        Err(error) => {
            let gone = matches!(error, RepoError::NotARepository { .. } | RepoError::Bare { .. })
                || !room.root.exists();
            let reason = if gone { PublishReason::WorkspaceGone } else { PublishReason::Unsupported };
            facts.obstruct(reason, crate::git::api(error).message);
            None
        }
    };
    if tips.is_some() {
        match user_remote(git, &room.root, own) {
            Ok(RemoteChoice::One(remote)) => facts.remote = Some(*remote),
            Ok(RemoteChoice::None) => facts.obstruct(
                PublishReason::NoRemote,
                "This repository has no remote. Add one with `git remote add origin ADDRESS`.",
            ),
            Ok(RemoteChoice::Several(names)) => facts.obstruct(
                PublishReason::NoRemote,
                format!(
                    "This repository has the remotes {}, and none is called origin. Say which with `git config remote.pushDefault NAME`.",
                    names.join(", ")
                ),
            ),
            Err(error) => facts.obstruct(PublishReason::Unsupported, crate::git::api(error).message),
        }
    }
    let remote_head = facts.remote.as_ref().and_then(|remote| remote.head.clone());
    let known = tips.as_ref().and_then(|tips| tips.base.as_ref()).map(|_| row.base_branch.as_str());
    facts.base = match head::base(look.base.as_deref(), remote_head.as_deref(), known) {
        Some(base) => base,
        None => asked_of(git, room, own, facts.remote.as_ref()).unwrap_or(row.base_branch),
    };
    facts.protected.base.clone_from(&facts.base);
    facts.protected.remote_head = remote_head;
    let Some(tips) = tips else {
        named(&mut facts, look, None)?;
        return Ok(facts);
    };
    choose(&mut facts, room, look, &tips).map_err(crate::git::api)??;
    Ok(facts)
}

/// The remote's main branch, asked for five seconds at most.
fn asked_of(git: &Git, room: &Room, own: &OwnCredentials, remote: Option<&UserRemote>) -> Option<String> {
    let asked = git.remote_main(&room.root, remote?, own);
    asked.unwrap_or_else(|error| {
        tracing::debug!(%error, "the remote does not say its main branch");
        None
    })
}

/// Takes the head's name by the rules, or refuses it.
fn named(facts: &mut Facts, look: &Look, current: Option<Current<'_>>) -> Result<(), ApiError> {
    if look.landing {
        facts.source = if facts.generated { HeadSource::Generated } else { HeadSource::Integration };
        return Ok(());
    }
    match head::resolve(look.head.as_deref(), current, &look.generated, &facts.protected, look.force) {
        Head::Use { name, source } => (facts.head, facts.source) = (name, source),
        Head::Bad { name, why } => return Err(bad_branch(&name, why)),
        Head::Protected { name, why } => {
            return Err(ApiError::new(
                ErrorCode::PublishProtected,
                format!("{name} {why}, and such a branch is not pushed without force. Choose another name."),
            ));
        }
    }
    if facts.head.eq_ignore_ascii_case(&facts.base) {
        return Err(bad_branch(&facts.head, "is also the base"));
    }
    Ok(())
}

fn bad_branch(name: &str, why: &str) -> ApiError {
    let shown: String = name.chars().filter(|c| !c.is_control()).take(80).collect();
    ApiError::new(
        ErrorCode::PublishBadBranch,
        format!("The branch name {shown:?} {why}. Choose another one."),
    )
}

/// The head and its commit, and what it has beyond the base.
fn choose(
    facts: &mut Facts,
    room: &Room,
    look: &Look,
    tips: &crate::rooms::Tips,
) -> Result<Result<(), ApiError>, RepoError> {
    let remote = facts.remote.as_ref().map(|remote| remote.name.clone());
    let seen = publish_tips(&room.root, remote.as_deref(), &[&facts.base])?;
    let base = seen.tracking.first().cloned().flatten().or_else(|| seen.local.first().cloned().flatten());
    if let Some(base) = &base {
        room.depot.bring(&room.root, base)?;
    }
    let current = match (&look.head, &seen.current) {
        (None, Some(name)) if branch::problem(name).is_none() => {
            let tip = publish_tips(&room.root, None, &[name])?.local.pop().flatten();
            match tip {
                Some(tip) => {
                    room.depot.bring(&room.root, &tip)?;
                    let beyond_base =
                        base.as_ref().map(|base| room.depot.contains(base, &tip)).transpose()? == Some(false);
                    let nothing_landed =
                        base.as_ref().map(|base| room.depot.contains(base, &tips.integration)).transpose()?
                            == Some(true);
                    let holds_landed = nothing_landed || room.depot.contains(&tip, &tips.integration)?;
                    Some((name.clone(), tip, holds_landed, beyond_base))
                }
                None => None,
            }
        }
        _ => None,
    };
    if look.landing {
        facts.generated = look.head.is_none();
    }
    let of_current = current.as_ref().map(|(name, _, holds_landed, beyond_base)| Current {
        name,
        holds_landed: *holds_landed,
        beyond_base: *beyond_base,
    });
    if let Err(refused) = named(facts, look, of_current) {
        return Ok(Err(refused));
    }
    match facts.source {
        HeadSource::Current => {
            facts.generated = false;
            facts.commit = current.map(|(_, tip, _, _)| tip);
        }
        HeadSource::Generated | HeadSource::Integration => facts.commit = Some(tips.integration.clone()),
        HeadSource::Request => requested(facts, room, look, tips)?,
    }
    beyond(facts, room, base.as_ref())?;
    Ok(Ok(()))
}

/// The job whose branch this is by its name.
pub(super) fn job_of(branch: &str) -> Option<&str> {
    let mut parts = branch.split('/');
    match (parts.next(), parts.next(), parts.next(), parts.next()) {
        (Some("agent"), Some(_), Some(job), None) => Some(job),
        _ => None,
    }
}

/// A requested name: a branch of the user's, then one of the depot, else a new name for what landed.
fn requested(
    facts: &mut Facts,
    room: &Room,
    look: &Look,
    tips: &crate::rooms::Tips,
) -> Result<(), RepoError> {
    let name = facts.head.clone();
    facts.generated = false;
    if let Some(tip) = publish_tips(&room.root, None, &[&name])?.local.pop().flatten() {
        room.depot.bring(&room.root, &tip)?;
        facts.commit = Some(tip);
        return Ok(());
    }
    if name == room.row().integration_branch {
        facts.commit = Some(tips.integration.clone());
        return Ok(());
    }
    if let Some(job) = job_of(&name) {
        let handed_over = repo::check_id(job)
            .ok()
            .map(|()| room.depot.read_ref(&DepotRef::Job(job.to_owned())))
            .transpose()?;
        facts.generated = true;
        facts.commit = handed_over.flatten();
        if facts.commit.is_none() && look.unknown_job {
            let text = format!("There is no branch {name}, neither in your repository nor with the crew.");
            facts.obstruct(PublishReason::NoBranch, text);
        } else if facts.commit.is_none() {
            facts.obstruct(
                PublishReason::WorkspaceGone,
                format!("What was made on {name} is not here any more, or was never handed over."),
            );
        }
        return Ok(());
    }
    facts.generated = true;
    if name != look.generated {
        tracing::debug!(branch = name, "a new name for what landed");
    }
    facts.commit = Some(tips.integration.clone());
    Ok(())
}

fn beyond(facts: &mut Facts, room: &Room, base: Option<&ObjectId>) -> Result<(), RepoError> {
    let Some(commit) = facts.commit.clone() else {
        facts.obstruct(PublishReason::NoBranch, "There is nothing to publish yet.");
        return Ok(());
    };
    let Some(base) = base else { return Ok(()) };
    if room.depot.contains(base, &commit)? {
        facts.commits = Some(Vec::new());
        let message = format!("{} has nothing that {} does not have already.", facts.head, facts.base);
        facts.obstruct(PublishReason::NoCommits, message);
        return Ok(());
    }
    facts.commits = Some(room.depot.log(&commit, Some(base), COMMITS)?);
    Ok(())
}
