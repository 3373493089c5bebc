//! Text from elsewhere inside messages, which are markdown.

/// `text` between fences longer than any run of backticks inside it, so that nothing in it can close them.
/// `language` follows the opening fence and may be empty.
pub fn fenced(language: &str, text: &str) -> String {
    let (mut longest, mut run) = (0, 0);
    for c in text.chars() {
        run = if c == '`' { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    let fence = "`".repeat((longest + 1).max(3));
    format!("{fence}{language}\n{}\n{fence}", text.trim_end())
}

#[cfg(test)]
mod tests {
    use super::fenced;

    #[test]
    fn nothing_inside_closes_the_fence() {
        assert_eq!(fenced("", "a\n\n"), "```\na\n```");
        assert_eq!(fenced("diff", "+````\n+x\n"), "`````diff\n+````\n+x\n`````");
    }
}
