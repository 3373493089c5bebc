//! A line of program output that keeps its colours and nothing else a terminal would obey.
//!
//! What is kept is `ESC [ … m` with digits alone, so whoever shows it needs to know nothing but looks. Everything that
//! [`ansi::strip`] takes out goes all the same.

use crate::ansi;

/// Longest parameters of one sequence that are kept.
const PARAMETERS: usize = 32;

/// The line with its colours. One that ends with a colour ends with a reset too.
pub fn tidy(line: &str) -> String {
    let mut kept = String::with_capacity(line.len());
    let (mut rest, mut painted) = (line, false);
    while let Some(at) = rest.find('\u{1b}') {
        kept.push_str(&ansi::strip(&rest[..at]));
        let after = &rest[at..];
        match look(after) {
            Some(sequence) => {
                kept.push_str(sequence);
                painted = !matches!(sequence, "\u{1b}[m" | "\u{1b}[0m");
                rest = &after[sequence.len()..];
            }
            // Up to the next look, so that a sequence of another kind is taken out whole.
            None => {
                let end =
                    after[1..].match_indices('\u{1b}').find(|(next, _)| look(&after[1 + next..]).is_some());
                let end = end.map_or(after.len(), |(next, _)| 1 + next);
                kept.push_str(&ansi::strip(&after[..end]));
                rest = &after[end..];
            }
        }
    }
    kept.push_str(&ansi::strip(rest));
    if painted {
        kept.push_str("\u{1b}[0m");
    }
    kept
}

/// The look that a text begins with, if it does.
fn look(text: &str) -> Option<&str> {
    let parameters = text.strip_prefix("\u{1b}[")?;
    let length = parameters.bytes().take_while(|byte| matches!(byte, b'0'..=b'9' | b';' | b':')).count();
    let whole = length <= PARAMETERS && parameters.as_bytes().get(length) == Some(&b'm');
    whole.then(|| &text[..length + 3])
}

/// `line` with what `hide` takes out of its plain text. Where that is anything, the colours go with it: a secret that
/// is painted in the middle is a secret all the same.
pub fn without(line: &str, hide: impl Fn(&str) -> String) -> String {
    let plain = ansi::strip(line);
    let hidden = hide(&plain);
    if hidden == plain { line.to_owned() } else { hidden }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_stay_and_everything_else_that_a_terminal_obeys_goes() {
        assert_eq!(tidy("\u{1b}[1;31mred\u{1b}[0m plain"), "\u{1b}[1;31mred\u{1b}[0m plain");
        assert_eq!(tidy("a\u{1b}[38;5;208mb\u{1b}[2K\u{1b}[Hc"), "a\u{1b}[38;5;208mbc\u{1b}[0m");
        assert_eq!(tidy("a\u{1b}]0;title\u{7}b\u{1b}]52;c;ZXZpbA==\u{1b}\\c"), "abc");
        assert_eq!(tidy("a\u{1b}]8;;x\u{1b}[31mb"), "a\u{1b}[31mb\u{1b}[0m", "nothing hides a look");
        assert_eq!(tidy("x\u{9b}31my\u{8}\u{202e}z\u{1b}[?25l"), "xyz");
        assert_eq!(tidy(&format!("\u{1b}[{}mx", "1;".repeat(40))), "x");
        for end in ["\u{1b}", "\u{1b}[", "\u{1b}[31"] {
            assert_eq!(tidy(&format!("ok{end}")), "ok");
        }
        assert_eq!(ansi::strip(&tidy("größe \u{1b}[4m東京\u{1b}[m")), "größe 東京");
    }

    #[test]
    fn a_secret_that_is_painted_in_the_middle_is_found() {
        let hide = |text: &str| text.replace("sekret", "***");
        assert_eq!(without("\u{1b}[31mok\u{1b}[0m", hide), "\u{1b}[31mok\u{1b}[0m");
        assert_eq!(without("a sek\u{1b}[31mret\u{1b}[0m b", hide), "a *** b");
    }
}
