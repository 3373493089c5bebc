//! The stage of a publication in which git pushes.

use super::reply::{self, Told};
use super::tell;
use crate::rooms::Room;
use crate::{Engine, git};
use flow::publish::push_answer::{self, PushOutcome, Said};
use flow::publish::remote::{Remote, Transport};
use protocol::publish::{Publication, PublishReason, PublishStage, PublishStatus, RemoteTip};
use protocol::{ApiError, ErrorCode};
use repo::{
    HostToken, Lease, ObjectId, OwnCredentials, PushRequest, RemoteChoice, RepoError, UserRemote, Watch,
    WatchedEnd,
};
use std::sync::Arc;
use std::time::Duration;
use store::StoredPublish;

/// What a push came to.
pub(super) enum Pushed {
    Yes {
        up_to_date: bool,
    },
    No {
        reason: PublishReason,
        message: String,
        remote_said: Option<String>,
    },
    /// The server stops; the row stays for its next start.
    Stopped,
}

/// Where a push comes from and goes to, and as whom.
struct Way {
    room: Arc<Room>,
    git: repo::Git,
    remote: Box<UserRemote>,
    own: OwnCredentials,
}

/// How one call of git ended, and whether the branch was moved by somebody else meanwhile.
struct Answer {
    pushed: Pushed,
    moved: bool,
}

impl From<Pushed> for Answer {
    fn from(pushed: Pushed) -> Self {
        Self { pushed, moved: false }
    }
}

/// Most often that a branch which moved meanwhile is looked at again.
const LOOKS: usize = 3;

impl Engine {
    pub(super) async fn begin_push(&self, shown: &Publication) -> Result<(), ApiError> {
        let mut shown = shown.clone();
        shown.stage = PublishStage::Pushing;
        let write = self.store.write(move |tx| {
            tx.update_publish(&shown)?;
            tell::push_started(tx, &shown)
        });
        Ok(write.await?)
    }

    pub(super) async fn push_publication(&self, row: &StoredPublish) -> Result<(), ApiError> {
        match self.pushed(row).await? {
            Pushed::Stopped => Ok(()),
            Pushed::No { reason, message, remote_said } => {
                let told = Told { remote_said, ..Told::default() };
                self.fail_publish(&row.shown, reason, &message, Some(told)).await
            }
            Pushed::Yes { up_to_date } => {
                let mut shown = row.shown.clone();
                shown.progress = None;
                if shown.create_pr {
                    shown.stage = PublishStage::Opening;
                } else {
                    let text = match up_to_date {
                        true => format!("{} has {} already.", shown.remote, shown.head_branch),
                        false => format!("{} is pushed to {}.", shown.head_branch, shown.remote),
                    };
                    let mut reply = reply::blank(&shown, PublishStatus::Pushed, &text);
                    reply.pushed = true;
                    reply::end(&mut shown, reply);
                }
                let write = self.store.write(move |tx| {
                    if let Some(commit) = &shown.commit {
                        tx.set_pushed_branch(
                            shown.workspace_id.as_str(),
                            &shown.remote,
                            &shown.head_branch,
                            commit,
                        )?;
                    }
                    tx.update_publish(&shown)?;
                    tell::push_succeeded(tx, &shown, up_to_date)?;
                    match shown.create_pr {
                        true => tell::pr_started(tx, &shown),
                        false => Ok(()),
                    }
                });
                Ok(write.await?)
            }
        }
    }

    /// What a push goes through, or why there is none.
    async fn way(&self, shown: &Publication) -> Result<Result<Way, Pushed>, ApiError> {
        let no = |reason, message: String| Ok(Err(no(reason, &message, None)));
        let room = match self.room(&shown.workspace_id) {
            Ok(room) => room,
            Err(error) => return no(PublishReason::WorkspaceGone, error.message),
        };
        let (git, own) = (self.git_for_publishing()?, self.own_credentials());
        let (of, signs_in, git_now) = (room.clone(), own.clone(), git.clone());
        let remote = self.blocking(move || repo::user_remote(&git_now, &of.root, &signs_in)).await?;
        let remote = match remote {
            Ok(RemoteChoice::One(remote)) if remote.name == shown.remote => remote,
            Ok(_) => {
                return no(
                    PublishReason::NoRemote,
                    format!("The remote {} is not there any more.", shown.remote),
                );
            }
            Err(error) if !room.root.exists() => {
                return no(PublishReason::WorkspaceGone, git::api(error).message);
            }
            Err(error) => return no(PublishReason::Unsupported, git::api(error).message),
        };
        let address = match Remote::parse(&remote.push_url) {
            Ok(address) => address,
            Err(why) => {
                let text = format!("The address of the remote {} {}.", remote.name, why.says());
                return no(PublishReason::Unsupported, text);
            }
        };
        let own = self.with_token_of(own, &address).await;
        Ok(Ok(Way { room, git, remote, own }))
    }

