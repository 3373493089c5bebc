//! Budgets: how much the crew may use, and where it stands.

use crate::wire;

wire! {
    /// What a budget is for: one job, everything of one day, or one workspace's part of a day.
    #[derive(PartialOrd, Ord)]
    pub enum BudgetScope { Job, Day, Workspace }
}

wire! {
    #[derive(PartialOrd, Ord)]
    pub enum Measure {
        /// Input and output of models together.
        Tokens,
        /// Milliseconds that workers spent.
        WorkMs,
        /// Millionths of the unit that the prices are given in.
        MoneyMicros,
    }
}

wire! {
    /// One budget and what is used of it.
    pub struct BudgetStanding { pub scope: BudgetScope, pub measure: Measure, pub used: u64, pub limit: u64 }
}

wire! {
    /// Asks for the day, and for one workspace's or one job's part of it.
    #[derive(Default)]
    #[serde(deny_unknown_fields)]
    pub struct BudgetParams {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub workspace_id: Option<crate::WorkspaceId>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub job_id: Option<crate::JobId>,
    }
}

wire! {
    /// What was used, with or without a limit.
    #[derive(Default, Copy)]
    pub struct Spent {
        pub input_tokens: u64,
        pub output_tokens: u64,
        pub work_ms: u64,
        /// Of calls with a price.
        pub money_micros: u64,
        pub calls: u64,
        /// Calls of models without a price; what they cost is not known.
        pub unpriced_calls: u64,
        /// Calls whose answers said nothing of their usage; their tokens are reckoned from lengths.
        pub estimated_calls: u64,
    }
}

impl Spent {
    pub fn tokens(&self) -> u64 {
        self.input_tokens.saturating_add(self.output_tokens)
    }
}

wire! {
    /// Part of a day that one role's model had.
    pub struct SpentByModel { pub role: String, pub model: String, pub spent: Spent }
}

wire! {
    pub struct BudgetReport {
        /// Beginning of the day, RFC 3339.
        pub day_began: String,
        pub day: Spent,
        /// The workspace's part of the day, when one was asked for.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub workspace: Option<Spent>,
        /// The whole job, on whatever days, when one was asked for.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub job: Option<Spent>,
        /// Of everything asked for, where there is a limit.
        pub standings: Vec<BudgetStanding>,
        pub models: Vec<SpentByModel>,
        /// Whether jobs go on by themselves once what they wait for is over.
        pub auto_resume: bool,
    }
}
