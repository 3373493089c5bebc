//! Workspaces: registered repositories and what is known of them.

use crate::check::{Check, CheckPlan};
use crate::merge::Strategy;
use crate::policy::Profile;
use crate::{WorkspaceId, wire};

wire! {
    pub struct Workspace {
        pub id: WorkspaceId,
        pub name: String,
        pub repo_root: String,
        pub base_branch: String,
        pub integration_branch: String,
        pub strategy: Strategy,
        pub profile: Profile,
        /// The owner accepted the repository's own checks, recipes and set-up steps.
        pub trusted: bool,
        /// The owner allowed repository code to run as plain host processes.
        pub allow_host: bool,
        pub merge_enabled: bool,
        pub merge_paused: bool,
        pub checks: CheckPlan,
        /// What stands in the way, each with the next step.
        pub warnings: Vec<String>,
        pub created_at: String,
    }
}

wire! {
    pub struct Workspaces { pub workspaces: Vec<Workspace> }
}

wire! {
    #[serde(deny_unknown_fields)]
    pub struct AddWorkspace {
        pub path: String,
        #[serde(default)]
        pub trust: bool,
    }
}

wire! {
    #[serde(deny_unknown_fields)]
    pub struct WorkspaceParams { pub id: WorkspaceId }
}

wire! {
    /// Absent fields stay as they are.
    #[serde(deny_unknown_fields)]
    pub struct UpdateWorkspace {
        pub id: WorkspaceId,
        #[serde(default)]
        #[ts(optional)]
        pub name: Option<String>,
        #[serde(default)]
        #[ts(optional)]
        pub profile: Option<Profile>,
        #[serde(default)]
        #[ts(optional)]
        pub strategy: Option<Strategy>,
        #[serde(default)]
        #[ts(optional)]
        pub trusted: Option<bool>,
        #[serde(default)]
        #[ts(optional)]
        pub allow_host: Option<bool>,
        #[serde(default)]
        #[ts(optional)]
        pub merge_enabled: Option<bool>,
        #[serde(default)]
        #[ts(optional)]
        pub merge_paused: Option<bool>,
        /// The user's own checks; they replace detected and repository ones.
        #[serde(default)]
        #[ts(optional)]
        pub checks: Option<Vec<Check>>,
        /// What the groups of those checks have in common, whole; absent beside `checks` means nothing.
        #[serde(default)]
        #[ts(optional)]
        pub check_groups: Option<std::collections::BTreeMap<String, crate::check::CheckGroup>>,
    }
}

wire! {
    pub struct CommitLine { pub commit: String, pub summary: String, pub author: String, pub ts: String }
}

wire! {
    pub struct LanguageCount { pub language: String, pub files: u64 }
}

wire! {
    /// Facts read from the repository, without running anything of it.
    pub struct RepositoryFacts {
        pub root: String,
        pub branch: Option<String>,
        pub head: Option<String>,
        pub detached: bool,
        pub shallow: bool,
        pub empty: bool,
        /// `clean`, `merge`, `rebase` …
        pub state: String,
        pub dirty: Vec<String>,
        pub dirty_total: u64,
        pub base_branch: Option<String>,
        pub commits: Vec<CommitLine>,
        pub languages: Vec<LanguageCount>,
        pub manifests: Vec<String>,
        pub integration_tip: Option<String>,
        pub integration_ahead: Option<u64>,
        pub blockers: Vec<String>,
    }
}
