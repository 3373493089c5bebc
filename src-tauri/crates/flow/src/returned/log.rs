//! A check's output, shortened to what tells why it failed.

/// Most characters of a shortened output.
pub const LOG: usize = 6_000;
/// Of these, most for lines from before the end that tell of an error.
const EARLY: usize = 2_000;
/// Lines kept around one that tells of an error.
const AROUND: (usize, usize) = (0, 4);
/// Longest line; what is beyond is cut.
const LINE: usize = 400;

/// The first lines that tell of an error, then the end.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Trimmed {
    pub text: String,
    /// Lines that are in neither.
    pub left_out: u32,
}

/// Shortens an output without colours to at most [`LOG`] characters.
pub fn trimmed(output: &str) -> Trimmed {
    let lines: Vec<String> = output.trim_end().lines().map(short).collect();
    let size = |line: &String| line.chars().count() + 1;
    let whole: usize = lines.iter().map(size).sum();
    if whole <= LOG {
        let left_out = lines.iter().filter_map(|line| gap_of(line)).sum();
        return Trimmed { text: lines.join("\n"), left_out };
    }
    let early = early(&lines, size);
    let spent: usize = early.iter().filter_map(|at| lines.get(*at)).map(size).sum();
    let mut left = LOG.saturating_sub(spent + 20 * (early.len() + 1));
    let mut from = lines.len();
    while let Some(line) = from.checked_sub(1).and_then(|at| lines.get(at)) {
        if size(line) > left {
            break;
        }
        left -= size(line);
        from -= 1;
    }
    let mut text: Vec<String> = Vec::new();
    let (mut last, mut left_out) = (None, 0);
    for at in early.iter().copied().filter(|at| *at < from).chain(from..lines.len()) {
        let gap = last.map_or(at, |last: usize| at - last - 1);
        if gap > 0 {
            left_out += u32::try_from(gap).unwrap_or(u32::MAX);
            text.push(format!("… {gap} lines …"));
        }
        text.extend(lines.get(at).cloned());
        last = Some(at);
    }
    Trimmed { text: text.join("\n"), left_out }
}

/// How many lines a line stands for, in an output that was shortened before.
fn gap_of(line: &str) -> Option<u32> {
    line.strip_prefix("… ")?.strip_suffix(" lines …")?.parse().ok()
}

/// The lines from the first that tells of an error on, as far as there is room.
fn early(lines: &[String], size: impl Fn(&String) -> usize) -> Vec<usize> {
    let (mut kept, mut room): (Vec<usize>, usize) = (Vec::new(), EARLY);
    for (at, _) in lines.iter().enumerate().filter(|(_, line)| tells(line)) {
        for near in at.saturating_sub(AROUND.0)..=(at + AROUND.1).min(lines.len() - 1) {
            if kept.last().is_some_and(|last| *last >= near) {
                continue;
            }
            let Some(line) = lines.get(near) else { break };
            if size(line) > room {
                return kept;
            }
            room -= size(line);
            kept.push(near);
        }
    }
    kept
}

/// Whether a line tells of an error, as compilers and test runners write them.
fn tells(line: &str) -> bool {
    let line = line.trim_start();
    let lower = line.to_lowercase();
    if ["0 errors", "no errors", "0 failed", "error: 0", "errors: 0"].iter().any(|fine| lower.contains(fine))
    {
        return false;
    }
    let begins =
        ["error", "fail", "panic", "fatal", "e   ", "not ok", "✗", "✕", "✖", "traceback", "thread '"];
    begins.iter().any(|word| lower.starts_with(word))
        || [
            ": error",
            "error:",
            "error[",
            "assertionerror",
            "panicked at",
            "--- fail",
            "failed:",
            "exception:",
        ]
        .iter()
        .any(|word| lower.contains(word))
}

fn short(line: &str) -> String {
    match line.char_indices().nth(LINE) {
        Some((at, _)) => format!("{}…", line.get(..at).unwrap_or_default()),
        None => line.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_output_stays_whole() {
        assert_eq!(trimmed("one\ntwo\n"), Trimmed { text: "one\ntwo".into(), left_out: 0 });
        assert_eq!(trimmed(""), Trimmed::default());
    }

    #[test]
    fn of_a_long_output_the_first_error_and_the_end_are_kept() {
        let mut lines: Vec<String> = (0..5_000).map(|n| format!("compiling part {n} of many")).collect();
        lines[200] = "error[E0308]: mismatched types".into();
        lines[201] = " --> src/lib.rs:7:5".into();
        lines.push("2 tests failed".into());
        let short = trimmed(&lines.join("\n"));
        assert!(short.text.chars().count() <= LOG, "{}", short.text.chars().count());
        assert!(short.text.contains("error[E0308]: mismatched types\n --> src/lib.rs:7:5"), "{}", short.text);
        assert!(
            short.text.starts_with("… 200 lines …\nerror") && short.text.ends_with("2 tests failed"),
            "{}",
            short.text
        );
        let shown = short.text.lines().filter(|line| gap_of(line).is_none()).count();
        assert_eq!(shown + short.left_out as usize, lines.len(), "every line is shown or counted");
        assert_eq!(trimmed(&short.text), short, "what is short stays as it is");
    }

    #[test]
    fn an_output_that_is_one_endless_line_or_all_errors_is_bounded() {
        assert!(trimmed(&"x".repeat(1 << 20)).text.chars().count() <= LINE + 1);
        let many = "error: again, and at some length so that it adds up\n".repeat(10_000);
        assert!(trimmed(&many).text.chars().count() <= LOG);
        assert!(trimmed(&"é→\n".repeat(100_000)).text.chars().count() <= LOG);
    }

    #[test]
    fn a_line_that_says_that_nothing_failed_is_no_error() {
        assert!(!tells("test result: ok. 12 passed; 0 failed"));
        assert!(!tells("0 errors, 3 warnings"));
        assert!(tells("src/a.ts(3,1): error TS2304: Cannot find name"));
        assert!(tells("--- FAIL: TestSum (0.00s)"));
    }
}
