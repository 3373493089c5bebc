//! Putting what was done before into the clone: what an attempt that died left behind, or the commit that was kept when
//! the job was put aside or came back. What became of it is told to whoever goes on.

use crate::life::Attempt;
use std::path::Path;

/// What stands in the clone before a backend begins.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Restored {
    /// For a backend that begins with the task; empty when there is nothing to say.
    pub notes: String,
    /// For one that goes on with its conversation.
    pub state: String,
}

const LOST: &str =
    "What you had changed is lost: the clone is as it was at the beginning, so do again what is missing.";

impl Attempt<'_> {
    pub(crate) async fn restore(&self) -> anyhow::Result<Restored> {
        let left = match &self.ground.left_behind {
            Some(folder) => self.taken_over(Path::new(folder)).await,
            None => None,
        };
        let context = self.task.fix_up_context.as_deref().unwrap_or_default();
        let kept = self.task.resume_commit.as_deref();
        let as_left = left.is_some();
        let Some(commit) = left.as_deref().or(kept) else {
            return Ok(Restored { notes: String::new(), state: LOST.into() });
        };
        let cancel = &self.keeper.cancel;
        let merged = self.bench.try_git(&["merge", "--squash", "--no-commit", commit], cancel).await?;
        let unmerged = self.bench.git(&["diff", "--name-only", "--diff-filter=U"], cancel).await?;
        let unmerged: Vec<_> = unmerged.lines().collect();
        anyhow::ensure!(
            merged.success() || !unmerged.is_empty(),
            "the work so far cannot be put into the clone: {}",
            merged.stderr.text().trim()
        );
        Ok(told(as_left, self.task.fix_up, context, &unmerged))
    }

    /// What a dead attempt left; said when it cannot be had.
    async fn taken_over(&self, folder: &Path) -> Option<String> {
        match self.bench.take_over(folder, &self.keeper.cancel).await {
            Ok(Some(commit)) => {
                self.journal.say("An earlier attempt was cut short; its work is in the clone.").await;
                Some(commit)
            }
            Ok(None) => None,
            Err(error) => {
                self.journal.say(format!("What an earlier attempt left cannot be used: {error:#}")).await;
                None
            }
        }
    }
}

fn told(as_left: bool, fix_up: u32, context: &str, unmerged: &[&str]) -> Restored {
    let change = match unmerged {
        [] => "Your earlier change is in the clone already, on the new base.".to_owned(),
        files => {
            format!("Your earlier change is in the clone, with conflict markers in: {}.", files.join(", "))
        }
    };
    let state = match unmerged {
        [] if as_left => "The clone is as you left it.".to_owned(),
        [] => "The clone was restored from the commit of your work, on the newest base.".to_owned(),
        _ => change.clone(),
    };
    let notes = if fix_up > 0 {
        format!("An earlier attempt at this task did not land. {change}\nWhat was reported:\n{context}")
    } else if as_left {
        format!(
            "An earlier attempt at this task was cut short. {change} Look at what is there before you go on."
        )
    } else {
        format!("{context} {change} Look at what is there before you go on.")
    };
    Restored { notes, state }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_way_back_is_told_as_it_was() {
        let paused = told(false, 0, "It was stopped before it was finished, and goes on now.", &[]);
        assert!(
            paused.notes.starts_with("It was stopped before")
                && paused.notes.contains("in the clone already")
        );
        assert!(paused.state.contains("restored from the commit of your work"));
        let died = told(true, 0, "", &[]);
        assert_eq!(died.state, "The clone is as you left it.");
        assert!(died.notes.contains("was cut short"));
        let torn = told(true, 0, "", &["a.rs", "b.rs"]);
        assert!(torn.state.contains("conflict markers in: a.rs, b.rs."));
        let back = told(false, 2, "the check failed", &[]);
        assert!(back.notes.contains("did not land") && back.notes.ends_with("the check failed"));
    }
}
