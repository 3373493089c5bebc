//! Which push services are sent to. A subscription is what a browser says it is: without a list, whoever may read here
//! could make the server call any address. Pure.

use protocol::{ApiError, ErrorCode};
use reqwest::Url;

/// Services of the usual browsers: Chrome and Edge on Android and desktops, Firefox, Safari, Edge on Windows.
const USUAL: [&str; 4] =
    ["fcm.googleapis.com", "*.push.services.mozilla.com", "*.push.apple.com", "*.notify.windows.com"];
/// Longest endpoint that is kept.
const LONGEST: usize = 2_048;

/// The endpoint as an address, if its service is one of the usual ones or of `listed`.
pub(crate) fn admitted(endpoint: &str, listed: &[String]) -> Result<Url, ApiError> {
    let bad = || ApiError::bad("The endpoint of a subscription is an https address.");
    let url = Url::parse(endpoint).ok().filter(|_| endpoint.len() <= LONGEST).ok_or_else(bad)?;
    let host = url.host_str().ok_or_else(bad)?;
    let origin = url.origin().ascii_serialization();
    if !url.username().is_empty() || url.password().is_some() {
        return Err(bad());
    }
    // Somebody wrote the whole origin down: plain http and this machine are then meant.
    if listed.iter().any(|one| one.trim_end_matches('/') == origin) {
        return Ok(url);
    }
    if url.scheme() != "https" {
        return Err(bad());
    }
    let names = USUAL.iter().copied().chain(listed.iter().map(String::as_str));
    let usual_port = url.port().is_none();
    if usual_port && names.into_iter().any(|pattern| is_named(host, pattern)) {
        return Ok(url);
    }
    Err(ApiError::new(
        ErrorCode::PushService,
        format!(
            "{host} is not a push service this server sends to. If it is one you trust, name it in push.services."
        ),
    ))
}

fn is_named(host: &str, pattern: &str) -> bool {
    match pattern.strip_prefix("*.") {
        Some(domain) => host.strip_suffix(domain).is_some_and(|rest| rest.len() > 1 && rest.ends_with('.')),
        None => host == pattern,
    }
}

/// Host of an endpoint, for people.
pub(crate) fn name(endpoint: &str) -> String {
    let url = Url::parse(endpoint).ok();
    url.and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(endpoint: &str, listed: &[&str]) -> Result<(), ErrorCode> {
        let listed: Vec<String> = listed.iter().map(|one| (*one).to_owned()).collect();
        admitted(endpoint, &listed).map(drop).map_err(|error| error.code)
    }

    #[test]
    fn the_services_of_the_usual_browsers_are_sent_to() {
        for endpoint in [
            "https://fcm.googleapis.com/fcm/send/x:y",
            "https://updates.push.services.mozilla.com/wpush/v2/z",
            "https://web.push.apple.com/Q",
            "https://wns2-by3p.notify.windows.com/w/?token=a",
        ] {
            assert_eq!(code(endpoint, &[]), Ok(()), "{endpoint}");
        }
    }

    #[test]
    fn nothing_else_is_called_for_a_subscription() {
        for endpoint in [
            "https://169.254.169.254/latest",
            "https://localhost/x",
            "https://fcm.googleapis.com.evil.org/x",
            "https://evilpush.apple.com/x",
            "https://push.apple.com/x",
            "https://fcm.googleapis.com:8443/x",
        ] {
            assert_eq!(code(endpoint, &[]), Err(ErrorCode::PushService), "{endpoint}");
        }
        for endpoint in
            ["http://fcm.googleapis.com/x", "file:///etc/passwd", "https://u:p@fcm.googleapis.com/x", "x"]
        {
            assert_eq!(code(endpoint, &[]), Err(ErrorCode::BadRequest), "{endpoint}");
        }
    }

    #[test]
    fn a_service_of_ones_own_is_listed_by_its_host_or_its_whole_origin() {
        assert_eq!(code("https://push.example.org/a", &["push.example.org"]), Ok(()));
        assert_eq!(code("http://127.0.0.1:9/a", &["http://127.0.0.1:9"]), Ok(()));
        assert_eq!(code("http://127.0.0.1:10/a", &["http://127.0.0.1:9"]), Err(ErrorCode::BadRequest));
        assert_eq!(code("http://push.example.org/a", &["push.example.org"]), Err(ErrorCode::BadRequest));
    }
}
