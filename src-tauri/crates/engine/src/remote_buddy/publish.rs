//! `/publish`: pushing and a pull request because a person said so. Their own word is the approval, so it is looked
//! for in the conversation: a request that came another way publishes nothing.

use crate::{Caller, Engine, Principal, hash};
use protocol::intent::Intent;
use protocol::ops::Permission;
use protocol::publish::{PublishReason, PublishReply, PublishRun, PublishStatus};
use protocol::request::Request;
use protocol::{ApiError, ErrorCode, fenced};

/// How far back a person's message is looked for; a request is planned soon after it was sent.
const MESSAGES: usize = 500;

impl Engine {
    /// Publishes as it was said; the answer for the conversation.
    pub(super) async fn publish_spoken(
        &self,
        request: &Request,
        intent: &Intent,
    ) -> Result<String, ApiError> {
        let Intent::Publish { title, body, base, head, no_pr, force } = intent else {
            return Err(ApiError::new(ErrorCode::Internal, "This is no wish to publish."));
        };
        if flow::with::named(&request.original_prompt).is_some() {
            return Ok("This needs no model, so nothing was begun. Send it without `/with`.".into());
        }
        let Some(who) = self.who_said(request).await? else {
            return Ok(
                "Publishing is a person's own word, and none was said here. Send `/publish` in the conversation.".into()
            );
        };
        let run = PublishRun {
            session_id: request.session_id.clone(),
            title: title.clone(),
            body: body.clone(),
            base_branch: base.clone(),
            head_branch: head.clone(),
            create_pr: no_pr.then_some(false),
            force: *force,
        };
        let digest = hash::text(&serde_json::to_string(&run).unwrap_or_default());
        // A request that is planned again after a crash publishes nothing twice.
        let caller = Caller::new(who).with_key(format!("request:{}", request.id), digest);
        let reply = match self.publish_run(caller, run).await {
            Ok(value) => serde_json::from_value(value)
                .map_err(|e| ApiError::new(ErrorCode::Internal, format!("publish.run: {e}")))?,
            Err(error) if matches!(error.code, ErrorCode::PublishBadBranch | ErrorCode::PublishProtected) => {
                return Ok(format!("Nothing was pushed. {}", error.message));
            }
            Err(error) => return Err(error),
        };
        Ok(said(&reply))
    }

    /// The person whose message became this request.
    async fn who_said(&self, request: &Request) -> Result<Option<Principal>, ApiError> {
        let (session, prompt) = (request.session_id.to_string(), request.original_prompt.clone());
        let events = self.store.read(move |tx| tx.events_before(&session, i64::MAX, MESSAGES)).await?;
        let from = events.iter().rev().find_map(|event| {
            let stored: serde_json::Value = serde_json::from_slice(&event.json).ok()?;
            let envelope = stored.get("envelope").filter(|envelope| envelope["type"] == "message")?;
            let text = envelope["payload"]["text"].as_str()?.trim();
            let meant = text == prompt || flow::light::delegated_by_name(text) == Some(prompt.as_str());
            meant.then(|| envelope["from"].as_str().unwrap_or_default().to_owned())
        });
        Ok(match from.as_deref() {
            Some("client") => Some(Principal::Owner),
            // Whether it may was asked when the message came in.
            Some(from) => from.strip_prefix("client:").map(|name| Principal::Device {
                id: name.to_owned(),
                name: name.to_owned(),
                scopes: vec![Permission::Publish],
            }),
            None => None,
        })
    }
}

/// Whether a message would publish: then whoever sends it has to be allowed to.
pub(crate) fn would_publish(text: &str) -> bool {
    let text = text.trim();
    let meant = flow::light::delegated_by_name(text).unwrap_or(text);
    matches!(flow::intent::parse(meant).intent(), Some(Intent::Publish { .. }))
}

fn said(reply: &PublishReply) -> String {
    let mut out = reply.message.clone();
    if let (PublishStatus::Error, Some(reason)) = (reply.status, reply.reason)
        && reason != PublishReason::ApprovalRequired
    {
        out.push_str(&format!(" (`{reason}`)"));
    }
    if let (PublishStatus::Error, Some(words)) = (reply.status, &reply.remote_said) {
        out.push_str(&format!("\n\n{}", fenced("", words.trim_end())));
    }
    if let Some(at) = &reply.retry_at {
        out.push_str(&format!("\n\nPossible again at {at}."));
    }
    if let Some(url) = reply.pr_url.as_ref().or(reply.manual_pr_url.as_ref())
        && !out.contains(url.as_str())
    {
        out.push_str(&format!("\n\n<{url}>"));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_wish_to_publish_is_known_however_it_is_written() {
        for text in ["/publish", "/publish a --no-pr", "open a PR please", "/ask_remote_buddy publish"] {
            assert!(would_publish(text), "{text}");
        }
        for text in ["/status", "never publish", "publish the docs site", "/publish --nonsense"] {
            assert!(!would_publish(text), "{text}");
        }
    }

    #[test]
    fn the_answer_holds_the_link_or_the_reason_with_the_remotes_own_words() {
        let reply = |value: serde_json::Value| serde_json::from_value::<PublishReply>(value).unwrap();
        let done = reply(json!({
            "status": "manual-pr-required", "publish-id": "p-1", "head-branch": "a", "message": "Pushed.",
            "pushed": true, "reason": "no-credentials", "manual-pr-url": "https://h/compare/x"
        }));
        assert_eq!(said(&done), "Pushed.\n\n<https://h/compare/x>");
        let failed = reply(json!({
            "status": "error", "publish-id": "p-1", "head-branch": "a", "message": "The remote said no.",
            "pushed": false, "reason": "remote-rejected", "remote-said": "remote: no\n"
        }));
        assert!(
            said(&failed).starts_with("The remote said no. (`remote-rejected`)\n\n```"),
            "{}",
            said(&failed)
        );
    }
}
