//! Diffs as the interface shows them.

use crate::wire;

wire! {
    pub enum FileStatus { Added, Modified, Deleted, Renamed, Copied, TypeChanged }
}

wire! {
    pub struct FileDiff {
        pub path: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub old_path: Option<String>,
        pub status: FileStatus,
        pub additions: u32,
        pub deletions: u32,
        pub binary: bool,
        /// Why policy looks at this path twice, if it does.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub risky: Option<String>,
    }
}

wire! {
    /// A job's change against its base.
    pub struct JobDiff {
        pub job_id: crate::JobId,
        pub base: String,
        pub commit: String,
        pub title: String,
        pub files: Vec<FileDiff>,
        /// Git's unified format.
        pub unified: String,
        /// Whether `unified` was cut at the size limit.
        pub truncated: bool,
    }
}
