//! Samples of secrets, and every way of cutting them.

use std::sync::Arc;

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
    assert_eq!(redactor().text("git clone https://me:hunter2@h/r"), "git clone https://me:[redacted]@h/r");
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
