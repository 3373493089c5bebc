//! Identifiers. Each is a string on the wire; the newtypes keep them from being mixed up.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Why a string is not an id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("an id is 1 to 64 characters of A-Z a-z 0-9 . _ - and is not . or ..")]
pub struct BadId;

/// Whether `text` matches `[A-Za-z0-9._-]{1,64}` and cannot be read as a path step.
pub fn is_id(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-'))
        && text != "."
        && text != ".."
}

macro_rules! ids {
    ($($(#[$meta:meta])* $name:ident),* $(,)?) => {$(
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, JsonSchema, TS)]
        #[serde(transparent)]
        pub struct $name(String);
        impl $name {
            /// Accepts a well-formed id.
            pub fn parse(text: impl Into<String>) -> Result<Self, BadId> {
                let text = text.into();
                if is_id(&text) { Ok(Self(text)) } else { Err(BadId) }
            }
            pub fn as_str(&self) -> &str { &self.0 }
        }
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { f.write_str(&self.0) }
        }
        impl AsRef<str> for $name { fn as_ref(&self) -> &str { &self.0 } }
        impl From<$name> for String { fn from(id: $name) -> String { id.0 } }
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                let text = String::deserialize(d)?;
                Self::parse(text).map_err(serde::de::Error::custom)
            }
        }
    )*};
}

ids! {
    /// A registered repository, a slug of its folder name.
    WorkspaceId,
    /// A conversation; the default of the first workspace is `dev`.
    SessionId,
    /// Something the user asked, waiting for RemoteBuddy.
    RequestId,
    /// A scoped unit of work for a worker.
    JobId,
    /// A worker's finished commit, waiting to land.
    CompletionId,
    /// A completion's place in the merge queue.
    EntryId,
    /// One durable question to a person.
    ApprovalId,
    /// One publication: a push, maybe with a pull request.
    PublishId,
    /// A worker process.
    WorkerId,
    /// A paired device or browser.
    DeviceId,
    /// A program on the server's machine that people type into.
    TerminalId,
}

/// Global position of an event: strictly increasing, gaps inside one session are normal.
pub type Cursor = i64;

/// `FooBar` to `foo_bar`, at compile time; the length of the word comes second.
pub const fn snake_bytes(word: &str) -> ([u8; 64], usize) {
    let bytes = word.as_bytes();
    let (mut out, mut len, mut i) = ([0u8; 64], 0, 0);
    while i < bytes.len() {
        let b = bytes[i];
        if b.is_ascii_uppercase() {
            if i > 0 {
                out[len] = b'_';
                len += 1;
            }
            out[len] = b.to_ascii_lowercase();
        } else {
            out[len] = b;
        }
        len += 1;
        i += 1;
    }
    (out, len)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_that_could_be_a_path_is_refused() {
        for bad in ["", ".", "..", "a/b", "a\\b", "a b", "ä", "a\0", &"x".repeat(65)] {
            assert_eq!(SessionId::parse(bad), Err(BadId), "{bad:?}");
        }
        assert!(SessionId::parse("dev-tern_2.0").is_ok());
    }
}
