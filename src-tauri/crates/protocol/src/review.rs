//! What a model thinks of a finished change: advice for people, and never proof of anything.
//!
//! Nothing here takes part in whether a job is verified, whether it may land, or what its checks are.

use crate::wire;

/// Longest sentence of a reviewer that is kept, in characters.
pub const WHY_CHARS: usize = 400;
/// Longest place that is kept.
pub const PLACE_CHARS: usize = 300;

wire! {
    /// What a reviewer is asked about a change, in this order.
    pub enum ReviewQuestion {
        /// Whether it does what was asked.
        Asked,
        /// Whether it does only that.
        Only,
        /// Whether its tests mean anything.
        Tests,
        /// Whether nothing in it is risky or surprising.
        Safe,
    }
}

wire! {
    pub enum ReviewVerdict { Good, Concerns, Bad }
}

wire! {
    /// One answer.
    pub struct ReviewMark {
        pub question: ReviewQuestion,
        /// From 0 (no) to 3 (yes).
        pub score: u8,
        /// One sentence, plain text.
        pub why: String,
        /// `file:line` in the change; absent when it named none that is there.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub place: Option<String>,
    }
}

wire! {
    /// A model's opinion of a change, or why there is none.
    pub struct Review {
        /// The model that was asked.
        pub model: String,
        /// Absent when there is no opinion: see `problem`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub verdict: Option<ReviewVerdict>,
        /// One for each question, in their order; empty without a verdict.
        #[serde(default)]
        pub marks: Vec<ReviewMark>,
        /// Why there is no opinion, a sentence.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub problem: Option<String>,
        /// It saw only the ends of a long change.
        #[serde(default)]
        pub cut: bool,
        /// What an earlier opinion led to, a sentence.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub led_to: Option<String>,
    }
}
