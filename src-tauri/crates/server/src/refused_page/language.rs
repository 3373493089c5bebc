//! Which of our languages somebody reads best, by `Accept-Language`.

use axum::http::{HeaderMap, header};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Language {
    English,
    German,
}

impl Language {
    pub(super) fn tag(self) -> &'static str {
        match self {
            Language::English => "en",
            Language::German => "de",
        }
    }
}

/// The one they like best of those there are; English when they name none.
pub(super) fn of(headers: &HeaderMap) -> Language {
    let wanted =
        headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let mut best = (0.0, Language::English);
    for one in wanted.split(',').take(32) {
        let (tag, more) = one.split_once(';').unwrap_or((one, ""));
        let weight =
            more.trim().strip_prefix("q=").map_or(Some(1.0), |q| q.parse::<f32>().ok()).unwrap_or(0.0);
        let language = match tag.trim().split('-').next().unwrap_or_default().to_ascii_lowercase().as_str() {
            "de" => Language::German,
            "en" => Language::English,
            _ => continue,
        };
        // Of equals the first.
        if weight > best.0 {
            best = (weight, language);
        }
    }
    best.1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_liked_of_ours_is_taken() {
        let of = |text: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_LANGUAGE, text.parse().unwrap());
            super::of(&headers)
        };
        for german in ["de", "DE-at", "fr, de;q=0.7, en;q=0.3", "en;q=0.2,de;q=0.9", "de,en"] {
            assert_eq!(of(german), Language::German, "{german}");
        }
        for english in ["", "fr", "en,de", "de;q=0", "de;q=x", "*"] {
            assert_eq!(of(english), Language::English, "{english}");
        }
        assert_eq!(super::of(&HeaderMap::new()), Language::English);
    }
}
