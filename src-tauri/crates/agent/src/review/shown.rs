//! How much of a change a reviewer is shown.

/// Most characters of a diff, whatever the model could hold: what is longer is read by nobody with care.
const MOST: usize = 120_000;
/// Of a model of unknown size.
const WINDOW: u64 = 32_768;
/// Tokens of everything that is not the diff: the question, the task, the answer.
const REST: u64 = 8_000;
/// Characters a token stands for, at least. Code has short ones.
const PER_TOKEN: u64 = 3;

/// A diff as a reviewer sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    pub text: String,
    /// Only its ends.
    pub cut: bool,
}

/// Two thirds from the beginning and one from the end, in whole lines, when the diff is too long for a model that
/// holds `window` tokens.
pub fn shown(diff: &str, window: Option<u64>) -> Shown {
    let room = window.unwrap_or(WINDOW).saturating_sub(REST).max(1_000).saturating_mul(PER_TOKEN);
    let most = usize::try_from(room).unwrap_or(MOST).min(MOST);
    if diff.len() <= most {
        return Shown { text: diff.to_owned(), cut: false };
    }
    let (mut head, mut tail) = (most / 3 * 2, diff.len() - most / 3);
    while !diff.is_char_boundary(head) {
        head -= 1;
    }
    while !diff.is_char_boundary(tail) {
        tail += 1;
    }
    // A line that is longer than all there is room for is cut inside.
    let head = diff[..head].rfind('\n').map_or(head, |at| at + 1);
    let tail = diff[tail..].find('\n').map_or(tail, |at| tail + at + 1);
    let left_out = diff[head..tail].lines().count();
    let text = format!("{}[… {left_out} lines of the diff left out …]\n{}", &diff[..head], &diff[tail..]);
    Shown { text, cut: true }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_diff_is_shown_whole_and_of_a_long_one_whole_lines_of_its_ends() {
        let short = shown("+a\n-b\n", None);
        assert_eq!(short, Shown { text: "+a\n-b\n".into(), cut: false });
        let long: String = (0..50_000).map(|n| format!("+line ä {n}\n")).collect();
        let ends = shown(&long, Some(9_000));
        assert!(ends.cut && ends.text.len() < 4_000, "{}", ends.text.len());
        assert!(ends.text.starts_with("+line ä 0\n") && ends.text.ends_with("+line ä 49999\n"));
        assert!(ends.text.lines().all(|line| line.starts_with("+line") || line.starts_with("[…")));
        assert!(shown(&long, Some(10_000_000)).text.len() <= MOST + 100, "no model is shown more");
        assert!(shown(&"ä".repeat(500_000), None).cut, "a single line too");
    }
}
