//! Putting words into files that other programs take apart again.

use super::BackgroundError;

/// No line can be broken out of: paths with control characters exist, and none of the three files needs them.
pub(super) fn plain(text: &str) -> Result<&str, BackgroundError> {
    if text.chars().any(char::is_control) {
        return Err(BackgroundError::Unwritable {
            text: text.to_owned(),
            cause: "it holds a control character",
        });
    }
    Ok(text)
}

/// Text of an XML element.
pub(super) fn xml(text: &str) -> Result<String, BackgroundError> {
    let mut out = String::with_capacity(text.len());
    for character in plain(text)?.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\u{FFFE}' | '\u{FFFF}' => {
                return Err(BackgroundError::Unwritable {
                    text: text.to_owned(),
                    cause: "XML has no such character",
                });
            }
            other => out.push(other),
        }
    }
    Ok(out)
}

/// Whether a file of ours, in UTF-8 or UTF-16, says `mark`.
pub(super) fn contains(bytes: &[u8], mark: &str) -> bool {
    let wide: Vec<u8> = mark.encode_utf16().flat_map(u16::to_le_bytes).collect();
    [mark.as_bytes(), &wide].into_iter().any(|mark| bytes.windows(mark.len()).any(|window| window == mark))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_is_found_in_narrow_and_in_wide_text() {
        let wide: Vec<u8> = "\u{FEFF}so: by us.".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert!(contains(b"# by us\n", "by us") && contains(&wide, "by us"));
        assert!(!contains(b"by them", "by us") && !contains(b"", "by us"));
    }

    #[test]
    fn a_line_cannot_be_broken_out_of() {
        for text in ["/a\nExecStartPre=/bin/evil", "tab\there", "\u{7f}"] {
            assert_eq!(xml(text).unwrap_err().code(), "background.unwritable");
        }
        assert_eq!(xml("</string>&\"é").unwrap(), "&lt;/string&gt;&amp;&quot;é");
    }
}
