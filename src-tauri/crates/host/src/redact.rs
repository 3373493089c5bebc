//! Secrets do not leave the machine in output: known values and the shapes of common tokens are replaced
//! before text is stored or shown.
//!
//! A net, not a proof: a program that wants to leak a secret can always encode it. The first defence is that
//! jobs hold none.

use std::ops::Range;
use std::sync::{Arc, LazyLock};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use regex::Regex;

/// What stands in place of a secret.
pub const MARK: &str = "[redacted]";

/// Values shorter than this are left alone: they would match everywhere.
const SHORTEST_KNOWN: usize = 6;
/// A stream without line breaks is let through in pieces once this much has gathered.
const LONGEST_HELD: usize = 64 * 1024;
/// No token is longer than this.
const LONGEST_TOKEN: usize = 8 * 1024;

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

static KEY_BEGINS: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----").ok());
static KEY_ENDS: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"-----END [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----").ok());

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

/// Redacts a text that comes in pieces, however it is cut: whole lines are handed on, the rest waits.
#[derive(Debug)]
pub struct RedactStream {
    redactor: Arc<Redactor>,
    held: String,
    /// Inside a private key so long that it was no longer held back.
    in_key: bool,
}

impl RedactStream {
    pub fn new(redactor: Arc<Redactor>) -> Self {
        Self { redactor, held: String::new(), in_key: false }
    }

    /// Takes a piece and returns what is safe to hand on, possibly nothing.
    pub fn push(&mut self, piece: &str) -> String {
        self.held.push_str(piece);
        if self.in_key && !self.leave_key() {
            return String::new();
        }
        let ready = self.ready();
        let rest = self.held.split_off(ready);
        let out = std::mem::replace(&mut self.held, rest);
        self.redactor.text(&out)
    }

    /// What was still held back.
    pub fn finish(&mut self) -> String {
        if std::mem::take(&mut self.in_key) && !self.leave_key() {
            self.held.clear();
        }
        self.redactor.text(&std::mem::take(&mut self.held))
    }

    /// How much of what is held may go: whole lines, but no part of a secret, which may span lines.
    fn ready(&mut self) -> usize {
        let lines = self.held.rfind('\n').map_or(0, |at| at + 1);
        let long = self.held.len() - lines > LONGEST_HELD;
        let wanted = if long { self.held.len() - LONGEST_TOKEN } else { lines };
        if wanted == 0 {
            return 0;
        }
        let open = self.unfinished_key();
        if open.is_some_and(|start| self.held.len() - start > LONGEST_HELD) {
            // Everything from the beginning of the key on is replaced by one mark, the rest is dropped.
            self.in_key = true;
            return self.held.len();
        }
        let wanted = open.map_or(wanted, |start| wanted.min(start));
        if wanted == 0 {
            return 0;
        }
        let whole = (0..=wanted).rev().find(|at| self.held.is_char_boundary(*at)).unwrap_or(0);
        let cut = |span: &&Range<usize>| span.start < whole && whole < span.end;
        self.redactor.spans(&self.held).iter().find(cut).map_or(whole, |span| span.start)
    }

    fn unfinished_key(&self) -> Option<usize> {
        if !self.held.contains("-----BEGIN ") {
            return None;
        }
        let begins = KEY_BEGINS.as_ref()?.find_iter(&self.held).last()?;
        let ended = KEY_ENDS.as_ref()?.is_match_at(&self.held, begins.end());
        (!ended).then_some(begins.start())
    }

    /// Drops the rest of a key; false while its end has not come.
    fn leave_key(&mut self) -> bool {
        match KEY_ENDS.as_ref().and_then(|ends| ends.find(&self.held)).map(|found| found.end()) {
            Some(end) => {
                self.held.drain(..end);
                self.in_key = false;
            }
            None => {
                // The marker itself may be cut in two.
                let mut keep = self.held.len().saturating_sub(64);
                while !self.held.is_char_boundary(keep) {
                    keep -= 1;
                }
                self.held.drain(..keep);
            }
        }
        !self.in_key
    }
}

/// Makes lines of program output fit to be stored: escapes stripped first (they could split a token), then
/// secrets replaced.
#[derive(Debug)]
pub struct LogCleaner(RedactStream);

impl LogCleaner {
    pub fn new(redactor: Arc<Redactor>) -> Self {
        Self(RedactStream::new(redactor))
    }

    /// Takes one line without its newline and returns the lines that are ready: usually this one, none inside
    /// a private key.
    pub fn line(&mut self, line: &str) -> Vec<String> {
        let mut line = crate::ansi::strip(line);
        line.push('\n');
        self.0.push(&line).lines().map(str::to_owned).collect()
    }

