//! The deterministic lane at work: carries out the intent, then runs the commands it asks for in the sandbox.

mod bisect;
mod blame;
mod flaky;
mod history;
mod packages;
mod test_run;
mod three_way;

pub(crate) use test_run::tell_tests;

use crate::backends::deterministic::{Context, DeterministicError, Purpose, execute};
use crate::gate::ends;
use crate::life::{Attempt, Work};
use anyhow::Context as _;
use host::spawn::Outcome;
use protocol::fenced;
use protocol::intent::Intent;
use std::path::PathBuf;
use std::time::Duration;

pub(crate) async fn perform(attempt: &Attempt<'_>) -> anyhow::Result<Work> {
    let intent = attempt.task.deterministic.clone().context("this job names no intent")?;
    match &intent {
        Intent::Flaky { runs } => return flaky::perform(attempt, *runs).await,
        Intent::Bisect { good, command } => return bisect::perform(attempt, good, command.as_deref()).await,
        _ => {}
    }
    let cancel = &attempt.keeper.cancel;
    let tracked: Vec<PathBuf> = tracked(attempt).await?.into_iter().map(PathBuf::from).collect();
    let (root, checks, max_files) = (
        attempt.bench.root().to_owned(),
        attempt.ground.checks.clone(),
        attempt.task.planning.scope.max_files_to_edit,
    );
    let wanted = intent.clone();
    let edits = tokio::task::spawn_blocking(move || {
        execute(&wanted, &root, &Context { checks: &checks, max_files, tracked: Some(&tracked) })
    })
    .await?;
    let edits = match (edits, &intent) {
        (Err(DeterministicError::PatchMisfit(why)), Intent::Apply { patch }) => {
            return three_way::perform(attempt, patch, &why).await;
        }
        (edits, _) => edits?,
    };
    attempt.journal.say(edits.summary.clone()).await;
    let mut report = edits.report;
    if let Some(notes) = &edits.notes {
        let ages = blame::of(attempt, &notes.places).await;
        let age =
            |file: &str, line| ages.get(&(file.to_owned(), line)).map(|t| format!("{} {}", t.date, t.author));
        report = Some(notes.report(age));
    }
    for command in &edits.commands {
        attempt.journal.command(&command.argv).await;
        let timeout = Duration::from_secs(command.timeout_s);
        let outcome = match command.purpose {
            Purpose::Git => {
                let args: Vec<&str> = command.argv.iter().skip(1).map(String::as_str).collect();
                attempt.bench.try_git(&args, cancel).await
            }
            Purpose::Format | Purpose::LintFix | Purpose::Recipe | Purpose::Lock | Purpose::Ask => {
                attempt.bench.run(&command.argv, timeout, Some(attempt.journal), cancel).await
            }
        };
        let outcome = match (outcome, command.purpose) {
            (Err(error), Purpose::Ask) if !cancel.is_cancelled() => {
                report = Some(added(report, &packages::not_asked(&command.argv, &error.to_string())));
                continue;
            }
            (outcome, _) => outcome?,
        };
        let text = output(&outcome);
        match command.purpose {
            Purpose::Ask => {
                let net = attempt.bench.isolation().net;
                report = Some(added(report, &packages::asked(&command.argv, outcome.success(), &text, &net)));
            }
            Purpose::Lock if !outcome.success() => {
                anyhow::bail!("{}", packages::not_moved(&command.argv, &outcome.summary(), &text));
            }
            _ if !outcome.success() => {
                anyhow::bail!("`{}` {}\n{text}", command.argv.join(" "), outcome.summary());
            }
            Purpose::Git if matches!(intent, Intent::Log { .. }) => {
                let summary = history::summary(attempt, &command.argv).await;
                let listed =
                    if text.trim().is_empty() { String::new() } else { format!("\n\n{}", fenced("", &text)) };
                report = Some(format!("{}: {summary}{listed}", edits.summary));
            }
            Purpose::Recipe | Purpose::Git => {
                let said =
                    if text.trim().is_empty() { "It printed nothing.".to_owned() } else { fenced("", &text) };
                report = Some(added(report, &format!("{} succeeded.\n\n{said}", edits.summary)));
            }
            Purpose::Format | Purpose::LintFix | Purpose::Lock => {}
        }
    }
    let title = attempt.task.title.trim();
    let message = if title.is_empty() { edits.summary.clone() } else { title.to_owned() };
    Ok(Work { message, report: report.or(Some(edits.summary)), artifacts: Vec::new() })
}

/// A report of more than one part.
fn added(report: Option<String>, part: &str) -> String {
    report.map_or_else(|| part.to_owned(), |report| format!("{}\n\n{part}", report.trim_end()))
}

/// Paths that git tracks in the clone, from its root.
async fn tracked(attempt: &Attempt<'_>) -> anyhow::Result<Vec<String>> {
    let listed = attempt.bench.git(&["ls-files", "-z"], &attempt.keeper.cancel).await?;
    Ok(listed.split('\0').filter(|path| !path.is_empty()).map(str::to_owned).collect())
}

/// What a command printed, its ends.
fn output(outcome: &Outcome) -> String {
    ends(&outcome.printed())
}

/// A report that changes nothing.
fn told(attempt: &Attempt<'_>, report: String) -> Work {
    Work { message: attempt.task.title.clone(), report: Some(report), artifacts: Vec::new() }
}
