//! What is cheap comes first, so that a change that cannot land is told so soon.

use protocol::check::Check;

/// The lower, the sooner. Only the group counts, which somebody wrote down; a check may need what the one before it
/// made, and nobody knows that from its name.
pub(super) fn cost(check: &Check) -> u8 {
    match check.group.as_deref().map(str::to_lowercase).as_deref() {
        Some("format" | "fmt" | "style") => 0,
        Some("lint") => 1,
        Some("types" | "typecheck" | "build") => 2,
        Some("integration" | "e2e" | "browser" | "slow") => 4,
        _ => 3,
    }
}
