//! What the lane must be told about a workspace and its models before it can plan.

use protocol::check::{CheckPlan, Recipe};
use std::collections::BTreeMap;

/// Tools of a workspace, as argument lists. Absent means none is known.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Tools {
    pub test_runner: Option<Vec<String>>,
    pub formatter: Option<Vec<String>>,
    pub linter: Option<Vec<String>>,
}

/// What is known about models.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ModelFacts {
    pub connected: bool,
    /// What was detected on this machine, one sentence each, such as "Ollama answers at 127.0.0.1:11434".
    pub detected: Vec<String>,
}

/// Plain facts about a workspace.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct WorkspaceFacts {
    pub tools: Tools,
    pub recipes: BTreeMap<String, Recipe>,
    /// Commands to run after an edit of this lane, before it is handed over. Usually none: the merge queue proves
    /// the exact tree, and an edit needs no sandbox.
    pub edit_validation: Vec<Vec<String>>,
    pub model: ModelFacts,
}

impl WorkspaceFacts {
    /// Reads the tools from the checks of a workspace. A check named or grouped `lint` is the linter.
    pub fn new(checks: &CheckPlan, model: ModelFacts) -> Self {
        let is_lint = |word: &str| matches!(word, "lint" | "linter" | "clippy" | "eslint" | "ruff");
        let linter = checks
            .checks
            .iter()
            .find(|c| is_lint(&c.name) || c.group.as_deref().is_some_and(is_lint))
            .map(|c| c.run.clone())
            .or_else(|| checks.recipes.get("lint").map(|r| r.run.clone()));
        Self {
            tools: Tools {
                test_runner: checks.test_runner.clone(),
                formatter: checks.formatter.clone(),
                linter,
            },
            recipes: checks.recipes.clone(),
            edit_validation: Vec::new(),
            model,
        }
    }
}
