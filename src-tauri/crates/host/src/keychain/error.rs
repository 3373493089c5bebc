//! Why a key cannot be kept, read or forgotten. No text here holds any part of one.

use std::path::PathBuf;

use crate::HostError;

/// `code()` is stable; the text says cause and next step.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeychainError {
    #[error(
        "The keychain of this system is locked, and its dialog was not answered. Unlock it, or sign in to a desktop session, then try again."
    )]
    Locked,

    #[error(
        "The keychain of this system does not answer; it may be waiting at a dialog of its own. Answer that, then try again."
    )]
    NoAnswer,

    #[error("There is no keychain here now: {why}. Start Pilothouse where it was when the key was saved.")]
    None { why: String },

    #[error("The keychain of this system refused: {why}.")]
    Failed { why: String },

    #[error(
        "{path} is encrypted, and no key for it is given. Start Pilothouse with PILOTHOUSE_SECRETS_KEY or secrets.keyFile."
    )]
    KeyMissing { path: PathBuf },

    /// An authenticated cipher cannot tell a wrong key from a changed file.
    #[error(
        "{path} does not open with the key that is given for it: it was made with another one, or changed since. Start Pilothouse with the right key, or move the file away and save the keys again."
    )]
    WrongKey { path: PathBuf },

    #[error("{path} is damaged: {why}. Put a copy of it back, or move it away and save the keys again.")]
    Damaged { path: PathBuf, why: &'static str },

    #[error("{why}")]
    Unusable { why: String },

    #[error(transparent)]
    File(#[from] HostError),
}

impl KeychainError {
    /// A short, stable name of the failure that programs may match on.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Locked => "keychain.locked",
            Self::NoAnswer => "keychain.no_answer",
            Self::None { .. } => "keychain.none",
            Self::Failed { .. } => "keychain.failed",
            Self::KeyMissing { .. } => "keychain.key_missing",
            Self::WrongKey { .. } => "keychain.wrong_key",
            Self::Damaged { .. } => "keychain.damaged",
            Self::Unusable { .. } => "keychain.unusable",
            Self::File(error) => error.code(),
        }
    }
}
