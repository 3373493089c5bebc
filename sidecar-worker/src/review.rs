//! A reviewer's opinion on a change that passed our own gate, before it is handed over.
//!
//! It is advice and nothing else: it takes no part in what is verified, and a reviewer that is down, slow, unreadable or
//! over its budget costs the job nothing but a sentence in its result. What the change itself says to its reviewer can
//! at most become words of an opinion.

use crate::gate::Judged;
use crate::life::Attempt;
use agent::Secret;
use agent::TokioPace;
use agent::model::{Endpoint, ModelClient, ModelError, Timeouts};
use agent::prompt::Prompts;
use agent::review::{Change, Opinion, ReviewProblem, ask, shown};
use host::redact::Redactor;
use protocol::job::{CheckResult, ReviewerGround};
use protocol::review::{Review, ReviewVerdict};
use std::time::Duration;

/// Opinions of one attempt.
const MOST: u32 = 2;
/// The share of the time that is left which a reviewer may have.
const SHARE: u32 = 3;
/// Files that are named to it.
const FILES: usize = 2_000;

/// What reviewers were asked in one attempt.
#[derive(Default)]
pub(crate) struct Reviewer {
    asked: u32,
}

impl Reviewer {
    /// What it thinks of a commit; none where no reviewer is set.
    pub(crate) async fn opinion(
        &mut self,
        attempt: &Attempt<'_>,
        sha: &str,
        judged: &Judged,
    ) -> Option<Review> {
        let ground = attempt.ground.reviewer.as_ref()?;
        let nothing = Review {
            model: ground.model.model.clone(),
            verdict: None,
            marks: Vec::new(),
            problem: None,
            cut: false,
            led_to: None,
        };
        if self.asked >= MOST {
            let problem = "It was asked twice about earlier forms of this change, and not again.".to_owned();
            return Some(Review { problem: Some(problem), ..nothing });
        }
        self.asked += 1;
        attempt.journal.say(format!("Asking {} for its opinion.", ground.model.model)).await;
        let review = match change(attempt, ground, sha, judged).await {
            Ok(change) => {
                let cut = change.diff.cut;
                match heard(attempt, ground, &change).await {
                    Ok(Opinion { verdict, marks }) => {
                        Review { verdict: Some(verdict), marks, cut, ..nothing }
                    }
                    Err(problem) => Review { problem: Some(problem), ..nothing },
                }
            }
            Err(error) => {
                Review { problem: Some(format!("It could not be shown the change: {error:#}.")), ..nothing }
            }
        };
        attempt.journal.say(line(&review)).await;
        Some(review)
    }
}

/// What there is to mend, as the worker is told; none when it has no concerns.
pub(crate) fn concerns(review: &Review) -> Option<String> {
    if !matches!(review.verdict, Some(ReviewVerdict::Concerns | ReviewVerdict::Bad)) {
        return None;
    }
    let weak = review.marks.iter().filter(|mark| mark.score < 3);
    let lines: Vec<_> = weak
        .map(|mark| {
            let place = mark.place.as_deref().map(|place| format!(" ({place})")).unwrap_or_default();
            format!("{} {} of 3: {}{place}", mark.question, mark.score, mark.why)
        })
        .collect();
    (!lines.is_empty()).then(|| lines.join("\n"))
}

fn line(review: &Review) -> String {
    match (&review.verdict, &review.problem) {
        (Some(verdict), _) => format!("{} says: {verdict}. A model's opinion, not proof.", review.model),
        (None, Some(problem)) => format!("No opinion: {problem}"),
        (None, None) => "No opinion.".to_owned(),
    }
}

async fn change(
    attempt: &Attempt<'_>,
    ground: &ReviewerGround,
    sha: &str,
    judged: &Judged,
) -> anyhow::Result<Change> {
    let (bench, cancel) = (attempt.bench, &attempt.keeper.cancel);
    let base = bench.clone.base.to_string();
    let plain = ["diff", "--no-color", "--no-ext-diff", "--no-textconv"];
    let diff = bench.git(&[&plain[..], &[&base, sha]].concat(), cancel).await?;
    let names = bench.git(&[&plain[..], &["--name-only", "-z", &base, sha]].concat(), cancel).await?;
    let redactor = Redactor::default();
    let planning = &attempt.task.planning;
    let lines = judged.lines.iter().filter(|line| line.result != CheckResult::NotChecked);
    Ok(Change {
        instruction: redactor.text(&attempt.task.instruction),
        criteria: planning.acceptance_criteria.clone(),
        gate: lines.map(|line| format!("{}: {}", line.what, line.result)).collect(),
        diff: shown(&redactor.text(&host::ansi::strip(&diff)), ground.model.context_window),
        files: names.split('\0').filter(|name| !name.is_empty()).take(FILES).map(str::to_owned).collect(),
    })
}

/// Its opinion, or why there is none, as a sentence.
async fn heard(attempt: &Attempt<'_>, ground: &ReviewerGround, change: &Change) -> Result<Opinion, String> {
    let time = Duration::from_secs(ground.seconds).min(attempt.left() / SHARE);
    let endpoint = Endpoint {
        dialect: ground.model.dialect,
        base_url: ground.model.base_url.clone(),
        model: ground.model.model.clone(),
        api_key: Some(Secret::new(attempt.job_token)),
    };
    let model = ModelClient::new(endpoint, Timeouts::default()).map_err(|error| format!("{error}."))?;
    let prompts = Prompts::builtin().map_err(|error| format!("{error}."))?;
    let (pace, cancel) = (TokioPace::default(), &attempt.keeper.cancel);
    let asked = ask(&model, &prompts, change, &pace, cancel);
    match tokio::time::timeout(time, asked).await {
        Ok(Ok(opinion)) => Ok(opinion),
        Ok(Err(ReviewProblem::NotUnderstood { .. })) => {
            Err("The reviewer could not be understood.".to_owned())
        }
        Ok(Err(ReviewProblem::Model(ModelError::Budget { message, .. }))) => Err(message),
        Ok(Err(problem)) => Err(format!("The reviewer could not be asked: {problem}.")),
        Err(_) => Err(format!("The reviewer did not answer within {} s.", time.as_secs().max(1))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::review::{ReviewMark, ReviewQuestion};

    fn review(verdict: Option<ReviewVerdict>, scores: [u8; 4]) -> Review {
        let marks = ReviewQuestion::ALL.iter().zip(scores).map(|(question, score)| ReviewMark {
            question: *question,
            score,
            why: "why".into(),
            place: (*question == ReviewQuestion::Asked).then(|| "a.rs:1".to_owned()),
        });
        Review { model: "m".into(), verdict, marks: marks.collect(), problem: None, cut: false, led_to: None }
    }

    #[test]
    fn only_weak_marks_of_a_doubting_opinion_are_concerns() {
        let doubting = review(Some(ReviewVerdict::Concerns), [1, 3, 2, 3]);
        assert_eq!(concerns(&doubting).as_deref(), Some("asked 1 of 3: why (a.rs:1)\ntests 2 of 3: why"));
        assert_eq!(concerns(&review(Some(ReviewVerdict::Good), [0; 4])), None);
        assert_eq!(concerns(&review(Some(ReviewVerdict::Bad), [3; 4])), None, "it names nothing to mend");
        assert_eq!(concerns(&review(None, [0; 4])), None);
    }
}
