//! flow
pub mod budget;
pub mod intent;
pub mod light;
pub mod merge;
pub mod plan;
pub mod policy;
pub mod pool;
pub mod scope;
pub mod with;
