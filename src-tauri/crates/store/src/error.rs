//! What can go wrong with the store, and the code each cause has on the wire.

use protocol::{ApiError, ErrorCode};

#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A refusal by the rules of a queue, an approval or an id.
    #[error(transparent)]
    Refused(#[from] ApiError),
    #[error("the database was written by a newer version (schema {found}, this program knows {known})")]
    Newer { found: i64, known: i64 },
    #[error("the disk is full; nothing acknowledged was lost")]
    Full,
    #[error("the store is closed")]
    Closed,
    #[error("the database could not be used: {0}")]
    Sqlite(rusqlite::Error),
    #[error("a stored value cannot be read: {0}")]
    Json(#[from] serde_json::Error),
    #[error("the writer thread could not be started: {0}")]
    Thread(std::io::Error),
}

impl From<rusqlite::Error> for StoreError {
    fn from(e: rusqlite::Error) -> Self {
        match e.sqlite_error_code() {
            Some(rusqlite::ErrorCode::DiskFull) => StoreError::Full,
            _ => StoreError::Sqlite(e),
        }
    }
}

impl From<StoreError> for ApiError {
    fn from(e: StoreError) -> Self {
        match e {
            StoreError::Refused(api) => api,
            StoreError::Full => ApiError::new(
                ErrorCode::StorageFull,
                "The disk is full. Free some space and try again; nothing acknowledged was lost.",
            ),
            StoreError::Closed => ApiError::new(ErrorCode::Unavailable, "The server is shutting down."),
            other => {
                tracing::error!(error = %other, "store");
                ApiError::new(
                    ErrorCode::Internal,
                    "The database could not be used. `pilothouse doctor` looks for the cause.",
                )
            }
        }
    }
}
