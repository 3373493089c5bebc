//! The name of a git object. Holding one means the text is forty lower-case hex digits, so it can stand
//! on a command line or in a file of git's without being mistaken for an option or a path.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{RepoError, Result};

#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ObjectId(String);

/// The tree without entries; git knows it without having it stored.
pub const EMPTY_TREE: &str = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";
pub(crate) const ZERO: &str = "0000000000000000000000000000000000000000";

impl ObjectId {
    pub fn parse(text: &str) -> Result<Self> {
        let hex = text.len() == 40 && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
        if hex && text != ZERO {
            return Ok(Self(text.to_owned()));
        }
        let shown: String = text.chars().take(60).collect();
        Err(RepoError::BadRef { name: shown, reason: "not a full object id".into() })
    }

    pub fn empty_tree() -> Self {
        Self(EMPTY_TREE.to_owned())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn short(&self) -> &str {
        &self.0[..10]
    }

    pub(crate) fn raw(&self) -> Result<git2::Oid> {
        Ok(git2::Oid::from_str(&self.0)?)
    }
}

impl From<git2::Oid> for ObjectId {
    fn from(oid: git2::Oid) -> Self {
        Self(oid.to_string())
    }
}

impl TryFrom<String> for ObjectId {
    type Error = RepoError;
    fn try_from(text: String) -> Result<Self> {
        Self::parse(&text)
    }
}

impl From<ObjectId> for String {
    fn from(id: ObjectId) -> Self {
        id.0
    }
}

impl fmt::Display for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ObjectId({})", self.short())
    }
}
