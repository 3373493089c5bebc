//! The deterministic lane at work: carries out the intent, then runs the commands it asks for in the sandbox.

use crate::backends::deterministic::{Context, Purpose, execute};
use crate::gate::ends;
use crate::life::{Attempt, Work};
use anyhow::Context as _;
use host::spawn::Outcome;
use protocol::fenced;
use std::path::PathBuf;
use std::time::Duration;

pub(crate) async fn perform(attempt: &Attempt<'_>) -> anyhow::Result<Work> {
    let intent = attempt.task.deterministic.clone().context("this job names no intent")?;
    let cancel = &attempt.keeper.cancel;
    let tracked: Vec<PathBuf> = attempt
        .bench
        .git(&["ls-files", "-z"], cancel)
        .await?
        .split('\0')
        .filter(|p| !p.is_empty())
        .map(PathBuf::from)
        .collect();
    let (root, checks, max_files) = (
        attempt.bench.root().to_owned(),
        attempt.ground.checks.clone(),
        attempt.task.planning.scope.max_files_to_edit,
    );
    let edits = tokio::task::spawn_blocking(move || {
        execute(&intent, &root, &Context { checks: &checks, max_files, tracked: Some(&tracked) })
    })
    .await??;
    attempt.journal.say(edits.summary.clone()).await;
    let mut report = edits.report;
    for command in &edits.commands {
        attempt.journal.command(&command.argv).await;
        let timeout = Duration::from_secs(command.timeout_s);
        let outcome = match command.purpose {
            Purpose::Git => {
                let args: Vec<&str> = command.argv.iter().skip(1).map(String::as_str).collect();
                attempt.bench.try_git(&args, cancel).await?
            }
            Purpose::Format | Purpose::LintFix | Purpose::Recipe => {
                attempt.bench.run(&command.argv, timeout, Some(attempt.journal), cancel).await?
            }
        };
        let text = output(&outcome);
        if !outcome.success() {
            anyhow::bail!("`{}` {}\n{text}", command.argv.join(" "), outcome.summary());
        }
        if matches!(command.purpose, Purpose::Recipe | Purpose::Git) {
            let said =
                if text.trim().is_empty() { "It printed nothing.".to_owned() } else { fenced("", &text) };
            report = Some(format!(
                "{}{} succeeded.\n\n{said}",
                report.map(|r| format!("{r}\n\n")).unwrap_or_default(),
                edits.summary
            ));
        }
    }
    let title = attempt.task.title.trim();
    let message = if title.is_empty() { edits.summary.clone() } else { title.to_owned() };
    Ok(Work { message, report: report.or(Some(edits.summary)), artifacts: Vec::new() })
}

fn output(outcome: &Outcome) -> String {
    ends(&host::ansi::strip(&format!("{}{}", outcome.stdout.text(), outcome.stderr.text())))
}
