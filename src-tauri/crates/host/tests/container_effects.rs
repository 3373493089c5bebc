//! What `escape_effects` tries, out of real containers: looked at from outside, each with its control.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // Functions shared by tests are tests too.
#![cfg(target_os = "linux")]

#[path = "support/contained.rs"]
mod contained;
#[path = "support/dockerd.rs"]
mod dockerd;
mod support;

use support::place::Place;
use support::traces::{nothing_is_carried_off, nothing_outside_is_changed};

/// Whether the image has what the scripts call: one that fails for want of a program would prove nothing.
const TOOLS: &str =
    "for tool in cat cp grep ln mkdir mv rm rmdir tar touch; do command -v $tool || exit 1; done";

/// A sandbox of containers, and the places it is for the scripts.
async fn place() -> Option<(contained::Place, [Place; 2])> {
    let place = contained::place().await?;
    place.allowed(&place.ground.spec(), TOOLS).await;
    let containers = place.places();
    Some((place, containers))
}

#[tokio::test]
async fn what_lies_outside_the_job_is_not_carried_off() {
    let Some((place, containers)) = place().await else { return };
    nothing_is_carried_off(&containers, &place.ground).await;
    place.no_container_is_left().await;
}

#[tokio::test]
async fn nothing_outside_the_job_is_written_removed_or_ended() {
    let Some((place, containers)) = place().await else { return };
    nothing_outside_is_changed(&containers, &place.ground).await;
    place.no_container_is_left().await;
}
