//! Somebody wants to publish: what that means now, written down before anything is done.

use super::facts::{self, Facts};
use super::{propose, reply, tell};
use crate::rooms::Room;
use crate::{Engine, hash};
use host::config::Config;
use protocol::policy::ActorKind;
use protocol::publish::{HeadSource, Publication, PublishReason, PublishStage};
use protocol::{ApiError, ErrorCode, PublishId, SessionId, WorkspaceId};
use repo::OwnCredentials;
use serde_json::json;
use std::sync::Arc;
use store::{Fingerprint, StoredPublish};

/// Longest title and body.
const TITLE: usize = 256;
const BODY: usize = 60_000;
/// Whoever asks for the same within this time after it succeeded pressed the same button.
const SAME_MS: i64 = 5_000;

/// What is wanted, by whom.
#[derive(Debug, Clone)]
pub(crate) struct Wish {
    pub session: SessionId,
    pub title: Option<String>,
    pub body: Option<String>,
    pub base: Option<String>,
    pub head: Option<String>,
    pub create_pr: Option<bool>,
    pub force: bool,
    pub actor: ActorKind,
    pub by: String,
    /// What landed is pushed because it was configured so.
    pub landing: bool,
}

/// What is looked at.
#[derive(Debug, Clone)]
pub(crate) struct Look {
    pub base: Option<String>,
    pub head: Option<String>,
    pub generated: String,
    pub protected: Vec<String>,
    pub force: bool,
    pub landing: bool,
    /// The head is named like a branch of a job, and nobody knows that job.
    pub unknown_job: bool,
}

/// What a session may do.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Switches {
    pub push: bool,
    pub pr: bool,
}

impl Engine {
    /// Writes the wish down, or joins the publication that does the same already.
    pub(crate) async fn ask_to_publish(
        &self,
        wish: Wish,
        key: Option<Fingerprint>,
    ) -> Result<PublishId, ApiError> {
        if let Some(print) = key.clone() {
            let known = self.store.read(move |tx| {
                let known = tx.publish_of_key(&print)?;
                // A key of another operation is a conflict here too.
                tx.replay(&print).map(|_| known)
            });
            if let Some(id) = known.await? {
                return publish_id(id);
            }
        }
        check_texts(&wish)?;
        let (workspace, switches) = self.publish_scene(&wish.session).await?;
        let config = self.config_now().await?;
        let create_pr = wish.create_pr.unwrap_or(switches.pr);
        let room = self.room(&workspace);
        let (facts, work) = match &room {
            Ok(room) => {
                let facts = self.publish_facts(room, &wish).await?;
                let work = self.work_of(room, &wish.session, &facts).await?;
                (Some(facts), work)
            }
            Err(_) => (None, propose::Proposal::default()),
        };
        let off = !config.publish.enabled || !switches.push;
        let obstacle = match &facts {
            _ if off => Some((PublishReason::PushDisabled, "Pushing is switched off here.".to_owned())),
            _ if create_pr && !switches.pr => Some((
                PublishReason::PrDisabled,
                "Pull requests are switched off for this conversation.".to_owned(),
            )),
            None => Some((
                PublishReason::WorkspaceGone,
                "The repository of this conversation cannot be opened now.".to_owned(),
            )),
            Some(facts) => facts.obstacle.clone().map(|obstacle| (obstacle.reason, obstacle.message)),
        };
        let obstacle = match obstacle {
            None if self.is_held().await? => {
                Some((PublishReason::Paused, "Everything is paused. Resume, then publish.".to_owned()))
            }
            other => other,
        };
        let publish = self.drafted(&wish, &workspace, facts.as_ref(), work, create_pr)?;
        let since = self.clock.now_ms() - SAME_MS;
        let id = self.store.write(move |tx| {
            let mut publish = publish;
            if let Some(print) = &key
                && let Some(id) = tx.publish_of_key(print)?
            {
                return Ok(id);
            }
            let id = match tx.same_publish(&publish.digest, since)? {
                Some(same) if obstacle.is_none() => same.shown.id.to_string(),
                _ => {
                    if let Some((reason, message)) = obstacle {
                        reply::fail(&mut publish.shown, reason, &message);
                        tx.insert_publish(&publish)?;
                        tell::push_failed(tx, &publish.shown, reason, &message)?;
                    } else {
                        tx.insert_publish(&publish)?;
                    }
                    publish.shown.id.to_string()
                }
            };
            if let Some(print) = &key {
                tx.keep_publish_key(print, &id)?;
            }
            Ok(id)
        });
        let id = publish_id(id.await?)?;
        self.publishing.wake();
        Ok(id)
    }

    /// The workspace of a session, and what the session may do.
    pub(crate) async fn publish_scene(
        &self,
        session: &SessionId,
    ) -> Result<(WorkspaceId, Switches), ApiError> {
        let id = session.clone();
        let read =
            self.store.read(move |tx| Ok((tx.require_session(&id)?, tx.session_capabilities(id.as_str())?)));
        let (workspace, capabilities) = read.await?;
        let workspace = workspace.ok_or_else(|| {
            ApiError::new(
                ErrorCode::Conflict,
                "This conversation belongs to no repository, so there is nothing to publish.",
            )
        })?;
        Ok((workspace, switches(capabilities.as_ref())))
    }

