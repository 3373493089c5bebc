//! What a tool gave back, and how much of it the model is shown.

use serde::{Deserialize, Serialize};

/// Set by the hands after a tool ran.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Observation {
    /// Everything it printed, or the words of what went wrong.
    pub text: String,
    /// Of a command that ended by itself.
    pub exit_code: Option<i32>,
    pub failed: bool,
}

impl Observation {
    pub fn ok(text: impl Into<String>) -> Self {
        Self { text: text.into(), exit_code: None, failed: false }
    }

    pub fn failed(text: impl Into<String>) -> Self {
        Self { text: text.into(), exit_code: None, failed: true }
    }

    pub fn exited(code: i32, text: impl Into<String>) -> Self {
        Self { text: text.into(), exit_code: Some(code), failed: code != 0 }
    }

    pub(super) fn shown(&self, cap: usize) -> Shown {
        let clean = clean(&self.text);
        let (body, cut) = match cut(&clean, cap) {
            Some(short) => (short, true),
            None => (clean.clone(), false),
        };
        let mut text = match self.exit_code {
            Some(code) => format!("exit code {code}\n{body}"),
            None => body,
        };
        if text.trim().is_empty() {
            text = "(no output)".to_owned();
        }
        Shown { text, full: cut.then_some(clean) }
    }
}

pub(super) struct Shown {
    pub text: String,
    /// The whole cleaned text when not all of it is shown.
    pub full: Option<String>,
}

/// Without terminal escapes and without control characters other than line breaks and tabs.
fn clean(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\u{1b}' => match chars.next() {
                // A control sequence ends with a letter or one of a few signs.
                Some('[') => while chars.next().is_some_and(|c| !('\u{40}'..='\u{7e}').contains(&c)) {},
                // An operating system command ends with BEL or with ESC and a backslash.
                Some(']') => while chars.next().is_some_and(|c| !matches!(c, '\u{7}' | '\\')) {},
                _ => {}
            },
            '\r' if chars.peek() == Some(&'\n') => {}
            '\r' => out.push('\n'),
            '\n' | '\t' => out.push(c),
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    out
}

/// The first and last half of what may be shown, or none when everything may.
fn cut(text: &str, cap: usize) -> Option<String> {
    let count = text.chars().count();
    if count <= cap {
        return None;
    }
    let half = cap / 2;
    let head_end = text.char_indices().nth(half).map_or(text.len(), |(at, _)| at);
    let tail_start = text.char_indices().nth(count - half).map_or(text.len(), |(at, _)| at);
    let left_out = count - 2 * half;
    Some(format!(
        "{}\n[… {left_out} characters left out; narrow the command to see them …]\n{}",
        &text[..head_end],
        &text[tail_start..]
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_output_keeps_head_and_tail_and_the_whole_goes_elsewhere() {
        let long = format!("{}{}", "ä".repeat(6_000), "z".repeat(6_000));
        let shown = Observation::exited(1, long.clone()).shown(10_000);
        assert!(shown.text.starts_with("exit code 1\nä") && shown.text.ends_with('z'));
        assert!(shown.text.contains("2000 characters left out"), "{}", &shown.text[..40]);
        assert_eq!(shown.full, Some(long));
        assert_eq!(Observation::ok("short").shown(10_000).full, None);
    }

    #[test]
    fn escapes_and_control_characters_are_dropped() {
        let text = "\u{1b}[31mred\u{1b}[0m\u{0} a\r\nb\rc\u{1b}]0;title\u{7}!";
        assert_eq!(Observation::ok(text).shown(100).text, "red a\nb\nc!");
        assert_eq!(Observation::ok("").shown(100).text, "(no output)");
    }
}
