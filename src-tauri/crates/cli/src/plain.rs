//! Messages are markdown; a terminal shows their words.

/// The text without the marks of code and weight. Fenced blocks stay as they are, without their fences.
pub(crate) fn plain(markdown: &str) -> String {
    let (mut out, mut fenced) = (Vec::new(), false);
    for line in markdown.lines() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
        } else if fenced {
            out.push(line.to_owned());
        } else {
            out.push(words(line));
        }
    }
    out.join("\n")
}

fn words(line: &str) -> String {
    let (mut out, mut rest) = (String::with_capacity(line.len()), line);
    while let Some(c) = rest.chars().next() {
        let after = &rest[c.len_utf8()..];
        match c {
            '\\' if after.starts_with(|next: char| next.is_ascii_punctuation()) => {
                out.push_str(&after[..1]);
                rest = &after[1..];
            }
            '`' if after.contains('`') => {
                let (code, beyond) = after.split_once('`').unwrap_or((after, ""));
                out.push_str(code);
                rest = beyond;
            }
            '*' if after.starts_with('*') => rest = &after[1..],
            _ => {
                out.push(c);
                rest = after;
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn marks_go_and_everything_that_was_meant_stays() {
        let text = "**Replace `a*b` with `**`** did \\_not\\_ land: 2 * 3 is `6`\n\n```rust\nlet **x** = `1`;\n```\nlone ` tick";
        assert_eq!(
            plain(text),
            "Replace a*b with ** did _not_ land: 2 * 3 is 6\n\nlet **x** = `1`;\nlone ` tick"
        );
    }
}
