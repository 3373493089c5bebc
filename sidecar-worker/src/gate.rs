//! Our own gate: what counts as done, whatever anybody claims.
//!
//! Scope, conflict markers and sizes are judged by the server's intake when the bundle is uploaded; here the work
//! becomes a commit, the validation steps run, and what was and was not verified is written down.

use crate::journal::Journal;
use crate::workbench::Workbench;
use agent::Cancel;
use protocol::intent::Intent;
use protocol::job::{CheckResult, VerifiedLine};
use protocol::plan::{LINTER_IS_QUIET, TESTS_PASS, TaskParams};
use std::time::Duration;

/// Longest time of one validation step.
pub(crate) const STEP_TIMEOUT: Duration = Duration::from_secs(1_800);
/// Characters of output that go back to the backend.
const FINDING: usize = 6_000;

/// What the gate found.
pub(crate) struct Judged {
    pub lines: Vec<VerifiedLine>,
    /// At least one validation step ran, and all of them passed. Nothing else counts as proof.
    pub proven: bool,
    /// What must be mended: `(what, output)`.
    pub findings: Vec<(String, String)>,
    /// What each step printed, as far as it was kept.
    pub outputs: Vec<String>,
}

impl Judged {
    pub(crate) fn passed(&self) -> bool {
        self.findings.is_empty()
    }
}

/// Runs the validation steps of a task in the job's sandbox.
pub(crate) async fn validate(
    bench: &Workbench,
    task: &TaskParams,
    journal: &Journal,
    cancel: &Cancel,
) -> anyhow::Result<Judged> {
    let mut judged = Judged { lines: Vec::new(), proven: false, findings: Vec::new(), outputs: Vec::new() };
    for argv in &task.planning.validation_steps {
        let what = argv.join(" ");
        journal.command(argv).await;
        let outcome = bench.run(argv, STEP_TIMEOUT, Some(journal), cancel).await;
        let (ok, text) = match outcome {
            Ok(outcome) => (outcome.success(), format!("{}\n{}", outcome.summary(), outcome.printed())),
            Err(error) => (false, host::ansi::strip(&error.to_string())),
        };
        judged.outputs.push(text.clone());
        let text = ends(&text);
        judged.lines.push(VerifiedLine {
            what: what.clone(),
            result: if ok { CheckResult::Passed } else { CheckResult::Failed },
            detail: (!ok).then(|| text.clone()),
        });
        if !ok {
            judged.findings.push((what, text));
        }
    }
    judged.proven = !task.planning.validation_steps.is_empty() && judged.passed();
    if task.planning.validation_steps.is_empty() {
        judged.lines.push(VerifiedLine {
            what: "Validation steps".into(),
            result: CheckResult::NotChecked,
            detail: Some("The plan names none; the merge queue's checks decide.".into()),
        });
    }
    for criterion in &task.planning.acceptance_criteria {
        let (result, detail) = if !steps_decide(task, criterion) {
            (CheckResult::NotChecked, Some("No command proves this; look at the diff.".to_owned()))
        } else if judged.passed() {
            (CheckResult::Passed, None)
        } else {
            (CheckResult::Failed, None)
        };
        judged.lines.push(VerifiedLine { what: criterion.clone(), result, detail });
    }
    Ok(judged)
}

/// Running the tests or the linter is all that was asked for: its steps decide our own words for that, and no others.
fn steps_decide(task: &TaskParams, criterion: &str) -> bool {
    let ours = match task.deterministic {
        Some(Intent::Test { .. }) => TESTS_PASS,
        Some(Intent::Lint { fix: false }) => LINTER_IS_QUIET,
        _ => return false,
    };
    criterion == ours && !task.planning.validation_steps.is_empty()
}

/// What is known of a task whose work never came as far as our gate: that it did not, and what nobody checked therefore.
pub(crate) fn not_reached(task: &TaskParams, where_it_stopped: &str, why: &str) -> Vec<VerifiedLine> {
    let planning = &task.planning;
    let unchecked = planning.validation_steps.iter().map(|argv| argv.join(" "));
    let unchecked = unchecked.chain(planning.acceptance_criteria.iter().cloned()).map(|what| VerifiedLine {
        what,
        result: CheckResult::NotChecked,
        detail: Some("It did not come to this.".into()),
    });
    let stopped = VerifiedLine {
        what: where_it_stopped.to_owned(),
        result: CheckResult::Failed,
        detail: Some(ends(why)),
    };
    std::iter::once(stopped).chain(unchecked).collect()
}

/// Commits everything on the job's branch. None when nothing changed.
pub(crate) async fn commit(
    bench: &Workbench,
    message: &str,
    cancel: &Cancel,
) -> anyhow::Result<Option<String>> {
    bench.git(&["add", "--all"], cancel).await?;
    let base = bench.clone.base.to_string();
    let staged = bench.try_git(&["diff", "--cached", "--quiet", &base], cancel).await?;
    let head = bench.git(&["rev-parse", "HEAD"], cancel).await?.trim().to_owned();
    if staged.success() {
        return Ok(None);
    }
    // Backends may have committed by themselves; what is handed over is one commit on the base.
    if head != base {
        bench.git(&["reset", "--soft", &base], cancel).await?;
    }
    bench.git(&["commit", "--quiet", "--no-verify", "-m", message], cancel).await?;
    Ok(Some(bench.git(&["rev-parse", "HEAD"], cancel).await?.trim().to_owned()))
}

/// The bundle of the job's branch, as bytes.
pub(crate) async fn bundle(bench: &Workbench, cancel: &Cancel) -> anyhow::Result<Vec<u8>> {
    let path = bench.out.join("job.bundle");
    let name = path.to_string_lossy().into_owned();
    let range = format!("{}..refs/heads/{}", bench.clone.base, bench.clone.branch);
    bench.git(&["bundle", "create", "--quiet", &name, &range], cancel).await?;
    let bytes = tokio::task::spawn_blocking(move || std::fs::read(&path)).await??;
    Ok(bytes)
}

/// Head and tail of a long text.
pub(crate) fn ends(text: &str) -> String {
    let count = text.chars().count();
    if count <= FINDING {
        return text.trim_end().to_owned();
    }
    let half = FINDING / 2;
    let head: String = text.chars().take(half).collect();
    let tail: String = text.chars().skip(count - half).collect();
    format!("{head}\n[… {} characters left out …]\n{tail}", count - 2 * half)
}
