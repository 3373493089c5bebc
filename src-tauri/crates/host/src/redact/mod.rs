//! Secrets do not leave the machine in output: known values and the shapes of common tokens are replaced
//! before text is stored or shown.
//!
//! A net, not a proof: a program that wants to leak a secret can always encode it. The first defence is that
//! jobs hold none.

mod stream;

use std::ops::Range;
use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use regex::Regex;

pub use stream::{LogCleaner, RedactStream};

/// What stands in place of a secret.
pub const MARK: &str = "[redacted]";

/// Values shorter than this are left alone: they would match everywhere.
const SHORTEST_KNOWN: usize = 6;

/// Shapes of secrets; group 1 is the part to replace.
static SHAPES: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    [
        r"(?s)(-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----.*?(?:-----END [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----|\z))",
        r"\b(sk-[A-Za-z0-9_-]{16,})",
        r"\b(gh[pousr]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,}|glpat-[A-Za-z0-9_-]{16,})",
        r"\b((?:AKIA|ASIA)[A-Z0-9]{16})\b",
        r"\b(xox[abeprs]-[A-Za-z0-9-]{10,}|AIza[A-Za-z0-9_-]{35}|hf_[A-Za-z0-9]{30,})",
        r"\b(npm_[A-Za-z0-9]{30,}|pypi-[A-Za-z0-9_-]{32,}|dop_v1_[a-f0-9]{40,}|cio[A-Za-z0-9]{32})\b",
        r"\b(eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,})",
        r"(?i)\bbearer[ \t]+([A-Za-z0-9._~+/=-]{8,})",
        r"(?i)\bauthorization:[ \t]*(?:basic|token)[ \t]+([A-Za-z0-9._~+/=-]{8,})",
        r"(?i)\b[a-z][a-z0-9+.-]*://[^\s/:@]*:([^\s/@]+)@",
        r"(?i)\bhttps?://([A-Za-z0-9_.~-]{20,})@",
        r"(?m)^(?:export )?[A-Z][A-Z0-9_]*(?:TOKEN|SECRET|PASSWORD|PASSWD|API_KEY|ACCESS_KEY|PRIVATE_KEY)(?:_[A-Z0-9]+)?=(\S{6,})",
    ]
    .iter()
    .filter_map(|shape| Regex::new(shape).ok())
    .collect()
});

/// Knows the shapes, and the values it was given.
#[derive(Clone, Default)]
pub struct Redactor {
    known: Vec<String>,
}

impl std::fmt::Debug for Redactor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Redactor({} known values)", self.known.len())
    }
}

impl Redactor {
    /// Also replaces these values, their lines, and their base64 and percent-encoded forms.
    pub fn new(secrets: impl IntoIterator<Item = String>) -> Self {
        let mut known = Vec::new();
        for secret in secrets {
            let secret = secret.trim();
            known.extend([STANDARD.encode(secret).trim_end_matches('=').to_owned(), percent_encoded(secret)]);
            known.extend(secret.lines().map(|line| line.trim().to_owned()));
            known.push(secret.to_owned());
        }
        known.retain(|value| value.len() >= SHORTEST_KNOWN);
        known.sort_by_key(|value| std::cmp::Reverse(value.len()));
        known.dedup();
        Self { known }
    }

    /// Replaces every secret in a complete text.
    pub fn text(&self, text: &str) -> String {
        let mut clean = String::with_capacity(text.len());
        let mut at = 0;
        for span in self.spans(text) {
            clean.push_str(&text[at..span.start]);
            clean.push_str(MARK);
            at = span.end;
        }
        clean.push_str(&text[at..]);
        clean
    }

    /// Where secrets stand, in order, without overlaps.
    fn spans(&self, text: &str) -> Vec<Range<usize>> {
        let shaped = SHAPES
            .iter()
            .flat_map(|shape| shape.captures_iter(text))
            .filter_map(|found| Some(found.get(1)?.range()));
        let known = self.known.iter().flat_map(|value| {
            text.match_indices(value.as_str()).map(|(start, value)| start..start + value.len())
        });
        let mut spans: Vec<Range<usize>> = shaped.chain(known).collect();
        spans.sort_by_key(|span| (span.start, span.end));
        let mut apart: Vec<Range<usize>> = Vec::with_capacity(spans.len());
        for span in spans {
            match apart.last_mut() {
                Some(last) if span.start < last.end => last.end = last.end.max(span.end),
                _ => apart.push(span),
            }
        }
        apart
    }
}

fn percent_encoded(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    text.bytes()
        .map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

#[cfg(test)]
mod tests;
