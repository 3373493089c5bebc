//! The title and body that are proposed for a pull request, from facts: what landed, and what was reported of it.

/// Longest title; forges cut longer ones in lists.
const TITLE: usize = 72;
const LINES: usize = 30;
/// Most of what the crew reported.
const NOTES: usize = 1_500;

/// What is known of the work.
#[derive(Debug, Clone, Default)]
pub struct Work<'a> {
    /// Subjects of the commits beyond the base, newest first.
    pub subjects: &'a [String],
    /// Titles of what landed through the queue and is among them, newest first.
    pub landed: &'a [String],
    /// What the crew reported of what landed, oldest first.
    pub reports: &'a [Report],
    /// What assistants said last, oldest first; looked at where nothing was reported.
    pub said: &'a [String],
    pub session: &'a str,
}

/// The words a job ended with.
#[derive(Debug, Clone)]
pub struct Report {
    /// Of what landed.
    pub title: String,
    /// As the job's worker gave it; may be empty or no more than the title.
    pub text: String,
}

pub fn title(work: &Work<'_>) -> String {
    let named = if work.landed.is_empty() { work.subjects } else { work.landed };
    let text = match named {
        [] => format!("Changes of {}", work.session),
        [only] => only.clone(),
        [newest, more @ ..] => format!("{newest} and {} more", more.len()),
    };
    if text.chars().count() <= TITLE {
        return one_line(&text);
    }
    let room = TITLE - 1;
    let cut: String = one_line(&text).chars().take(room).collect();
    let cut = cut.rsplit_once(' ').map_or(cut.as_str(), |(kept, _)| kept);
    format!("{}…", cut.trim_end_matches([',', '.', ':', ';', ' ']))
}

pub fn body(work: &Work<'_>) -> String {
    let mut out = String::new();
    let mut seen = std::collections::BTreeSet::new();
    let lines: Vec<String> =
        work.subjects.iter().map(|line| one_line(line)).filter(|line| seen.insert(line.clone())).collect();
    if !lines.is_empty() {
        out.push_str("## What changed\n\n");
        for line in lines.iter().take(LINES) {
            out.push_str(&format!("- {line}\n"));
        }
        if lines.len() > LINES {
            out.push_str(&format!("- and {} more\n", lines.len() - LINES));
        }
    }
    if let Some(notes) =
        reported(work.reports).or_else(|| notes(work.said.iter().map(|text| tame(text.trim()))))
    {
        if !out.is_empty() {
            out.push('\n');
        }
        out.push_str(&format!("## Notes\n\n{notes}\n"));
    }
    out
}

/// What was reported, each under its title; a report that only repeats the title says nothing.
fn reported(reports: &[Report]) -> Option<String> {
    let says = |report: &&Report| !report.text.trim().is_empty() && report.text.trim() != report.title.trim();
    let text = |report: &Report| format!("**{}**\n\n{}", one_line(&report.title), tame(report.text.trim()));
    notes(reports.iter().filter(says).map(text))
}

/// The newest texts that fit, in order. Mentions and closing words would act on the forge by themselves.
fn notes(texts: impl DoubleEndedIterator<Item = String>) -> Option<String> {
    let (mut kept, mut length) = (Vec::new(), 0);
    for text in texts.rev().filter(|text| !text.is_empty()) {
        let size = text.chars().count();
        if length + size > NOTES {
            if kept.is_empty() {
                kept.push(format!("{}…", text.chars().take(NOTES).collect::<String>()));
            }
            break;
        }
        length += size;
        kept.push(text);
    }
    kept.reverse();
    (!kept.is_empty()).then(|| kept.join("\n\n"))
}

fn one_line(text: &str) -> String {
    let line = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let line: String = line.trim().chars().filter(|c| !c.is_control()).collect();
    tame(&line)
}

/// `@name` notifies people, `fixes #1` closes issues, and `fixes` with the whole address of one does, too: none of it
/// happens because a text of the crew has it. An address in a line that closes nothing stays one to follow.
fn tame(text: &str) -> String {
    text.split_inclusive('\n').map(tame_line).collect()
}

