//! Turning stored columns into wire values.

use crate::StoreError;
use protocol::{ApiError, ErrorCode};
use rusqlite::Row;
use serde::de::DeserializeOwned;

/// Milliseconds to RFC 3339.
pub(crate) fn iso(row: &Row<'_>, column: &str) -> Result<String, StoreError> {
    Ok(host::clock::iso(row.get(column)?))
}

pub(crate) fn iso_opt(row: &Row<'_>, column: &str) -> Result<Option<String>, StoreError> {
    Ok(row.get::<_, Option<i64>>(column)?.map(host::clock::iso))
}

/// A stored word or id as its type; a value this binary does not know is corruption, never a guess.
pub(crate) fn word<T: DeserializeOwned>(row: &Row<'_>, column: &str) -> Result<T, StoreError> {
    let text: String = row.get(column)?;
    Ok(serde_json::from_value(serde_json::Value::String(text))?)
}

pub(crate) fn word_opt<T: DeserializeOwned>(row: &Row<'_>, column: &str) -> Result<Option<T>, StoreError> {
    let text: Option<String> = row.get(column)?;
    text.map(|t| Ok(serde_json::from_value(serde_json::Value::String(t))?)).transpose()
}

pub(crate) fn json<T: DeserializeOwned>(row: &Row<'_>, column: &str) -> Result<T, StoreError> {
    let text: String = row.get(column)?;
    Ok(serde_json::from_str(&text)?)
}

pub(crate) fn json_opt<T: DeserializeOwned>(row: &Row<'_>, column: &str) -> Result<Option<T>, StoreError> {
    let text: Option<String> = row.get(column)?;
    text.map(|t| Ok(serde_json::from_str(&t)?)).transpose()
}

pub(crate) fn unsigned(row: &Row<'_>, column: &str) -> Result<u64, StoreError> {
    Ok(row.get::<_, i64>(column)?.max(0) as u64)
}

pub(crate) fn unsigned_opt(row: &Row<'_>, column: &str) -> Result<Option<u64>, StoreError> {
    Ok(row.get::<_, Option<i64>>(column)?.map(|n| n.max(0) as u64))
}

/// A list's `status` filter: `all` or none for every row.
pub(crate) fn status_filter<T>(
    status: Option<&str>,
    parse: impl Fn(&str) -> Option<T>,
) -> Result<Option<T>, StoreError> {
    match status {
        None | Some("all") => Ok(None),
        Some(word) => parse(word).map(Some).ok_or_else(|| {
            StoreError::Refused(ApiError::new(ErrorCode::BadRequest, "Invalid status filter"))
        }),
    }
}

/// Rows of a list: 1 to 500, 200 when absent.
pub(crate) fn limit(limit: Option<u64>, default: u64) -> Result<i64, StoreError> {
    match limit.unwrap_or(default) {
        n @ 1..=500 => Ok(n as i64),
        _ => Err(StoreError::Refused(ApiError::bad("limit is 1 to 500"))),
    }
}