    /// Looks where the branch is that is to be overwritten. One that cannot be looked at is taken for one that is not
    /// there: nothing is overwritten then, and the push says better what is in its way.
    pub(super) async fn note_what_is_there(&self, mut shown: Publication) -> Result<(), ApiError> {
        let mut tip = RemoteTip::default();
        if let Ok(way) = self.way(&shown).await? {
            let branch = shown.head_branch.clone();
            let look = move || way.git.remote_branch(&way.room.root, &way.remote, &branch, &way.own);
            match self.blocking(look).await? {
                Ok(commit) => tip.commit = commit.map(|commit| commit.to_string()),
                Err(error) => tracing::debug!(%error, "the remote's branch cannot be looked at"),
            }
        }
        shown.overwrites = Some(tip);
        Ok(self.store.write(move |tx| tx.update_publish(&shown)).await?)
    }

    async fn pushed(&self, row: &StoredPublish) -> Result<Pushed, ApiError> {
        let shown = row.shown.clone();
        let Way { room, git, remote, own } = match self.way(&shown).await? {
            Ok(way) => way,
            Err(no) => return Ok(no),
        };
        let commit = match shown.commit.as_deref().map(ObjectId::parse) {
            Some(Ok(commit)) => commit,
            _ => return Ok(no(PublishReason::NoBranch, "There is nothing to push.", None)),
        };
        let key = (shown.workspace_id.to_string(), remote.name.clone(), shown.head_branch.clone());
        let last = self.store.read(move |tx| tx.pushed_branch(&key.0, &key.1, &key.2)).await?;
        let at = |commit: Option<String>| Lease::At(commit.and_then(|commit| ObjectId::parse(&commit).ok()));
        let lease = match (shown.force, row.generated) {
            // Only what was there when it was asked for is overwritten.
            (true, _) => at(shown.overwrites.clone().and_then(|tip| tip.commit)),
            (false, true) => at(last),
            (false, false) => Lease::Continue,
        };
        let limit = Duration::from_secs(self.config_now().await?.publish.timeout_s);
        let engine = self.clone();
        self.blocking(move || {
            let attempt = Attempt {
                engine: &engine,
                git: &git,
                room: &room,
                remote: &remote,
                own: &own,
                commit: &commit,
                shown: &shown,
                limit,
            };
            attempt.run(lease)
        })
        .await?
        .map_err(git::api)
        .or_else(|error| match error.code {
            ErrorCode::Unavailable => Err(error),
            _ => Ok(no(PublishReason::Unknown, &error.message, None)),
        })
    }

    /// Adds the token we have for the host of an HTTPS address, if we have one.
    pub(super) async fn with_token_of(&self, own: OwnCredentials, address: &Remote) -> OwnCredentials {
        let host =
            address.forge_host().filter(|_| address.transport == Transport::Https && !address.has_password);
        let Some(host) = host else { return own };
        let forge = match self.forge_of_host(&host).await {
            Ok(Some(forge)) => forge,
            _ => return own,
        };
        match self.forge_token(&forge).await {
            Ok(Some((secret, source))) => own.with_token(HostToken {
                host: git_host(address),
                user: address.user.clone(),
                secret: secret.expose().to_owned(),
                alone: source == protocol::publish::TokenSource::Keychain,
            }),
            _ => own,
        }
    }
}

/// As git writes a host when it asks.
fn git_host(address: &Remote) -> String {
    let host = if address.host.contains(':') { format!("[{}]", address.host) } else { address.host.clone() };
    match address.port {
        Some(port) => format!("{host}:{port}"),
        None => host,
    }
}

pub(super) struct Attempt<'a> {
    engine: &'a Engine,
    pub(super) git: &'a repo::Git,
    pub(super) room: &'a crate::rooms::Room,
    pub(super) remote: &'a UserRemote,
    pub(super) own: &'a OwnCredentials,
    pub(super) commit: &'a ObjectId,
    pub(super) shown: &'a Publication,
    pub(super) limit: Duration,
}

