//! Digests of what is stored or approved.

use sha2::{Digest, Sha256};

/// SHA-256 of a text, hex. Tokens are stored as this, never as themselves.
pub(crate) fn text(text: &str) -> String {
    Sha256::digest(text).iter().map(|b| format!("{b:02x}")).collect()
}

/// SHA-256 of a canonical JSON value; serde_json keeps keys sorted.
pub(crate) fn json(value: &serde_json::Value) -> String {
    text(&value.to_string())
}
