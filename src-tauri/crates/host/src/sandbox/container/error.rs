//! What can go wrong with an engine that was found.

use bollard::errors::Error;

use crate::HostError;

/// Each says what was wanted; `code()` of the [`HostError`] it becomes is stable.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// It answered before and does not now: whatever ran in it may run again elsewhere.
    #[error("the container engine stopped answering while it was asked to {wanted}: {cause}")]
    Gone { wanted: &'static str, cause: String },
    #[error("the container engine refused to {wanted}: {cause}")]
    Refused { wanted: &'static str, status: u16, cause: String },
    #[error("image {reference} is not here{}", .cause.as_ref().map(|c| format!(" and could not be pulled: {c}")).unwrap_or_default())]
    ImageMissing { reference: String, cause: Option<String> },
    #[error("the image {reference} could not be built: {cause}")]
    Build { reference: String, cause: String },
    #[error("{path}, which runs inside containers, {cause}")]
    Inside { path: String, cause: String },
    #[error("{0}")]
    Spec(String),
}

impl EngineError {
    pub(super) fn of(wanted: &'static str) -> impl FnOnce(Error) -> Self {
        move |error| match error {
            Error::DockerResponseServerError { status_code, message } => {
                Self::Refused { wanted, status: status_code, cause: message }
            }
            Error::DockerStreamError { error } => Self::Refused { wanted, status: 500, cause: error },
            other => Self::Gone { wanted, cause: chain(&other) },
        }
    }

    /// Nothing of this name is there (any more).
    pub(super) fn is_absent(&self) -> bool {
        matches!(self, Self::Refused { status: 404, .. })
    }
}

/// The reasons below an error, which clients of HTTP like to hide.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut below = error.source();
    while let Some(cause) = below {
        let cause_text = cause.to_string();
        if !text.contains(&cause_text) {
            text = format!("{text}: {cause_text}");
        }
        below = cause.source();
    }
    text
}

impl From<EngineError> for HostError {
    fn from(error: EngineError) -> Self {
        match error {
            EngineError::Gone { .. } => Self::EngineGone { cause: error.to_string() },
            EngineError::Spec(cause) => Self::Sandbox { cause },
            other => Self::Sandbox { cause: other.to_string() },
        }
    }
}
