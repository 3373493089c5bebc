//! Where a model is and how patient to be with it.

use std::time::Duration;

use protocol::settings::Dialect;
use reqwest::Url;

use super::error::{ModelError, TimeoutPhase};
use crate::Secret;

#[derive(Debug, Clone)]
pub struct Endpoint {
    pub dialect: Dialect,
    /// With or without the version and the dialect's own path; see [`Endpoint::url`].
    pub base_url: String,
    pub model: String,
    pub api_key: Option<Secret>,
}

/// A base address that no request can be sent to.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{url} is no address of a model server: {why}")]
pub struct BadEndpoint {
    pub url: String,
    pub why: String,
}

impl BadEndpoint {
    pub fn code(&self) -> &'static str {
        "model.bad_endpoint"
    }
}

impl Endpoint {
    /// The address requests go to. `http://h` and `http://h/v1` and `http://h/v1/chat/completions` mean the same
    /// for OpenAI dialects; a base such as `https://h/api/v1` or `https://h/v1beta/openai` keeps its path.
    pub fn url(&self) -> Result<Url, BadEndpoint> {
        let (versioned, bare) = match self.dialect {
            Dialect::OpenaiChat => ("/v1/chat/completions", "/chat/completions"),
            Dialect::OpenaiResponses => ("/v1/responses", "/responses"),
            Dialect::AnthropicMessages => ("/v1/messages", "/messages"),
        };
        let mut url = parse(&self.base_url)?;
        let path = url.path().trim_end_matches('/').to_owned();
        let ends_in_version = path.rsplit('/').next().is_some_and(is_version);
        let full = if path.ends_with(bare) {
            path
        } else if ends_in_version || (!path.is_empty() && self.dialect != Dialect::AnthropicMessages) {
            format!("{path}{bare}")
        } else {
            format!("{path}{versioned}")
        };
        url.set_path(&full);
        Ok(url)
    }
}

fn is_version(segment: &str) -> bool {
    segment.strip_prefix('v').is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_digit()))
}

/// An http or https address with a host and without credentials in it.
pub(crate) fn parse(text: &str) -> Result<Url, BadEndpoint> {
    let bad = |url: &str, why: &str| BadEndpoint { url: url.to_owned(), why: why.to_owned() };
    let url = Url::parse(text.trim()).map_err(|error| bad(text, &error.to_string()))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(bad(text, "it must begin with http:// or https://"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        // The address may be shown and logged, so the text with the password is not repeated here.
        return Err(bad(
            url.host_str().unwrap_or("the address"),
            "it must not contain a user name or password",
        ));
    }
    Ok(url)
}

pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host_str() {
        Some("localhost" | "[::1]") => true,
        Some(host) => host.parse::<std::net::Ipv4Addr>().is_ok_and(|ip| ip.is_loopback()),
        None => false,
    }
}

/// How long each part of a call may take. The whole call is bounded by whoever cancels it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeouts {
    pub connect: Duration,
    /// Until anything of the reply's body arrives; local models load and read the prompt in this time.
    pub first_byte: Duration,
    /// Between two pieces of the body.
    pub idle: Duration,
}

impl Timeouts {
    pub(crate) fn of(&self, phase: TimeoutPhase) -> Duration {
        match phase {
            TimeoutPhase::Connect => self.connect,
            TimeoutPhase::FirstByte => self.first_byte,
            TimeoutPhase::Idle => self.idle,
        }
    }

    /// The error when a phase took longer.
    pub(crate) fn over(&self, phase: TimeoutPhase) -> ModelError {
        let after_ms = u64::try_from(self.of(phase).as_millis()).unwrap_or(u64::MAX);
        ModelError::Timeout { phase, after_ms }
    }
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            first_byte: Duration::from_secs(300),
            idle: Duration::from_secs(90),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(dialect: Dialect, base: &str) -> String {
        let endpoint = Endpoint { dialect, base_url: base.into(), model: "m".into(), api_key: None };
        endpoint.url().map(|url| url.to_string()).unwrap_or_else(|error| error.to_string())
    }

    #[test]
    fn every_usual_way_to_write_a_base_address_works() {
        for base in
            ["http://h:1", "http://h:1/", "http://h:1/v1", "http://h:1/v1/", "http://h:1/v1/chat/completions"]
        {
            assert_eq!(url(Dialect::OpenaiChat, base), "http://h:1/v1/chat/completions");
        }
        assert_eq!(
            url(Dialect::OpenaiChat, "https://h/v1beta/openai"),
            "https://h/v1beta/openai/chat/completions"
        );
        assert_eq!(url(Dialect::OpenaiResponses, "https://h/api/v1"), "https://h/api/v1/responses");
        assert_eq!(url(Dialect::AnthropicMessages, "https://h"), "https://h/v1/messages");
        assert_eq!(url(Dialect::AnthropicMessages, "https://h/gateway"), "https://h/gateway/v1/messages");
        assert_eq!(url(Dialect::AnthropicMessages, "https://h/v1/messages"), "https://h/v1/messages");
    }

    #[test]
    fn addresses_that_cannot_work_are_refused_without_repeating_a_password() {
        assert!(url(Dialect::OpenaiChat, "ftp://h").contains("http://"));
        assert!(url(Dialect::OpenaiChat, "not an address").contains("no address"));
        let told = url(Dialect::OpenaiChat, "http://me:hunter2@h/v1");
        assert!(told.contains("password") && !told.contains("hunter2"), "{told}");
    }
}
