//! Answers for people.

use crate::output;
use protocol::doctor::{DoctorReport, Finding};
use protocol::merge::{MergeEntry, MergeQueues};
use protocol::settings::ConfigShown;
use protocol::status::SystemStatus;

pub(crate) fn doctor(report: &DoctorReport, as_json: bool) {
    if as_json {
        return output::json(report);
    }
    for line in &report.lines {
        let mark = match line.finding {
            Finding::Ok => "ok      ",
            Finding::Warning => "warning ",
            Finding::Problem => "PROBLEM ",
        };
        println!("{mark}{}: {}", line.title, line.detail);
        if let Some(fix) = &line.fix {
            println!("        Next: {fix}");
        }
    }
}

pub(crate) fn status(status: &SystemStatus, as_json: bool) {
    if as_json {
        return output::json(status);
    }
    let n = |counts: &protocol::queue::Counts, word: &str| counts.get(word).copied().unwrap_or(0);
    println!("workers   {} of {} busy", status.workers.busy, status.workers.online);
    println!(
        "requests  {} waiting, {} in work",
        n(&status.queues.requests, "pending"),
        n(&status.queues.requests, "claimed")
    );
    println!(
        "jobs      {} waiting, {} running",
        n(&status.queues.jobs, "pending"),
        n(&status.queues.jobs, "claimed")
    );
    println!("merge     {} entries", status.queues.merge.values().sum::<u64>());
    println!("approvals {} waiting for you", status.pending_approvals);
    match (&status.isolation, &status.isolation_problem) {
        (Some(isolation), _) => println!("sandbox   {}", isolation.backend),
        (None, problem) => println!("sandbox   none: {}", problem.as_deref().unwrap_or_default()),
    }
    println!("model     {}", if status.model_ready { "connected" } else { "none" });
}

pub(crate) fn entry(entry: &MergeEntry, as_json: bool) {
    if as_json {
        return output::json(entry);
    }
    let reason = entry.reason.as_deref().map(|r| format!("  {r}")).unwrap_or_default();
    println!("{}  {:<16} {}{reason}", entry.id, entry.state, entry.title);
}

pub(crate) fn queues(queues: &MergeQueues, as_json: bool) {
    if as_json {
        return output::json(queues);
    }
    for queue in &queues.queues {
        println!(
            "{}  {}  {}",
            queue.workspace_id,
            queue.branch,
            queue.tip.as_deref().unwrap_or("not there yet")
        );
        for e in &queue.entries {
            entry(e, false);
        }
        if queue.entries.is_empty() {
            println!("nothing waits to land");
        }
    }
}

pub(crate) fn config(shown: &ConfigShown, origin: bool, as_json: bool) {
    if as_json {
        return output::json(shown);
    }
    for value in &shown.values {
        match origin {
            true => println!("{} = {}  ({})", value.key, value.value, value.origin),
            false => println!("{} = {}", value.key, value.value),
        }
    }
    for warning in &shown.warnings {
        eprintln!("warning: {} ({}): {}", warning.key, warning.origin, warning.why);
    }
}
