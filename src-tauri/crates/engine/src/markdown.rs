//! Titles and subjects inside messages, which are markdown.

/// `text` as one line in which nothing but its code marks is read as markdown.
pub(crate) fn plain(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut parts: Vec<&str> = line.split('`').collect();
    let mut out = String::with_capacity(line.len() + 8);
    // A mark without a partner is a letter like others.
    let alone = if parts.len().is_multiple_of(2) { parts.pop() } else { None };
    for (at, part) in parts.iter().enumerate() {
        match (at % 2, part.is_empty()) {
            (0, _) => escape(part, &mut out),
            (_, true) => out.push_str("\\`\\`"),
            (_, false) => {
                out.push('`');
                out.push_str(part);
                out.push('`');
            }
        }
    }
    if let Some(last) = alone {
        out.push_str("\\`");
        escape(last, &mut out);
    }
    out
}

fn escape(text: &str, out: &mut String) {
    let mut before = None;
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        let inside_word = |side: Option<char>| side.is_some_and(char::is_alphanumeric);
        let marks = match c {
            '\\' | '*' | '[' | '<' | '~' | '&' => true,
            // snake_case is no emphasis.
            '_' => !(inside_word(before) && inside_word(rest.peek().copied())),
            _ => false,
        };
        if marks {
            out.push('\\');
        }
        out.push(c);
        before = Some(c);
    }
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn marks_of_a_title_are_letters_and_its_code_stays_code() {
        for (title, shown) in [
            ("Replace `a*b` with `**`", "Replace `a*b` with `**`"),
            ("Drop **all** of <b> & [x](y)", "Drop \\*\\*all\\*\\* of \\<b> \\& \\[x](y)"),
            ("one ` alone", "one \\` alone"),
            ("two `` of them", "two \\`\\` of them"),
            ("keep snake_case but not _this_", "keep snake_case but not \\_this\\_"),
            ("C:\\x\ny", "C:\\\\x y"),
        ] {
            assert_eq!(plain(title), shown);
        }
    }
}
