//! Stand-ins for tests: nothing here ships in the product, and nothing here is what it plays.

pub mod model_server;
#[allow(clippy::expect_used, clippy::panic, reason = "a stand-in that cannot be set up fails its test")]
pub mod world;