    /// Reads what would be published.
    pub(crate) async fn publish_facts(&self, room: &Arc<Room>, wish: &Wish) -> Result<Facts, ApiError> {
        let config = match self.configured(room).await {
            Ok(config) => config,
            Err(error) if error.code == ErrorCode::ConfigInvalid => return Err(error),
            // A repository that cannot be read is an obstacle that is told as one.
            Err(_) => Arc::new(self.own.config.clone()),
        };
        let mut look = look(wish, room, &config);
        if let Some(job) = look.head.as_deref().and_then(facts::job_of) {
            let job = job.to_owned();
            look.unknown_job = !self.store.read(move |tx| Ok(tx.job(&job).is_ok())).await?;
        }
        let own = self.own_credentials();
        let git = self.git_for_publishing()?;
        let room = room.clone();
        self.blocking(move || facts::read(&git, &room, &own, &look)).await?
    }

    pub(crate) fn git_for_publishing(&self) -> Result<repo::Git, ApiError> {
        self.git.clone().ok_or_else(|| {
            self.git_problem
                .clone()
                .unwrap_or_else(|| ApiError::new(ErrorCode::GitMissing, "There is no git here."))
        })
    }

    pub(crate) fn own_credentials(&self) -> OwnCredentials {
        OwnCredentials::of(&self.options.environment)
    }

    fn drafted(
        &self,
        wish: &Wish,
        workspace: &WorkspaceId,
        facts: Option<&Facts>,
        work: propose::Proposal,
        create_pr: bool,
    ) -> Result<StoredPublish, ApiError> {
        let generated = flow::publish::branch::generated(wish.session.as_str());
        let head = facts.map_or_else(|| wish.head.clone().unwrap_or(generated), |facts| facts.head.clone());
        let base = facts.map_or_else(|| wish.base.clone().unwrap_or_default(), |facts| facts.base.clone());
        let digest = hash::json(&json!({
            "session": wish.session, "head": head, "base": base, "pr": create_pr, "force": wish.force, "title": wish.title,
            "body": wish.body, "actor": wish.actor, "commit": facts.and_then(|facts| facts.commit.as_ref()).map(|commit| commit.as_str()),
        }));
        let now = host::clock::iso(self.clock.now_ms());
        let text = |given: &Option<String>, proposed: String| match given.as_deref().map(str::trim) {
            Some(text) if !text.is_empty() => text.to_owned(),
            _ => proposed,
        };
        let remote = facts.and_then(|facts| facts.remote.as_ref());
        let shown = Publication {
            id: publish_id(self.ids.uuid())?,
            session_id: wish.session.clone(),
            workspace_id: workspace.clone(),
            stage: PublishStage::Queued,
            by: wish.by.clone(),
            head_branch: head,
            head_source: facts.map_or(HeadSource::Generated, |facts| facts.source),
            base_branch: base,
            create_pr,
            force: wish.force,
            overwrites: None,
            title: text(&wish.title, work.title),
            body: wish.body.clone().unwrap_or(work.body),
            remote: remote.map(|remote| remote.name.clone()).unwrap_or_default(),
            commit: facts.and_then(|facts| facts.commit.as_ref()).map(ToString::to_string),
            progress: None,
            approval_id: None,
            pr: None,
            checks: None,
            result: None,
            created_at: now.clone(),
            updated_at: now,
        };
        let generated = facts.is_some_and(|facts| facts.generated);
        Ok(StoredPublish { shown, digest, actor: wish.actor, generated, updated_at: self.clock.now_ms() })
    }
}

pub(crate) fn look(wish: &Wish, room: &Room, config: &Config) -> Look {
    let integration = room.row().integration_branch;
    Look {
        base: wish.base.clone(),
        head: wish.head.clone(),
        generated: match wish.landing {
            true => flow::publish::branch::generated(&integration),
            false => flow::publish::branch::generated(wish.session.as_str()),
        },
        protected: config.publish.protected.clone(),
        force: wish.force,
        landing: wish.landing,
        unknown_job: false,
    }
}

pub(crate) fn switches(capabilities: Option<&serde_json::Value>) -> Switches {
    let on = |names: [&str; 2]| {
        let said = capabilities.and_then(|all| names.iter().find_map(|name| all.get(*name)));
        said.and_then(serde_json::Value::as_bool).unwrap_or(true)
    };
    Switches { push: on(["push-enabled", "pushEnabled"]), pr: on(["pr-enabled", "prEnabled"]) }
}

fn check_texts(wish: &Wish) -> Result<(), ApiError> {
    if wish
        .title
        .as_ref()
        .is_some_and(|title| title.chars().count() > TITLE || title.chars().any(char::is_control))
    {
        return Err(ApiError::bad(format!("title is one line of at most {TITLE} characters")));
    }
    if wish.body.as_ref().is_some_and(|body| body.len() > BODY) {
        return Err(ApiError::bad(format!("body has at most {BODY} bytes")));
    }
    Ok(())
}

pub(crate) fn publish_id(id: String) -> Result<PublishId, ApiError> {
    PublishId::parse(id).map_err(|error| ApiError::new(ErrorCode::Internal, error.to_string()))
}
