//! One file per command that does more than ask and print.

mod ask;
mod asked;
mod backend;
mod background;
mod connect;
pub(crate) mod devices;
mod doctor;
mod hold;
mod job;
mod job_control;
mod job_diff;
mod job_list;
mod judged;
mod key;
mod key_import;
mod main_line;
mod missing;
mod node;
mod open;
pub(crate) mod pair;
mod policy;
mod publish;
mod queue;
mod serve;
mod short;
mod show;
pub(crate) mod tailnet;
mod terminal;
mod token;
mod worker;

use crate::flags::{Cli, Command, ConfigCommand, QueueCommand};
use crate::output;
use client::Client;
use connect::Found;
use protocol::ApiError;
use protocol::approval::{AnswerParams, ApprovalState, Decision};
use protocol::grant::{GrantFor, Remember};
use protocol::ops::{ApprovalParams, Nothing, TtlParams, typed};
use protocol::queue::ListParams;

pub(crate) async fn run(cli: Cli) -> u8 {
    let as_json = cli.json;
    let result = match cli.command {
        Command::Serve(flags) => return serve::run(cli.data, flags, as_json).await,
        Command::Doctor { fix } => return doctor::run(cli.data, fix, as_json).await,
        Command::Service { what } => return background::run(cli.data, what, as_json).await,
        Command::Node { what, run } if node::is_here(&what) => {
            return node::here(cli.data, what, run, as_json).await;
        }
        Command::Open { what } if !what.is_empty() => return open::run(cli.data, &what, as_json).await,
        command => match connect::connect(cli.data.as_deref()) {
            Ok(Found::Nobody { data, own }) if matches!(command, Command::Config { .. }) => {
                let Command::Config { what: ConfigCommand::Show { origin } } = command else { return 2 };
                tell!("No server runs on {}; one would start with this.", data.display());
                show::config(&own.config.show(), origin, as_json);
                return 0;
            }
            Ok(found) => match found.server() {
                Ok(client) => match talk(&client, command, as_json).await {
                    Err(error) => Err(missing::next(&client, error).await),
                    done => done,
                },
                Err(error) => Err(error),
            },
            Err(error) => Err(error),
        },
    };
    match result {
        Ok(code) => code,
        Err(error) => output::failure(&error, as_json),
    }
}

async fn talk(client: &Client, command: Command, as_json: bool) -> Result<u8, ApiError> {
    match command {
        Command::Serve(_) | Command::Doctor { .. } | Command::Service { .. } => Ok(2),
        Command::Open { .. } => open::link(client, as_json).await.map(|()| 0),
        Command::Status => {
            let status = client.call(typed::SystemStatusShow, &TtlParams::default(), None).await?;
            show::status(&status, as_json);
            if !as_json && status.pending_approvals > 0 {
                let pending = ListParams {
                    status: Some(ApprovalState::Pending.as_str().to_owned()),
                    limit: Some(show::MOST_WAITING),
                    ..ListParams::default()
                };
                show::waiting(&client.call(typed::ApprovalList, &pending, None).await?.approvals);
            }
            Ok(0)
        }
        Command::Ask { text, session, wait, approve, worker, node, backend } => {
            let worker = worker::chosen(client, worker, node).await?;
            let text = backend::named(&text, backend.as_deref())?;
            ask::run(client, &text, &session, worker, ask::Manner { wait, approve, as_json }).await
        }
        Command::Approve { id, span } => answer(client, &id, Decision::Approve, span, as_json).await,
        Command::Deny { id } => answer(client, &id, Decision::Deny, None, as_json).await,
        Command::Land { what, wait } => queue::land(client, &what, wait, as_json).await,
        Command::Queue { workspace, what } => {
            let what = what.unwrap_or(QueueCommand::Show);
            queue::run(client, workspace.as_deref(), what, as_json).await
        }
        Command::Publish { what, run } => publish::run(client, what, run, as_json).await,
        Command::Main { workspace, what } => {
            main_line::run(client, workspace.as_deref(), what, as_json).await
        }
        Command::Pause { why } => hold::pause(client, why, as_json).await.map(|()| 0),
        Command::Resume => hold::resume(client, as_json).await.map(|()| 0),
        Command::Job { what } => job::run(client, what, as_json).await.map(|()| 0),
        Command::Worker { what } => worker::run(client, what, as_json).await.map(|()| 0),
        Command::Node { what, .. } => node::of_server(client, what, as_json).await.map(|()| 0),
        Command::Terminal { what } => terminal::run(client, what, as_json).await,
        Command::Backend { choose } => backend::run(client, choose, as_json).await.map(|()| 0),
        Command::Budget => job::budget(client, as_json).await.map(|()| 0),
        Command::Key { what } => key::run(client, what, as_json).await,
        Command::Pair(args) => pair::run(client, args, as_json).await,
        Command::Devices { what } => devices::run(client, what, as_json).await,
        Command::Tailnet { what } => tailnet::run(client, what, as_json).await,
        Command::Listen { address } => tailnet::address(client, address, as_json).await,
        Command::Policy { workspace, what } => policy::run(client, workspace.as_deref(), what, as_json).await,
        Command::Config { what: ConfigCommand::Show { origin } } => {
            let shown = client.call(typed::ConfigShow, &Nothing {}, None).await?;
            show::config(&shown, origin, as_json);
            Ok(0)
        }
    }
}

/// Shows what is asked and answers exactly that: a question that took its place meanwhile is refused as stale.
async fn answer(
    client: &Client,
    id: &str,
    decision: Decision,
    span: Option<GrantFor>,
    as_json: bool,
) -> Result<u8, ApiError> {
    let approval_id = short::approval(client, id).await?;
    let shown = client.call(typed::ApprovalGet, &ApprovalParams { id: approval_id.clone() }, None).await?;
    if !as_json {
        show::question(&shown);
        if approval_id.as_str() != id {
            say!("  Id        {approval_id}");
        }
        if let (Some(_), Some(offer)) = (span, &shown.offer) {
            say!("  Remembers {}, in this workspace", crate::plain::plain(&offer.covers));
        }
    }
    let remember = span.map(|span| Remember { span });
    let answer = AnswerParams { approval_id, decision, hash: Some(shown.hash), remember };
    let answered = client.call(typed::ApprovalAnswer, &answer, None).await?;
    if as_json {
        output::json(&answered);
    } else {
        say!("This is {} now.", answered.state);
    }
    Ok(0)
}
