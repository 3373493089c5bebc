//! Git, for the whole program: the user's repository (read, and one ref written), the depot every job and
//! landing works from, job clones, hand-over, candidates, landing and check trees.
//!
//! This crate knows git and nothing else: no queue, no approval, no session, no clock. Ids are text, dates
//! are given by the caller, and what a caller must decide comes back as data. All calls block; async
//! callers wrap them. It alone opens git2 and starts the git program.

mod absent;
mod boundary;
mod candidate;
mod carry;
mod check_tree;
mod depot;
mod diff;
mod error;
mod exclude;
mod free_folder;
mod grep;
mod handover;
mod history;
mod inspect;
mod intake;
mod job_clone;
mod land;
mod lfs;
mod libgit;
mod names;
mod object_id;
mod os;
mod overlap;
mod past;
mod patch;
mod person_clone;
pub mod process;
mod publish_tips;
mod push;
mod removal;
mod revert;
mod snapshot;
mod spare;
mod tracked;
mod transfer;
mod tree_diff;
mod user_branch;
mod user_tips;

pub use absent::Absent;
pub use candidate::{
    Candidate, CandidateOutcome, CandidateRequest, ConflictFile, ConflictHunk, HalfMerged, Picked, Refusal,
    Signature, Strategy, Trailers,
};
pub use check_tree::{CheckTree, EditedTree};
pub use depot::{BranchMovement, Depot, DepotRef, Expected, SyncReport};
pub use diff::{DiffLimits, DiffLine, DiffSummary, FileDiff, FileStatus, Hunk, LineKind};
pub use error::{RepoError, Result};
pub use grep::{GrepHit, GrepRequest, GrepResult};
pub use handover::{Harvest, HarvestRequest, harvest, write_bundle};
pub use history::FileAt;
pub use inspect::{
    BaseBranch, BaseSource, Blocked, Blocker, CommitLine, DirtyFile, DirtyState, Head, Language, Manifest,
    RemoteFacts, RepoFacts, State, Tracking, checkout_diff, inspect,
};
pub use intake::{
    ChangeStatus, ChangedPath, FetchedBranch, Intake, IntakeLimits, IntakeRequest, RiskReason, RiskyPath,
    Scope, ScopeReport, bundle_tip,
};
pub use job_clone::JobClone;
pub use land::{
    Advance, AdvanceRequest, CheckoutBlock, ForwardRequest, IntegrationLease, Settled, UpdatedCheckout,
    UserHook, UserMerge, UserSetup, UserWay, UsersGit, blocked_for_user, folder_of, forward_blocked,
    users_branch,
};
pub use lfs::LfsObject;
pub use names::{agent_branch, check_branch, check_id};
pub use object_id::{EMPTY_TREE, ObjectId};
pub use patch::{Patch, PatchEntry, PatchSide};
pub use person_clone::{PersonClone, remove_retired, retire_person_clone};
pub use process::{Git, HostToken, OwnCredentials, Version, Watch, Watched, WatchedEnd};
pub use publish_tips::{PublishTips, publish_tips};
pub use push::{Lease, PushRequest, RemoteChoice, UserRemote, user_remote};
pub use revert::RevertRequest;
pub use snapshot::StoredFile;
pub use tracked::is_tracked;
pub use user_branch::{create_branch, users_commit};
pub use user_tips::{UserTip, shared_git_folder, user_tips};
