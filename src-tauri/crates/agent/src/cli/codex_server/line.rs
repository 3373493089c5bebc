//! The line a model wrote, out of the one Codex makes of it: `/bin/bash -lc 'echo a > b'`.

/// What stands inside a call of a shell that is nothing but that; anything else as it is.
pub(super) fn spoken(line: &str) -> String {
    match words(line).as_deref() {
        Some([shell, flag, inner]) if is_shell(shell) && matches!(flag.as_str(), "-c" | "-lc") => {
            inner.clone()
        }
        _ => line.to_owned(),
    }
}

fn is_shell(program: &str) -> bool {
    matches!(program.rsplit('/').next(), Some("bash" | "sh" | "zsh"))
}

/// A line taken apart as a shell would that expands nothing; none where a shell would do more than that.
fn words(line: &str) -> Option<Vec<String>> {
    let (mut words, mut word, mut quoted) = (Vec::new(), String::new(), false);
    let mut rest = line.chars();
    while let Some(c) = rest.next() {
        match c {
            '\'' => {
                quoted = true;
                word.push_str(&until_quote(&mut rest)?);
            }
            '"' => {
                quoted = true;
                loop {
                    match rest.next()? {
                        '"' => break,
                        '$' | '`' => return None,
                        '\\' => match rest.next()? {
                            '\n' => {}
                            c @ ('"' | '\\' | '$' | '`') => word.push(c),
                            c => word.extend(['\\', c]),
                        },
                        c => word.push(c),
                    }
                }
            }
            '\\' => word.push(rest.next()?),
            ' ' => {
                if quoted || !word.is_empty() {
                    words.push(std::mem::take(&mut word));
                    quoted = false;
                }
            }
            c if c.is_whitespace() || "$`;&|<>()*?#~{}[]!".contains(c) => return None,
            c => word.push(c),
        }
    }
    if quoted || !word.is_empty() {
        words.push(word);
    }
    Some(words)
}

fn until_quote(rest: &mut std::str::Chars<'_>) -> Option<String> {
    let mut inner = String::new();
    loop {
        match rest.next()? {
            '\'' => return Some(inner),
            c => inner.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_inside_a_shell_is_told_as_the_model_wrote_it() {
        for (line, inner) in [
            ("/bin/bash -lc 'cat a'", "cat a"),
            ("/bin/bash -lc ls", "ls"),
            ("bash -c \"echo 'x' > b\"", "echo 'x' > b"),
            (r#"/bin/bash -lc "sed -i 's/a/\"b\"/' x""#, r#"sed -i 's/a/"b"/' x"#),
            (r#"/bin/bash -lc 'a "'"'"'" b'"#, r#"a "'" b"#),
            (r#"/bin/bash -lc "printf '"'echo $(($1 + $2))'"' > x""#, "printf 'echo $(($1 + $2))' > x"),
        ] {
            assert_eq!(spoken(line), inner, "{line}");
        }
    }

    #[test]
    fn what_is_more_than_that_stays_whole() {
        for line in [
            "cat a",
            "/bin/bash -lc 'a' b",
            "/bin/bash -lc a; rm -r b",
            "/bin/bash -lc \"$(rm b)\"",
            "/bin/bash -lc 'open",
            "python -c 'x'",
            "/bin/bash\n-lc a",
            "/bin/bash -lc {a,b}",
            "",
        ] {
            assert_eq!(spoken(line), line);
        }
    }
}
