//! Stand-ins for tests: nothing here ships in the product, and nothing here is what it plays.

pub mod model_server;
