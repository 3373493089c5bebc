//! Why an entry of the merge queue waits, came back or ended, by code and facts, so that whoever shows it can say it
//! in a language of their own.
//!
//! The server says the same as a sentence beside it (`reason`, `text`): the sentence is made of these facts and of
//! nothing else, so the two cannot disagree. A code that a reader does not know is left out for it, and the sentence
//! stays.

use crate::policy::{Effect, Ruling};
use crate::{ApiError, ErrorCode, wire};
use serde::{Deserialize, Deserializer, Serialize};

wire! {
    /// Why the files of a branch that is checked out cannot follow it.
    pub enum FolderBlock { Dirty, Unfinished, Busy, Missing, Sparse, Filtered }
}

wire! {
    /// What a repository has and the trees of jobs and checks do not: of large files (LFS) only their pointers, of
    /// submodules only empty folders.
    pub enum Absent { LargeFiles, Submodules }
}

/// The reason of an entry.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema, ts_rs::TS)]
#[serde(tag = "code", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum Because {
    /// It conflicts with what landed meanwhile. Of many paths the first are named and the others counted.
    Conflict {
        branch: String,
        paths: Vec<String>,
        more: u32,
    },
    /// Taking back what landed conflicts with what is on the branch now.
    RevertConflict {
        branch: String,
        paths: Vec<String>,
        more: u32,
    },
    /// Bringing the base branch in conflicts with what is on the branch now.
    BringUpConflict {
        branch: String,
        paths: Vec<String>,
        more: u32,
    },
    /// The branch has all of it already.
    Empty {
        branch: String,
    },
    /// What was to be taken back is not there any more.
    RevertEmpty {
        branch: String,
    },
    /// The strategy is `ff-only`, and the branch has moved.
    NotFastForward,
    /// `cherry-pick` cannot take a merge commit.
    MergeCommit,
    Unrelated,
    TooManyCommits {
        limit: u32,
    },
    /// `network`: its output tells of a network that checks do not have.
    CheckFailed {
        check: String,
        network: bool,
        /// What the check may have missed.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        absent: Vec<Absent>,
    },
    /// The check changed files it was checking.
    CheckEdited {
        check: String,
        paths: Vec<String>,
    },
    /// It came to make this check pass on the branch, and it fails with it too.
    NotMended {
        check: String,
        branch: String,
        commit: String,
    },
    /// It came to mend the branch, and another check fails on the branch and with it.
    OtherNotMended {
        check: String,
        branch: String,
        commit: String,
    },
    /// The check fails on the branch itself, without this change.
    BranchFails {
        check: String,
        branch: String,
        commit: String,
        network: bool,
        /// What the check may have missed.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        absent: Vec<Absent>,
    },
    /// A rule decided.
    Policy {
        effect: Effect,
        ruling: Ruling,
    },
    /// A rule decided that has only its sentence.
    Rule {
        said: String,
    },
    Denied {
        by: String,
    },
    /// Nobody answered in time.
    Expired,
    Removed {
        by: String,
    },
    /// Somebody had it mended.
    HandedOn {
        by: String,
    },
    RepairCancelled,
    /// Its repair changed nothing.
    RepairEmpty,
    RepairFailed,
    /// Its set-up waits for an answer.
    SetUpWaits,
    SetUpRemoved,
    /// This machine cannot run checks now; they are tried again by themselves.
    CannotRun {
        said: String,
    },
    /// A check was killed from outside; it is tried again by itself.
    CheckKilled {
        check: String,
    },
    /// A program that a check names is not installed.
    ProgramMissing {
        check: String,
        program: String,
    },
    /// Its checks could not be ended again and again.
    GivenUp {
        attempts: u32,
    },
    /// A check was left out: nothing that it reads is touched.
    Untouched {
        paths: Vec<String>,
    },
    /// A trial was stopped before its end.
    Stopped,
    /// The checks of a trial, or their set-up, were changed while it ran.
    ChecksChanged,
    /// The checks of a trial are not confirmed any more.
    TrialUnconfirmed,
    /// Checks, recipes and set-up steps of a repository wait for its owner's word.
    Trust,
    /// Everything is paused.
    AllPaused,
    /// The merge queue is paused.
    QueuePaused,
    /// Its checks are not confirmed any more.
    ChecksUnconfirmed,
    /// The branch is checked out, and those files cannot follow. `names` are the changed files, the operation that is
    /// not finished, or the file that needs a filter.
    CheckedOut {
        branch: String,
        folder: String,
        block: FolderBlock,
        names: Vec<String>,
        more: u32,
    },
    /// Something else failed; in the server's own words.
    Failed {
        error: ErrorCode,
        said: String,
    },
}

