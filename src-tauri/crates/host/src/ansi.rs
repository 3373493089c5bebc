//! Making a line of program output safe to show: no terminal escapes, no control bytes, no tricks with the
//! direction of text.
//!
//! For one complete line at a time; a sequence that a line leaves open is dropped with its rest.

/// Removes escape sequences (CSI, OSC, DCS and their 8-bit forms), control characters other than tab and
/// newline, and characters that reorder text.
pub fn strip(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    while let Some(next) = rest.next() {
        match next {
            '\u{1b}' => match rest.next() {
                Some('[') => skip_csi(&mut rest),
                Some(']' | 'P' | 'X' | '^' | '_') => skip_string(&mut rest),
                // Sequences with intermediate bytes, such as the choice of a character set.
                Some(' '..='/') => skip_while(&mut rest, |c| !('0'..='~').contains(&c)),
                _ => {}
            },
            '\u{9b}' => skip_csi(&mut rest),
            '\u{90}' | '\u{98}' | '\u{9d}' | '\u{9e}' | '\u{9f}' => skip_string(&mut rest),
            '\t' | '\n' => kept.push(next),
            _ if next.is_control() || reorders(next) => {}
            _ => kept.push(next),
        }
    }
    kept
}

type Rest<'a> = std::iter::Peekable<std::str::Chars<'a>>;

/// Parameters, then one final byte.
fn skip_csi(rest: &mut Rest<'_>) {
    skip_while(rest, |c| !('@'..='~').contains(&c));
}

/// Up to and with the string terminator (`ESC \`, its 8-bit form, or BEL).
fn skip_string(rest: &mut Rest<'_>) {
    while let Some(next) = rest.next() {
        match next {
            '\u{7}' | '\u{9c}' => return,
            '\u{1b}' if rest.peek() == Some(&'\\') => {
                rest.next();
                return;
            }
            _ => {}
        }
    }
}

/// Skips while `more` holds, and the one after.
fn skip_while(rest: &mut Rest<'_>, more: impl Fn(char) -> bool) {
    for next in rest.by_ref() {
        if !more(next) {
            return;
        }
    }
}

fn reorders(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{61c}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_titles_clipboard_writes_and_device_strings_are_gone() {
        assert_eq!(strip("\u{1b}[1;31mred\u{1b}[0m plain"), "red plain");
        assert_eq!(strip("a\u{1b}]0;title\u{7}b\u{1b}]52;c;ZXZpbA==\u{1b}\\c"), "abc");
        assert_eq!(strip("a\u{1b}P1;2|payload\u{1b}\\b\u{1b}(Bc\u{1b}7d"), "abcd");
        assert_eq!(strip("x\u{9b}31my\u{9d}0;t\u{9c}z"), "xyz");
    }

    #[test]
    fn control_bytes_and_reordering_characters_are_gone_and_text_stays() {
        assert_eq!(strip("a\u{8}\u{0}\u{7f}\tb\nc\r"), "a\tb\nc");
        assert_eq!(strip("if\u{202e}evil\u{2066}"), "ifevil");
        assert_eq!(strip("größe 東京 🙂"), "größe 東京 🙂");
    }

    #[test]
    fn an_open_sequence_takes_the_rest_of_the_line_and_nothing_panics() {
        assert_eq!(strip("ok\u{1b}]0;never ends"), "ok");
        for end in ["\u{1b}", "\u{1b}[", "\u{1b}[12;", "\u{1b}(", "\u{9b}"] {
            assert_eq!(strip(&format!("ok{end}")), "ok");
        }
    }
}
