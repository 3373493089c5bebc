//! An error on its way out: status, code, message and, for the oldest clients, `ok: false`.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use protocol::{ApiError, ErrorCode};

/// Any handler's failure.
#[derive(Debug)]
pub(crate) struct Refusal(pub ApiError);

/// Stands beside a refusal on its way out, for who dresses it otherwise.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Refused(pub ErrorCode);

impl From<ApiError> for Refusal {
    fn from(e: ApiError) -> Self {
        Self(e)
    }
}

impl Refusal {
    pub(crate) fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self(ApiError::new(code, message))
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let status =
            StatusCode::from_u16(self.0.code.http_status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut body = serde_json::to_value(&self.0).unwrap_or_default();
        if let Some(body) = body.as_object_mut() {
            body.insert("ok".into(), false.into());
        }
        let mut response = (status, Json(body)).into_response();
        response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        response.extensions_mut().insert(Refused(self.0.code));
        response
    }
}
