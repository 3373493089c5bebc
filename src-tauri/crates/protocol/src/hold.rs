//! Holding everything: nothing new begins until it is resumed; what runs goes on.

use crate::wire;

/// Longest note of a hold, in bytes.
pub const LONGEST_NOTE: usize = 500;

wire! {
    /// Why everything is held. `Person` lasts until somebody resumes; `Drain` lasts until somebody resumes or the
    /// server's process ends.
    #[derive(Default)]
    pub enum HoldReason { #[default] Person, Drain }
}

wire! {
    /// One hold. There is at most one for each reason, and everything is held while there is any.
    pub struct Hold {
        pub reason: HoldReason,
        /// Who asked for it.
        pub by: String,
        /// RFC 3339.
        pub since: String,
        /// Why, in the words of whoever asked.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub note: Option<String>,
    }
}

wire! {
    #[derive(Default)]
    #[serde(deny_unknown_fields)]
    pub struct HoldParams {
        /// `person` when absent.
        #[serde(default)]
        #[ts(optional)]
        pub reason: Option<HoldReason>,
        /// At most 500 bytes.
        #[serde(default)]
        #[ts(optional)]
        pub note: Option<String>,
    }
}

wire! {
    #[derive(Default)]
    #[serde(deny_unknown_fields)]
    pub struct ResumeParams {
        /// Ends the hold of this reason alone; every hold when absent.
        #[serde(default)]
        #[ts(optional)]
        pub reason: Option<HoldReason>,
    }
}

wire! {
    /// What holds everything now; nothing does when it is empty.
    pub struct Holds { pub ok: bool, pub holds: Vec<Hold> }
}
