//! Whether a change had to alter tests to pass: the validation steps run once more on the whole change, but with the
//! tests it changed or removed as they were.
//!
//! Steps that pass only with altered tests are no proof: who may write tests can make anything pass. A change that
//! means to alter what is expected looks the same from here, so nothing is refused; a person is told and decides.

use crate::gate::ends;
use crate::test_files::altered;
use crate::tests_alone::TestsAlone;
use crate::workbench::past_coarse_clocks;
use protocol::job::{CheckResult, VerifiedLine};

impl TestsAlone<'_> {
    /// The line that takes the proof away; none when no test was altered or the steps pass with the old ones too. An
    /// error means that this is not known, or that the clone is not what was handed over any more.
    pub(crate) async fn altered(&self) -> anyhow::Result<Option<VerifiedLine>> {
        let altered = altered(&self.changed().await?);
        if altered.is_empty() || self.steps.is_empty() {
            return Ok(None);
        }
        let tree = self.tree().await?;
        self.journal.say("Once more with the altered tests as they were:").await;
        past_coarse_clocks(self.cancel).await;
        let found = self.with_old(&altered).await;
        self.put(&self.bench.clone.branch, &[], &[]).await?;
        anyhow::ensure!(self.handed_tree().await? == tree, "the job's branch is not what was handed over");
        let failing = found?;
        let line = failing.map(|step| VerifiedLine {
            what: "The change passes only with tests that it altered".into(),
            result: CheckResult::Failed,
            detail: Some(ends(&format!(
                "`{}` fails with these as they were: {}",
                step.join(" "),
                altered.join(", ")
            ))),
        });
        if let Some(line) = &line {
            self.journal.say(format!("{}.", line.what)).await;
        }
        Ok(line)
    }

    /// The first step that fails with the old tests.
    async fn with_old(&self, altered: &[String]) -> anyhow::Result<Option<&[String]>> {
        self.put(&self.bench.clone.branch, &[], &[]).await?;
        self.take(&self.bench.clone.base.to_string(), altered).await?;
        self.failing().await
    }
}
