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
    let (mut out, mut rest, mut heavy) = (String::with_capacity(line.len()), line, false);
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
            '*' if after.starts_with('*')
                && (if heavy { closes(&out) } else { opens(&out, &after[1..]) }) =>
            {
                heavy = !heavy;
                rest = &after[1..];
            }
            _ => {
                out.push(c);
                rest = after;
            }
        }
    }
    out
}

/// Whether two stars between these begin something of weight. Those of patterns, `src/**` and `**/x`, do not.
fn opens(before: &str, after: &str) -> bool {
    let free = before.chars().next_back().is_none_or(|c| c.is_whitespace() || "(\"“".contains(c));
    free && after.contains("**") && !after.starts_with(|c: char| c.is_whitespace() || c == '/')
}

fn closes(before: &str) -> bool {
    !before.ends_with(|c: char| c.is_whitespace() || c == '/')
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

    #[test]
    fn the_stars_of_a_pattern_stay() {
        assert_eq!(plain("Replace foo with bar in src/**"), "Replace foo with bar in src/**");
        assert_eq!(
            plain("src/** and **/*.rs and lib/**/x: **done**"),
            "src/** and **/*.rs and lib/**/x: done"
        );
        assert_eq!(plain("**Replace foo in src/****: landed"), "Replace foo in src/**: landed");
    }
}