    pub fn finish(&mut self) -> Vec<String> {
        self.0.finish().lines().map(str::to_owned).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "-----BEGIN RSA PRIVATE KEY-----\nMIIEow\nIBAAKC\n-----END RSA PRIVATE KEY-----";

    fn samples() -> Vec<(String, &'static str)> {
        vec![
            ("key sk-proj-abcDEF0123456789abcdef end".into(), "sk-proj"),
            ("ghp_0123456789abcdefghijABCDEFGHIJ012345".into(), "ghp_"),
            ("x github_pat_11ABCDEFG0abcdefghijkl_mn y".into(), "github_pat"),
            ("AKIAIOSFODNN7EXAMPLE".into(), "AKIA"),
            ("jwt eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dozjgNryP4J3jVmNHl0w5N".into(), "eyJ"),
            ("Authorization: Bearer abc.def-012345".into(), "abc.def"),
            ("git clone https://me:hunter2@example.com/r".into(), "hunter2"),
            ("https://0123456789abcdef0123@example.com/".into(), "0123456789abcdef"),
            ("GITHUB_TOKEN=abcdef0123".into(), "abcdef0123"),
            (format!("before\n{KEY}\nafter"), "MIIEow"),
            ("value s3cr3t-value here".into(), "s3cr3t"),
            ("czNjcjN0LXZhbHVl".into(), "czNjcj"),
        ]
    }

    fn redactor() -> Redactor {
        Redactor::new(["s3cr3t-value".to_owned(), "abc".to_owned()])
    }

    #[test]
    fn known_values_and_token_shapes_are_replaced() {
        for (text, secret) in samples() {
            let clean = redactor().text(&text);
            assert!(!clean.contains(secret) && clean.contains(MARK), "{text} -> {clean}");
        }
        assert_eq!(
            redactor().text("git clone https://me:hunter2@h/r"),
            "git clone https://me:[redacted]@h/r"
        );
        assert_eq!(redactor().text(&format!("a\n{KEY}\nb")), "a\n[redacted]\nb");
    }

    #[test]
    fn ordinary_text_stays() {
        for text in [
            "running task-abcdefghijklmnopqrstuv in disk-cache",
            "let token = parse_token(input)?; // https://example.com/a:b@c",
            "sha 0123456789abcdef0123456789abcdef01234567, abc, bearer of news",
            "error[E0433]: path::to::thing at src/main.rs:10:5",
            "http://127.0.0.1:3001/#once",
        ] {
            assert_eq!(redactor().text(text), text);
        }
    }

    #[test]
    fn no_cut_of_the_stream_lets_a_secret_through() {
        let whole: String = samples().iter().map(|(text, _)| format!("{text}\n")).collect();
        let expected = redactor().text(&whole);
        for size in 1..80 {
            let mut stream = RedactStream::new(Arc::new(redactor()));
            let pieces: Vec<char> = whole.chars().collect();
            let mut out = String::new();
            for piece in pieces.chunks(size) {
                out += &stream.push(&piece.iter().collect::<String>());
            }
            out += &stream.finish();
            assert_eq!(out, expected, "pieces of {size}");
        }
    }

    #[test]
    fn a_line_without_end_flows_and_keeps_its_secrets_whole() {
        let mut stream = RedactStream::new(Arc::new(redactor()));
        let line = "é padding s3cr3t-value ".repeat(20_000);
        let mut out = String::new();
        for piece in line.as_bytes().chunks(10_001) {
            out += &stream.push(&String::from_utf8_lossy(piece));
            assert!(stream.held.len() <= LONGEST_HELD + 10_100);
        }
        out += &stream.finish();
        assert!(!out.contains("s3cr3t"));
        assert_eq!(out.matches(MARK).count(), 20_000);
    }

    #[test]
    fn a_key_without_end_is_dropped_and_what_follows_its_end_is_kept() {
        let mut stream = RedactStream::new(Arc::new(redactor()));
        let mut out = stream.push("a\n-----BEGIN PRIVATE KEY-----\n");
        for _ in 0..3000 {
            out += &stream.push(&format!("{}\n", "MIIEow".repeat(10)));
        }
        out += &stream.push("-----END PRIVATE");
        out += &stream.push(" KEY-----\nb\n");
        out += &stream.finish();
        assert!(out == format!("a\n{MARK}\nb\n"), "{} bytes", out.len());
    }

    #[test]
    fn an_escape_inside_a_token_does_not_hide_it() {
        let mut cleaner = LogCleaner::new(Arc::new(redactor()));
        assert_eq!(cleaner.line("s3cr3\u{1b}[0mt-value ok"), ["[redacted] ok"]);
        assert!(cleaner.line("-----BEGIN PRIVATE KEY-----").is_empty());
        assert!(cleaner.line("MIIEow").is_empty());
        assert_eq!(cleaner.line("-----END PRIVATE KEY-----"), [MARK]);
        assert!(cleaner.finish().is_empty());
    }
}
