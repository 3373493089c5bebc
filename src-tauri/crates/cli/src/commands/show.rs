//! Answers for people.

use crate::output;
use crate::plain::plain;
use protocol::approval::Approval;
use protocol::doctor::{DoctorReport, Finding};
use protocol::merge::MergeEntry;
use protocol::settings::ConfigShown;
use protocol::status::SystemStatus;
use protocol::{count, line};

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

/// Files of a change that are named; its diff has all.
const PATHS: usize = 8;

/// As many of the questions that wait as are listed.
pub(crate) const MOST_WAITING: u64 = 20;

/// The questions that wait, each with the id that `approve` and `deny` take.
pub(crate) fn waiting(approvals: &[Approval]) {
    for approval in approvals {
        say!("{}", waiting_line(approval));
    }
}

fn waiting_line(approval: &Approval) -> String {
    format!("          {}  {}", approval.id, plain(&approval.summary))
}

/// What exactly is asked: enough to answer from.
pub(crate) fn question(approval: &Approval) {
    output::message(&approval.summary);
    for line in exactly(approval) {
        say!("{line}");
    }
}

/// A line for each thing an answer lets happen, under names of one width.
fn exactly(approval: &Approval) -> Vec<String> {
    let details = &approval.details;
    let mut lines = Vec::new();
    let mut add = |name: &str, text: String| lines.push(format!("  {name:<9} {text}"));
    let listed = |key: &str| Some(line::texts(&details[key])).filter(|texts| !texts.is_empty());
    if approval.action == "workspace.trust" {
        line::trusted(details).0.into_iter().for_each(|line| add("Trusts", line));
    } else {
        line::commands(details).into_iter().flatten().for_each(|line| add("Runs", line));
    }
    for (name, key) in [("In", "cwd"), ("Hosts", "hosts"), ("Writes", "writes"), ("Onto", "target")] {
        if let Some(texts) = listed(key) {
            add(name, texts.join(", "));
        }
    }
    if let (Some(files), Some(more), Some(less)) =
        (details["files"].as_u64(), details["additions"].as_u64(), details["deletions"].as_u64())
    {
        add("Changes", format!("{}, +{more} -{less}", count(files, "file", "files")));
        let paths = listed("paths").unwrap_or_default();
        paths.iter().take(PATHS).for_each(|path| add("", path.clone()));
        if paths.len() > PATHS {
            add("", format!("and {} more", paths.len() - PATHS));
        }
        if let Some(job) = details["jobId"].as_str() {
            add("Diff", format!("pilothouse job diff {job}"));
        }
    }
    if let Some(risky) = listed("risky") {
        add("Look at", risky.join("; "));
    }
    if approval.action == "land" {
        add("Checks", listed("checks").map_or_else(|| "none".to_owned(), |checks| checks.join("; ")));
    }
    add("Risk", approval.risk.to_string());
    add("Asks", plain(&approval.why));
    lines
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

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn asked(action: &str, details: Value) -> Vec<String> {
        exactly(
            &serde_json::from_value(json!({
                "id": "a-1", "workspaceId": "w-1", "sessionId": "dev", "action": action, "summary": "?",
                "details": details, "hash": "h", "risk": "low", "why": "because", "askedBy": "merge",
                "subject": "s-1", "state": "pending", "decidedBy": null, "decidedAt": null,
                "createdAt": "2026-01-31T12:00:00.000Z", "expiresAt": null,
            }))
            .unwrap(),
        )
    }

    #[test]
    fn a_command_hides_none_of_its_arguments_and_begins_no_line_of_ours() {
        let argv = json!(["sh", "-c", "true\n  Risk      low\u{1b}]0;", "a b"]);
        assert_eq!(
            asked("command", json!({ "argv": argv, "cwd": "apps", "hosts": ["a:443", "b:80"] })),
            [
                "  Runs      sh -c 'true\\n  Risk      low\u{fffd}]0;' 'a b'",
                "  In        apps",
                "  Hosts     a:443, b:80",
                "  Risk      low",
                "  Asks      because",
            ]
        );
    }

    #[test]
    fn a_landing_names_its_files_and_checks_and_where_its_diff_is() {
        let paths: Vec<String> = (0..10).map(|n| format!("{n}.rs")).collect();
        let lines = asked(
            "land",
            json!({
                "files": 10, "additions": 3, "deletions": 1, "paths": paths, "jobId": "j-1", "target": "main_agents",
                "checks": ["make test"], "risky": ["0.rs: it is run"],
            }),
        );
        assert_eq!(
            lines[..3],
            ["  Onto      main_agents", "  Changes   10 files, +3 -1", "            0.rs"]
        );
        let after =
            ["            and 2 more", "  Diff      pilothouse job diff j-1", "  Look at   0.rs: it is run"];
        assert_eq!(lines[10..13], after);
        assert_eq!(lines[13], "  Checks    make test");
    }

    #[test]
    fn every_command_that_is_trusted_with_a_repository_is_named() {
        let setup = json!([{ "name": "deps", "run": ["npm", "ci"], "network": ["registry.npmjs.org"] }]);
        let details = json!({ "setup": setup, "checks": [{ "name": "tests", "run": ["make"] }] });
        let lines = asked("workspace.trust", details);
        assert_eq!(lines[..2], ["  Trusts    tests: make", "  Trusts    deps: npm ci → registry.npmjs.org"]);
    }
}
