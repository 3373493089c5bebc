//! LocalBuddy's answers, made of facts: no model is asked.

use crate::markdown::plain;
use crate::ops::MOST_AHEAD;
use crate::{Engine, git};
use flow::light::Answer;
use protocol::count;
use protocol::ops::TtlParams;
use protocol::workspace::{RepositoryFacts, WorkspaceParams};
use protocol::{ApiError, ErrorCode, WorkspaceId};
use std::fmt::Write;

/// Changed files named in an answer.
const NAMED: usize = 12;
/// And in a line of the status.
const CHANGED: usize = 5;
/// As much of a commit as is shown.
const SHORT: usize = 10;

pub(super) fn greeting(model: bool) -> String {
    let able = if model {
        "Tell me what you want changed, or ask about this repository."
    } else {
        "No model is connected, so I can do what fixed code can: `/test`, `/format`, `/replace A B src/**`, `/find TEXT`, `/status` and more (`/help`)."
    };
    format!("Hello. {able}")
}

pub(super) fn help() -> String {
    let mut text = String::from("These work without a model:\n\n");
    for command in flow::intent::commands() {
        let _ = writeln!(text, "- `{}` {}", command.usage, command.help);
    }
    text.push_str("\nThese I do myself, at once; `run` asks first, and runs on a copy:\n\n");
    for usage in flow::light::local_usage() {
        let _ = writeln!(text, "- `{usage}`");
    }
    text.push_str("\nAnything else is planned by RemoteBuddy and needs a model; Settings shows which ones were found on this machine.");
    text
}

/// Where the user's own folder stands, a line each.
fn repository(facts: &RepositoryFacts, integration: &str, base: &str) -> String {
    let mut text = String::new();
    let head = facts.head.as_deref().map(|head| head.get(..SHORT).unwrap_or(head));
    let _ = match (&facts.branch, head) {
        (Some(branch), Some(head)) => writeln!(text, "- Your branch: `{branch}` at `{head}`"),
        (Some(branch), None) => writeln!(text, "- Your branch: `{branch}`, which has no commit yet"),
        (None, head) => writeln!(text, "- Your branch: none, at `{}`", head.unwrap_or("no commit")),
    };
    let files: Vec<_> = facts.dirty.iter().take(CHANGED).map(|path| format!("`{path}`")).collect();
    let more = match facts.dirty_total.saturating_sub(files.len() as u64) {
        0 => String::new(),
        n => format!(" and {n} more"),
    };
    let _ = match files.is_empty() {
        true => writeln!(text, "- Uncommitted: nothing"),
        false => writeln!(text, "- Uncommitted: {}{more}", files.join(", ")),
    };
    if let Some(ahead @ 1..) = facts.integration_ahead {
        let more = if ahead >= MOST_AHEAD { " and more" } else { "" };
        let commits = format!("{}{more}", count(ahead, "commit", "commits"));
        let _ = writeln!(text, "- Landed: `{integration}` is {commits} ahead of `{base}`");
    }
    text
}

impl Engine {
    pub(crate) async fn status_answer(&self, workspace: Option<&WorkspaceId>) -> Result<String, ApiError> {
        let status = self.system_status(TtlParams::default()).await?;
        let n = |counts: &protocol::queue::Counts, words: &[&str]| {
            words.iter().filter_map(|w| counts.get(*w)).sum::<u64>()
        };
        let mut text = String::new();
        // A repository that cannot be read now is told by the doctor; the rest is still known.
        if let Some(workspace) = workspace
            && let Ok(facts) = self.workspace_facts(WorkspaceParams { id: workspace.clone() }).await
        {
            let row = self.room(workspace)?.row();
            text.push_str(&repository(&facts, &row.integration_branch, &row.base_branch));
        }
        if let Some(hold) = status.holds.first() {
            let _ = writeln!(text, "- **Everything is paused** by {}: nothing new begins.", plain(&hold.by));
        }
        let _ = writeln!(
            text,
            "- Requests: {} waiting, {} in work",
            n(&status.queues.requests, &["pending"]),
            n(&status.queues.requests, &["claimed"])
        );
        let _ = writeln!(
            text,
            "- Jobs: {} waiting, {} running; {} of {} workers busy",
            n(&status.queues.jobs, &["pending"]),
            n(&status.queues.jobs, &["claimed"]),
            status.workers.busy,
            status.workers.online
        );
        let _ = writeln!(
            text,
            "- Merge queue: {}",
            count(status.queues.merge.values().sum::<u64>(), "entry", "entries")
        );
        let _ =
            writeln!(text, "- Waiting for you: {}", count(status.pending_approvals, "approval", "approvals"));
        let sandbox = match (&status.isolation, &status.isolation_problem) {
            (Some(isolation), _) => isolation.backend.clone(),
            (None, problem) => format!("none. {}", problem.as_deref().unwrap_or_default()),
        };
        let _ = writeln!(text, "- Sandbox: {sandbox}");
        let _ = writeln!(
            text,
            "- Model: {}",
            if status.model_ready { "connected" } else { "none; the deterministic lane works" }
        );
        Ok(text)
    }

