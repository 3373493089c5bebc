//! Push and pull request: what is asked for, what became of it, what could be done.
//!
//! The answer and the events keep the spelling with dashes of the sessions' REST contract; parameters are taken in
//! both spellings.

use crate::keys::{KeyPlace, KeyText};
use crate::{ApprovalId, JobId, PublishId, SessionId, WorkspaceId, wire};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

macro_rules! words {
    ($($(#[$meta:meta])* $name:ident { $($(#[$vmeta:meta])* $variant:ident = $word:literal),* $(,)? })*) => {$(
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema, TS)]
        $(#[$meta])*
        pub enum $name { $($(#[$vmeta])* #[serde(rename = $word)] #[ts(rename = $word)] $variant),* }
        impl $name {
            pub const ALL: &'static [$name] = &[$($name::$variant),*];
            pub fn as_str(self) -> &'static str { match self { $($name::$variant => $word),* } }
            pub fn from_word(word: &str) -> Option<Self> { Self::ALL.iter().copied().find(|v| v.as_str() == word) }
        }
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { f.write_str(self.as_str()) }
        }
    )*};
}

words! {
    /// How a publication ended.
    PublishStatus { Pushed = "pushed", PrCreated = "pr-created", ManualPrRequired = "manual-pr-required", Error = "error" }

    /// Why something was not done. Stable; texts beside it are for people.
    PublishReason {
        /// The remote or the forge did not accept who we are.
        Auth = "auth",
        /// The server's key is not one that ssh knows.
        HostKey = "host-key",
        NoRemote = "no-remote",
        NoBranch = "no-branch",
        /// Nothing beyond the base.
        NoCommits = "no-commits",
        /// A hook or a rule of the remote said no.
        RemoteRejected = "remote-rejected",
        NonFastForward = "non-fast-forward",
        /// The branch names contents that git lfs keeps, and they are not here to be sent.
        LfsMissing = "lfs-missing",
        Network = "network",
        Timeout = "timeout",
        Cancelled = "cancelled",
        /// An address or a form of repository that is not pushed to.
        Unsupported = "unsupported",
        /// The repository, or the commit to publish, is no longer there.
        WorkspaceGone = "workspace-gone",
        /// Pull requests are opened on GitHub hosts only.
        UnsupportedHost = "unsupported-host",
        /// No token for the host is configured, saved or given by `gh`.
        NoCredentials = "no-credentials",
        /// The token may not do this.
        Forbidden = "forbidden",
        /// The forge does not know the repository, or does not show it to this token.
        NotFound = "not-found",
        /// The forge refused what was asked.
        Refused = "refused",
        RateLimited = "rate-limited",
        /// The forge answered something that cannot be read.
        BadAnswer = "bad-answer",
        /// Switched off for this session, or everywhere.
        PushDisabled = "push-disabled",
        PrDisabled = "pr-disabled",
        /// Everything is paused.
        Paused = "paused",
        /// A person is asked first; it goes on by itself when the question is answered.
        ApprovalRequired = "approval-required",
        /// Policy, or a person, said no.
        Denied = "denied",
        Unknown = "unknown",
    }

    /// How far a publication is.
    PublishStage {
        Queued = "queued",
        /// A person is asked.
        Waiting = "waiting",
        Pushing = "pushing",
        /// The branch is there; the pull request is being opened.
        Opening = "opening",
        Done = "done",
    }

    /// Where the head branch comes from.
    HeadSource { Request = "request", Current = "current", Generated = "generated", Integration = "integration" }

    /// Where a token for a forge comes from.
    TokenSource { Keychain = "keychain", Variable = "variable", Gh = "gh", None = "none" }

    /// What the checks of a pull request come to.
    PrChecksState { None = "none", Pending = "pending", Passed = "passed", Failed = "failed", Unknown = "unknown" }

    /// One check of a pull request.
    PrCheckState {
        Queued = "queued", Running = "running", Passed = "passed", Failed = "failed", Neutral = "neutral",
        Skipped = "skipped", Cancelled = "cancelled",
    }
}

wire! {
    /// Publish what a session has: push, and open a pull request unless told otherwise.
    #[serde(deny_unknown_fields)]
    pub struct PublishRun {
        #[serde(alias = "session-id")]
        pub session_id: SessionId,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub title: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub body: Option<String>,
        /// Branch the pull request goes to.
        #[serde(default, alias = "base-branch", skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub base_branch: Option<String>,
        /// A branch there is, or a new name for what the crew landed.
        #[serde(default, alias = "head-branch", skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub head_branch: Option<String>,
        /// Absent: true, unless the session was made without pull requests.
        #[serde(default, alias = "create-pr", skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub create_pr: Option<bool>,
        /// Overwrite the remote's branch, or push a protected one. Asks a person first.
        #[serde(default)]
        pub force: bool,
    }
}

wire! {
    /// The same wanted by a running job: policy decides, which asks a person.
    #[serde(deny_unknown_fields)]
    pub struct PublishJob {
        pub id: JobId,
        #[serde(alias = "claim-token")]
        pub claim_token: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub title: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub body: Option<String>,
        #[serde(default, alias = "base-branch", skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub base_branch: Option<String>,
        #[serde(default, alias = "head-branch", skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub head_branch: Option<String>,
        #[serde(default, alias = "create-pr", skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub create_pr: Option<bool>,
        #[serde(default)]
        pub force: bool,
    }
}

/// What became of it. Keys have dashes, as in the sessions' REST contract.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
#[serde(rename_all = "kebab-case")]
#[ts(rename_all = "kebab-case")]
pub struct PublishReply {
    pub status: PublishStatus,
    pub publish_id: PublishId,
    pub head_branch: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub base_branch: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub pr_url: Option<String>,
    /// Where a person opens the pull request by hand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub manual_pr_url: Option<String>,
    /// One or two sentences for people, with the next step where there is one.
    pub message: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub reason: Option<PublishReason>,
    /// Whether the branch is on the remote, whatever became of the rest.
    pub pushed: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub commit: Option<String>,
    /// The question a person is asked, with `approval-required`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub approval_id: Option<ApprovalId>,
    /// What the remote said, bounded and redacted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub remote_said: Option<String>,
    /// When a rate limit ends, RFC 3339.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub retry_at: Option<String>,
}

wire! {
    #[serde(deny_unknown_fields)]
    pub struct PublishDefaultsParams {
        #[serde(alias = "session-id")]
        pub session_id: SessionId,
        #[serde(default, alias = "head-branch", skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub head_branch: Option<String>,
        #[serde(default, alias = "base-branch", skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub base_branch: Option<String>,
    }
}

wire! {
    /// Whether a step can be done now, and why not.
    pub struct PublishPossible {
        pub possible: bool,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub reason: Option<PublishReason>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub message: Option<String>,
    }
}

wire! {
    pub struct PublishRemote {
        pub name: String,
        /// Without user and password.
        pub fetch_url: String,
        pub push_url: String,
        /// `github`, `other`, or `file` for a folder.
        pub provider: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub host: Option<String>,
        /// `owner/name` on the forge.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub repository: Option<String>,
    }
}

wire! {
    pub struct PublishCommit { pub id: String, pub subject: String }
}

wire! {
    /// What would be published now.
    pub struct PublishDefaults {
        pub session_id: SessionId,
        pub title: String,
        /// Markdown.
        pub body: String,
        pub head_branch: String,
        pub head_source: HeadSource,
        /// Made and overwritten by us alone; its remote branch is guarded by a lease.
        pub generated: bool,
        pub base_branch: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub commit: Option<String>,
        /// Beyond the base, newest first, at most 50; `commit_count` has them all.
        pub commits: Vec<PublishCommit>,
        pub commit_count: u64,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub remote: Option<PublishRemote>,
        pub push: PublishPossible,
        pub pr: PublishPossible,
        pub token_source: TokenSource,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub manual_pr_url: Option<String>,
        /// Names and globs that are not pushed without `force`.
        pub protected: Vec<String>,
        pub push_enabled: bool,
        pub pr_enabled: bool,
        pub warnings: Vec<String>,
    }
}

wire! {
    #[serde(deny_unknown_fields)]
    pub struct PublishShowParams {
        #[serde(alias = "session-id")]
        pub session_id: SessionId,
    }
}

wire! {
    /// A pull request as it was read last.
    pub struct PublishedPr {
        pub url: String,
        pub number: u64,
        /// `open`, `closed` or `merged`.
        pub state: String,
        /// It was open already.
        pub reused: bool,
    }
}

wire! {
    /// Where a branch of a remote was when it was looked at.
    #[derive(Default)]
    pub struct RemoteTip {
        /// None where it was not there.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub commit: Option<String>,
    }
}

wire! {
    /// One publication, from the press on.
    pub struct Publication {
        pub id: PublishId,
        pub session_id: SessionId,
        pub workspace_id: WorkspaceId,
        pub stage: PublishStage,
        pub by: String,
        pub head_branch: String,
        pub head_source: HeadSource,
        pub base_branch: String,
        pub create_pr: bool,
        pub force: bool,
        /// With `force`, what is overwritten: the remote's branch as it was before anybody was asked. What came to it
        /// afterwards is kept, and the push refused.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub overwrites: Option<RemoteTip>,
        pub title: String,
        pub body: String,
        pub remote: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub commit: Option<String>,
        /// The newest line of git's progress, while it pushes.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub progress: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub approval_id: Option<ApprovalId>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub pr: Option<PublishedPr>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub checks: Option<Box<PrChecks>>,
        /// Once it is done.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub result: Option<Box<PublishReply>>,
        pub created_at: String,
        pub updated_at: String,
    }
}

wire! {
    pub struct PublishShown {
        pub session_id: SessionId,
        pub push_enabled: bool,
        pub pr_enabled: bool,
        /// The newest one, running or done.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub latest: Option<Box<Publication>>,
        /// Newest first, at most 20, the latest among them.
        pub recent: Vec<Publication>,
    }
}

wire! {
    #[serde(deny_unknown_fields)]
    pub struct PublishChecksParams {
        #[serde(alias = "session-id")]
        pub session_id: SessionId,
        /// Absent: the newest publication that has a pull request.
        #[serde(default, alias = "publish-id", skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub publish_id: Option<PublishId>,
        /// Somebody looks: for a minute from this call on the server reads again by itself, and tells with
        /// `git.pr.checks` what changed.
        #[serde(default)]
        pub watch: bool,
    }
}

wire! {
    pub struct PrCheck {
        pub name: String,
        /// `check-run` or `status`.
        pub source: String,
        pub state: PrCheckState,
        /// One line of what it says.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub summary: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub url: Option<String>,
    }
}

wire! {
    /// The checks of a pull request, read from the forge.
    pub struct PrChecks {
        pub publish_id: PublishId,
        pub state: PrChecksState,
        pub checks: Vec<PrCheck>,
        /// The commit they are of.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub commit: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub pr: Option<PublishedPr>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub reason: Option<PublishReason>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub message: Option<String>,
        pub read_at: String,
    }
}

wire! {
    /// Makes a request of a failing check. `check` is its name.
    #[serde(deny_unknown_fields)]
    pub struct PublishFixCheck {
        #[serde(alias = "session-id")]
        pub session_id: SessionId,
        pub check: String,
        #[serde(default, alias = "publish-id", skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub publish_id: Option<PublishId>,
    }
}

wire! {
    #[serde(deny_unknown_fields)]
    pub struct PublishParams {
        #[serde(alias = "publish-id")]
        pub publish_id: PublishId,
    }
}

wire! {
    /// Where pull requests can be opened, and whether there is a token.
    pub struct PublishHost {
        pub host: String,
        /// Base address of its API; a token for the host goes nowhere else.
        pub api: String,
        pub source: TokenSource,
        /// Of a saved token.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub place: Option<KeyPlace>,
        pub detail: String,
    }
}

wire! {
    pub struct PublishHosts { pub hosts: Vec<PublishHost>, pub warnings: Vec<String> }
}

wire! {
    /// Saves the token of a host in the keychain. Only hosts that `publish.githubHosts` names, and github.com.
    #[serde(deny_unknown_fields)]
    pub struct SetPublishToken { pub host: String, pub token: KeyText }
}

wire! {
    #[serde(deny_unknown_fields)]
    pub struct ForgetPublishToken { pub host: String }
}