fn tame_line(text: &str) -> String {
    let lower = text.to_lowercase();
    let may_close = CLOSES.iter().any(|word| lower.contains(word));
    let mut out = String::with_capacity(text.len());
    let mut before = ' ';
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        out.push(c);
        let next = chars.peek().copied().unwrap_or(' ');
        let mentions = c == '@' && !before.is_alphanumeric() && (next.is_alphanumeric() || next == '-');
        let closes = c == '#' && next.is_ascii_digit();
        // `…/issues/12`, `…/pull/12`, `…/merge_requests/12`.
        let addresses =
            may_close && c == '/' && next.is_ascii_digit() && KINDS.iter().any(|kind| out.ends_with(kind));
        if mentions || closes || addresses {
            out.push('\u{200c}');
        }
        before = c;
    }
    out
}

/// Beginnings of the words that forges close things by.
const CLOSES: [&str; 4] = ["clos", "fix", "resolv", "implement"];
/// What stands before the number in the address of something a text can close.
const KINDS: [&str; 6] =
    ["/issues/", "/pull/", "/pulls/", "/pull-requests/", "/merge_requests/", "/work_items/"];

#[cfg(test)]
mod tests {
    use super::*;

    fn report(title: &str, text: &str) -> Report {
        Report { title: title.into(), text: text.into() }
    }

    fn texts(all: &[&str]) -> Vec<String> {
        all.iter().map(|text| (*text).to_owned()).collect()
    }

    #[test]
    fn the_title_names_what_landed() {
        let title = |subjects: &[&str], landed: &[&str]| {
            title(&Work {
                subjects: &texts(subjects),
                landed: &texts(landed),
                session: "dev",
                ..Work::default()
            })
        };
        assert_eq!(title(&[], &[]), "Changes of dev");
        assert_eq!(title(&["Round prices\n\nlong"], &[]), "Round prices");
        assert_eq!(title(&["b", "a"], &["Round prices", "Add tests", "Rename"]), "Round prices and 2 more");
        let long = title(&[&"word ".repeat(40)], &[]);
        assert!(long.chars().count() <= TITLE && long.ends_with("word…"), "{long}");
    }

    #[test]
    fn the_body_has_every_subject_once_and_the_newest_words_that_fit() {
        let subjects: Vec<String> = (0..40).map(|n| format!("Change {}", n / 2 * 2)).collect();
        let reports = [
            report("Old", "Was done long ago."),
            report("Long", &"x".repeat(1_440)),
            report("Round prices", "Halves go up now."),
            report("Add tests", " Add tests\n"),
            report("Nothing said", " "),
        ];
        let body = body(&Work { subjects: &subjects, reports: &reports, session: "dev", ..Work::default() });
        assert_eq!(body.matches("- Change 2\n").count(), 1);
        assert!(body.contains("## Notes\n\n**Long**\n\nxxx"), "{body}");
        assert!(
            body.ends_with("**Round prices**\n\nHalves go up now.\n"),
            "what says no more is left out: {body}"
        );
        assert!(!body.contains("long ago"), "{body}");
        let said = texts(&["old", &"x".repeat(1_480), "**Round prices** landed."]);
        let body = |reports| super::body(&Work { reports, said: &said, ..Work::default() });
        assert!(!body(&reports[..]).contains("landed."), "what was reported comes first");
        let without = body(&reports[3..]);
        assert!(
            without.contains("## Notes") && without.contains("landed.") && !without.contains("old"),
            "{without}"
        );
        assert!(super::body(&Work::default()).is_empty());
    }

    #[test]
    fn nobody_is_notified_and_nothing_is_closed_by_a_text_of_the_crew() {
        let said = "Thanks @ada, fixes #12; mail ada@example.com, C# and #heading";
        let body = body(&Work { reports: &[report("Thank @bob", said)], ..Work::default() });
        assert!(!body.contains("@bob"), "{body}");
        assert!(!body.contains("@ada,") && !body.contains("#12"), "{body}");
        assert!(body.contains("ada@example.com") && body.contains("#heading"), "{body}");
        for (host, kind) in
            [("github.com", "issues"), ("github.com", "pull"), ("gitlab.com", "-/merge_requests")]
        {
            let address = format!("https://{host}/ada/boats/{kind}/12");
            let tamed = tame(&format!("See {address}\nFixes: {address}"));
            let (see, fixes) = tamed.split_once('\n').unwrap();
            assert_eq!(see, format!("See {address}"), "it is one to follow");
            assert!(!fixes.contains(&address), "{fixes}");
        }
    }
}
