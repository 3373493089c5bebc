//! Error codes. Clients and tests match on `code`; messages are for people and may change.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

macro_rules! codes {
    ($($(#[$meta:meta])* $name:ident = $word:literal, $status:literal, $retry:literal;)*) => {
        /// Every code the server answers with, its HTTP status and whether trying again can help.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema, TS)]
        pub enum ErrorCode { $($(#[$meta])* #[serde(rename = $word)] #[ts(rename = $word)] $name),* }
        impl ErrorCode {
            pub const ALL: &'static [ErrorCode] = &[$(ErrorCode::$name),*];
            pub const fn as_str(self) -> &'static str { match self { $(ErrorCode::$name => $word),* } }
            pub fn http_status(self) -> u16 { match self { $(ErrorCode::$name => $status),* } }
            pub fn retryable(self) -> bool { match self { $(ErrorCode::$name => $retry),* } }
            /// The code a word names.
            pub fn from_word(word: &str) -> Option<Self> { Self::ALL.iter().copied().find(|c| c.as_str() == word) }
        }
    };
}

codes! {
    BadRequest = "bad_request", 400, false;
    UnknownMethod = "unknown_method", 404, false;
    Unauthenticated = "unauthenticated", 401, false;
    Forbidden = "forbidden", 403, false;
    WrongHost = "wrong_host", 403, false;
    ForeignOrigin = "foreign_origin", 403, false;
    NotFound = "not_found", 404, false;
    MethodNotAllowed = "method_not_allowed", 405, false;
    /// The claim found nothing to do.
    Empty = "empty", 404, true;
    Conflict = "conflict", 409, false;
    AlreadyResolved = "already_resolved", 409, false;
    /// What was approved is no longer what would be done.
    Stale = "stale", 409, false;
    /// This job cannot be told anything: fixed code does it, or a person.
    NotSteerable = "job.not_steerable", 409, false;
    /// The folder of a job that was taken over holds changes, and nothing was said of them.
    TakenUnsaved = "job.taken_unsaved", 409, false;
    LeaseLost = "lease_lost", 409, false;
    RateLimited = "rate_limited", 429, true;
    TooLarge = "too_large", 413, false;
    UnsupportedMedia = "unsupported_media", 415, false;
    Timeout = "timeout", 504, true;
    /// The server is draining, or a part it needs is not there yet.
    Unavailable = "unavailable", 503, true;
    /// The disk under the data folder is full; nothing acknowledged was lost.
    StorageFull = "storage.full", 507, true;
    /// The disk under the data folder answers with errors, though it is not full.
    StorageFailed = "storage.failed", 500, true;
    Internal = "internal", 500, false;
    NotARepository = "git.not_a_repository", 422, false;
    BareRepository = "git.bare", 422, false;
    RepositoryUnreadable = "git.unreadable", 422, false;
    GitMissing = "git.missing", 422, false;
    GitTooOld = "git.too_old", 422, false;
    GitFailed = "git.failed", 422, false;
    /// The named commit is in no place the server may take it from.
    CommitNotFound = "git.commit_not_found", 422, false;
    BundleInvalid = "git.bundle_invalid", 422, false;
    OutOfScope = "git.out_of_scope", 422, false;
    MergeConflict = "merge.conflict", 409, false;
    EmptyRepository = "git.empty", 422, false;
    NoSandbox = "sandbox.none", 422, false;
    /// The image a workspace names cannot be used.
    ImageUnusable = "sandbox.image", 422, false;
    NoModel = "model.none", 422, false;
    /// The agent that was named to work on a task is not installed, or cannot use the workers' model.
    AgentUnusable = "agent.unusable", 422, false;
    ModelUnreachable = "model.unreachable", 422, true;
    /// What the provider allows is used up for now.
    ModelQuota = "model.quota", 422, true;
    ModelRateLimited = "model.rate_limited", 422, true;
    /// A budget of the user is used up.
    BudgetReached = "budget.reached", 402, false;
    ConfigInvalid = "config.invalid", 422, false;
    /// The place keys are kept in does not open, or not with the key that was given for it.
    KeychainClosed = "keychain.closed", 422, true;
}

/// The body of every failed call.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, TS, thiserror::Error)]
#[error("{message}")]
pub struct ApiError {
    pub code: ErrorCode,
    /// The cause and the next step, in plain words.
    pub message: String,
    pub retryable: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub details: Option<serde_json::Value>,
}

impl ApiError {
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), retryable: code.retryable(), details: None }
    }

    pub fn with(mut self, details: serde_json::Value) -> Self {
        self.details = Some(details);
        self
    }

    pub fn not_found(what: &str, id: &str) -> Self {
        Self::new(ErrorCode::NotFound, format!("There is no {what} {id}"))
    }

    pub fn bad(message: impl Into<String>) -> Self {
        Self::new(ErrorCode::BadRequest, message)
    }
}
