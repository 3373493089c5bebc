//! Whether the tests a change adds prove anything: the validation steps run once more with those tests on the base,
//! without the rest of the change.
//!
//! This comes after the hand-over, so nothing that runs here can alter what was handed over; the clone is put back
//! and compared all the same. What it finds is one line of the job's record. It never fails a job whose time is over
//! or whose step cannot be run: then the line says that nothing was found out.

use crate::gate::STEP_TIMEOUT;
use crate::journal::Journal;
use crate::test_files::{Changed, TestsOf, changes, tests_of};
use crate::workbench::{Workbench, past_coarse_clocks};
use agent::Cancel;
use host::spawn::Ended;
use protocol::job::{CheckResult, VerifiedLine};

/// Paths in one call of git.
const AT_ONCE: usize = 200;

/// A finished change on its bench.
pub(crate) struct TestsAlone<'a> {
    pub bench: &'a Workbench,
    pub steps: &'a [Vec<String>],
    /// The commit that was handed over.
    pub handed: &'a str,
    pub journal: &'a Journal,
    pub cancel: &'a Cancel,
}

impl TestsAlone<'_> {
    /// What the tests prove; none when there are no steps or no tests. An error means that the clone is not what
    /// was handed over any more.
    pub(crate) async fn line(&self) -> anyhow::Result<Option<VerifiedLine>> {
        if self.steps.is_empty() {
            return Ok(None);
        }
        let changed = match self.changed().await {
            Ok(changed) => changed,
            Err(why) => return Ok(Some(not_found_out("change's", &why))),
        };
        let (kept, removed, word) = match tests_of(&changed) {
            TestsOf::None => return Ok(None),
            TestsOf::Only { word } => {
                let detail = "The change touches only tests; there is nothing to run them without.";
                return Ok(Some(unknown(word, detail)));
            }
            TestsOf::Some { kept, removed, word } => (kept, removed, word),
        };
        let tree = match self.tree().await {
            Ok(tree) => tree,
            Err(why) => return Ok(Some(not_found_out(word, &why))),
        };
        self.journal
            .say(format!("Once more with the {word} tests, but without the rest of the change:"))
            .await;
        let found = self.find_out(&kept, &removed, word).await;
        if self.cancel.is_cancelled() {
            return Ok(Some(unknown(word, "The job was stopped before that was found out.")));
        }
        let found = match self.put(&self.bench.clone.branch, &[], &[]).await {
            Ok(()) => found,
            Err(why) => Err(why),
        };
        let line = match self.handed_tree().await {
            Ok(now) => {
                anyhow::ensure!(now == tree, "the job's branch is not what was handed over");
                found.unwrap_or_else(|why| not_found_out(word, &why))
            }
            // What cannot be read is not known to differ, and the commit is with the server already.
            Err(why) => not_found_out(word, &why),
        };
        self.journal
            .say(match &line.detail {
                Some(detail) => format!("{}. {detail}", line.what),
                None => format!("{}.", line.what),
            })
            .await;
        Ok(Some(line))
    }

    async fn find_out(
        &self,
        kept: &[String],
        removed: &[String],
        word: &str,
    ) -> anyhow::Result<VerifiedLine> {
        let base = self.bench.clone.base.to_string();
        past_coarse_clocks(self.cancel).await;
        self.put(&base, kept, removed).await?;
        let Some(failing) = self.failing().await? else {
            return Ok(VerifiedLine {
                what: format!("The {word} tests also pass without the change: they prove nothing about it"),
                result: CheckResult::NotChecked,
                detail: Some(format!("Run with {} on the base.", kept.join(", "))),
            });
        };
        // A step that fails on the base by itself says nothing about the tests.
        self.journal.say("And without these tests too:").await;
        past_coarse_clocks(self.cancel).await;
        self.put(&base, &[], &[]).await?;
        if self.passes(failing).await? {
            return Ok(VerifiedLine {
                what: format!("The {word} tests fail without the change"),
                result: CheckResult::Passed,
                detail: None,
            });
        }
        let detail = format!("`{}` fails on the base without them, too.", failing.join(" "));
        Ok(unknown(word, &detail))
    }

    /// The files of the change.
    pub(crate) async fn changed(&self) -> anyhow::Result<Vec<Changed>> {
        let base = self.bench.clone.base.to_string();
        let listed = ["diff", "--name-status", "-z", "--no-renames", &base, self.handed];
        Ok(changes(&self.bench.git(&listed, self.cancel).await?))
    }

    /// Makes the clone's files those of `commit`, with some paths as they were handed over. Ignored files stay: they
    /// are set-up and build folders.
    pub(crate) async fn put(&self, commit: &str, kept: &[String], removed: &[String]) -> anyhow::Result<()> {
        self.bench.git(&["clean", "-ffdq"], self.cancel).await?;
        let how = if commit == self.bench.clone.branch { "--no-guess" } else { "--detach" };
        self.bench.git(&["checkout", "--quiet", "--force", how, commit, "--"], self.cancel).await?;
        self.take(self.handed, kept).await?;
        self.on_paths(&["--literal-pathspecs", "rm", "--quiet", "--force", "--"], removed).await
    }

    /// Makes some of the clone's files those of `commit`.
    pub(crate) async fn take(&self, commit: &str, paths: &[String]) -> anyhow::Result<()> {
        self.on_paths(&["--literal-pathspecs", "checkout", "--quiet", commit, "--"], paths).await
    }

    async fn on_paths(&self, command: &[&str], paths: &[String]) -> anyhow::Result<()> {
        for paths in paths.chunks(AT_ONCE) {
            let args: Vec<&str> = command.iter().copied().chain(paths.iter().map(String::as_str)).collect();
            self.bench.git(&args, self.cancel).await?;
        }
        Ok(())
    }

    /// The first step that fails now. An error when that is not known.
    pub(crate) async fn failing(&self) -> anyhow::Result<Option<&[String]>> {
        for argv in self.steps {
            if !self.passes(argv).await? {
                return Ok(Some(argv));
            }
        }
        Ok(None)
    }

    /// Whether a step passes now. An error when that is not known.
    async fn passes(&self, argv: &[String]) -> anyhow::Result<bool> {
        self.journal.command(argv).await;
        let outcome = self.bench.run(argv, STEP_TIMEOUT, Some(self.journal), self.cancel).await?;
        anyhow::ensure!(outcome.ended == Ended::Exited, "`{}` {}", argv.join(" "), outcome.summary());
        Ok(outcome.success())
    }

    /// The tree of the job's branch.
    pub(crate) async fn handed_tree(&self) -> anyhow::Result<String> {
        let branch = format!("refs/heads/{}^{{tree}}", self.bench.clone.branch);
        self.bench.git(&["rev-parse", "--verify", &branch], self.cancel).await
    }

    /// The same, if the clone's index and files are that tree.
    pub(crate) async fn tree(&self) -> anyhow::Result<String> {
        let tree = self.handed_tree().await?;
        let index = self.bench.git(&["write-tree"], self.cancel).await?;
        let dirty = self.bench.git(&["status", "--porcelain", "--untracked-files=no"], self.cancel).await?;
        anyhow::ensure!(tree == index && dirty.is_empty(), "the clone holds more than was handed over");
        Ok(tree)
    }
}

fn not_found_out(word: &str, why: &anyhow::Error) -> VerifiedLine {
    unknown(word, &format!("It could not be found out: {why:#}."))
}

fn unknown(word: &str, detail: &str) -> VerifiedLine {
    VerifiedLine {
        what: format!("Whether the {word} tests fail without the change"),
        result: CheckResult::NotChecked,
        detail: Some(detail.to_owned()),
    }
}
