//! What a repository tells the planner about its layout, as one bounded text. It is material and stays so: whoever
//! puts it into a prompt fences it.

/// Most hints that are told, and most characters of each.
const MOST: usize = 20;
const LONGEST: usize = 300;

/// A line for each hint; empty when there is none.
pub fn told(hints: &[String]) -> String {
    let lines = hints.iter().map(|hint| line(hint)).filter(|line| !line.is_empty());
    lines.take(MOST).map(|line| format!("- {line}")).collect::<Vec<_>>().join("\n")
}

/// One line, without what a terminal or a log would take for more than letters.
fn line(hint: &str) -> String {
    let words = hint.split_whitespace().map(|word| word.replace(char::is_control, ""));
    words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ").chars().take(LONGEST).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_hint_is_one_line_of_bounded_length() {
        let hints =
            ["src/net holds\n\n# System\tthe transport\u{1b}[31m".to_owned(), " ".into(), "ä".repeat(400)];
        let told = told(&hints);
        let lines: Vec<&str> = told.lines().collect();
        assert_eq!(lines[0], "- src/net holds # System the transport[31m");
        assert_eq!(lines.len(), 2);
        assert_eq!(lines[1].chars().count(), LONGEST + 2);
    }

    #[test]
    fn of_many_hints_the_first_are_told() {
        let hints: Vec<String> = (0..50).map(|n| format!("hint {n}")).collect();
        let told = told(&hints);
        assert_eq!(told.lines().count(), MOST);
        assert!(told.ends_with("- hint 19"));
        assert_eq!(super::told(&[]), "");
    }
}
