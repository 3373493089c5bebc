//! What whoever mends a change is told, and what people are.

use protocol::returned::{Beside, CameBack, ConflictedFile, WayOut};
use std::fmt::Write as _;

/// Most characters of the text a job is given.
const CONTEXT: usize = 12_000;

/// The first sentence is the reason as it is shown; then all that is known, for whoever mends it.
pub fn context(reason: &str, target: &str, back: &CameBack) -> String {
    let mut text = reason.trim_end().to_owned();
    if !back.files.is_empty() {
        let _ = write!(
            text,
            "\n\nBelow, “{target}” is what the branch has now, “before” what both began from, and “yours” what your \
             change wants. Keep what both want; do not undo the other side."
        );
    }
    for file in &back.files {
        push_file(&mut text, target, file);
    }
    if back.more_files > 0 {
        let _ = write!(text, "\n\n{} more files conflict.", back.more_files);
    }
    if let Some(check) = &back.check {
        let _ = write!(text, "\n\nThe check “{}” is `{}`. ", check.name, check.run.join(" "));
        text.push_str(match check.passed_alone {
            true => "Your change passed its own validation before it met the branch, so look at what the two do to each other.",
            false => "Your change was handed over without having passed a validation of its own.",
        });
        let _ = write!(text, "\n\n```\n{}\n```", check.log);
    }
    if !back.beside.is_empty() {
        text.push_str(match back.files.is_empty() {
            true => "\n\nOn the branch since your change was begun:",
            false => "\n\nWhat changed these files on the branch:",
        });
        for one in &back.beside {
            let _ = write!(text, "\n- {}", beside(one));
        }
    }
    bounded(text)
}

fn push_file(text: &mut String, target: &str, file: &ConflictedFile) {
    let _ = write!(text, "\n\n{}: {}", file.path, file.said);
    for clash in &file.clashes {
        let _ = write!(text, "\n\nLine {}:", clash.line);
        let _ = write!(text, "\n“{target}”:\n```\n{}\n```", clash.ours);
        if let Some(base) = &clash.base {
            let _ = write!(text, "\n“before”:\n```\n{base}\n```");
        }
        let _ = write!(text, "\n“yours”:\n```\n{}\n```", clash.theirs);
        if clash.cut {
            text.push_str("\n(There is more of it.)");
        }
    }
    if file.more > 0 {
        let _ = write!(text, "\n\n{} more places in this file.", file.more);
    }
}

fn beside(one: &Beside) -> String {
    let commit = one.commit.get(..10).unwrap_or(&one.commit);
    format!("{commit} {}", one.title)
}

fn bounded(text: String) -> String {
    match text.char_indices().nth(CONTEXT) {
        Some((at, _)) => format!("{}\n…", text.get(..at).unwrap_or_default()),
        None => text,
    }
}

/// What a person is told of an entry that waits for them, after its reason: what was tried, and what can be done.
pub fn story(tries: u32, ways: &[WayOut]) -> String {
    let mut told = Vec::new();
    match tries {
        0 => {}
        1 => told.push("It was mended once by itself, and came back.".to_owned()),
        tries => told.push(format!("It was mended {tries} times by itself, and came back each time.")),
    }
    let ways: Vec<&str> = ways
        .iter()
        .map(|way| match way {
            WayOut::Agent => "hand it to an agent",
            WayOut::TakeOver => "take it over yourself",
            WayOut::Retry => "try it again as it is",
            WayOut::Drop => "drop it",
        })
        .collect();
    let what_now = match ways.split_last() {
        None => String::new(),
        Some((only, [])) => format!("What now: {only}. "),
        Some((last, others)) => format!("What now: {}, or {last}. ", others.join(", ")),
    };
    told.push(format!("{what_now}Its commit is kept, and nothing else waits for it."));
    told.join("\n\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::returned::{Clash, FailedCheck};

    fn conflict() -> CameBack {
        CameBack {
            code: "merge.conflict".into(),
            onto: None,
            files: vec![ConflictedFile {
                path: "a.txt".into(),
                said: "Both sides changed the same lines.".into(),
                clashes: vec![Clash {
                    line: 3,
                    ours: "red".into(),
                    base: Some("white".into()),
                    theirs: "blue".into(),
                    cut: false,
                }],
                more: 2,
            }],
            more_files: 0,
            check: None,
            beside: vec![Beside {
                commit: "0123456789abcdef".into(),
                title: "paint it red".into(),
                entry_id: None,
            }],
        }
    }

    #[test]
    fn a_conflict_shows_both_sides_what_they_began_from_and_who_brought_the_other() {
        let text = context("It conflicts.", "main_agents", &conflict());
        for part in [
            "It conflicts.",
            "a.txt",
            "Line 3",
            "red",
            "white",
            "blue",
            "2 more places",
            "0123456789 paint it red",
        ] {
            assert!(text.contains(part), "{part} in {text}");
        }
    }

    #[test]
    fn a_failed_check_is_told_with_its_command_its_log_and_whether_the_change_was_fine_alone() {
        let check = FailedCheck {
            name: "tests".into(),
            run: vec!["cargo".into(), "test".into()],
            tree: "t".into(),
            log: "error: no".into(),
            left_out: 0,
            passed_alone: true,
        };
        let back = CameBack { files: Vec::new(), check: Some(check), ..conflict() };
        let text = context("The check failed.", "main_agents", &back);
        for part in ["`cargo test`", "passed its own validation", "error: no", "On the branch since"] {
            assert!(text.contains(part), "{part} in {text}");
        }
    }

    #[test]
    fn however_much_clashes_the_text_is_bounded() {
        let mut back = conflict();
        back.files = vec![back.files[0].clone(); 2_000];
        assert!(context("It conflicts.", "main_agents", &back).chars().count() <= CONTEXT + 2);
    }

    #[test]
    fn a_person_is_told_what_was_tried_and_what_can_be_done() {
        let told = story(2, &[WayOut::Agent, WayOut::Drop]);
        assert!(
            told.contains("mended 2 times") && told.contains("hand it to an agent, or drop it."),
            "{told}"
        );
        assert!(!story(0, &[WayOut::Drop]).contains("mended"));
    }
}
