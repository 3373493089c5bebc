//! What a run of the tests said, with the place of each failure and who was there last.

use super::blame;
use crate::failures::{self, Failure};
use crate::gate::Judged;
use crate::life::Attempt;
use protocol::event::Artifact;
use protocol::intent::Intent;
use protocol::test_run::{FailedTest, TEST_RUN, TestRun};
use std::path::Path;

/// For the user, and for whoever asks later what failed.
pub(crate) struct TestsTold {
    pub text: String,
    pub artifact: Artifact,
}

/// Reads what the validation of a test job printed. None for other jobs.
pub(crate) async fn tell_tests(attempt: &Attempt<'_>, judged: &Judged) -> anyhow::Result<Option<TestsTold>> {
    if !matches!(attempt.task.deterministic, Some(Intent::Test { .. })) {
        return Ok(None);
    }
    let found = failures::read(&judged.outputs.concat());
    let tracked = super::tracked(attempt).await?;
    let mut failed: Vec<FailedTest> =
        found.into_iter().map(|failure| located(failure, attempt.bench.root(), &tracked)).collect();
    if judged.passed() {
        // A test may print what looks like another's failure; the exit code has the last word.
        failed.clear();
    }
    let places: Vec<_> = failed.iter().filter_map(|f| Some((f.file.clone()?, f.line?))).collect();
    let touched = blame::of(attempt, &places).await;
    for test in &mut failed {
        let place = test.file.clone().zip(test.line);
        test.touched = place.and_then(|place| touched.get(&place).cloned());
    }
    let command = attempt.task.planning.validation_steps.iter().map(|argv| argv.join(" "));
    let run = TestRun {
        command: command.collect::<Vec<_>>().join("; "),
        commit: attempt.bench.clone.base.to_string(),
        passed: judged.passed(),
        failures: failed,
    };
    let artifact = Artifact { kind: TEST_RUN.into(), uri: None, text: Some(serde_json::to_string(&run)?) };
    Ok(Some(TestsTold { text: run.markdown(), artifact }))
}

/// The failure with its file as the repository knows it, or without one.
fn located(failure: Failure, root: &Path, tracked: &[String]) -> FailedTest {
    let place = failure.place.and_then(|(file, line)| Some((in_repository(&file, root, tracked)?, line)));
    let (file, line) = place.unzip();
    FailedTest { name: failure.name, file, line, message: failure.message, touched: None }
}

/// A printed path as a tracked one: from the root, or the only one that ends like it.
fn in_repository(printed: &str, root: &Path, tracked: &[String]) -> Option<String> {
    let inside = Path::new(printed).strip_prefix(root).map_or(printed.into(), |path| path.to_string_lossy());
    let inside = inside.replace('\\', "/");
    let inside = inside.strip_prefix("./").unwrap_or(&inside);
    if tracked.iter().any(|path| path == inside) {
        return Some(inside.to_owned());
    }
    let end = format!("/{inside}");
    let mut like = tracked.iter().filter(|path| path.ends_with(&end));
    like.next().filter(|_| like.next().is_none()).cloned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_printed_path_is_found_among_the_tracked_ones_or_left_out() {
        let tracked: Vec<String> =
            ["src/a.rs", "x/b_test.go", "y/c.go", "z/c.go"].map(str::to_owned).to_vec();
        let find = |printed: &str| in_repository(printed, Path::new("/w/clone"), &tracked);
        assert_eq!(find("/w/clone/src/a.rs").as_deref(), Some("src/a.rs"));
        assert_eq!(find("./src/a.rs").as_deref(), Some("src/a.rs"));
        assert_eq!(find("b_test.go").as_deref(), Some("x/b_test.go"));
        assert_eq!(find("c.go"), None, "which of the two is not known");
        assert_eq!(find("/usr/lib/python3/unittest.py"), None);
    }
}
