//! Why an update did not come about: a code that stays the same over releases, and a sentence.

use serde::Serialize;
use tauri_plugin_updater::Error;

/// Shown to the person; the page has words of its own for the codes it knows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Failure {
    pub code: &'static str,
    /// The cause and the next step.
    pub text: String,
}

impl Failure {
    pub fn new(code: &'static str, text: impl Into<String>) -> Self {
        Self { code, text: text.into() }
    }

    /// Nobody configured where updates come from, or which key signs them.
    pub fn off() -> Self {
        Self::new("update.off", "No update server is configured. Set update.endpoint and update.publicKey.")
    }

    /// A wish that does not fit what is going on.
    pub fn not_now() -> Self {
        Self::new("update.not_now", "That is not possible at the moment.")
    }
}

/// What the updater itself found wrong with an announcement, a package or its installation.
impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let code = match &error {
            Error::Serialization(_) | Error::Semver(_) | Error::UrlParse(_) => "update.garbled",
            Error::TargetNotFound(_)
            | Error::TargetsNotFound(_)
            | Error::UnsupportedArch
            | Error::UnsupportedOs => "update.no_build",
            Error::Minisign(_) | Error::Base64(_) | Error::SignatureUtf8(_) => "update.signature",
            Error::SignedVersionMismatch { .. } | Error::MissingSignedVersion => "update.signed_version",
            Error::InsecureTransportProtocol => "update.insecure",
            Error::InvalidUpdaterFormat | Error::BinaryNotFoundInArchive => "update.not_a_package",
            Error::AuthenticationFailed | Error::PackageInstallFailed | Error::DebInstallFailed => {
                "update.not_allowed"
            }
            Error::Io(cause) if cause.kind() == std::io::ErrorKind::PermissionDenied => "update.cannot_write",
            _ => "update.not_installed",
        };
        let text = match code {
            "update.garbled" => format!("The update server's answer cannot be read: {error}"),
            "update.no_build" => "The update server has no package for this system.".to_owned(),
            "update.signature" => format!("The package is not signed with the configured key: {error}"),
            _ => error.to_string(),
        };
        Self { code, text }
    }
}

/// A file of ours could not be written or read.
pub fn disk(error: &std::io::Error) -> Failure {
    Failure::new("update.disk", format!("The download cannot be kept: {error}"))
}
