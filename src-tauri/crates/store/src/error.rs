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
    /// The disk, or the commit everybody of a batch shared, failed for another reason than its size.
    #[error("the database could not be read or written: {0}")]
    Unwritten(String),
    #[error("a piece of work panicked; it was rolled back")]
    Panicked,
    #[error("the store is closed")]
    Closed,
    #[error("the database could not be used: {0}")]
    Sqlite(rusqlite::Error),
    #[error("a stored value cannot be read: {0}")]
    Json(#[from] serde_json::Error),
    #[error("the writer thread could not be started: {0}")]
    Thread(std::io::Error),
}

impl StoreError {
    /// Whether the storage failed, and not the work: then nothing else of its batch can be kept either.
    pub(crate) fn is_of_storage(&self) -> bool {
        match self {
            StoreError::Full | StoreError::Unwritten(_) => true,
            StoreError::Refused(api) => api.code == ErrorCode::StorageFull,
            _ => false,
        }
    }

    /// What everybody is told whose work was in the commit that failed with this.
    pub(crate) fn for_the_batch(&self) -> StoreError {
        match self {
            StoreError::Full => StoreError::Full,
            StoreError::Refused(api) if api.code == ErrorCode::StorageFull => StoreError::Full,
            StoreError::Unwritten(cause) => StoreError::Unwritten(cause.clone()),
            StoreError::Sqlite(cause) => StoreError::Unwritten(cause.to_string()),
            other => StoreError::Unwritten(other.to_string()),
        }
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(e: rusqlite::Error) -> Self {
        use rusqlite::ffi;
        let extended = e.sqlite_error().map_or(0, |e| e.extended_code);
        match e.sqlite_error_code() {
            Some(rusqlite::ErrorCode::DiskFull) => StoreError::Full,
            // The index of the write-ahead log is a file too; making it longer fails in no other way.
            Some(rusqlite::ErrorCode::SystemIoFailure) if extended == ffi::SQLITE_IOERR_SHMSIZE => {
                StoreError::Full
            }
            Some(rusqlite::ErrorCode::SystemIoFailure) => StoreError::Unwritten(e.to_string()),
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
            StoreError::Unwritten(cause) => ApiError::new(
                ErrorCode::StorageFailed,
                format!(
                    "The database could not be read or written: {cause}. Nothing of this call was kept, nothing \
                     acknowledged was lost. Try again; if it stays, `pilothouse doctor` looks for the cause."
                ),
            ),
            StoreError::Panicked => ApiError::new(
                ErrorCode::Internal,
                "A fault in the server stopped this call. Nothing of it was kept; the server's log names the place.",
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
