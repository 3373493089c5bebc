//! A job's conversation with its model, kept so that another attempt can go on with it.
//!
//! The server keeps it as pieces of text and does not look into them beyond taking known keys out.

use crate::{JobId, wire};

/// Most bytes of one piece.
pub const PIECE_BYTES: usize = 512 * 1024;
/// Most bytes of one job's pieces together.
pub const MEMORY_BYTES: usize = 8 * 1024 * 1024;
/// Most pieces of one job.
pub const PIECES: u64 = 4_096;

wire! {
    /// Replaces a job's pieces from one place on.
    #[serde(deny_unknown_fields)]
    pub struct RememberJob {
        pub id: JobId,
        pub claim_token: String,
        /// What was there from this place on goes; at most one after the last piece.
        pub from: u64,
        pub pieces: Vec<String>,
    }
}

wire! {
    #[serde(deny_unknown_fields)]
    pub struct RecallJob { pub id: JobId, pub claim_token: String }
}

wire! {
    /// All pieces, in order; none when nothing was kept.
    pub struct JobMemory { pub ok: bool, pub pieces: Vec<String> }
}
