//! What was and was not verified of a finished job, and apart from that what a model thinks of it.

use crate::plain::plain;
use protocol::job::{CheckResult, Job, VerifiedLine};
use protocol::review::{Review, ReviewQuestion};

/// Both, as `pilothouse job show` prints them.
pub(super) fn show(job: &Job) {
    let Some(result) = &job.result else { return };
    if let Some(verified) = job.verified {
        say!("  Verified  {}", if verified { "yes" } else { "no" });
    }
    let lines: Vec<VerifiedLine> = serde_json::from_value(result["verification"].clone()).unwrap_or_default();
    for line in &lines {
        say!("{}", checked(line));
    }
    if let Ok(review) = serde_json::from_value::<Review>(result["review"].clone()) {
        for line in opinion(&review) {
            say!("{line}");
        }
    }
}

fn checked(line: &VerifiedLine) -> String {
    let sign = match line.result {
        CheckResult::Passed => "passed     ",
        CheckResult::Failed => "failed     ",
        CheckResult::NotChecked => "not checked",
    };
    let first = line.detail.as_deref().and_then(|detail| detail.lines().next());
    let detail = first.map(|first| format!(" ({})", plain(first))).unwrap_or_default();
    format!("    {sign} {}{detail}", plain(&line.what))
}

/// A reviewer's words are no Markdown, and its lines are bounded where they are stored.
fn opinion(review: &Review) -> Vec<String> {
    let said = review.verdict.map_or("none", |verdict| verdict.as_str());
    let mut lines = vec![format!("  Opinion   {said} ({}): a model's opinion, not proof", review.model)];
    for mark in &review.marks {
        let question = match mark.question {
            ReviewQuestion::Asked => "does what was asked",
            ReviewQuestion::Only => "does only that",
            ReviewQuestion::Tests => "tests mean something",
            ReviewQuestion::Safe => "nothing risky or surprising",
        };
        let place = mark.place.as_deref().map(|place| format!(" [{place}]")).unwrap_or_default();
        lines.push(format!("    {} of 3 {question}: {}{place}", mark.score, mark.why));
    }
    let rest = [review.problem.as_deref(), review.led_to.as_deref()].into_iter().flatten();
    lines.extend(rest.map(|text| format!("    {text}")));
    if review.cut {
        lines.push("    It saw only the ends of the change.".to_owned());
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_opinion_is_told_apart_and_as_no_proof() {
        let review: Review = serde_json::from_value(serde_json::json!({
            "model": "m", "verdict": "concerns", "cut": true, "ledTo": "One more round.",
            "marks": [{ "question": "asked", "score": 1, "why": "Half of it.", "place": "a.rs:4" }]
        }))
        .unwrap();
        assert_eq!(
            opinion(&review),
            [
                "  Opinion   concerns (m): a model's opinion, not proof",
                "    1 of 3 does what was asked: Half of it. [a.rs:4]",
                "    One more round.",
                "    It saw only the ends of the change.",
            ]
        );
        let line = VerifiedLine {
            what: "cargo test".into(),
            result: CheckResult::NotChecked,
            detail: Some("No.\nMore.".into()),
        };
        assert_eq!(checked(&line), "    not checked cargo test (No.)");
    }
}
