//! What comes back to a job with an entry that did not land, and who goes on with it.
//!
//! Everything here is bounded by whoever fills it in, and free of secrets and colours: it is stored with the entry,
//! sent with its events and told to a model.

use crate::worker::WorkerBackend;
use crate::{EntryId, JobId, wire};

wire! {
    /// What a person may do about an entry that nobody mends by itself any more.
    pub enum WayOut {
        /// A worker's backend, or an agent by name, mends it: `merge.mend`.
        Agent,
        /// The person mends it in a folder of their own: `merge.take_over`.
        TakeOver,
        /// Its checks are run once more on the branch as it is now: `merge.retry`.
        Retry,
        /// It leaves the queue; its commit is kept: `merge.remove`.
        Drop,
    }
}

wire! {
    /// A commit of the branch that stands behind what went wrong, newest first in lists.
    pub struct Beside {
        pub commit: String,
        pub title: String,
        /// The entry that landed it; absent for a commit from outside.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub entry_id: Option<EntryId>,
    }
}

wire! {
    /// Two versions of the same lines.
    pub struct Clash {
        /// Line of the half-merged file, from 1.
        pub line: u32,
        /// As the branch has them.
        pub ours: String,
        /// As both began from; absent where neither began from anything.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub base: Option<String>,
        /// As the entry wants them.
        pub theirs: String,
        /// There is more of it than is shown.
        pub cut: bool,
    }
}

wire! {
    pub struct ConflictedFile {
        pub path: String,
        /// What is the matter, as a sentence.
        pub said: String,
        /// Empty for what has no lines: binary files, modes, renames and removals.
        pub clashes: Vec<Clash>,
        /// Clashes that are not shown.
        pub more: u32,
    }
}

wire! {
    /// A check that failed on the tree that would land.
    pub struct FailedCheck {
        pub name: String,
        pub run: Vec<String>,
        pub tree: String,
        /// The first lines that tell of an error, and the last ones.
        pub log: String,
        /// Lines left out of `log`.
        pub left_out: u32,
        /// Whether the change passed its own validation before it was handed over.
        pub passed_alone: bool,
    }
}

wire! {
    /// Why an entry came back.
    pub struct CameBack {
        /// `merge.conflict`, `merge.check_failed`, …
        pub code: String,
        /// The commit of the branch it was tried on.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub onto: Option<String>,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        #[ts(as = "Option<Vec<ConflictedFile>>", optional)]
        pub files: Vec<ConflictedFile>,
        /// Conflicted files that are not listed.
        #[serde(default)]
        pub more_files: u32,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub check: Option<FailedCheck>,
        /// What reached the branch since the change was begun: of a conflict, what changed the same files.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        #[ts(as = "Option<Vec<Beside>>", optional)]
        pub beside: Vec<Beside>,
    }
}

wire! {
    /// A check that fails on the branch itself, without any change of ours.
    pub struct RedBase {
        pub branch: String,
        pub commit: String,
        pub tree: String,
        pub check: String,
        pub run: Vec<String>,
        pub log: String,
        /// A message that asks for the repair, ready to be sent.
        pub ask: String,
        /// What the check may have missed.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub absent: Vec<crate::because::Absent>,
    }
}

wire! {
    /// The check of a branch that a change is to make pass.
    pub struct MendsBranch { pub branch: String, pub check: String }
}

wire! {
    /// How an entry goes on after something went wrong, and what it goes on from.
    #[derive(Default)]
    pub struct Repair {
        /// Which try this entry is; 0 for the first.
        pub number: u32,
        /// The entry it mends.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub mends: Option<EntryId>,
        /// The job that mends this entry, and the entry that came of it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub job_id: Option<JobId>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub mended_by: Option<EntryId>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub came_back: Option<Box<CameBack>>,
        /// Not empty: a person is asked which.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        #[ts(as = "Option<Vec<WayOut>>", optional)]
        pub ways_out: Vec<WayOut>,
        /// It waits because the branch itself fails this check.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub red_base: Option<Box<RedBase>>,
        /// It came to make a check pass that fails on the branch itself.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub mends_branch: Option<MendsBranch>,
    }
}

wire! {
    /// Has an entry mended that waits for a person.
    #[serde(deny_unknown_fields)]
    pub struct MendEntry {
        pub id: EntryId,
        /// What works on it; absent is what worked on it before.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub backend: Option<WorkerBackend>,
        /// What whoever mends it is told besides what went wrong.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub say: Option<String>,
    }
}
