//! JSON as editors write it: comments and commas before a closing bracket are taken out, nothing else.

/// The same text as plain JSON; what was taken out became spaces, so that places in error messages stay true.
pub fn plain(text: &str) -> String {
    let mut out: Vec<char> = text.chars().collect();
    let mut at = 0;
    let mut comma = None;
    while at < out.len() {
        let next = out.get(at + 1).copied();
        match out[at] {
            '"' => {
                comma = None;
                at = end_of_string(&out, at);
                continue;
            }
            '/' if next == Some('/') => {
                while at < out.len() && out[at] != '\n' {
                    out[at] = ' ';
                    at += 1;
                }
                continue;
            }
            '/' if next == Some('*') => {
                at = blank_block(&mut out, at);
                continue;
            }
            ',' => comma = Some(at),
            ']' | '}' => {
                if let Some(comma) = comma.take() {
                    out[comma] = ' ';
                }
            }
            other if other.is_whitespace() => {}
            _ => comma = None,
        }
        at += 1;
    }
    out.into_iter().collect()
}

fn end_of_string(text: &[char], start: usize) -> usize {
    let mut at = start + 1;
    while at < text.len() {
        match text[at] {
            '\\' => at += 2,
            '"' => return at + 1,
            _ => at += 1,
        }
    }
    text.len()
}

/// A comment that never ends is left as it is: then the whole is no JSON, which is true.
fn blank_block(text: &mut [char], start: usize) -> usize {
    let closing = |at: &usize| text[*at] == '*' && text.get(at + 1) == Some(&'/');
    let Some(end) = (start + 2..text.len()).find(closing).map(|star| star + 2) else { return text.len() };
    text[start..end].iter_mut().filter(|c| **c != '\n').for_each(|c| *c = ' ');
    end
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str) -> serde_json::Value {
        serde_json::from_str(&plain(text)).unwrap_or_else(|error| panic!("{error}: {}", plain(text)))
    }

    #[test]
    fn comments_and_last_commas_go_and_strings_stay() {
        let text = r#"// head
        { /* a, "b" */ "url": "https://x//y", // tail
          "list": [1, 2, /* three */ ], "quote": "\" // no , }", "empty": {}, /**/
        }"#;
        assert_eq!(
            value(text),
            serde_json::json!({ "url": "https://x//y", "list": [1, 2], "quote": "\" // no , }", "empty": {} })
        );
    }

    #[test]
    fn broken_text_stays_broken() {
        for text in ["{", "/* open", "\"open", "{\"a\": 1,, }", "[,]x"] {
            assert!(serde_json::from_str::<serde_json::Value>(&plain(text)).is_err(), "{text}");
        }
    }
}
