//! Where a value comes from.

use std::fmt;

/// The layers, weakest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Layer {
    BuiltIn,
    User,
    Profile,
    Repository,
    Local,
    Environment,
    Flag,
}

/// A layer and the place in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    pub layer: Layer,
    /// File, variable or flag; empty for built-in values.
    pub place: String,
    /// Line in a file, counted from 1.
    pub line: Option<usize>,
}

impl Origin {
    pub(super) fn built_in() -> Self {
        Self { layer: Layer::BuiltIn, place: String::new(), line: None }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let layer = match self.layer {
            Layer::BuiltIn => return f.write_str("built-in"),
            Layer::User => "user",
            Layer::Profile => "profile",
            Layer::Repository => "repository",
            Layer::Local => "local",
            Layer::Environment => "environment",
            Layer::Flag => "flag",
        };
        write!(f, "{layer} {}", self.place)?;
        self.line.map_or(Ok(()), |line| write!(f, ":{line}"))
    }
}
