//! The plan of a task as RemoteBuddy's model answers it: what tests choose of it, with the rest as it always is.

use serde_json::{Value, json};

/// A change of low risk that a worker makes.
pub struct Task<'a> {
    /// Said to whoever asked.
    pub says: &'a str,
    pub title: &'a str,
    pub instruction: &'a str,
    pub write_globs: &'a [&'a str],
    pub most_files: u32,
    pub accepted: &'a str,
    /// Commands that prove it.
    pub proven_by: &'a [&'a [&'a str]],
}

impl Task<'_> {
    pub fn plan(&self) -> Value {
        json!({
            "schemaVersion": 2, "requiresWorker": true, "lane": "worker", "assistantMessage": self.says,
            "title": self.title, "instruction": self.instruction,
            "planning": {
                "intent": "code_change", "riskLevel": "low",
                "scope": {
                    "readAnywhere": true, "writeGlobs": self.write_globs, "maxFilesToEdit": self.most_files
                },
                "acceptanceCriteria": [self.accepted], "validationSteps": self.proven_by,
                "queuePriority": "interactive", "queueWaitBudgetMs": 90_000, "executionBudgetMs": 300_000,
                "finalizationBudgetMs": 120_000
            }
        })
    }
}
