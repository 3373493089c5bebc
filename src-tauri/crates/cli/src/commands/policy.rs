//! `pilothouse policy`: what asks and why, what is remembered, and ending that.

use crate::flags::{ExplainCommand, PolicyCommand};
use crate::output;
use crate::plain::plain;
use client::Client;
use protocol::grant::{GrantFor, GrantsParams, KeptGrant, RevokeGrant};
use protocol::ops::{Nothing, typed};
use protocol::policy::ActionKind;
use protocol::rulebook::{ExplainParams, PolicyShown};
use protocol::workspace::WorkspaceParams;
use protocol::{ApiError, WorkspaceId};

pub(super) async fn run(
    client: &Client,
    workspace: Option<&str>,
    what: PolicyCommand,
    as_json: bool,
) -> Result<u8, ApiError> {
    match what {
        PolicyCommand::Show => {
            let id = of(client, workspace).await?;
            let shown = client.call(typed::PolicyShow, &WorkspaceParams { id }, None).await?;
            show(&shown, as_json);
            // A script is told that nothing can be decided here.
            Ok(u8::from(shown.files.iter().any(|file| file.problem.is_some())))
        }
        PolicyCommand::Explain { what } => {
            let params = ExplainParams {
                workspace_id: of(client, workspace).await?,
                action: action(what)?,
                actor: None,
                risk: None,
                session_id: None,
                job_id: None,
            };
            let said = client.call(typed::PolicyExplain, &params, None).await?;
            if as_json {
                output::json(&said);
                return Ok(0);
            }
            say!("{}  {}", said.verdict.effect, plain(&said.verdict.rule));
            say!("  Decided by {}", plain(&said.verdict.rule_id));
            if let Some(place) = &said.place {
                say!("  Stands in  {}", plain(place));
            }
            if !said.classes.is_empty() {
                let classes: Vec<&str> = said.classes.iter().map(|class| class.as_str()).collect();
                say!("  Taken for  {}", classes.join(", "));
            }
            Ok(0)
        }
        PolicyCommand::Grants => {
            let workspace_id = match workspace {
                Some(_) => Some(of(client, workspace).await?),
                None => None,
            };
            let all = client.call(typed::PolicyGrants, &GrantsParams { workspace_id }, None).await?;
            if as_json {
                output::json(&all);
                return Ok(0);
            }
            for kept in &all.grants {
                grant(kept);
            }
            if all.grants.is_empty() {
                say!("Nothing is remembered.");
            }
            Ok(0)
        }
        PolicyCommand::Revoke { id } => {
            let kept = client.call(typed::PolicyRevoke, &RevokeGrant { id }, None).await?;
            match as_json {
                true => output::json(&kept),
                false => say!("Revoked: {}", plain(&kept.covers)),
            }
            Ok(0)
        }
    }
}

fn action(what: ExplainCommand) -> Result<ActionKind, ApiError> {
    Ok(match what {
        ExplainCommand::Command { line, unconfined } => ActionKind::Command {
            argv: vec!["bash".into(), "-c".into(), line],
            cwd: String::new(),
            confined: !unconfined,
        },
        ExplainCommand::Host { host } => {
            let (host, port) = match host.rsplit_once(':') {
                Some((name, port)) if !name.contains(':') => {
                    let port = port.parse().map_err(|_| ApiError::bad(format!("{port} is no port.")))?;
                    (name.to_owned(), port)
                }
                _ => (host, 443),
            };
            ActionKind::Network { host, port }
        }
        ExplainCommand::Write { paths } => ActionKind::FileWrite { paths },
    })
}

/// The workspace that is meant: the named one, or the only one.
pub(super) async fn of(client: &Client, named: Option<&str>) -> Result<WorkspaceId, ApiError> {
    let all = client.call(typed::WorkspaceList, &Nothing {}, None).await?.workspaces;
    let names: Vec<&str> = all.iter().map(|one| one.name.as_str()).collect();
    let found: Vec<&WorkspaceId> = all
        .iter()
        .filter(|one| named.is_none_or(|wanted| one.id.as_str() == wanted || one.name == wanted))
        .map(|one| &one.id)
        .collect();
    match found.as_slice() {
        [one] => Ok((*one).clone()),
        [] if named.is_none() => Err(ApiError::bad("No workspace is open.")),
        [] => Err(ApiError::bad(format!("There is no such workspace; there are: {}.", names.join(", ")))),
        _ => Err(ApiError::bad(format!("Say which workspace, with --workspace: {}.", names.join(", ")))),
    }
}

fn show(shown: &PolicyShown, as_json: bool) {
    if as_json {
        return output::json(shown);
    }
    say!("Profile {}", shown.profile);
    if let Some(by) = &shown.tightened_by {
        say!("  (you chose {}; {} asks for this)", shown.chosen, plain(by));
    }
    for line in &shown.meaning {
        say!("  {line}");
    }
    for file in &shown.files {
        match (&file.problem, file.found) {
            (Some(why), _) => say!("PROBLEM {}", plain(why)),
            (None, true) => {}
            (None, false) => say!("No rules in {}", plain(&file.path)),
        }
    }
    for one in &shown.rules {
        let mark = if one.counts { "" } else { "not used: " };
        let id = if one.rule.id.is_empty() { "(no id)" } else { one.rule.id.as_str() };
        say!("{mark}{}  {}  {}:{}", plain(id), plain(&one.says), plain(&one.file), one.line);
        for problem in &one.problems {
            say!("  warning: {}", plain(problem));
        }
    }
    say!("Where no rule and nothing remembered speaks:");
    for line in &shown.lines {
        say!("  {:<18} {:<6} {}", line.id, line.effect, line.says);
    }
}

fn grant(kept: &KeptGrant) {
    let until = match (kept.span, &kept.expires_at) {
        (GrantFor::Job, _) => "while its job runs".to_owned(),
        (_, Some(at)) => format!("until {at}"),
        (_, None) => "until revoked".to_owned(),
    };
    say!("{}  {}", kept.grant.id, plain(&kept.covers));
    say!("  {until}, by {} at {}, used {} times", plain(&kept.by), kept.made_at, kept.used);
}
