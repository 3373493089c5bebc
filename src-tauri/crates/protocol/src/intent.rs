//! Intents of the deterministic lane: what fixed code can do without a model.
//!
//! An intent is what was understood, not how it is done: it names no tool and no command. The grammar that
//! reads intents from text lives in `flow`, the code that carries them out in the worker.

/// One thing the deterministic lane understood.
///
/// Paths and globs are relative to the repository's root with `/` between steps. A glob without a wildcard names
/// a file or a whole folder.
#[derive(
    Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, schemars::JsonSchema, ts_rs::TS,
)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", tag = "kind", deny_unknown_fields)]
pub enum Intent {
    /// Your branch, uncommitted files, what landed, queues, open approvals.
    Status,
    /// Languages, manifests, entry points, recipes: facts about the repository.
    Overview,
    /// Commits, newest first; `since` is a date or a commit as git reads it.
    Log {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        since: Option<String>,
    },
    /// Run the test runner of the workspace.
    Test {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        filter: Option<String>,
    },
    /// What failed in the last test run.
    Failing,
    /// Run the tests several times, 2 to 10.
    Flaky { runs: u32 },
    /// Find the commit that broke something, from a commit that was good.
    Bisect {
        good: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        command: Option<String>,
    },
    /// Run the formatter; no paths means the whole tree.
    Format {
        #[serde(default)]
        paths: Vec<String>,
    },
    /// Run the linter; with `fix` it also writes what it can repair.
    Lint {
        #[serde(default)]
        fix: bool,
    },
    /// Search the text of files.
    Find {
        pattern: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        glob: Option<String>,
        #[serde(default)]
        regex: bool,
    },
    /// Replace text; literal unless `regex`.
    Replace {
        from: String,
        to: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        glob: Option<String>,
        #[serde(default)]
        regex: bool,
    },
    /// Move a file or folder; mentions of the old path change only with `updateReferences`.
    Rename {
        from: String,
        to: String,
        #[serde(default)]
        update_references: bool,
    },
    /// Apply a unified diff exactly as written.
    Apply { patch: String },
    /// Move a dependency to a version, or to the newest allowed one.
    Bump {
        name: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        version: Option<String>,
    },
    /// What is declared, what is locked, and what is newer as far as that can be known.
    Outdated,
    /// Add lines at the end of a file.
    Append { file: String, text: String },
    /// Add lines inside a file.
    Insert { file: String, text: String, place: Place },
    /// Set one key of a TOML, JSON, YAML or `.env` file; steps of the key are divided by dots.
    SetKey { file: String, key: String, value: String },
    /// Undo one commit with a new one.
    Revert { commit: String },
    /// Repeat the change of one commit with a new one.
    CherryPick { commit: String },
    /// Make a branch of that name; never moves one that is there. No `at` means the tip that work starts from.
    Branch {
        name: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        at: Option<String>,
    },
    /// Run a named recipe of the workspace.
    Run { recipe: String },
    /// List TODO and FIXME notes.
    Todos,
    /// Queue a job's result for landing.
    Land { job: String },
    /// Push, and open a pull request unless `no_pr`. Without a head the integration branch is meant.
    Publish {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        title: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        body: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        base: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        head: Option<String>,
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        #[ts(as = "Option<bool>", optional)]
        no_pr: bool,
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        #[ts(as = "Option<bool>", optional)]
        force: bool,
    },
}

/// Where inserted lines go. Lines count from 1; an anchor is text that stands in exactly one line.
#[derive(
    Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, schemars::JsonSchema, ts_rs::TS,
)]
#[serde(rename_all = "camelCase", tag = "at", deny_unknown_fields)]
pub enum Place {
    /// Before the first line, after a byte order mark.
    Start,
    /// So that the text becomes line `line`.
    Line {
        line: u32,
    },
    Before {
        anchor: String,
    },
    After {
        anchor: String,
    },
}

impl Intent {
    /// Publishing with everything as usual.
    pub fn publish() -> Intent {
        Intent::Publish { title: None, body: None, base: None, head: None, no_pr: false, force: false }
    }

    /// The word of the slash form and of `planning.intent`.
    pub fn word(&self) -> &'static str {
        match self {
            Intent::Status => "status",
            Intent::Overview => "overview",
            Intent::Log { .. } => "log",
            Intent::Test { .. } => "test",
            Intent::Failing => "failing",
            Intent::Flaky { .. } => "flaky",
            Intent::Bisect { .. } => "bisect",
            Intent::Format { .. } => "format",
            Intent::Lint { .. } => "lint",
            Intent::Find { .. } => "find",
            Intent::Replace { .. } => "replace",
            Intent::Rename { .. } => "rename",
            Intent::Apply { .. } => "apply",
            Intent::Bump { .. } => "bump",
            Intent::Outdated => "outdated",
            Intent::Append { .. } => "append",
            Intent::Insert { .. } => "insert",
            Intent::SetKey { .. } => "set",
            Intent::Revert { .. } => "revert",
            Intent::CherryPick { .. } => "pick",
            Intent::Branch { .. } => "branch",
            Intent::Run { .. } => "run",
            Intent::Todos => "todos",
            Intent::Land { .. } => "land",
            Intent::Publish { .. } => "publish",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_intent_keeps_its_wire_form() {
        let replace =
            Intent::Replace { from: "a".into(), to: "b".into(), glob: Some("src/**".into()), regex: false };
        let text = serde_json::to_string(&replace).unwrap();
        assert_eq!(text, r#"{"kind":"replace","from":"a","to":"b","glob":"src/**","regex":false}"#);
        let back: Intent =
            serde_json::from_str(r#"{"kind":"setKey","file":"a.toml","key":"b","value":"c"}"#).unwrap();
        assert_eq!(back.word(), "set");
        assert_eq!(serde_json::to_string(&Intent::publish()).unwrap(), r#"{"kind":"publish"}"#);
        assert!(serde_json::from_str::<Intent>(r#"{"kind":"find","pattern":"x","shell":"y"}"#).is_err());
    }

    #[test]
    fn a_place_is_tagged_by_where_it_is() {
        let place: Place = serde_json::from_str(r#"{"at":"line","line":3}"#).unwrap();
        assert_eq!(place, Place::Line { line: 3 });
        assert_eq!(serde_json::to_string(&Place::Start).unwrap(), r#"{"at":"start"}"#);
    }
}
