//! From an error response, or an error object inside a stream, to a [`ModelError`].

use serde_json::Value;

use super::error::ModelError;
use super::http_date;

/// Kept of a server's words until the key is taken out of them; what is shown is shorter.
pub const KEPT: usize = 4_000;

/// The parts of a failed response that decide what it means.
pub struct Failure<'a> {
    pub status: u16,
    pub body: &'a str,
    /// Looks up a response header.
    pub header: &'a dyn Fn(&str) -> Option<String>,
}

impl Failure<'_> {
    pub fn into_error(self) -> ModelError {
        let told = Told::from_body(self.body);
        let message = told.message.clone();
        let word = told.word.as_str();
        if self.status == 402 && word.split(' ').any(|w| w == BUDGET) {
            return ModelError::Budget { resets_at_ms: self.resets_at_ms(&told), message };
        }
        if word_says_quota(word) || self.status == 402 {
            return ModelError::Quota { resets_at_ms: self.resets_at_ms(&told), message };
        }
        match self.status {
            401 | 403 => ModelError::Auth { status: self.status, message },
            404 => ModelError::NotFound { message },
            429 | 529 => ModelError::RateLimited { retry_after_ms: self.retry_after_ms(), message },
            503 if self.retry_after_ms().is_some() => {
                ModelError::RateLimited { retry_after_ms: self.retry_after_ms(), message }
            }
            408 | 409 | 425 | 500..=599 => ModelError::Unreachable { status: Some(self.status), message },
            300..=399 => ModelError::Refused {
                status: self.status,
                message: "it redirects elsewhere; use the address it points to".to_owned(),
            },
            status => told.into_error().unwrap_or(ModelError::Refused { status, message }),
        }
    }

    /// Seconds, a date (reckoned from the server's own clock), or milliseconds.
    fn retry_after_ms(&self) -> Option<u64> {
        if let Some(ms) = (self.header)("retry-after-ms").and_then(|text| text.trim().parse::<f64>().ok()) {
            return millis(ms);
        }
        let text = (self.header)("retry-after")?;
        if let Ok(seconds) = text.trim().parse::<f64>() {
            return millis(seconds * 1000.0);
        }
        let at = http_date::parse(&text)?;
        let now = self.date()?;
        u64::try_from((at - now).max(0)).ok().map(|seconds| seconds * 1000)
    }

    fn resets_at_ms(&self, told: &Told) -> Option<i64> {
        if let Some(seconds) = told.resets_at {
            return Some(seconds.saturating_mul(1000));
        }
        let header = (self.header)("anthropic-ratelimit-unified-reset");
        if let Some(seconds) = header.and_then(|text| text.trim().parse::<i64>().ok()) {
            return Some(seconds.saturating_mul(1000));
        }
        let wait = match told.resets_in_seconds {
            Some(seconds) => seconds.saturating_mul(1000),
            None => i64::try_from(self.retry_after_ms()?).ok()?,
        };
        Some(self.date()?.saturating_mul(1000).saturating_add(wait))
    }

    fn date(&self) -> Option<i64> {
        http_date::parse(&(self.header)("date")?)
    }
}

/// Bounded so that a wild header cannot overflow anything: one year at most.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
fn millis(ms: f64) -> Option<u64> {
    const YEAR_MS: f64 = 366.0 * 86_400_000.0;
    (ms.is_finite() && ms >= 0.0).then_some(ms.min(YEAR_MS).ceil() as u64)
}

/// What an error body says.
pub struct Told {
    pub message: String,
    /// Its type and code, in lower case.
    word: String,
    resets_at: Option<i64>,
    resets_in_seconds: Option<i64>,
}

impl Told {
    pub fn from_body(body: &str) -> Self {
        match serde_json::from_str::<Value>(body) {
            Ok(value) => Self::from_value(&value),
            Err(_) => Self {
                message: short(body, KEPT),
                word: String::new(),
                resets_at: None,
                resets_in_seconds: None,
            },
        }
    }

    pub fn from_value(value: &Value) -> Self {
        let error = [&value["error"], &value["response"]["error"], &value["detail"]]
            .into_iter()
            .find(|inner| !inner.is_null())
            .unwrap_or(value);
        let text = error
            .as_str()
            .or_else(|| error["message"].as_str())
            .or_else(|| value["message"].as_str())
            .map_or_else(|| short(&error.to_string(), KEPT), |text| short(text, KEPT));
        let words = [&error["type"], &error["code"], &error["status"]];
        let word: Vec<String> =
            words.iter().filter_map(|word| word.as_str()).map(str::to_lowercase).collect();
        Self {
            message: text,
            word: word.join(" "),
            resets_at: error["resets_at"].as_i64(),
            resets_in_seconds: error["resets_in_seconds"].as_i64(),
        }
    }

