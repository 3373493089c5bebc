//! Intents of the deterministic lane: what fixed code can do without a model.

/// One thing the deterministic lane understood.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize, schemars::JsonSchema, ts_rs::TS)]
#[serde(rename_all = "camelCase", tag = "kind")]
pub enum Intent {
    Status,
}
