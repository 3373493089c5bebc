//! `pilothouse publish`: push and pull request from a terminal. What is printed on standard output is the link, where
//! there is one; how it ended is the exit code.

use super::short;
use crate::flags::{PublishArgs, PublishCommand};
use crate::output;
use crate::plain::plain;
use client::Client;
use protocol::ops::{JobParams, Nothing, typed};
use protocol::publish::{
    PrCheckState, PrChecks, PrChecksState, Publication, PublishChecksParams, PublishDefaults,
    PublishDefaultsParams, PublishFixCheck, PublishParams, PublishReason, PublishReply, PublishRun,
    PublishShowParams, PublishStage, PublishStatus,
};
use protocol::{ApiError, ErrorCode, JobId, SessionId, count};
use std::io::Read as _;
use std::time::Duration;

/// Pushed, and the pull request is to be opened by hand; or not all checks are done.
const BY_HAND: u8 = 3;
/// A person is asked first; or the checks cannot be read.
const ASKED: u8 = 4;
/// The longest push that can be configured, and a pull request after it.
const LONGEST: Duration = Duration::from_secs(3_900);
/// More is no text of a pull request.
const MOST_BODY: u64 = 64 * 1024;

pub(super) async fn run(
    client: &Client,
    what: Option<PublishCommand>,
    args: PublishArgs,
    as_json: bool,
) -> Result<u8, ApiError> {
    match what {
        None if args.dry_run => would(client, args, as_json).await,
        None => publish(client, args, as_json).await,
        Some(PublishCommand::Status { of }) => status(client, &of, as_json).await,
        Some(PublishCommand::Checks { of }) => checks(client, &of, as_json).await,
        Some(PublishCommand::Fix { check, of }) => fix(client, &of, check, as_json).await,
        Some(PublishCommand::Cancel { of }) => cancel(client, &of, as_json).await,
    }
}

/// The session that is named, or that of a job that is.
async fn session_of(client: &Client, what: &str) -> Result<SessionId, ApiError> {
    let named = short::session_or_job(client, what).await?;
    let named = named.as_str();
    let session = SessionId::parse(named).map_err(|e| ApiError::bad(e.to_string()))?;
    let known = client.call(typed::SessionList, &Nothing {}, None).await?.sessions;
    if known.iter().any(|one| one.session_id == session) {
        return Ok(session);
    }
    let Ok(id) = JobId::parse(named) else { return Ok(session) };
    match client.call(typed::JobsGet, &JobParams { id }, None).await {
        Ok(job) => job.session_id.ok_or_else(|| {
            ApiError::new(ErrorCode::NotFound, format!("{named} belongs to no session; name one."))
        }),
        Err(error) if error.code == ErrorCode::NotFound => {
            let text =
                format!("There is neither a session nor a job {named}. `pilothouse job list` lists jobs.");
            Err(ApiError::new(ErrorCode::NotFound, text))
        }
        Err(error) => Err(error),
    }
}

async fn publish(client: &Client, args: PublishArgs, as_json: bool) -> Result<u8, ApiError> {
    let session_id = session_of(client, &args.of).await?;
    let run = PublishRun {
        session_id,
        title: args.title,
        body: args.body.map(text).transpose()?,
        base_branch: args.base,
        head_branch: args.head,
        create_pr: args.no_pr.then_some(false),
        force: args.force,
    };
    let reply = client.call_within(typed::PublishRunIt, &run, None, LONGEST).await?;
    if as_json {
        output::json(&reply);
    } else {
        told(&reply);
    }
    Ok(code_of(&reply))
}

/// The words of an option, or of standard input.
fn text(given: String) -> Result<String, ApiError> {
    if given != "-" {
        return Ok(given);
    }
    let mut text = String::new();
    std::io::stdin()
        .take(MOST_BODY)
        .read_to_string(&mut text)
        .map_err(|e| ApiError::bad(format!("The text cannot be read: {e}.")))?;
    Ok(text)
}

/// The exit code of an outcome.
fn code_of(reply: &PublishReply) -> u8 {
    match (reply.status, reply.reason) {
        (PublishStatus::Pushed | PublishStatus::PrCreated, _) => 0,
        (PublishStatus::ManualPrRequired, _) => BY_HAND,
        (PublishStatus::Error, Some(PublishReason::ApprovalRequired)) => ASKED,
        (PublishStatus::Error, _) => 1,
    }
}

