//! One file per command that does more than ask and print.

mod ask;
mod serve;
mod show;

use crate::flags::{Cli, Command, ConfigCommand};
use crate::output;
use client::Client;
use protocol::approval::{AnswerParams, Decision};
use protocol::ops::{Nothing, TtlParams, typed};
use protocol::{ApiError, ApprovalId, EntryId, ErrorCode};

pub(crate) async fn run(cli: Cli) -> u8 {
    let as_json = cli.json;
    let result = match cli.command {
        Command::Serve(flags) => return serve::run(cli.data, flags, as_json).await,
        command => match connect(cli.data.as_deref()) {
            Ok(client) => talk(&client, command, as_json).await,
            Err(error) => Err(error),
        },
    };
    match result {
        Ok(code) => code,
        Err(error) => output::failure(&error, as_json),
    }
}

fn connect(data: Option<&std::path::Path>) -> Result<Client, ApiError> {
    let variable = std::env::var_os(host::paths::DATA_DIR_VAR);
    let root = host::paths::resolve_data_folder(data, variable.as_deref())
        .map_err(|e| ApiError::new(ErrorCode::Unavailable, e.to_string()))?;
    match client::find(&root)? {
        Some(found) => Ok(found.client),
        None => Err(ApiError::new(
            ErrorCode::Unavailable,
            format!("No server runs on {}. Start one with `pilothouse serve --repo PATH`.", root.display()),
        )),
    }
}

async fn talk(client: &Client, command: Command, as_json: bool) -> Result<u8, ApiError> {
    match command {
        Command::Serve(_) => Ok(2),
        Command::Open => {
            let link = client.send("POST", "/auth/link", Some(serde_json::json!({}))).await?;
            if as_json {
                output::json(&link);
            } else {
                println!("{}", link["openUrl"].as_str().unwrap_or_default());
            }
            Ok(0)
        }
        Command::Doctor => {
            let report = client.call(typed::Doctor, &Nothing {}, None).await?;
            show::doctor(&report, as_json);
            Ok(if report.ok { 0 } else { 1 })
        }
        Command::Status => {
            let status = client.call(typed::SystemStatusShow, &TtlParams::default(), None).await?;
            show::status(&status, as_json);
            Ok(0)
        }
        Command::Ask { text, session, wait, approve } => {
            ask::run(client, &text, &session, wait, approve, as_json).await
        }
        Command::Approve { id } => answer(client, &id, Decision::Approve, as_json).await,
        Command::Deny { id } => answer(client, &id, Decision::Deny, as_json).await,
        Command::Land { entry } => {
            let id = EntryId::parse(entry).map_err(|e| ApiError::bad(e.to_string()))?;
            let entry = client.call(typed::MergeLand, &protocol::merge::EntryParams { id }, None).await?;
            show::entry(&entry, as_json);
            Ok(0)
        }
        Command::Queue => {
            let queues = client.call(typed::MergeQueueShow, &Nothing {}, None).await?;
            show::queues(&queues, as_json);
            Ok(0)
        }
        Command::Config { what: ConfigCommand::Show { origin } } => {
            let shown = client.call(typed::ConfigShow, &Nothing {}, None).await?;
            show::config(&shown, origin, as_json);
            Ok(0)
        }
    }
}

async fn answer(client: &Client, id: &str, decision: Decision, as_json: bool) -> Result<u8, ApiError> {
    let approval_id = ApprovalId::parse(id).map_err(|e| ApiError::bad(e.to_string()))?;
    let approval =
        client.call(typed::ApprovalAnswer, &AnswerParams { approval_id, decision, hash: None }, None).await?;
    if as_json {
        output::json(&approval);
    } else {
        println!("{}: {}", approval.state, approval.summary);
    }
    Ok(0)
}
