//! Where a confined program may connect to: how a target is read, which addresses are never reached, and the
//! package registries a user can tick by name. Whether a host that nobody listed may be reached is policy's question;
//! connecting is the proxy's work.

mod address;
mod pattern;
mod presets;
mod target;

pub use address::{is_private, is_tailnet, never_reached, one_place};
pub use pattern::pattern_problem;
pub use presets::{PRESETS, Preset, hosts_of, is_preset};
pub use target::{BadTarget, Target};

#[cfg(test)]
mod tests;
