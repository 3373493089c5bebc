//! flow
pub mod budget;
pub mod checks;
pub mod forecast;
pub mod history;
pub mod intent;
pub mod light;
pub mod main_line;
pub mod merge;
pub mod plan;
pub mod policy;
pub mod pool;
pub mod publish;
pub mod returned;
pub mod roles;
pub mod scope;
pub mod telling;
pub mod with;