impl Attempt<'_> {
    fn run(&self, lease: Lease) -> Result<Pushed, RepoError> {
        // It was fixed when it was asked for, and a question may have waited for days.
        if self.room.depot.tree_of(self.commit).is_err() {
            let reason = PublishReason::WorkspaceGone;
            return Ok(no(reason, &self.explained(reason), None));
        }
        if let Some(pushed) = self.large_files(&lease)? {
            return Ok(pushed);
        }
        let mut lease = lease;
        let mut answer = self.push(&lease)?;
        for _ in 0..LOOKS {
            let Answer { pushed: Pushed::No { reason, .. }, moved } = &answer else { break };
            // Without a lease only git itself, or the remote, can have refused.
            if !(*moved || (*reason == PublishReason::NonFastForward && matches!(lease, Lease::At(_)))) {
                break;
            }
            let branch = &self.shown.head_branch;
            let now = match self.git.remote_branch(&self.room.root, self.remote, branch, self.own) {
                Ok(now) => now,
                Err(error) => {
                    tracing::debug!(%error, "the remote's branch cannot be looked at");
                    break;
                }
            };
            // An earlier push of ours that was cut here can still have ended there.
            if now.as_ref() == Some(self.commit) {
                return Ok(Pushed::Yes { up_to_date: true });
            }
            lease = match lease {
                Lease::At(expected) if now != expected => {
                    // The branch is not where we left it. Where it is gone, or all that came to it is in what is
                    // pushed, nothing of anybody's is lost.
                    let harmless = match &now {
                        None => true,
                        Some(at) => self.room.depot.contains(self.commit, at).unwrap_or(false),
                    };
                    if !harmless {
                        break;
                    }
                    Lease::At(now)
                }
                same if *moved => same,
                _ => break,
            };
            answer = self.push(&lease)?;
        }
        Ok(answer.pushed)
    }

    fn push(&self, lease: &Lease) -> Result<Answer, RepoError> {
        let (live, id) = (&self.engine.publishing, self.shown.id.as_str());
        let cancelled = || self.cancelled();
        let progress = |line: &str| {
            if let Some(line) = push_answer::progress(line) {
                live.live().progress.insert(id.to_owned(), line);
            }
        };
        let request = self.request(lease);
        let watch = Watch { limit: self.limit, cancelled: &cancelled, progress: &progress };
        let said = self.git.push(&request, &watch)?;
        let stderr = self.remote.plain(&said.stderr);
        let status = match said.end {
            WatchedEnd::Exited(status) => status,
            ended => return Ok(self.cut(&ended, &stderr).into()),
        };
        Ok(match push_answer::read(Said { status, stdout: &said.stdout, stderr: &stderr }) {
            PushOutcome::Pushed { up_to_date } => Pushed::Yes { up_to_date }.into(),
            PushOutcome::Failed { reason, moved } => {
                let said = push_answer::remote_said(&stderr);
                Answer { pushed: no(reason, &self.explained(reason), said), moved }
            }
        })
    }

    pub(super) fn request<'r>(&'r self, lease: &'r Lease) -> PushRequest<'r> {
        PushRequest {
            user_repo: &self.room.root,
            depot: &self.room.depot,
            remote: self.remote,
            commit: self.commit,
            branch: &self.shown.head_branch,
            lease,
            credentials: self.own,
        }
    }

    pub(super) fn cancelled(&self) -> bool {
        self.engine.is_stopping() || self.engine.publishing.live().cancelled.contains(self.shown.id.as_str())
    }

    /// What a call came to that was ended before it was done.
    pub(super) fn cut(&self, end: &WatchedEnd, stderr: &str) -> Pushed {
        match end {
            WatchedEnd::Cancelled if self.engine.is_stopping() => Pushed::Stopped,
            WatchedEnd::Cancelled => {
                let text = "It was cancelled; the remote may have the branch already.";
                no(PublishReason::Cancelled, text, None)
            }
            WatchedEnd::TimedOut | WatchedEnd::Exited(_) => {
                let text = format!("The remote did not answer within {} s.", self.limit.as_secs());
                no(PublishReason::Timeout, &text, push_answer::remote_said(stderr))
            }
        }
    }

    pub(super) fn explained(&self, reason: PublishReason) -> String {
        let (remote, branch) = (&self.remote.name, &self.shown.head_branch);
        match reason {
            PublishReason::Auth => format!(
                "{remote} does not accept what you sign in with. Try `git push {remote}` in a terminal, or save a token in Settings."
            ),
            PublishReason::HostKey => format!(
                "The server of {remote} is not one this machine knows. Connect to it once in a terminal, and check its key or certificate there."
            ),
            PublishReason::NotFound => {
                format!("{remote} has no repository at its address, or does not show it to you.")
            }
            PublishReason::Forbidden => format!("{remote} does not let you push to it."),
            PublishReason::WorkspaceGone => {
                "The commit that was to be pushed is not here any more.".to_owned()
            }
            PublishReason::RemoteRejected => {
                format!("{remote} refused {branch}: one of its rules or hooks said no.")
            }
            PublishReason::NonFastForward if self.shown.force => format!(
                "{branch} on {remote} is not where it was when this was asked for. Nothing was overwritten. Look at what came to it, and publish again."
            ),
            PublishReason::NonFastForward => format!(
                "{branch} on {remote} has commits that are not in what would be pushed. Nothing was overwritten. Choose another name, or push with force."
            ),
            PublishReason::Network => format!(
                "The connection to {remote} failed or was cut. Try again; if the remote took it already, that is noticed."
            ),
            PublishReason::Timeout => format!("{remote} did not answer in time."),
            PublishReason::Unsupported => {
                format!("The address of {remote} is not one that can be pushed to.")
            }
            PublishReason::NoBranch => "There is nothing to push.".to_owned(),
            _ => format!("git could not push {branch} to {remote}."),
        }
    }
}

pub(super) fn no(reason: PublishReason, message: &str, remote_said: Option<String>) -> Pushed {
    Pushed::No { reason, message: message.to_owned(), remote_said }
}
