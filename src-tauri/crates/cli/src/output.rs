//! What is printed where: answers on standard output, everything else on standard error.

use protocol::ApiError;
use serde::Serialize;

/// Prints a line of an answer. Whoever reads it may have had enough (`| head`): the rest is then lost on nobody.
macro_rules! say {
    ($($words:tt)*) => {{
        use std::io::Write as _;
        let _ = writeln!(std::io::stdout(), "{}", $crate::output::readable(&format!($($words)*)));
    }};
}

/// Says something beside the answer.
macro_rules! tell {
    ($($words:tt)*) => {
        eprintln!("{}", $crate::output::readable(&format!($($words)*)))
    };
}

/// What is printed has words of repositories, programs and models in it. On a terminal they are read and do nothing: they
/// move no cursor, colour nothing, hide no part of a question, and each such try is seen.
pub(crate) fn readable(text: &str) -> String {
    // Lines and columns are ours; within what is somebody else's they are made plain where it is put on a line.
    let one = |c: char| if matches!(c, '\n' | '\t') || protocol::line::is_plain(c) { c } else { '\u{fffd}' };
    text.chars().map(one).collect()
}

pub(crate) fn log_to_stderr() {
    let filter = tracing_subscriber::EnvFilter::try_from_env("PILOTHOUSE_LOG")
        .or_else(|_| tracing_subscriber::EnvFilter::try_from_default_env())
        // A certificate that is refused is an answer, and is told as one.
        .unwrap_or_else(|_| "warn,rustls=off,rustls_platform_verifier=off".into());
    let colours = std::io::IsTerminal::is_terminal(&std::io::stderr());
    tracing_subscriber::fmt().with_env_filter(filter).with_ansi(colours).with_writer(std::io::stderr).init();
}

/// Writes text as it is, with our own colours in it. Whoever reads it may have had enough.
pub(crate) fn written(text: &str) {
    use std::io::Write as _;
    let mut out = std::io::stdout();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

/// Prints one value as a line of JSON.
pub(crate) fn json(value: &impl Serialize) {
    match serde_json::to_string(value) {
        Ok(text) => written(&(escaped(&text) + "\n")),
        Err(error) => tell!("pilothouse: {error}"),
    }
}

/// Prints a message of the crew in the words of a terminal.
pub(crate) fn message(markdown: &str) {
    say!("{}", crate::plain::plain(markdown));
}

/// Says what went wrong, the code first so that scripts can read it; exit code 1.
pub(crate) fn failure(error: &ApiError, as_json: bool) -> u8 {
    if as_json {
        json(error);
    }
    tell!("pilothouse: {} ({})", error.message, error.code.as_str());
    1
}

/// The same JSON, in which nothing does anything on a terminal. Such characters stand in strings only.
fn escaped(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    for c in json.chars() {
        match protocol::line::is_plain(c) {
            true => out.push(c),
            false => out.push_str(&format!("\\u{:04x}", u32::from(c))),
        }
    }
    out
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::{escaped, readable};

    #[test]
    fn json_keeps_every_value_and_does_nothing_on_a_terminal() {
        let value = serde_json::json!({ "a": "\u{9b}8m\u{202e}\u{7f}\u{1b}é\u{2028}" });
        let text = escaped(&serde_json::to_string(&value).unwrap());
        assert_eq!(text, r#"{"a":"\u009b8m\u202e\u007f\u001bé\u2028"}"#);
        assert_eq!(serde_json::from_str::<serde_json::Value>(&text).unwrap(), value);
    }

    #[test]
    fn what_is_printed_is_read_and_does_nothing() {
        assert_eq!(readable("two\nlines\tand a column"), "two\nlines\tand a column");
        assert_eq!(
            readable("good\u{1b}[2K\rbad \u{9b}8m\u{202e}x"),
            "good\u{fffd}[2K\u{fffd}bad \u{fffd}8m\u{fffd}x"
        );
    }
}
