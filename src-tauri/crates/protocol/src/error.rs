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
    /// The entry would land before one it depends on.
    MergeDepends = "merge.depends", 409, false;
    /// The entry is about to land and keeps its place.
    MergeLanding = "merge.landing", 409, true;
    EmptyRepository = "git.empty", 422, false;
    /// A branch name that git or we do not take.
    PublishBadBranch = "publish.bad_branch", 400, false;
    /// A branch that is not pushed without force.
    PublishProtected = "publish.protected", 403, false;
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
    /// The frames of the gateway that both sides speak have no version in common.
    VersionMismatch = "version_mismatch", 426, false;
    /// Somebody else types into this terminal.
    TerminalNotControlled = "terminal.not_controlled", 409, false;
    /// The terminal's program has ended.
    TerminalEnded = "terminal.ended", 409, false;
    /// As many terminals run as may run at once.
    TerminalLimit = "terminal.limit", 429, false;
    /// The folder belongs to no workspace that is trusted.
    TerminalFolder = "terminal.folder", 403, false;
    /// The program could not be started.
    TerminalFailed = "terminal.failed", 422, false;
    /// The machine is not connected now.
    NodeAway = "node.away", 503, true;
    /// The owner does not let this machine do that, or it does not offer it.
    NodeNotAllowed = "node.not_allowed", 403, false;
    /// The job needs what that machine cannot be given.
    NodeNotReady = "node.not_ready", 422, false;
    /// A push service that is not one of the usual browsers' and is not listed in `push.services`.
    PushService = "push.service", 422, false;
    /// No browser of this device is told anything.
    PushNone = "push.none", 409, false;
    /// No link has this secret, or the pairing is not the asker's.
    PairingUnknown = "pairing.unknown", 404, false;
    PairingExpired = "pairing.expired", 410, false;
    /// The link was claimed already.
    PairingUsed = "pairing.used", 409, false;
    /// Taken back, or guessed at too often.
    PairingDead = "pairing.dead", 410, false;
    /// The device was let in once, and is not any more.
    DeviceRevoked = "device.revoked", 401, false;
    /// The challenge was answered already, is too old, or was another's.
    ChallengeStale = "auth.challenge", 401, true;
    /// The signature is not by the device's key over this challenge.
    SignatureWrong = "auth.signature", 401, false;
    /// No machine of the tailnet has the peer's address.
    TailnetUnknown = "tailnet.unknown", 403, false;
    /// The peer's machine belongs to a login that is not let in.
    TailnetNotAllowed = "tailnet.not_allowed", 403, false;
    /// The peer's machine belongs to nobody, and none of its tags is let in.
    TailnetTagged = "tailnet.tagged", 403, false;
    /// The request came from the internet, through Funnel.
    TailnetFunnel = "tailnet.funnel", 403, false;
    /// Tailscale cannot be asked who is there, so nobody is let in.
    TailnetUnavailable = "tailnet.unavailable", 503, true;
    /// A request to the listener of Serve that Serve did not forward.
    NotServe = "listen.not_serve", 403, false;
    /// What was shown is taken on this machine's loopback alone.
    LocalOnly = "listen.local_only", 403, false;
    /// A client's own: the server shows another certificate than the one that is known of it.
    ServerCertificate = "server.certificate", 502, false;
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
