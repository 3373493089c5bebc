//! Where a value comes from.

use std::fmt;

use crate::HostError;

/// The layers, weakest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Layer {
    BuiltIn,
    User,
    Profile,
    /// Chosen in Settings and kept in the database: models, what is notified of, what works on tasks.
    Saved,
    Repository,
    Local,
    Environment,
    Flag,
}

/// A layer and the place in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    pub layer: Layer,
    /// File, variable or flag; empty for built-in and saved values.
    pub place: String,
    /// Line in a file, counted from 1.
    pub line: Option<usize>,
}

impl Origin {
    pub(super) fn built_in() -> Self {
        Self { layer: Layer::BuiltIn, place: String::new(), line: None }
    }

    pub(super) fn saved() -> Self {
        Self { layer: Layer::Saved, place: String::new(), line: None }
    }

    /// An error about what stands there.
    pub(super) fn refuse(&self, key: &str, cause: String) -> HostError {
        let file = match self.layer {
            Layer::Environment | Layer::Flag | Layer::BuiltIn | Layer::Saved => self.to_string(),
            Layer::User | Layer::Profile | Layer::Repository | Layer::Local => self.place.clone(),
        };
        HostError::ConfigValue { file, line: self.line, key: key.to_owned(), cause }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let layer = match self.layer {
            Layer::BuiltIn => return f.write_str("built-in"),
            Layer::User => "user",
            Layer::Profile => "profile",
            Layer::Saved => return f.write_str("user, saved in Settings"),
            Layer::Repository => "repository",
            Layer::Local => "local",
            Layer::Environment => "environment",
            Layer::Flag => "flag",
        };
        write!(f, "{layer} {}", self.place)?;
        self.line.map_or(Ok(()), |line| write!(f, ":{line}"))
    }
}
