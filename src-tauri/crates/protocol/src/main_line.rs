//! The user's own branch, such as `main`: how far the integration branch is ahead of it, and moving it there.

use crate::merge::{CheckVerdict, EntryKind};
use crate::{ApprovalId, EntryId, JobId, WorkspaceId, wire};

wire! {
    /// When the user's branch is moved without their pressing a button. Policy is asked either way.
    #[derive(Default)]
    pub enum ToMain {
        /// Never.
        #[default]
        Explicit,
        /// Once nothing in the merge queue can go on by itself.
        Policy,
        /// After each landing.
        AfterEach,
    }
}

wire! {
    /// Who moves the branch.
    #[derive(Default)]
    pub enum MainWith {
        /// The server: one ref, by compare and swap. No hook runs and nothing is signed.
        #[default]
        Server,
        /// The user's own git in the user's folder: `git merge --ff-only`, with their hooks.
        MyGit,
        /// The same with `git merge --no-ff`: a merge commit of theirs, signed as they configured it.
        MyMerge,
    }
}

wire! {
    #[serde(deny_unknown_fields)]
    pub struct MainParams { pub workspace_id: WorkspaceId }
}

wire! {
    #[serde(deny_unknown_fields)]
    pub struct LandMainParams {
        pub workspace_id: WorkspaceId,
        /// Tip of the integration branch as it was shown.
        pub expected_tip: String,
        /// `hash` of what was shown ([`MainLine`], or its `git` for one of the user's own ways, which need it).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub hash: Option<String>,
        #[serde(default)]
        #[ts(optional, as = "Option<MainWith>")]
        pub with: MainWith,
        /// Sign the merge commit whatever is configured.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        #[ts(optional, as = "Option<bool>")]
        pub sign: bool,
    }
}

wire! {
    /// How the two branches stand to each other.
    pub enum MainStanding {
        /// They are the same commit.
        Level,
        /// The integration branch continues the user's branch.
        Ahead,
        /// The user's branch has what the integration branch has, and more.
        Behind,
        /// Each has commits the other lacks.
        Diverged,
        /// One of them is not there.
        Missing,
    }
}

wire! {
    /// What is known of a tree.
    pub enum ProofState {
        /// Every confirmed check passed on exactly this tree.
        Proven,
        /// Verdicts are missing; they are run before anything moves.
        Missing,
        /// A check failed on it.
        Failed,
        /// Nobody confirmed what proves it.
        Unconfirmed,
    }
}

wire! {
    /// A commit between the two branches.
    pub struct MainCommit {
        pub commit: String,
        pub subject: String,
        pub author: String,
        pub ts: String,
        /// The entry it landed with; none for a commit of somebody else's.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub entry_id: Option<EntryId>,
        pub proof: ProofState,
    }
}

wire! {
    /// An entry that landed in between.
    pub struct MainEntry {
        pub id: EntryId,
        pub job_id: JobId,
        pub kind: EntryKind,
        pub title: String,
        pub commit: String,
        pub landed_at: Option<String>,
    }
}

wire! {
    /// Why it cannot be done now, with the next step.
    pub struct MainBlock {
        /// `level`, `behind`, `diverged`, `missing`, `held`, `paused`, `unconfirmed`, `failed`, `checkout`, `busy`.
        pub code: String,
        pub message: String,
    }
}

wire! {
    /// A hook of the user's that would run.
    pub struct MainHook {
        /// Such as `pre-merge-commit`.
        pub name: String,
        pub path: String,
        /// Of one of the two ways only.
        pub with: Vec<MainWith>,
    }
}

wire! {
    /// What the user's own git would do in the user's folder.
    pub struct MainGit {
        /// The folder that has the branch checked out.
        pub folder: Option<String>,
        pub hooks: Vec<MainHook>,
        /// Whether a merge commit is signed without being told to.
        pub signs: bool,
        /// `openpgp`, `ssh` or `x509`.
        pub format: String,
        /// Why this way cannot be taken now.
        pub blocked: Option<String>,
        /// Over all of this, the two commits and what is in the hooks.
        pub hash: String,
    }
}

wire! {
    pub enum MainLandingState { Checking, Landing, Landed, Refused }
}

wire! {
    /// One landing on the user's branch, and what became of it.
    pub struct MainLanding {
        pub id: String,
        pub workspace_id: WorkspaceId,
        pub branch: String,
        pub integration_branch: String,
        pub from: String,
        pub to: String,
        pub with: MainWith,
        pub sign: bool,
        /// Who said so: a person, or the rule of policy that did.
        pub by: String,
        pub state: MainLandingState,
        /// Why it was refused: `main.moved`, `main.checks`, `main.checkout`, `main.hook`, `main.timeout`, `main.interrupted`,
        /// `main.unconfirmed`, `main.held`, `main.git`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub code: Option<String>,
        /// What happened, with the next step.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub reason: Option<String>,
        pub checks: Vec<CheckVerdict>,
        /// What the user's git and hooks printed, redacted; the end of it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub output: Option<String>,
        /// Where the branch is now: `to`, or the merge commit that has it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub commit: Option<String>,
        /// The folder in which the user's own git runs.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub folder: Option<String>,
        /// Folders whose files followed.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub folders: Vec<String>,
        pub created_at: String,
        pub updated_at: String,
    }
}

wire! {
    /// The user's branch beside the integration branch.
    pub struct MainLine {
        pub workspace_id: WorkspaceId,
        pub branch: String,
        pub integration_branch: String,
        pub standing: MainStanding,
        pub main: Option<String>,
        pub tip: Option<String>,
        pub ahead: u64,
        pub behind: u64,
        /// Newest first, at most 200.
        pub commits: Vec<MainCommit>,
        /// Newest first.
        pub entries: Vec<MainEntry>,
        /// Of the tip's tree, one verdict for each confirmed check.
        pub proof: ProofState,
        pub checks: Vec<CheckVerdict>,
        pub blocked: Vec<MainBlock>,
        /// Over branch, `main` and `tip`.
        pub hash: String,
        pub to_main: ToMain,
        /// The question about it that is open.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub approval_id: Option<ApprovalId>,
        pub git: MainGit,
        /// The newest one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub landing: Option<MainLanding>,
    }
}
