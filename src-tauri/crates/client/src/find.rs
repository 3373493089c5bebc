//! Finding the running server: its record in the data folder, its token in the file the record names.

use crate::Client;
use host::server_record::{self, ServerRecord};
use protocol::{ApiError, ErrorCode};
use std::path::Path;

/// A live server.
pub struct Found {
    pub client: Client,
    pub record: ServerRecord,
}

/// The server of a data folder; none when nothing runs there.
pub fn find(data: &Path) -> Result<Option<Found>, ApiError> {
    let record = match server_record::read_server(data) {
        Ok(server_record::Found::Live(record)) => record,
        Ok(server_record::Found::Stale(_) | server_record::Found::Nothing) => return Ok(None),
        Err(error) => return Err(ApiError::new(ErrorCode::Unavailable, error.to_string())),
    };
    let token = host::token_file::read_secret(&record.token_file)
        .map_err(|e| ApiError::new(ErrorCode::Unauthenticated, e.to_string()))?;
    Ok(Some(Found { client: Client::new(record.url.clone(), token)?, record }))
}
