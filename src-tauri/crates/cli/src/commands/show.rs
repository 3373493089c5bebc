//! Answers for people.

use super::asked;
use crate::output;
use crate::plain::plain;
use protocol::approval::Approval;
use protocol::count;
use protocol::doctor::{DoctorReport, Finding};
use protocol::merge::MergeEntry;
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
        say!("{mark}{}: {}", line.title, plain(&line.detail));
        if let Some(fix) = &line.fix {
            say!("        Next: {}", plain(fix));
        }
    }
}

pub(crate) fn status(status: &SystemStatus, as_json: bool) {
    if as_json {
        return output::json(status);
    }
    let n = |counts: &protocol::queue::Counts, word: &str| counts.get(word).copied().unwrap_or(0);
    for line in super::hold::lines(status) {
        say!("PAUSED    {line}");
    }
    say!("workers   {} of {} busy", status.workers.busy, status.workers.online);
    let requests = &status.queues.requests;
    let for_a_model = match n(requests, "waiting_for_model") {
        0 => String::new(),
        n => format!(", {n} waiting for a model"),
    };
    say!("requests  {} waiting, {} in work{for_a_model}", n(requests, "pending"), n(requests, "claimed"));
    say!(
        "jobs      {} waiting, {} running",
        n(&status.queues.jobs, "pending"),
        n(&status.queues.jobs, "claimed")
    );
    say!("merge     {}", count(status.queues.merge.values().sum::<u64>(), "entry", "entries"));
    say!("approvals {} waiting for you", status.pending_approvals);
    match (&status.isolation, &status.isolation_problem) {
        (Some(isolation), _) => say!("sandbox   {}", isolation.backend),
        (None, problem) => say!("sandbox   none: {}", problem.as_deref().unwrap_or_default()),
    }
    say!("model     {}", if status.model_ready { "connected" } else { "none" });
}

/// As many of the questions that wait as are listed.
pub(crate) const MOST_WAITING: u64 = 20;

/// The questions that wait, each with the id that `approve` and `deny` take.
pub(crate) fn waiting(approvals: &[Approval]) {
    for approval in approvals {
        say!("{}", waiting_line(approval));
    }
}

fn waiting_line(approval: &Approval) -> String {
    format!("          {}  {}", approval.id, asked::sentence(approval))
}

/// What exactly is asked: enough to answer from.
pub(crate) fn question(approval: &Approval) {
    let width = super::terminal::width();
    for line in std::iter::once(asked::sentence(approval)).chain(asked::exactly(approval)) {
        asked::wrapped(&line, width).iter().for_each(|line| say!("{line}"));
    }
}

pub(crate) fn entry(entry: &MergeEntry, as_json: bool) {
    if as_json {
        return output::json(entry);
    }
    let reason = entry.reason.as_deref().map(|r| format!("  {}", plain(r))).unwrap_or_default();
    say!("{}  {:<16} {}{reason}", entry.id, entry.state, plain(&entry.title));
}

pub(crate) fn config(shown: &ConfigShown, origin: bool, as_json: bool) {
    if as_json {
        return output::json(shown);
    }
    for value in &shown.values {
        match origin {
            true => say!("{} = {}  ({})", value.key, value.value, value.origin),
            false => say!("{} = {}", value.key, value.value),
        }
    }
    for warning in &shown.warnings {
        tell!("warning: {} ({}): {}", warning.key, warning.origin, warning.why);
    }
}
