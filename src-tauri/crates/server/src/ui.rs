//! The embedded interface: the files of `ui/dist`, or a plain page when it was built without them.

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use rust_embed::RustEmbed;

#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/../../../ui/dist"]
#[allow_missing = true]
struct Files;

/// Scripts and styles of our own origin only; no remote image, font or frame.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self'; \
    connect-src 'self'; manifest-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const PLAIN: &str = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Pilothouse</title>\
    <body><h1>Pilothouse</h1><p>The server runs. This build carries no interface: run <code>npm start</code>, or use the command line.</p></body></html>";

/// Whether `path` names a file of the interface.
pub(crate) fn is_file(path: &str) -> bool {
    let name = path.trim_start_matches('/');
    !name.is_empty() && Files::get(name).is_some()
}

/// The file at `path`, or the page that routes by itself.
pub(crate) fn serve(path: &str) -> Response {
    let name = path.trim_start_matches('/');
    let (name, file) = match Files::get(name).filter(|_| !name.is_empty()) {
        Some(file) => (name, Some(file)),
        // A page of an older build asks for files that are gone: a page in place of a script would only confuse it.
        None if name.starts_with("assets/") => return StatusCode::NOT_FOUND.into_response(),
        None => ("index.html", Files::get("index.html")),
    };
    let (kind, body) = match file {
        Some(file) => (file.metadata.mimetype().to_owned(), Body::from(file.data)),
        None => ("text/html".to_owned(), Body::from(PLAIN)),
    };
    let mut response = (StatusCode::OK, body).into_response();
    let headers = response.headers_mut();
    // Built files carry a digest in their name and never change.
    let cache = if name.starts_with("assets/") { "public, max-age=31536000, immutable" } else { "no-cache" };
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_str(&kind).unwrap_or(HeaderValue::from_static("application/octet-stream")),
    );
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    response
}
