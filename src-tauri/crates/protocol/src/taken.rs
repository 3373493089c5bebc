//! Jobs whose work a person has taken over, into a folder of their own.

use crate::{DeviceId, JobId, wire};

wire! {
    pub enum TakenState {
        /// Its worker puts its work aside, or the folder is being made.
        Coming,
        /// The folder is there, and the person's.
        Yours,
        /// What the person made is on its way through the job's own checks.
        HandedBack,
    }
}

wire! {
    /// A job that a person has taken over.
    pub struct TakenOver {
        pub state: TakenState,
        /// Absolute path of the folder; while it is `coming`, where it will be.
        pub path: String,
        /// The branch that is checked out there.
        pub branch: String,
        /// The commit the job stands on; known once the folder is there.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub base: Option<String>,
        /// The job's work so far, checked out there; absent when it had none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub commit: Option<String>,
        /// What was handed back last.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub handed_back: Option<String>,
        pub by: String,
        /// The device it was, so that its own page knows itself; names may be shared or change.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub device_id: Option<DeviceId>,
        /// RFC 3339.
        pub since: String,
        /// Why the folder is not there yet, or why what was handed back came back: a sentence.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub problem: Option<String>,
    }
}

impl TakenOver {
    /// Asked for just now: the folder will be at `path`.
    pub fn coming(job: &JobId, path: String, by: String, device_id: Option<DeviceId>, since: String) -> Self {
        Self {
            state: TakenState::Coming,
            path,
            branch: format!("taken/{job}"),
            base: None,
            commit: None,
            handed_back: None,
            by,
            device_id,
            since,
            problem: None,
        }
    }
}

wire! {
    pub struct TakenReply { pub ok: bool, pub taken: TakenOver }
}

wire! {
    /// Hands back what is in the folder, committed there or not.
    #[serde(deny_unknown_fields)]
    pub struct HandBackJob {
        pub id: JobId,
        /// First line is the commit's subject; absent is the job's title.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub message: Option<String>,
    }
}

wire! {
    pub struct HandedBack { pub ok: bool, pub commit_sha: String, pub files: u32 }
}

wire! {
    /// What becomes of changes in the folder that were not handed back.
    pub enum TakenChanges {
        /// They are gone with the folder.
        Discard,
        /// They are committed, and the job goes on from there.
        Keep,
    }
}

wire! {
    /// Gives a job back to the crew, or ends it. Refused while the folder holds changes and nothing is said of them.
    #[serde(deny_unknown_fields)]
    pub struct LetGoJob {
        pub id: JobId,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub changes: Option<TakenChanges>,
        /// The job is cancelled instead of given to a worker.
        #[serde(default)]
        pub end: bool,
    }
}

wire! {
    /// The folder of a job that was taken over, as it is now.
    pub struct TakenLook {
        pub ok: bool,
        pub taken: TakenOver,
        /// Paths that differ from what was checked out or handed back, at most 100.
        pub changed: Vec<String>,
        pub total: u32,
    }
}

wire! {
    /// A person's own work, to be checked as any worker's.
    pub struct ByHand {
        /// Of its commit.
        pub message: String,
        pub by: String,
    }
}
