//! Which commit broke it: git halves the history in the job's own clone, and the command says good or bad.

use crate::life::{Attempt, Work};
use crate::workbench::past_coarse_clocks;
use anyhow::Context as _;
use host::spawn::Ended;
use protocol::{count, fenced};
use std::time::Duration;

/// Commits that are tried; a million commits take twenty.
const TRIES: usize = 24;
/// Longest time of one try.
const TRY_S: u64 = 900;
/// Exit code with which a command says that it cannot judge a commit.
const UNKNOWN: i32 = 125;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Good,
    Bad,
    Skip,
}

impl Verdict {
    fn word(self) -> &'static str {
        match self {
            Verdict::Good => "good",
            Verdict::Bad => "bad",
            Verdict::Skip => "skip",
        }
    }
}

pub(super) async fn perform(
    attempt: &Attempt<'_>,
    good: &str,
    command: Option<&str>,
) -> anyhow::Result<Work> {
    let argv = match command {
        Some(line) => shell(line),
        None => {
            attempt.ground.checks.test_runner.clone().context("no test runner is known for this workspace")?
        }
    };
    let shown = command.map_or_else(|| argv.join(" "), str::to_owned);
    let commit = format!("{good}^{{commit}}");
    let found = git(attempt, &["rev-parse", "--verify", "--quiet", "--end-of-options", &commit]).await;
    let good = found.map_err(|_| anyhow::anyhow!("there is no commit {good} in the history of this work"))?;
    let bad = git(attempt, &["rev-parse", "HEAD"]).await?;
    anyhow::ensure!(good != bad, "{} is the tip itself; there is nothing between", short(&good));
    let ancestor =
        attempt.bench.try_git(&["merge-base", "--is-ancestor", &good, &bad], &attempt.keeper.cancel).await?;
    anyhow::ensure!(ancestor.success(), "{} is not in the history of the tip {}", short(&good), short(&bad));
    let mut tried = vec![(bad.clone(), judge(attempt, &argv, &bad).await?)];
    match tried.first().map(|(_, verdict)| *verdict) {
        Some(Verdict::Good) => {
            let text = format!("`{shown}` passes at the tip {}: nothing is broken there.", short(&bad));
            return Ok(super::told(attempt, text));
        }
        Some(Verdict::Skip) => {
            anyhow::bail!("`{shown}` cannot be judged at the tip: it said {UNKNOWN} or did not end")
        }
        _ => {}
    }
    checkout(attempt, &good).await?;
    let at_good = judge(attempt, &argv, &good).await?;
    anyhow::ensure!(
        at_good == Verdict::Good,
        "`{shown}` does not pass at {} either; name a commit where it does. Set-up of older commits is not made anew",
        short(&good)
    );
    tried.push((good.clone(), at_good));
    tidy(attempt).await?;
    let mut said = git(attempt, &["bisect", "start", &bad, &good]).await?;
    while first_bad(&said).is_none() && tried.len() < TRIES {
        let at = git(attempt, &["rev-parse", "HEAD"]).await?;
        attempt.journal.progress(2, 5, &format!("trying {}", short(&at))).await;
        let verdict = judge(attempt, &argv, &at).await?;
        tried.push((at, verdict));
        tidy(attempt).await?;
        let outcome = attempt.bench.try_git(&["bisect", verdict.word()], &attempt.keeper.cancel).await?;
        said = format!("{}{}", outcome.stdout.text(), outcome.stderr.text());
        // Only skipped ones are left: git says so and ends with an error.
        if !outcome.success() && first_bad(&said).is_none() {
            break;
        }
    }
    let Some(first) = first_bad(&said).map(str::to_owned) else {
        let text = format!("`{shown}`: the commit could not be told.\n\n{}", list(&tried, &said));
        return Ok(super::told(attempt, text));
    };
    let format = "--format=%h %ad %an: %s";
    let what = git(attempt, &["show", "--no-color", "--date=short", "--stat", format, &first, "--"]).await?;
    let text = format!(
        "`{shown}` fails since {}, and passes before it.\n\n{}\n\n{}",
        short(&first),
        fenced("", &what),
        list(&tried, "")
    );
    Ok(super::told(attempt, text))
}

fn list(tried: &[(String, Verdict)], said: &str) -> String {
    let lines: Vec<String> = tried.iter().map(|(at, v)| format!("- `{}` {}", short(at), v.word())).collect();
    let said =
        if said.trim().is_empty() { String::new() } else { format!("\n\n{}", fenced("", said.trim())) };
    format!("Tried {}:\n\n{}{said}", count(tried.len(), "commit", "commits"), lines.join("\n"))
}

/// Runs the command on the files that are checked out now.
async fn judge(attempt: &Attempt<'_>, argv: &[String], at: &str) -> anyhow::Result<Verdict> {
    attempt.journal.say(format!("At {}:", short(at))).await;
    attempt.journal.command(argv).await;
    let cancel = &attempt.keeper.cancel;
    let outcome = attempt.bench.run(argv, Duration::from_secs(TRY_S), Some(attempt.journal), cancel).await?;
    anyhow::ensure!(!cancel.is_cancelled(), "cancelled");
    let verdict = match (outcome.ended, outcome.code) {
        (Ended::Exited, Some(0)) => Verdict::Good,
        (Ended::Exited, Some(UNKNOWN)) => Verdict::Skip,
        (Ended::Exited, Some(126 | 127)) => {
            anyhow::bail!("`{}` cannot be run: {}", argv.join(" "), super::output(&outcome))
        }
        (Ended::Exited, Some(_)) => Verdict::Bad,
        _ => Verdict::Skip,
    };
    attempt.journal.say(format!("{}: {}", short(at), verdict.word())).await;
    Ok(verdict)
}

async fn checkout(attempt: &Attempt<'_>, commit: &str) -> anyhow::Result<()> {
    tidy(attempt).await?;
    git(attempt, &["checkout", "--quiet", "--force", "--detach", commit, "--"]).await.map(drop)
}

/// What a run left behind is in the way of the next commit's files. Ignored files stay: they are set-up and builds.
async fn tidy(attempt: &Attempt<'_>) -> anyhow::Result<()> {
    git(attempt, &["reset", "--hard", "--quiet"]).await?;
    git(attempt, &["clean", "-ffdq"]).await?;
    past_coarse_clocks(&attempt.keeper.cancel).await;
    anyhow::ensure!(!attempt.keeper.cancel.is_cancelled(), "cancelled");
    Ok(())
}

async fn git(attempt: &Attempt<'_>, args: &[&str]) -> anyhow::Result<String> {
    Ok(attempt.bench.git(args, &attempt.keeper.cancel).await?.trim().to_owned())
}

/// The line of the user's as the platform's shell reads it, inside the sandbox.
fn shell(line: &str) -> Vec<String> {
    let (program, flag) = if cfg!(windows) { ("cmd", "/C") } else { ("sh", "-c") };
    vec![program.to_owned(), flag.to_owned(), line.to_owned()]
}

/// `0123… is the first bad commit`.
fn first_bad(said: &str) -> Option<&str> {
    let line = said.lines().find(|line| line.ends_with(" is the first bad commit"))?;
    line.split(' ').next().filter(|sha| sha.len() >= 40 && sha.bytes().all(|b| b.is_ascii_hexdigit()))
}

fn short(sha: &str) -> &str {
    sha.get(..10).unwrap_or(sha)
}