/// What is worth knowing about a queue.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema, ts_rs::TS)]
#[serde(tag = "code", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum NoteCode {
    /// A check fails on the branch itself; so many changes wait for it.
    BranchFails { check: String, branch: String, commit: String, waiting: u32 },
    /// The base branch is gone from the user's repository.
    BaseGone { base: String, branch: String },
    /// The integration branch is gone from the user's repository; it is kept at `commit`.
    BranchGone { branch: String, commit: String },
    /// `origin` has commits of the branch that are not here.
    RemoteAhead { branch: String, commit: String },
    /// The branch is only at `origin`, with another history than what landed here.
    RemoteOnly { branch: String, commit: String },
    /// What landed last is not on the branch any more.
    Rewritten { branch: String, commit: String },
    /// The repository cannot be opened.
    Closed { folder: String },
    /// Its branches could not be looked at; in the server's own words.
    Failed { error: ErrorCode, said: String },
}

wire! {
    /// A sentence about a queue, and what it is made of.
    pub struct QueueNote {
        pub text: String,
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "known")]
        #[ts(optional)]
        pub code: Option<NoteCode>,
    }
}

/// Under this name an error carries its reason as details.
const DETAIL: &str = "because";

impl Because {
    /// Of an error, what it says of itself.
    pub fn of(error: &ApiError) -> Self {
        let told = error.details.as_ref().and_then(|details| details.get(DETAIL)).cloned();
        told.and_then(|told| serde_json::from_value(told).ok())
            .unwrap_or_else(|| Self::Failed { error: error.code, said: error.message.clone() })
    }

    /// Its own details of an error that says the same.
    pub fn as_details(&self) -> serde_json::Value {
        serde_json::json!({ DETAIL: self })
    }
}

/// Reads what may be of a newer server: what is not known is none, and the sentence beside it stays.
pub(crate) fn known<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: serde::de::DeserializeOwned,
{
    let value = Option::<serde_json::Value>::deserialize(deserializer)?;
    Ok(value.and_then(|value| serde_json::from_value(value).ok()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_code_is_one_word_beside_its_facts() {
        let because = Because::CheckFailed { check: "tests".into(), network: false, absent: Vec::new() };
        let wire = json!({ "code": "check_failed", "check": "tests", "network": false });
        assert_eq!(serde_json::to_value(&because).unwrap(), wire);
        assert_eq!(serde_json::to_value(Because::SetUpWaits).unwrap(), json!({ "code": "set_up_waits" }));
        assert_eq!(serde_json::from_value::<Because>(wire).unwrap(), because);
    }

    #[test]
    fn a_code_of_a_newer_server_leaves_the_sentence() {
        let note: QueueNote =
            serde_json::from_value(json!({ "text": "It rains.", "code": { "code": "rain", "mm": 3 } }))
                .unwrap();
        assert_eq!(note, QueueNote { text: "It rains.".into(), code: None });
        let old: QueueNote = serde_json::from_value(json!({ "text": "It rains." })).unwrap();
        assert_eq!(old, note);
    }

    #[test]
    fn an_error_keeps_the_reason_it_was_made_of() {
        let because = Because::CheckKilled { check: "tests".into() };
        let error = ApiError::new(ErrorCode::Internal, "killed").with(because.as_details());
        assert_eq!(Because::of(&error), because);
        let plain = ApiError::new(ErrorCode::StorageFull, "The disk is full.");
        let said = "The disk is full.".to_owned();
        assert_eq!(Because::of(&plain), Because::Failed { error: ErrorCode::StorageFull, said });
    }
}
