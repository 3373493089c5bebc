//! What would be published now, for whoever is about to press.

use crate::Engine;
use crate::publish::Wish;
use flow::publish::remote::{Remote, Transport};
use protocol::ApiError;
use protocol::policy::ActorKind;
use protocol::publish::{
    HeadSource, PublishCommit, PublishDefaults, PublishDefaultsParams, PublishPossible, PublishReason,
    PublishRemote, TokenSource,
};

/// Commits that are listed.
const COMMITS: usize = 50;

impl Engine {
    /// Nothing is sent anywhere, but for the question which branch is the remote's main one where nobody knows.
    pub async fn publish_defaults(&self, p: PublishDefaultsParams) -> Result<PublishDefaults, ApiError> {
        let (workspace, switches) = self.publish_scene(&p.session_id).await?;
        let config = self.config_now().await?;
        let wish = Wish {
            session: p.session_id.clone(),
            title: None,
            body: None,
            base: p.base_branch,
            head: p.head_branch,
            create_pr: None,
            force: false,
            actor: ActorKind::Person,
            by: String::new(),
            landing: false,
        };
        let generated = flow::publish::branch::generated(p.session_id.as_str());
        let room = match self.room(&workspace) {
            Ok(room) => room,
            Err(error) => {
                let gone = no(PublishReason::WorkspaceGone, &error.message);
                return Ok(PublishDefaults {
                    session_id: p.session_id,
                    title: String::new(),
                    body: String::new(),
                    head_branch: generated,
                    head_source: HeadSource::Generated,
                    generated: true,
                    base_branch: String::new(),
                    commit: None,
                    commits: Vec::new(),
                    commit_count: 0,
                    remote: None,
                    push: gone.clone(),
                    pr: gone,
                    token_source: TokenSource::None,
                    manual_pr_url: None,
                    protected: Vec::new(),
                    push_enabled: switches.push,
                    pr_enabled: switches.pr,
                    warnings: Vec::new(),
                });
            }
        };
        let facts = self.publish_facts(&room, &wish).await?;
        let work = self.work_of(&room, &p.session_id, &facts).await?;
        let (mut token_source, mut manual, mut pr_obstacle) = (TokenSource::None, None, None);
        let mut provider = "other";
        if let Some(remote) = &facts.remote {
            match self.forge_repository(&remote.fetch_url, &remote.push_url).await? {
                Ok(repository) => {
                    provider = "github";
                    token_source = self
                        .forge_token(&repository.forge)
                        .await?
                        .map_or(TokenSource::None, |(_, source)| source);
                    if facts.obstacle.is_none() {
                        manual =
                            Some(repository.compare_url(&facts.base, &facts.head, &work.title, &work.body));
                    }
                    if token_source == TokenSource::None {
                        pr_obstacle = Some(no(
                            PublishReason::NoCredentials,
                            "There is no token for GitHub here: the pull request is opened by hand.",
                        ));
                    }
                }
                Err(why) => pr_obstacle = Some(no(PublishReason::UnsupportedHost, &why)),
            }
        }
        let push = match &facts.obstacle {
            _ if !config.publish.enabled || !switches.push => {
                no(PublishReason::PushDisabled, "Pushing is switched off here.")
            }
            Some(obstacle) => no(obstacle.reason, &obstacle.message),
            None => yes(),
        };
        let pr = match pr_obstacle {
            _ if !push.possible => push.clone(),
            _ if !switches.pr => {
                no(PublishReason::PrDisabled, "Pull requests are switched off for this conversation.")
            }
            Some(obstacle) => obstacle,
            None => yes(),
        };
        let (_, warnings) = flow::publish::host::forges(&config.publish.github_hosts);
        let commits = facts.commits.unwrap_or_default();
        Ok(PublishDefaults {
            session_id: p.session_id,
            title: work.title,
            body: work.body,
            head_branch: facts.head,
            head_source: facts.source,
            generated: facts.generated,
            base_branch: facts.base,
            commit: facts.commit.map(|commit| commit.to_string()),
            commit_count: commits.len() as u64,
            commits: commits
                .into_iter()
                .take(COMMITS)
                .map(|line| PublishCommit { id: line.commit.to_string(), subject: line.subject })
                .collect(),
            remote: facts.remote.as_ref().map(|remote| shown(remote, provider)),
            push,
            pr,
            token_source,
            manual_pr_url: manual,
            protected: facts.protected.listed(),
            push_enabled: switches.push,
            pr_enabled: switches.pr,
            warnings,
        })
    }
}

fn shown(remote: &repo::UserRemote, provider: &str) -> PublishRemote {
    let (fetch_url, push_url) = remote.shown();
    let address = Remote::parse(&remote.fetch_url).ok();
    let folder = address.as_ref().is_some_and(|address| address.transport == Transport::File);
    PublishRemote {
        name: remote.name.clone(),
        fetch_url,
        push_url,
        provider: if folder { "file" } else { provider }.to_owned(),
        host: address.as_ref().and_then(Remote::forge_host),
        repository: address
            .as_ref()
            .and_then(Remote::repository)
            .map(|(owner, name)| format!("{owner}/{name}")),
    }
}

fn no(reason: PublishReason, message: &str) -> PublishPossible {
    PublishPossible { possible: false, reason: Some(reason), message: Some(message.to_owned()) }
}

fn yes() -> PublishPossible {
    PublishPossible { possible: true, reason: None, message: None }
}