fn told(reply: &PublishReply) {
    let reason = reply.reason.map(|reason| format!(" ({reason})")).unwrap_or_default();
    tell!("{}{reason}", plain(&reply.message));
    if let Some(said) = &reply.remote_said {
        said.lines().for_each(|line| tell!("  {}", line.trim_end()));
    }
    if let Some(at) = &reply.retry_at {
        tell!("Possible again at {at}.");
    }
    if let Some(id) = &reply.approval_id {
        tell!("Next: pilothouse approve {id}");
    }
    if reply.pushed {
        let base = reply.base_branch.as_deref().map(|base| format!(", for {base}")).unwrap_or_default();
        let commit = reply.commit.as_deref().and_then(|id| id.get(..12)).unwrap_or_default();
        tell!("pushed {} {commit}{base}", reply.head_branch);
    }
    if let Some(url) = reply.pr_url.as_ref().or(reply.manual_pr_url.as_ref()) {
        say!("{url}");
    }
}

async fn would(client: &Client, args: PublishArgs, as_json: bool) -> Result<u8, ApiError> {
    let params = PublishDefaultsParams {
        session_id: session_of(client, &args.of).await?,
        head_branch: args.head,
        base_branch: args.base,
    };
    let shown = client.call(typed::PublishDefaultsShow, &params, None).await?;
    if as_json {
        output::json(&shown);
    } else {
        proposed(&shown);
    }
    Ok(u8::from(!shown.push.possible))
}

fn proposed(shown: &PublishDefaults) {
    say!("  From      {} ({})", shown.head_branch, shown.head_source);
    say!("  Into      {}", shown.base_branch);
    if let Some(remote) = &shown.remote {
        say!("  Remote    {} {}", remote.name, remote.push_url);
    }
    say!("  Title     {}", shown.title);
    for line in shown.body.lines() {
        say!("            {line}");
    }
    say!("  Goes out  {}", count(shown.commit_count, "commit", "commits"));
    for commit in &shown.commits {
        say!("            {} {}", commit.id.get(..9).unwrap_or(&commit.id), commit.subject);
    }
    for (name, step) in [("push", &shown.push), ("pull request", &shown.pr)] {
        if !step.possible {
            let why = step.message.as_deref().map(plain).unwrap_or_default();
            let reason = step.reason.map(|reason| format!(" ({reason})")).unwrap_or_default();
            say!("  No {name}: {why}{reason}");
        }
    }
    shown.warnings.iter().for_each(|warning| say!("  Look at   {}", plain(warning)));
}

async fn status(client: &Client, of: &str, as_json: bool) -> Result<u8, ApiError> {
    let session_id = session_of(client, of).await?;
    let shown = client.call(typed::PublishShow, &PublishShowParams { session_id }, None).await?;
    if as_json {
        output::json(&shown);
        return Ok(0);
    }
    if !shown.push_enabled {
        say!("Pushing is switched off for this session.");
    } else if !shown.pr_enabled {
        say!("Pull requests are switched off for this session.");
    }
    for one in &shown.recent {
        say!("{}", line_of(one));
    }
    if shown.recent.is_empty() {
        say!("Nothing was published yet.");
    }
    Ok(0)
}

/// When, what, how it stands, and where it is.
fn line_of(one: &Publication) -> String {
    let standing = match (one.stage, &one.result) {
        (PublishStage::Done, Some(result)) => {
            let reason = result.reason.map(|reason| format!(" ({reason})")).unwrap_or_default();
            format!("{}{reason}", result.status)
        }
        (stage, _) => stage.to_string(),
    };
    let result = one.result.as_deref();
    let link = result.and_then(|r| r.pr_url.as_ref().or(r.manual_pr_url.as_ref()));
    let link = link.map(|url| format!("  {url}")).unwrap_or_default();
    let checks = one.checks.as_ref().map(|checks| format!("  checks {}", checks.state)).unwrap_or_default();
    format!(
        "{}  {:<10} {} -> {}  {standing}{checks}{link}",
        one.created_at.get(..16).unwrap_or(&one.created_at).replace('T', " "),
        one.id.as_str(),
        one.head_branch,
        one.base_branch
    )
}

async fn checks(client: &Client, of: &str, as_json: bool) -> Result<u8, ApiError> {
    let session_id = session_of(client, of).await?;
    let params = PublishChecksParams { session_id, publish_id: None, watch: false };
    let read = client.call(typed::PublishChecks, &params, None).await?;
    if as_json {
        output::json(&read);
    } else {
        lines_of(&read).iter().for_each(|line| say!("{line}"));
    }
    Ok(code_of_checks(&read))
}

