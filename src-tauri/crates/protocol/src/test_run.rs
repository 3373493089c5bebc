//! What a run of the tests said, as a job keeps it: the worker reads it from the output, the server shows it again.

use serde::{Deserialize, Serialize};
use std::fmt::Write;

/// Kind of the artifact whose text is a [`TestRun`] as JSON.
pub const TEST_RUN: &str = "test_run";

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TestRun {
    /// As it was run, its words divided by spaces.
    pub command: String,
    /// The commit whose files were tested.
    pub commit: String,
    pub passed: bool,
    /// What failed, as far as the output names it.
    pub failures: Vec<FailedTest>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FailedTest {
    pub name: String,
    /// Path from the root of the repository.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// First line of what it said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub touched: Option<Touched>,
}

/// The commit that last changed a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Touched {
    pub commit: String,
    /// `2026-01-31`.
    pub date: String,
    pub author: String,
    pub subject: String,
}

impl TestRun {
    /// The run as Markdown; output of a test never leaves its code span.
    pub fn markdown(&self) -> String {
        let short = self.commit.get(..10).unwrap_or(&self.commit);
        let (command, at) = (code(&self.command), code(short));
        if self.passed {
            return format!("{command} passed at {at}: nothing failed.");
        }
        let mut text = match self.failures.len() {
            0 => format!("{command} failed at {at}, but its output names no test that is known here."),
            n => format!("{command} failed at {at}: {}.\n", crate::count(n, "failure", "failures")),
        };
        for failed in &self.failures {
            let _ = write!(text, "\n- {}", code(&failed.name));
            if let Some(file) = &failed.file {
                let line = failed.line.map(|line| format!(":{line}")).unwrap_or_default();
                let _ = write!(text, " at {}", code(&format!("{file}{line}")));
            }
            if let Some(message) = &failed.message {
                let _ = write!(text, "  \n  {}", code(message));
            }
            if let Some(touched) = &failed.touched {
                let short = touched.commit.get(..10).unwrap_or(&touched.commit);
                let said = format!("{}: {}", touched.author, touched.subject);
                let _ = write!(
                    text,
                    "  \n  last changed by {} on {}, {}",
                    code(short),
                    touched.date,
                    code(&said)
                );
            }
        }
        text
    }
}

/// A code span that nothing inside can close.
fn code(text: &str) -> String {
    let text = text.replace(['\n', '\r'], " ");
    if text.contains('`') { format!("`` {} ``", text.replace("``", "` `")) } else { format!("`{text}`") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_says_what_failed_where_and_who_was_there_last() {
        let touched = Touched {
            commit: "0123456789abcdef".into(),
            date: "2026-01-31".into(),
            author: "Ada".into(),
            subject: "Add `x`".into(),
        };
        let failed = FailedTest {
            name: "math::adds".into(),
            file: Some("src/lib.rs".into()),
            line: Some(7),
            message: Some("left: 1".into()),
            touched: Some(touched),
        };
        let mut run = TestRun {
            command: "cargo test".into(),
            commit: "f".repeat(40),
            passed: false,
            failures: vec![failed],
        };
        let text = run.markdown();
        assert!(text.starts_with("`cargo test` failed at `ffffffffff`: 1 failure."), "{text}");
        assert!(
            text.contains("- `math::adds` at `src/lib.rs:7`") && text.contains("`` Ada: Add `x` ``"),
            "{text}"
        );
        run.failures.clear();
        assert!(run.markdown().contains("names no test"));
        run.passed = true;
        assert!(run.markdown().ends_with("nothing failed."));
    }
}
