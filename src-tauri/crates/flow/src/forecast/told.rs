//! Live work as it is told to a planner: bounded, one line each.

/// One piece of live work.
#[derive(Debug, Clone)]
pub struct Line {
    pub title: String,
    pub state: String,
    /// Write globs of its plan.
    pub globs: Vec<String>,
    /// Files its commits changed.
    pub changed: Vec<String>,
}

const LINES: usize = 12;
const EACH: usize = 8;
const TITLE: usize = 100;
const PATH: usize = 120;

/// One line for each, the rest counted; empty when there is none.
pub fn told(live: &[Line]) -> String {
    let mut lines: Vec<String> = live.iter().take(LINES).map(line).collect();
    if live.len() > LINES {
        lines.push(format!("- and {} more", live.len() - LINES));
    }
    lines.join("\n")
}

fn line(work: &Line) -> String {
    let list = |paths: &[String]| {
        let shown: Vec<String> = paths.iter().take(EACH).map(|path| cut(path, PATH)).collect();
        let more = paths.len().saturating_sub(EACH);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        format!("{}{more}", shown.join(", "))
    };
    let where_ = match (work.changed.is_empty(), work.globs.is_empty()) {
        (false, _) => format!("; changes {}", list(&work.changed)),
        (true, false) => format!("; may write {}", list(&work.globs)),
        (true, true) => String::new(),
    };
    format!("- {} ({}){where_}", cut(&work.title, TITLE), work.state)
}

/// One line of at most so many characters.
fn cut(text: &str, most: usize) -> String {
    let plain: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(most).collect();
    if text.chars().count() > most { format!("{plain}…") } else { plain }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_told_is_bounded_whatever_there_is() {
        let one = Line {
            title: "x\ny".repeat(500),
            state: "claimed".into(),
            globs: vec!["a".repeat(5_000); 64],
            changed: Vec::new(),
        };
        let text = told(&vec![one; 200]);
        assert_eq!(text.lines().count(), LINES + 1);
        assert!(text.ends_with("- and 188 more"), "{text}");
        assert!(text.len() < 20_000);
    }

    #[test]
    fn what_was_changed_says_more_than_what_was_planned() {
        let line = Line {
            title: "Fix it".into(),
            state: "waiting_approval".into(),
            globs: vec!["src/**".into()],
            changed: vec!["src/a.rs".into()],
        };
        assert_eq!(told(&[line]), "- Fix it (waiting_approval); changes src/a.rs");
        assert_eq!(told(&[]), "");
    }
}
