//! Keys of the window's updates.

use super::super::value::Shape;
use super::{Key, Reader, Repository};

/// From the steady one to the early one.
const CHANNELS: &[&str] = &["stable", "canary"];

pub(super) const KEYS: &[Key] = &[
    key!(
        "update.enabled",
        Shape::Flag,
        None,
        Window,
        "Whether the window looks for a newer version by itself. Unset: when it has an endpoint and a public key."
    ),
    key!(
        "update.channel",
        Shape::Word(CHANNELS),
        Some("stable"),
        Window,
        "Which versions are offered; `stable` leaves out those that are marked as early ones."
    ),
    key!(
        "update.endpoint",
        Shape::Url,
        None,
        Window,
        "Where the window asks for a newer version: an https address, in which `{{channel}}`, `{{target}}`, `{{arch}}`, `{{current_version}}` and `{{bundle_type}}` are filled in. Unset: the one the package was built with, if any."
    ),
    key!(
        "update.publicKey",
        Shape::Text,
        None,
        Window,
        "The key that signs updates, as `tauri signer generate` writes its public half. Unset: the one the package was built with, if any."
    ),
];
