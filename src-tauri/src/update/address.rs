//! Addresses updates come from: what is filled in, and which are taken at all.

use std::net::IpAddr;

use tauri::Url;
use tauri::utils::config::BundleType;

use super::failure::Failure;

/// What an endpoint's places are filled with.
#[derive(Debug, Clone)]
pub struct Places<'a> {
    pub channel: &'a str,
    pub version: &'a str,
    /// How this copy was packaged, if it was.
    pub bundle: Option<BundleType>,
}

/// The address to ask.
pub fn filled(endpoint: &str, places: &Places<'_>) -> Result<Url, Failure> {
    let target = match std::env::consts::OS {
        "macos" => "darwin",
        other => other,
    };
    let text = endpoint
        .replace("{{channel}}", places.channel)
        .replace("{{target}}", target)
        .replace("{{arch}}", std::env::consts::ARCH)
        // A build number's plus sign would be read as a space.
        .replace("{{current_version}}", &places.version.replace('+', "%2B"))
        .replace("{{bundle_type}}", places.bundle.as_ref().map_or("unknown", bundle_word));
    let url = Url::parse(&text).map_err(|error| {
        Failure::new("update.endpoint", format!("update.endpoint is no address: {error}"))
    })?;
    allowed(&url).then_some(url).ok_or_else(insecure)
}

/// Whether something may be fetched from here: over TLS, or in debug builds from this machine itself.
pub fn allowed(url: &Url) -> bool {
    url.scheme() == "https" || (cfg!(debug_assertions) && url.scheme() == "http" && is_loopback(url))
}

pub fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

pub fn insecure() -> Failure {
    Failure::new("update.insecure", "Updates are only fetched from https addresses.")
}

fn bundle_word(bundle: &BundleType) -> &'static str {
    match bundle {
        BundleType::Deb => "deb",
        BundleType::Rpm => "rpm",
        BundleType::AppImage => "appimage",
        BundleType::Msi => "msi",
        BundleType::Nsis => "nsis",
        BundleType::App => "app",
        _ => "unknown",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLACES: Places<'_> = Places { channel: "canary", version: "0.1.0+7", bundle: None };

    #[test]
    fn every_place_is_filled_in() {
        let url = filled(
            "https://updates.example.org/{{channel}}/{{target}}-{{arch}}/{{current_version}}?as={{bundle_type}}",
            &PLACES,
        )
        .unwrap();
        assert!(url.path().starts_with("/canary/"), "{url}");
        assert!(url.path().ends_with("/0.1.0%2B7"), "{url}");
        assert_eq!(url.query(), Some("as=unknown"));
        assert!(!url.as_str().contains("%7B"));
    }

    #[test]
    fn plain_http_is_taken_from_this_machine_alone() {
        for address in ["http://127.0.0.1:9/latest.json", "http://[::1]:9/", "https://updates.example.org/"] {
            assert!(filled(address, &PLACES).is_ok(), "{address}");
        }
        for address in [
            "http://updates.example.org/",
            "http://localhost.example.org/",
            "ftp://127.0.0.1/",
            "file:///tmp/x",
        ] {
            assert_eq!(filled(address, &PLACES).unwrap_err().code, "update.insecure", "{address}");
        }
        assert_eq!(filled("nonsense", &PLACES).unwrap_err().code, "update.endpoint");
    }
}