    /// Reads the error by its words alone, as inside a stream that began with 200.
    pub fn into_error(self) -> Option<ModelError> {
        let (word, message) = (self.word.as_str(), self.message);
        let lower = message.to_lowercase();
        let says = |words: &[&str]| words.iter().any(|w| word.contains(w));
        if word_says_quota(word) {
            let resets_at_ms = self.resets_at.map(|seconds| seconds.saturating_mul(1000));
            return Some(ModelError::Quota { resets_at_ms, message });
        }
        if says(&["rate_limit", "overloaded", "resource_exhausted"]) {
            return Some(ModelError::RateLimited { retry_after_ms: None, message });
        }
        if says(&["authentication", "invalid_api_key", "permission"]) {
            return Some(ModelError::Auth { status: 401, message });
        }
        if says(&["model_not_found", "not_found_error"]) {
            return Some(ModelError::NotFound { message });
        }
        if says(&["context_length", "exceed_context"]) || is_about_length(&lower) {
            return Some(ModelError::TooLong { message });
        }
        if says(&["server_error", "api_error", "internal", "unavailable", "timeout"]) {
            return Some(ModelError::Unreachable { status: None, message });
        }
        None
    }
}

/// What our own broker says when a budget of the user is used up.
const BUDGET: &str = protocol::ErrorCode::BudgetReached.as_str();

fn word_says_quota(word: &str) -> bool {
    ["insufficient_quota", "usage_limit", "billing", "credit"].iter().any(|w| word.contains(w))
}

fn is_about_length(lower: &str) -> bool {
    [
        "context length",
        "context window",
        "context size",
        "maximum context",
        "prompt is too long",
        "too many tokens",
        "input is too long",
    ]
    .iter()
    .any(|words| lower.contains(words))
}

/// One line of at most `most` characters.
pub fn short(text: &str, most: usize) -> String {
    let line: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(most).collect();
    let line = line.trim();
    if line.is_empty() { "no explanation given".to_owned() } else { line.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(status: u16, headers: &[(&str, &str)], body: &str) -> ModelError {
        let header = |name: &str| headers.iter().find(|(key, _)| *key == name).map(|(_, v)| (*v).to_owned());
        Failure { status, body, header: &header }.into_error()
    }

    #[test]
    fn retry_after_is_read_as_seconds_date_or_milliseconds() {
        let wait = |headers: &[(&str, &str)]| match read(429, headers, "{}") {
            ModelError::RateLimited { retry_after_ms, .. } => retry_after_ms,
            other => panic!("{other:?}"),
        };
        assert_eq!(wait(&[("retry-after", "7")]), Some(7_000));
        assert_eq!(wait(&[("retry-after", "0.5")]), Some(500));
        assert_eq!(wait(&[("retry-after-ms", "120")]), Some(120));
        let date = ("date", "Sun, 06 Nov 1994 08:49:37 GMT");
        assert_eq!(wait(&[date, ("retry-after", "Sun, 06 Nov 1994 08:50:07 GMT")]), Some(30_000));
        assert_eq!(wait(&[date, ("retry-after", "Sun, 06 Nov 1994 08:00:00 GMT")]), Some(0));
        for odd in ["soon", "-5", "NaN", "1e400"] {
            assert_eq!(wait(&[("retry-after", odd)]), None, "{odd}");
        }
    }

    #[test]
    fn a_used_up_quota_is_not_a_rate_limit() {
        let body = r#"{"error":{"type":"usage_limit_reached","message":"later","resets_at":1700000000}}"#;
        let expected = ModelError::Quota { resets_at_ms: Some(1_700_000_000_000), message: "later".into() };
        assert_eq!(read(429, &[], body), expected);
        let body = r#"{"error":{"code":"insufficient_quota","message":"pay","resets_in_seconds":60}}"#;
        let date = [("date", "Thu, 01 Jan 1970 00:01:00 GMT")];
        assert_eq!(
            read(429, &date, body),
            ModelError::Quota { resets_at_ms: Some(120_000), message: "pay".into() }
        );
    }

    #[test]
    fn a_budget_of_ours_is_not_the_providers_limit() {
        let body = r#"{"error":{"type":"budget.reached","message":"used up","resets_at":1700000000}}"#;
        let expected =
            ModelError::Budget { resets_at_ms: Some(1_700_000_000_000), message: "used up".into() };
        assert_eq!(read(402, &[], body), expected);
        assert_eq!(read(402, &[], r#"{"error":{"type":"billing","message":"pay"}}"#).code(), "model.quota");
    }

    #[test]
    fn statuses_and_words_get_their_codes() {
        let code = |status, body: &str| read(status, &[], body).code();
        assert_eq!(code(401, "{}"), "model.auth");
        assert_eq!(code(403, "<html>"), "model.auth");
        assert_eq!(code(404, r#"{"error":"model 'x' not found"}"#), "model.not_found");
        assert_eq!(code(400, r#"{"error":{"code":"model_not_found","message":"x"}}"#), "model.not_found");
        assert_eq!(code(400, r#"{"error":{"message":"maximum context length is 10"}}"#), "model.too_long");
        assert_eq!(
            code(400, r#"{"error":{"type":"exceed_context_size_error","message":"x"}}"#),
            "model.too_long"
        );
        assert_eq!(code(400, r#"{"error":{"message":"bad"}}"#), "model.refused");
        assert_eq!(code(302, ""), "model.refused");
        assert_eq!(code(500, ""), "model.unreachable");
        assert_eq!(code(529, ""), "model.rate_limited");
        assert_eq!(code(402, ""), "model.quota");
    }
}
