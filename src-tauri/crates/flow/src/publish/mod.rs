//! What a publication decides without touching anything: names, addresses, which branch, what git and the forge said.
//!
//! Nothing here runs git, sends a request or knows a token.

pub mod branch;
pub mod checks;
pub mod forge;
pub mod head;
pub mod host;
pub mod pull_request;
pub mod push_answer;
pub mod remote;
pub mod wording;
