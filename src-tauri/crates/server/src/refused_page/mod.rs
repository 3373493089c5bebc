//! A refusal as a person sees it who opened an address in a browser: what is the matter, and what to do.
//!
//! Programs go on getting the error as JSON; only a page that is opened is answered with one. It stands for itself: no
//! script, nothing loaded, nothing of the request repeated, and nothing that only the owner should know. It knows codes
//! and words, not why a code was given.

mod language;
mod look;
mod words;

use crate::refusal::Refused;
use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, Method, header};
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use language::Language;
use sha2::{Digest as _, Sha256};
use std::sync::LazyLock;

/// The style is named by its digest; everything else is forbidden.
static POLICY: LazyLock<HeaderValue> = LazyLock::new(|| {
    let digest = STANDARD.encode(Sha256::digest(look::STYLE));
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    );
    HeaderValue::from_str(&policy).unwrap_or(HeaderValue::from_static("default-src 'none'"))
});

/// The language of whoever opens a page; none for a program's request.
pub(crate) fn reader(request: &Request) -> Option<Language> {
    let headers = request.headers();
    let looks = matches!(*request.method(), Method::GET | Method::HEAD);
    let opened = is(headers, header::ACCEPT, |accept| accept.contains("text/html"))
        && !headers.contains_key(header::AUTHORIZATION)
        && !headers.contains_key(header::UPGRADE)
        // Browsers say what they want it for; a script's `fetch` is no page.
        && (!headers.contains_key("sec-fetch-dest") || is(headers, "sec-fetch-dest", |dest| dest == "document"));
    (looks && opened).then(|| language::of(headers))
}

fn is(headers: &HeaderMap, name: impl header::AsHeaderName, what: impl Fn(&str) -> bool) -> bool {
    headers.get(name).and_then(|value| value.to_str().ok()).is_some_and(what)
}

/// The same answer as a page, where it is a refusal and somebody reads it.
pub(crate) fn shown(mut response: Response, reader: Option<Language>) -> Response {
    let (Some(language), Some(Refused(code))) = (reader, response.extensions().get().copied()) else {
        return response;
    };
    let page = look::page(language, code);
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CONTENT_LANGUAGE, language.tag()),
        (header::CACHE_CONTROL, "no-store"),
        (header::VARY, "accept, accept-language"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.insert(header::CONTENT_SECURITY_POLICY, POLICY.clone());
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(page.len()));
    *response.body_mut() = Body::from(page);
    response
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::refusal::Refusal;
    use axum::response::IntoResponse;
    use protocol::ErrorCode;

    fn request(method: &str, pairs: &[(&'static str, &str)]) -> Request {
        let built = Request::builder().method(method).uri("/");
        let built = pairs.iter().fold(built, |built, (name, value)| built.header(*name, *value));
        built.body(Body::empty()).unwrap()
    }

    #[test]
    fn a_page_that_is_opened_has_a_reader_and_a_program_has_none() {
        let page = ("accept", "text/html,application/xhtml+xml,*/*;q=0.8");
        assert_eq!(reader(&request("GET", &[page])), Some(Language::English));
        let german = ("accept-language", "de-AT,de;q=0.9,en;q=0.5");
        assert_eq!(reader(&request("GET", &[page, german])), Some(Language::German));
        assert!(reader(&request("GET", &[page, ("sec-fetch-dest", "document")])).is_some());
        for (method, more) in [
            ("POST", page),
            ("GET", ("sec-fetch-dest", "empty")),
            ("GET", ("upgrade", "websocket")),
            ("GET", ("authorization", "Bearer x")),
        ] {
            assert_eq!(reader(&request(method, &[page, more])), None, "{method} {more:?}");
        }
        for accept in ["*/*", "application/json"] {
            assert_eq!(reader(&request("GET", &[("accept", accept)])), None, "{accept}");
        }
        assert_eq!(reader(&request("GET", &[])), None);
    }

    #[tokio::test]
    async fn only_a_refusal_becomes_a_page_and_it_says_nothing_of_why() {
        let secret = "ann@example.com at /var/run/tailscaled";
        let refused = || Refusal::new(ErrorCode::TailnetUnavailable, secret).into_response();
        let page = shown(refused(), Some(Language::German));
        assert_eq!(page.status(), 503);
        assert_eq!(page.headers()[header::CONTENT_TYPE], "text/html; charset=utf-8");
        let body = axum::body::to_bytes(page.into_body(), 1 << 20).await.unwrap();
        let text = String::from_utf8(body.to_vec()).unwrap();
        assert!(
            text.contains("lang=\"de\"") && !text.contains("ann@") && !text.contains("/var/run"),
            "{text}"
        );
        assert!(!text.contains("<script"), "{text}");

        let body = axum::body::to_bytes(shown(refused(), None).into_body(), 1 << 20).await.unwrap();
        assert!(body.starts_with(b"{"), "a program gets JSON");
        let fine = shown("fine".into_response(), Some(Language::English));
        assert_eq!(axum::body::to_bytes(fine.into_body(), 9).await.unwrap(), "fine");
    }
}
