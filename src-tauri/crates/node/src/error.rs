//! What keeps a machine from being a node.

use host::HostError;
use protocol::ApiError;
use std::path::PathBuf;

#[derive(Debug, thiserror::Error)]
pub enum NodeError {
    #[error("This machine belongs to no server yet. `pilothouse node pair LINK` pairs it.")]
    NotPaired,
    #[error("This machine belongs to {0} already. `pilothouse node leave` ends that first.")]
    Paired(String),
    #[error(
        "This is no link of a pairing. It looks like https://HOST/pair#p=1&s=…&n=…, and `pilothouse pair --role node` there shows one."
    )]
    Link,
    #[error("{path} cannot be read: {cause}")]
    Unreadable { path: PathBuf, cause: String },
    #[error("No key can be made: {0}")]
    Key(String),
    #[error(transparent)]
    Host(#[from] HostError),
    /// What the server says; nothing is tried again after it.
    #[error("{}", .0.message)]
    Hub(ApiError),
}

impl NodeError {
    /// Stable over releases.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotPaired => "node.not_paired",
            Self::Paired(_) => "node.paired",
            Self::Link => "node.link",
            Self::Unreadable { .. } => "node.unreadable",
            Self::Key(_) => "node.key",
            Self::Host(error) => error.code(),
            Self::Hub(error) => error.code.as_str(),
        }
    }
}
