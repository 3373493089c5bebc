//! Calls to a forge: bounded, to one address, with the token of that host and no other.

use crate::Engine;
use agent::Secret;
use flow::publish::forge::Repository;
use flow::publish::host::{Forge, forges};
use flow::publish::pull_request::{Answer, Failure};
use flow::publish::remote::Remote;
use futures_util::StreamExt;
use protocol::ApiError;
use protocol::publish::PublishReason;
use reqwest::Method;
use std::time::Duration;

/// Longest time of one call.
const LIMIT: Duration = Duration::from_secs(20);
/// Most bytes of an answer.
const BYTES: usize = 4 << 20;
const ACCEPT: &str = "application/vnd.github+json";
const VERSION: &str = "2022-11-28";

impl Engine {
    /// The forge a host is, if it is one we know.
    pub(super) async fn forge_of_host(&self, host: &str) -> Result<Option<Forge>, ApiError> {
        let (all, _) = forges(&self.config_now().await?.publish.github_hosts);
        Ok(all.into_iter().find(|forge| forge.host == host))
    }

    /// The repository that pull requests go to, from the address it is fetched from.
    pub(crate) async fn forge_repository(
        &self,
        fetch: &str,
        push: &str,
    ) -> Result<Result<Repository, String>, ApiError> {
        let other = |text: String| Ok(Err(text));
        let Ok(address) = Remote::parse(fetch) else {
            return other("The address of the remote is not one that is read here.".into());
        };
        let Some(host) = address.forge_host() else {
            return other("The remote is a folder, and there are no pull requests in a folder.".into());
        };
        let Some(forge) = self.forge_of_host(&host).await? else {
            return other(format!(
                "Pull requests are opened on GitHub only, and {host} is not known as one. If it is GitHub Enterprise, name it in publish.githubHosts."
            ));
        };
        let Some((owner, name)) = address.repository() else {
            return other(format!("The address names no repository of {host}."));
        };
        // A fork is pushed to, and the pull request goes to where it came from.
        let pushed = Remote::parse(push).ok().filter(|to| to.forge_host().is_some_and(|to| to == host));
        let head_owner = pushed.and_then(|to| to.repository()).map(|(owner, _)| owner);
        let head_owner = head_owner.filter(|head| !head.eq_ignore_ascii_case(&owner));
        Ok(Ok(Repository { forge, owner, name, head_owner }))
    }

    pub(super) async fn ask_forge(
        &self,
        method: Method,
        url: &str,
        token: &Secret,
        body: Option<serde_json::Value>,
    ) -> Result<Answer, Failure> {
        let mut call = self
            .http
            .request(method, url)
            .timeout(LIMIT)
            .header("accept", ACCEPT)
            .header("x-github-api-version", VERSION)
            .header("user-agent", "pilothouse")
            .bearer_auth(token.expose());
        if let Some(body) = body {
            call = call.json(&body);
        }
        let asked = async {
            let response = call.send().await?;
            let number = |name: &str| response.headers().get(name)?.to_str().ok()?.trim().parse::<u64>().ok();
            let mut answer = Answer {
                status: response.status().as_u16(),
                retry_after: number("retry-after"),
                remaining: number("x-ratelimit-remaining"),
                reset: number("x-ratelimit-reset"),
                body: Vec::new(),
            };
            let mut parts = response.bytes_stream();
            while let Some(part) = parts.next().await {
                let part = part?;
                if answer.body.len() + part.len() > BYTES {
                    break;
                }
                answer.body.extend_from_slice(&part);
            }
            Ok::<_, reqwest::Error>(answer)
        };
        tokio::select! {
            answer = asked => answer.map_err(|error| failed(&error)),
            () = self.stopping() => Err(Failure {
                reason: PublishReason::Cancelled,
                message: "The server is shutting down.".into(),
                retry_at: None,
            }),
        }
    }
}

/// The error without its address, which a person configured and may hold anything.
fn failed(error: &reqwest::Error) -> Failure {
    let (reason, message) = match () {
        () if error.is_timeout() => (PublishReason::Timeout, "GitHub did not answer in time."),
        () if error.is_connect() => (PublishReason::Network, "GitHub cannot be reached."),
        () => (PublishReason::Network, "The connection to GitHub was cut."),
    };
    Failure { reason, message: message.to_owned(), retry_at: None }
}
