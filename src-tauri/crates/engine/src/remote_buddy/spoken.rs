//! The words for the user inside a plan that is still being written: JSON arrives piece by piece, and
//! `assistantMessage` is shown as it grows. What is shown is void when the plan turns out invalid.

/// Follows the text of a reply and gives out what is new of its message.
#[derive(Debug, Default)]
pub(crate) struct Spoken {
    text: String,
    given: usize,
}

const KEY: &str = "\"assistantMessage\"";

impl Spoken {
    /// Adds a piece; returns what the message gained.
    pub(crate) fn push(&mut self, piece: &str) -> Option<String> {
        self.text.push_str(piece);
        let message = message_so_far(&self.text)?;
        let gained: String = message.chars().skip(self.given).collect();
        self.given += gained.chars().count();
        (!gained.is_empty()).then_some(gained)
    }

    /// Another attempt begins.
    pub(crate) fn restart(&mut self) {
        *self = Self::default();
    }
}

/// The decoded beginning of the message; an escape that is not complete yet is left for later.
fn message_so_far(text: &str) -> Option<String> {
    let after = text
        .get(text.find(KEY)? + KEY.len()..)?
        .trim_start()
        .strip_prefix(':')?
        .trim_start()
        .strip_prefix('"')?;
    let mut out = String::new();
    let mut chars = after.chars();
    while let Some(c) = chars.next() {
        match c {
            '"' => return Some(out),
            '\\' => match chars.next() {
                Some('n') => out.push('\n'),
                Some('t') => out.push('\t'),
                Some('u') => {
                    let digits: String = chars.by_ref().take(4).collect();
                    if digits.len() < 4 {
                        return Some(out);
                    }
                    out.push(
                        u32::from_str_radix(&digits, 16).ok().and_then(char::from_u32).unwrap_or('\u{fffd}'),
                    );
                }
                Some('r' | 'b' | 'f') => {}
                Some(other) => out.push(other),
                None => return Some(out),
            },
            c => out.push(c),
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_given_out_piece_by_piece_and_nothing_else_is() {
        let mut spoken = Spoken::default();
        let plan = r#"{"schemaVersion":2,"assistantMessage":"One \"two\"\nthree é","title":"secret"}"#;
        let mut said = String::new();
        for piece in plan.as_bytes().chunks(3) {
            said.push_str(&spoken.push(&String::from_utf8_lossy(piece)).unwrap_or_default());
        }
        assert!(said.starts_with("One \"two\"\nthree"), "{said}");
        assert!(!said.contains("secret"));
    }

    #[test]
    fn a_restart_forgets_what_came() {
        let mut spoken = Spoken::default();
        assert_eq!(spoken.push(r#"{"assistantMessage":"ab"#).as_deref(), Some("ab"));
        spoken.restart();
        assert_eq!(spoken.push(r#"{"assistantMessage":"abc"#).as_deref(), Some("abc"));
    }
}
