//! What the lane must be told about a workspace and its models before it can plan.

use protocol::check::{CheckPlan, Recipe};
use protocol::policy::Profile;
use std::collections::BTreeMap;

/// Most commands, and most words of one, that a plan's validation may hold.
const VALIDATION: (usize, usize) = (16, 64);

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
    /// Commands to run after an edit of this lane, before it is handed over: see [`WorkspaceFacts::proving_edits`].
    pub edit_validation: Vec<Vec<String>>,
    pub model: ModelFacts,
}

impl WorkspaceFacts {
    /// Reads the tools from the checks of a workspace.
    pub fn new(checks: &CheckPlan, model: ModelFacts) -> Self {
        Self {
            tools: Tools {
                test_runner: checks.test_runner.clone(),
                formatter: checks.formatter.clone(),
                linter: checks.linter().map(<[String]>::to_vec),
            },
            recipes: checks.recipes.clone(),
            edit_validation: Vec::new(),
            model,
        }
    }

    /// Lets an edit of this lane be proven where that decides anything. Where every landing asks, an edit is not
    /// validated in its own clone: the merge queue proves the exact tree anyway. Where verified work may land without
    /// a question, an edit runs the confirmed checks first, or it would never be verified.
    pub fn proving_edits(mut self, checks: &CheckPlan, profile: Profile) -> Self {
        let fits =
            checks.checks.len() <= VALIDATION.0 && checks.checks.iter().all(|c| c.run.len() <= VALIDATION.1);
        if profile != Profile::Careful && checks.confirmed && fits {
            self.edit_validation = checks.checks.iter().map(|check| check.run.clone()).collect();
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::check::{Check, ChecksOrigin};

    fn checks(names: &[&str], confirmed: bool) -> CheckPlan {
        let check = |name: &&str| Check {
            name: (*name).into(),
            run: vec![(*name).into()],
            timeout_s: 1,
            group: None,
            paths: Vec::new(),
            skip_untouched: false,
        };
        CheckPlan {
            origin: ChecksOrigin::Repository,
            confirmed,
            checks: names.iter().map(check).collect(),
            groups: Default::default(),
            setup: Vec::new(),
            recipes: Default::default(),
            formatter: None,
            test_runner: None,
            warnings: Vec::new(),
        }
    }

    #[test]
    fn an_edit_is_proven_in_its_own_clone_only_where_that_decides_whether_it_asks() {
        let steps = |plan: &CheckPlan, profile| {
            WorkspaceFacts::new(plan, ModelFacts::default()).proving_edits(plan, profile).edit_validation
        };
        let two = checks(&["a", "b"], true);
        assert!(steps(&two, Profile::Careful).is_empty());
        assert_eq!(steps(&two, Profile::Balanced), [["a"], ["b"]]);
        assert_eq!(steps(&two, Profile::Autopilot), [["a"], ["b"]]);
        assert!(
            steps(&checks(&["a"], false), Profile::Balanced).is_empty(),
            "nobody said that these may run"
        );
        assert!(steps(&checks(&[], true), Profile::Balanced).is_empty());
        assert!(steps(&checks(&["a"; 17], true), Profile::Balanced).is_empty(), "more than a plan holds");
    }
}
