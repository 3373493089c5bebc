//! Checks, set-up steps and recipes of a workspace.

use crate::because::Because;
use crate::merge::CheckVerdict;
use crate::{WorkspaceId, wire};
use std::collections::BTreeMap;

/// Seconds a check may take that says nothing of it.
pub const CHECK_TIMEOUT_S: u64 = 600;

wire! {
    /// One command that proves a tree. Times are seconds.
    pub struct Check {
        pub name: String,
        pub run: Vec<String>,
        #[serde(default = "default_timeout")]
        pub timeout_s: u64,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub group: Option<String>,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub paths: Vec<String>,
        /// It may be left out where nothing of `paths` is touched.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        #[ts(as = "Option<bool>", optional)]
        pub skip_untouched: bool,
    }
}

wire! {
    /// What the checks of one group have in common.
    #[derive(Default)]
    pub struct CheckGroup {
        /// Seconds each of its checks may take, more or less than the built-in limit; a limit of a check's own counts
        /// before it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub timeout_s: Option<u64>,
        /// What its checks read, where a check does not say so itself.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        #[ts(as = "Option<Vec<String>>", optional)]
        pub paths: Vec<String>,
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        #[ts(as = "Option<bool>", optional)]
        pub skip_untouched: bool,
        /// Files that decide how its checks run: whoever touches one runs them, whatever `paths` says.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        #[ts(as = "Option<Vec<String>>", optional)]
        pub always: Vec<String>,
    }
}

fn default_timeout() -> u64 {
    CHECK_TIMEOUT_S
}

wire! {
    /// A command run once per digest of its key files, online with what the user allowed.
    pub struct SetupStep {
        pub run: Vec<String>,
        #[serde(default = "default_timeout")]
        pub timeout_s: u64,
        #[serde(default)]
        pub network: Vec<String>,
        #[serde(default)]
        pub key: Vec<String>,
    }
}

wire! {
    /// A named command of a repository.
    pub struct Recipe {
        pub run: Vec<String>,
        #[serde(default = "default_timeout")]
        pub timeout_s: u64,
        #[serde(default)]
        pub writes: Vec<String>,
    }
}

wire! {
    /// Where the checks of a workspace come from.
    pub enum ChecksOrigin {
        /// `[[check]]` entries of the repository's own configuration.
        Repository,
        /// Written by the user.
        User,
        /// Found by detection; they count after the user confirms.
        Detected,
        /// Nothing was found and nothing is configured.
        None,
    }
}

wire! {
    /// Everything that proves a tree of this workspace.
    pub struct CheckPlan {
        pub origin: ChecksOrigin,
        /// Whether the owner accepted them; unconfirmed checks prove nothing and nothing lands.
        pub confirmed: bool,
        pub checks: Vec<Check>,
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        #[ts(as = "Option<BTreeMap<String, CheckGroup>>", optional)]
        pub groups: BTreeMap<String, CheckGroup>,
        pub setup: Vec<SetupStep>,
        pub recipes: BTreeMap<String, Recipe>,
        pub formatter: Option<Vec<String>>,
        pub test_runner: Option<Vec<String>>,
        pub warnings: Vec<String>,
    }
}

impl CheckPlan {
    /// The linter of the workspace: a check whose name, group or program says so, else a recipe of such a name.
    pub fn linter(&self) -> Option<&[String]> {
        let check = self.checks.iter().find(|check| {
            let named = [Some(&check.name), check.group.as_ref()].into_iter().flatten();
            named.flat_map(|name| name.split(' ')).any(is_linter) || lints(&check.run)
        });
        let recipe = || {
            ["lint", "clippy", "eslint", "ruff"]
                .iter()
                .find_map(|name| self.recipes.get(*name).map(|r| &r.run))
        };
        check.map(|check| &check.run).or_else(recipe).map(Vec::as_slice)
    }