/// The exit code of what was read. What is only known from before says nothing of now.
fn code_of_checks(read: &PrChecks) -> u8 {
    match read.state {
        _ if read.reason.is_some() => ASKED,
        PrChecksState::None | PrChecksState::Passed => 0,
        PrChecksState::Failed => 1,
        PrChecksState::Pending => BY_HAND,
        PrChecksState::Unknown => ASKED,
    }
}

fn lines_of(read: &PrChecks) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(pr) = &read.pr {
        lines.push(format!("#{} {}  {}", pr.number, pr.state, pr.url));
    }
    if let Some(message) = &read.message {
        lines.push(plain(message));
    }
    for check in &read.checks {
        let url = check.url.as_deref().map(|url| format!("  {url}")).unwrap_or_default();
        lines.push(format!("{:<9} {}{url}", check.state.as_str(), check.name));
        if let (PrCheckState::Failed, Some(summary)) = (check.state, &check.summary) {
            lines.push(format!("          {}", plain(summary)));
        }
    }
    if read.checks.is_empty() && read.message.is_none() {
        lines.push("No checks have begun there.".to_owned());
    }
    lines
}

async fn fix(client: &Client, of: &str, check: String, as_json: bool) -> Result<u8, ApiError> {
    let session_id = session_of(client, of).await?;
    let wanted = PublishFixCheck { session_id, check, publish_id: None };
    let made = client.call(typed::PublishFixCheckIt, &wanted, None).await?;
    if as_json {
        output::json(&made);
    } else {
        say!("Request {}", made.request_id);
    }
    Ok(0)
}

async fn cancel(client: &Client, of: &str, as_json: bool) -> Result<u8, ApiError> {
    let session_id = session_of(client, of).await?;
    let shown = client.call(typed::PublishShow, &PublishShowParams { session_id }, None).await?;
    let Some(latest) = shown.latest.filter(|one| one.stage != PublishStage::Done) else {
        return Err(ApiError::new(ErrorCode::NotFound, "Nothing is being published in this session."));
    };
    let done = client.call(typed::PublishCancel, &PublishParams { publish_id: latest.id }, None).await?;
    if as_json {
        output::json(&done);
    } else {
        say!("It ends. What is on the remote already stays there.");
    }
    Ok(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn reply(status: &str, more: serde_json::Value) -> PublishReply {
        let mut value = json!({ "status": status, "publish-id": "p-1", "head-branch": "a", "message": "", "pushed": false });
        value.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        serde_json::from_value(value).unwrap()
    }

    #[test]
    fn the_exit_code_says_how_it_ended() {
        assert_eq!(code_of(&reply("pushed", json!({}))), 0);
        assert_eq!(code_of(&reply("pr-created", json!({ "pr-url": "u" }))), 0);
        assert_eq!(code_of(&reply("manual-pr-required", json!({ "reason": "no-credentials" }))), 3);
        assert_eq!(
            code_of(&reply("error", json!({ "reason": "approval-required", "approval-id": "a-1" }))),
            4
        );
        assert_eq!(code_of(&reply("error", json!({ "reason": "auth" }))), 1);
    }

    #[test]
    fn the_exit_code_of_checks_is_of_what_was_read_now() {
        let code = |state: &str, more: serde_json::Value| {
            let mut read = json!({ "publishId": "p-1", "state": state, "readAt": "t", "checks": [] });
            read.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            code_of_checks(&serde_json::from_value(read).unwrap())
        };
        let codes = ["none", "passed", "failed", "pending", "unknown"].map(|state| code(state, json!({})));
        assert_eq!(codes, [0, 0, 1, 3, 4]);
        assert_eq!(code("passed", json!({ "reason": "auth", "message": "no" })), 4, "known from before");
    }

    #[test]
    fn checks_are_told_with_what_a_failing_one_says() {
        let read: PrChecks = serde_json::from_value(json!({
            "publishId": "p-1", "state": "failed", "readAt": "2026-01-01T00:00:00Z",
            "pr": { "url": "https://h/pull/7", "number": 7, "state": "open", "reused": false },
            "checks": [
                { "name": "build", "source": "check-run", "state": "passed" },
                { "name": "links", "source": "status", "state": "failed", "summary": "404 `/a`", "url": "https://h/c" },
            ]
        }))
        .unwrap();
        assert_eq!(
            lines_of(&read),
            [
                "#7 open  https://h/pull/7",
                "passed    build",
                "failed    links  https://h/c",
                "          404 /a"
            ]
        );
    }
}