    /// A request or job by its id or the beginning of it.
    pub(super) async fn lookup_text(&self, id: &str) -> Result<String, ApiError> {
        let (wanted, shown) = (id.to_owned(), id.to_owned());
        let found = self
            .store
            .read(move |tx| Ok((tx.job_by_prefix(&wanted)?, tx.request_by_prefix(&wanted)?)))
            .await?;
        Ok(match found {
            (Some(job), _) => {
                let step = job.step.map(|s| format!(", {s}")).unwrap_or_default();
                let error = job.error.map(|e| format!("\n\n{e}")).unwrap_or_default();
                format!("Job `{}` “{}” is {}{step}.{error}", job.id, plain(&job.title), job.status)
            }
            (None, Some(request)) => {
                let job = request.job_id.map(|j| format!(" It became job `{j}`.")).unwrap_or_default();
                let error = request.error.map(|e| format!("\n\n{e}")).unwrap_or_default();
                format!("Request `{}` is {}.{job}{error}", request.id, request.status)
            }
            (None, None) => format!("There is no request or job whose id begins with `{shown}`."),
        })
    }

    pub(super) async fn repository_text(
        &self,
        workspace: Option<&WorkspaceId>,
        kind: &Answer,
    ) -> Result<String, ApiError> {
        let workspace = workspace
            .ok_or_else(|| ApiError::new(ErrorCode::NotFound, "no repository is open in this session."))?;
        let room = self.room(workspace)?;
        let facts = self.blocking(move || repo::inspect(&room.root)).await?.map_err(git::api)?;
        Ok(match kind {
            Answer::DirtyFiles => match facts.dirty.files.len() {
                0 => "Nothing is changed in your checkout.".into(),
                n => {
                    let names: Vec<_> =
                        facts.dirty.files.iter().take(NAMED).map(|f| format!("- `{}`", f.path)).collect();
                    let more = if n > NAMED { format!("\n- and {} more", n - NAMED) } else { String::new() };
                    format!(
                        "{} in your checkout (the crew leaves {}):\n\n{}{more}",
                        count(n, "changed file", "changed files"),
                        if n == 1 { "it alone" } else { "them alone" },
                        names.join("\n")
                    )
                }
            },
            Answer::LastCommits { count } => {
                let lines: Vec<_> = facts
                    .recent
                    .iter()
                    .take((*count).clamp(1, 20) as usize)
                    .map(|c| format!("- `{}` {} ({})", c.commit.short(), plain(&c.subject), plain(&c.author)))
                    .collect();
                if lines.is_empty() { "There is no commit yet.".into() } else { lines.join("\n") }
            }
            _ => match &facts.head {
                repo::Head::Branch { name, commit } => {
                    format!("You are on `{name}` at `{}`.", commit.short())
                }
                repo::Head::Detached { commit } => format!("You are on no branch, at `{}`.", commit.short()),
                repo::Head::Unborn { name } => format!("You are on `{name}`, which has no commit yet."),
            },
        })
    }

    /// Facts for a model and one line for a person.
    pub(crate) async fn facts_block(&self, workspace: &WorkspaceId) -> Result<(String, String), ApiError> {
        let room = self.room(workspace)?;
        let row = room.row();
        let plan = self.check_plan(&room).await?;
        let facts = self.blocking(move || repo::inspect(&room.root)).await?.map_err(git::api)?;
        let mut text = format!("## Facts about the repository\n\nName: {}\n", row.name);
        let head = facts.head.commit().map(|c| c.short().to_owned()).unwrap_or_else(|| "no commit".into());
        let _ = writeln!(
            text,
            "Base branch: {}; work lands on {}; head {head}",
            row.base_branch, row.integration_branch
        );
        let languages: Vec<_> =
            facts.languages.iter().take(6).map(|l| format!("{} ({})", l.name, l.files)).collect();
        let _ = writeln!(text, "Languages by files: {}", languages.join(", "));
        let manifests: Vec<_> = facts.manifests.iter().take(12).map(|m| m.path.as_str()).collect();
        let _ = writeln!(text, "Manifests: {}", manifests.join(", "));
        let checks: Vec<_> = plan.checks.iter().map(|c| c.run.join(" ")).collect();
        let _ = writeln!(
            text,
            "Checks that decide: {}",
            if checks.is_empty() { "none".into() } else { checks.join("; ") }
        );
        let commits: Vec<_> = facts.recent.iter().take(5).map(|c| format!("- {}", c.subject)).collect();
        let _ = writeln!(text, "Last commits:\n{}", commits.join("\n"));
        let dirty = facts.dirty.files.len();
        let left = match dirty {
            0 => String::new(),
            1 => " Your uncommitted file is left alone.".to_owned(),
            n => format!(" Your {n} uncommitted files are left alone."),
        };
        Ok((text, format!("Read {} at `{head}`.{left}", row.name)))
    }
}