    /// No checks, and nobody who confirmed that.
    pub fn none() -> Self {
        Self {
            origin: ChecksOrigin::None,
            confirmed: false,
            checks: Vec::new(),
            groups: BTreeMap::new(),
            setup: Vec::new(),
            recipes: BTreeMap::new(),
            formatter: None,
            test_runner: None,
            warnings: Vec::new(),
        }
    }
}

fn is_linter(word: &str) -> bool {
    matches!(word, "lint" | "linter" | "clippy" | "eslint" | "ruff")
}

/// Whether a command is a linter by its own name.
fn lints(argv: &[String]) -> bool {
    let words: Vec<&str> = argv.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["cargo", "clippy", ..] | ["go", "vet", ..] | ["go", "-C", _, "vet", ..] | ["ruff", "check", ..] => {
            true
        }
        ["npx", rest @ ..] => {
            rest.iter().find(|word| !word.starts_with('-')).is_some_and(|word| is_linter(word))
        }
        [program, ..] => is_linter(program),
        [] => false,
    }
}

wire! {
    pub enum DryRunState {
        /// Its set-up is made, or its files are laid out.
        Preparing,
        /// A question about its set-up is open; it goes on with the answer.
        Waiting,
        Running,
        Passed,
        /// A check failed on this commit as it is, or could not be run at all.
        Failed,
        /// The server was stopped meanwhile.
        Stopped,
    }
}

wire! {
    /// A trial of the confirmed checks on the commit that work would start from now.
    pub struct DryRun {
        pub workspace_id: WorkspaceId,
        pub state: DryRunState,
        pub commit: String,
        /// One for each check of the plan, in its order; `waiting`, `running`, `passed` or `failed`.
        pub checks: Vec<CheckVerdict>,
        /// What it waits for, or why it could not be run.
        pub reason: Option<String>,
        /// What `reason` is made of.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "crate::because::known")]
        #[ts(optional)]
        pub because: Option<Box<Because>>,
        /// The newest lines of output, redacted; empty in events.
        pub lines: Vec<String>,
        /// Older lines that are not kept.
        pub lines_dropped: u64,
        pub started_at: String,
        pub finished_at: Option<String>,
    }
}

wire! {
    #[serde(deny_unknown_fields)]
    pub struct DryRunParams { pub workspace_id: WorkspaceId }
}

wire! {
    /// The newest one since the server was started.
    pub struct DryRunShown { pub run: Option<DryRun> }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(checks: &[(&str, &str)], recipes: &[(&str, &str)]) -> CheckPlan {
        let argv = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
        let check = |(name, run): &(&str, &str)| Check {
            name: (*name).to_owned(),
            run: argv(run),
            timeout_s: 1,
            group: Some("node".into()),
            paths: Vec::new(),
            skip_untouched: false,
        };
        let recipe = |(name, run): &(&str, &str)| {
            ((*name).to_owned(), Recipe { run: argv(run), timeout_s: 1, writes: Vec::new() })
        };
        CheckPlan {
            checks: checks.iter().map(check).collect(),
            recipes: recipes.iter().map(recipe).collect(),
            ..CheckPlan::none()
        }
    }

    #[test]
    fn the_linter_is_found_by_name_by_program_and_among_recipes() {
        let linter = |plan: &CheckPlan| plan.linter().map(|argv| argv.join(" "));
        for run in
            ["npm run lint", "cargo clippy", "go vet ./...", "npx --no-install eslint .", "ruff check ."]
        {
            let name = if run.starts_with("npm ") { "npm lint" } else { "something" };
            let found = plan(&[("tests", "cargo test"), (name, run)], &[]);
            assert_eq!(linter(&found).as_deref(), Some(run));
        }
        let recipe = plan(&[("tests", "cargo test")], &[("build", "make"), ("clippy", "cargo clippy")]);
        assert_eq!(linter(&recipe).as_deref(), Some("cargo clippy"));
        assert_eq!(linter(&plan(&[("tests", "go test ./...")], &[("build", "make")])), None);
    }
}
