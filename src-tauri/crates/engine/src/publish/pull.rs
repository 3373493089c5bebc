//! The stage of a publication in which the pull request is opened, or the open one found.

use super::reply::{self, Told};
use super::tell;
use crate::{Engine, git};
use agent::Secret;
use flow::publish::forge::Repository;
use flow::publish::pull_request::{self, Failure, Opened, Pull};
use protocol::ApiError;
use protocol::publish::{Publication, PublishReason, PublishStatus, PublishedPr};
use repo::RemoteChoice;
use reqwest::Method;
use serde_json::json;

impl Engine {
    pub(super) async fn open_pull_request(&self, shown: &Publication) -> Result<(), ApiError> {
        let repository = match self.repository_of(shown).await? {
            Ok(repository) => repository,
            Err(why) => {
                let text = format!("{} is pushed. {why}", shown.head_branch);
                return self.fail_publish(shown, PublishReason::UnsupportedHost, &text, None).await;
            }
        };
        let page = repository.compare_url(&shown.base_branch, &shown.head_branch, &shown.title, &shown.body);
        let Some((token, _)) = self.forge_token(&repository.forge).await? else {
            return self.by_hand(shown, page).await;
        };
        match self.found_or_opened(shown, &repository, &token).await {
            Ok((pull, reused)) => self.pull_opened(shown, pull, reused).await,
            Err(failure) if failure.reason == PublishReason::Cancelled && self.is_stopping() => Ok(()),
            Err(failure) => {
                let told = Told { retry_at: failure.retry_at, manual_pr_url: Some(page), remote_said: None };
                let text = format!(
                    "{} is pushed, but there is no pull request. {}",
                    shown.head_branch,
                    token.redact(&failure.message)
                );
                self.fail_publish(shown, failure.reason, &text, Some(told)).await
            }
        }
    }

    /// The repository on the forge, from the remote as it is configured now.
    pub(super) async fn repository_of(
        &self,
        shown: &Publication,
    ) -> Result<Result<Repository, String>, ApiError> {
        let room = match self.room(&shown.workspace_id) {
            Ok(room) => room,
            Err(error) => return Ok(Err(error.message)),
        };
        let (git, own) = (self.git_for_publishing()?, self.own_credentials());
        let remote = self.blocking(move || repo::user_remote(&git, &room.root, &own)).await?;
        match remote.map_err(git::api)? {
            RemoteChoice::One(remote) if remote.name == shown.remote => {
                self.forge_repository(&remote.fetch_url, &remote.push_url).await
            }
            _ => Ok(Err(format!("The remote {} is not there any more.", shown.remote))),
        }
    }

    async fn found_or_opened(
        &self,
        shown: &Publication,
        repository: &Repository,
        token: &Secret,
    ) -> Result<(Pull, bool), Failure> {
        if let Some(pull) = self.open_one(shown, repository, token).await? {
            return Ok((pull, true));
        }
        let head = match &repository.head_owner {
            Some(_) => repository.head(&shown.head_branch),
            None => shown.head_branch.clone(),
        };
        let body =
            json!({ "title": shown.title, "body": shown.body, "head": head, "base": shown.base_branch });
        let now = self.clock.now_ms();
        let failure = match self.ask_forge(Method::POST, &repository.pulls_api(), token, Some(body)).await {
            Ok(answer) => match pull_request::opened(&answer, repository, now) {
                Opened::Created(pull) => return Ok((pull, false)),
                Opened::Exists => Failure {
                    reason: PublishReason::Refused,
                    message: "GitHub says there is a pull request already, but does not show it.".into(),
                    retry_at: None,
                },
                Opened::Failed(failure) => failure,
            },
            Err(failure) => failure,
        };
        // The answer may have been lost on its way: then it is there.
        let lost = matches!(
            failure.reason,
            PublishReason::Timeout
                | PublishReason::Network
                | PublishReason::BadAnswer
                | PublishReason::Refused
        );
        match lost {
            true => match self.open_one(shown, repository, token).await {
                Ok(Some(pull)) => Ok((pull, failure.reason == PublishReason::Refused)),
                _ => Err(failure),
            },
            false => Err(failure),
        }
    }

    async fn open_one(
        &self,
        shown: &Publication,
        repository: &Repository,
        token: &Secret,
    ) -> Result<Option<Pull>, Failure> {
        let url = repository.open_pulls_api(&shown.base_branch, &shown.head_branch);
        let answer = self.ask_forge(Method::GET, &url, token, None).await?;
        pull_request::listed(&answer, repository, &shown.base_branch, &shown.head_branch, self.clock.now_ms())
    }

    async fn pull_opened(&self, shown: &Publication, pull: Pull, reused: bool) -> Result<(), ApiError> {
        let mut shown = shown.clone();
        let text = match reused {
            true => format!(
                "{} is pushed, and its open pull request #{} shows it.",
                shown.head_branch, pull.number
            ),
            false => format!("{} is pushed, and pull request #{} is open.", shown.head_branch, pull.number),
        };
        let mut reply = reply::blank(&shown, PublishStatus::PrCreated, &text);
        (reply.pushed, reply.pr_url) = (true, Some(pull.url.clone()));
        shown.pr =
            Some(PublishedPr { url: pull.url.clone(), number: pull.number, state: pull.state, reused });
        reply::end(&mut shown, reply);
        let write = self.store.write(move |tx| {
            tx.update_publish(&shown)?;
            tell::pr_succeeded(tx, &shown, &pull.url, reused)
        });
        Ok(write.await?)
    }

    async fn by_hand(&self, shown: &Publication, page: String) -> Result<(), ApiError> {
        let mut shown = shown.clone();
        let text = format!(
            "{} is pushed. There is no token for GitHub here, so open the pull request by hand; the page is filled in.",
            shown.head_branch
        );
        let mut reply = reply::blank(&shown, PublishStatus::ManualPrRequired, &text);
        (reply.pushed, reply.reason) = (true, Some(PublishReason::NoCredentials));
        reply.manual_pr_url = Some(page.clone());
        reply::end(&mut shown, reply);
        let write = self.store.write(move |tx| {
            tx.update_publish(&shown)?;
            tell::pr_manual(tx, &shown, &page, PublishReason::NoCredentials)
        });
        Ok(write.await?)
    }
}
