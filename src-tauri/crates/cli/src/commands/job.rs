//! `pilothouse job …` and `pilothouse budget`.

use super::{job_control as control, job_diff, job_list, short};
use crate::flags::JobCommand;
use crate::output;
use crate::plain::plain;
use client::Client;
use protocol::budget::{BudgetParams, BudgetReport, BudgetScope, BudgetStanding, Measure, Spent};
use protocol::job::RaiseJob;
use protocol::ops::{JobParams, typed};
use protocol::taken::LetGoJob;
use protocol::{ApiError, JobId};

pub(super) async fn run(client: &Client, what: JobCommand, as_json: bool) -> Result<(), ApiError> {
    let (id, said) = match what {
        JobCommand::List { state, limit, all } => {
            return job_list::run(client, job_list::Wanted { state, limit, all }, as_json).await;
        }
        JobCommand::Show { id } => return show(client, short::job(client, &id).await?, as_json).await,
        JobCommand::Diff { id } => {
            return job_diff::run(client, short::job(client, &id).await?, as_json).await;
        }
        JobCommand::Steer { id, text } => {
            let id = short::job(client, &id).await?;
            return control::steer(client, id, text, as_json).await;
        }
        JobCommand::TakeOver { id } => {
            let id = short::job(client, &id).await?;
            return control::take_over(client, id, as_json).await;
        }
        JobCommand::HandBack { id, message } => {
            let id = short::job(client, &id).await?;
            return control::hand_back(client, id, message, as_json).await;
        }
        JobCommand::LetGo { id, discard, keep, end } => {
            let what = LetGoJob {
                id: short::job(client, &id).await?,
                changes: control::changes(discard, keep),
                end,
            };
            return control::let_go(client, what, as_json).await;
        }
        JobCommand::Start { recipe, node, workspace } => {
            return super::node::start(client, recipe, node, workspace, as_json).await;
        }
        JobCommand::Tail { id, lines } => {
            let id = short::job(client, &id).await?;
            return super::node::tail(client, id, lines, as_json).await;
        }
        JobCommand::Pause { id } => {
            let id = short::job(client, &id).await?;
            client.call(typed::JobsPause, &JobParams { id: id.clone() }, None).await?;
            (id, "keeps its work and waits")
        }
        JobCommand::Resume { id } => {
            let id = short::job(client, &id).await?;
            client.call(typed::JobsResume, &JobParams { id: id.clone() }, None).await?;
            (id, "goes on")
        }
        JobCommand::Stop { id } => {
            let id = short::job(client, &id).await?;
            client.call(typed::JobsCancel, &JobParams { id: id.clone() }, None).await?;
            (id, "is stopped")
        }
        JobCommand::Retry { id, worker, node } => {
            let worker = super::worker::chosen(client, worker, node).await?;
            return super::worker::retry(client, short::job(client, &id).await?, worker, as_json).await;
        }
        JobCommand::Give { id, worker, node, .. } => {
            let worker = super::worker::chosen(client, worker, node).await?;
            return super::worker::give(client, short::job(client, &id).await?, worker, as_json).await;
        }
        JobCommand::Raise { id, tokens, minutes, money } => {
            let micros = |text: String| {
                host::config::money(&text).ok_or_else(|| ApiError::bad("--money is an amount such as 2.50"))
            };
            let money_micros = money.map(micros).transpose()?;
            let id = short::job(client, &id).await?;
            let raise = RaiseJob { id: id.clone(), tokens, minutes, money_micros };
            client.call(typed::JobsRaise, &raise, None).await?;
            (id, "may use more")
        }
    };
    if as_json {
        output::json(&serde_json::json!({ "ok": true, "id": id }));
    } else {
        say!("The job {id} {said}.");
    }
    Ok(())
}

async fn show(client: &Client, id: JobId, as_json: bool) -> Result<(), ApiError> {
    let job = client.call(typed::JobsGet, &JobParams { id: id.clone() }, None).await?;
    if as_json {
        output::json(&job);
        return Ok(());
    }
    let report =
        client.call(typed::BudgetShow, &BudgetParams { job_id: Some(id), workspace_id: None }, None).await?;
    say!("{}", plain(&job.title));
    say!("  Id        {}", job.id);
    say!("  State     {}", job.status);
    if let Some(worker) = &job.worker_id {
        say!("  Worker    {}", plain(worker));
    }
    if let Some(wait) = &job.waiting {
        say!("  Waits     {}", plain(&wait.detail));
    }
    for line in job.taken.iter().flat_map(control::lines) {
        say!("{line}");
    }
    let said = client.call(typed::JobsSteering, &JobParams { id: job.id.clone() }, None).await?;
    for message in &said.messages {
        say!("  Told      {} ({})", plain(&message.text), message.state);
    }
    if let Some(isolation) = &job.isolation {
        say!("  Sandbox   {}: files {}, network {}", isolation.backend, isolation.fs, isolation.net);
    }
    if let Some(spent) = &report.job {
        say!("  Used      {}", used(spent));
    }
    if let Some(error) = &job.error {
        say!("  Failed    {}", plain(error));
    }
    super::judged::show(&job);
    Ok(())
}

pub(super) async fn budget(client: &Client, as_json: bool) -> Result<(), ApiError> {
    let report = client.call(typed::BudgetShow, &BudgetParams::default(), None).await?;
    if as_json {
        output::json(&report);
        return Ok(());
    }
    say!("Today: {}", used(&report.day));
    for model in &report.models {
        say!("  {} {}: {}", plain(&model.role), plain(&model.model), used(&model.spent));
    }
    limits(&report);
    Ok(())
}

fn limits(report: &BudgetReport) {
    if report.standings.is_empty() {
        say!("No budget of the day is set. Next: budget.tokensPerDay and its like in config.toml");
    }
    for standing in &report.standings {
        say!("{}", standing_line(standing));
    }
}

fn used(spent: &Spent) -> String {
    let mut text =
        format!("{} tokens in {} calls, {} min of work", spent.tokens(), spent.calls, spent.work_ms / 60_000);
    if spent.calls > spent.unpriced_calls {
        text.push_str(&format!(", {} of money", host::config::money_text(spent.money_micros)));
    }
    if spent.unpriced_calls > 0 {
        text.push_str(&format!(" ({} calls without a price)", spent.unpriced_calls));
    }
    text
}

fn standing_line(standing: &BudgetStanding) -> String {
    let whose = match standing.scope {
        BudgetScope::Job => "job",
        BudgetScope::Day => "day",
        BudgetScope::Workspace => "workspace",
    };
    let of = |n: u64| match standing.measure {
        Measure::Tokens => format!("{n} tokens"),
        Measure::WorkMs => format!("{} min", n / 60_000),
        Measure::MoneyMicros => host::config::money_text(n),
    };
    format!("Budget of the {whose}: {} of {}", of(standing.used), of(standing.limit))
}
