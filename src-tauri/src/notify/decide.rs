//! Which notification comes of what happened. Pure.

use std::collections::BTreeMap;

use protocol::WorkspaceId;
use protocol::approval::Approval;
use protocol::limit::{self, Stop};
use protocol::line;

use super::notice::{Kind, Notice, Question};
use crate::follow::{Ended, Fact, Link, Snapshot, What};
use crate::words::Words;
use crate::{asked, exactly};

/// More new questions at once than this are told by one notification.
const AT_ONCE: usize = 3;
/// Titles in one line.
const TITLES: usize = 3;

/// The key of a question's own notification, also where it was told together with others.
pub fn key_of(approval: &Approval) -> String {
    format!("question:{}", approval.id)
}

/// Notifications of questions that nobody was told of, oldest first.
pub fn questions(now: &Snapshot, was_told: impl Fn(&str) -> bool, words: Words) -> Vec<Notice> {
    let mut new: Vec<&Approval> = now.approvals.iter().filter(|one| !was_told(&key_of(one))).collect();
    new.reverse();
    if new.len() <= AT_ONCE {
        return new.into_iter().map(|one| question(one, now, words)).collect();
    }
    let titles =
        new.iter().rev().map(|one| exactly::shortened(&asked::sentence(one, words))).take(TITLES).collect();
    vec![Notice {
        key: format!("questions:{}", new[0].id),
        kind: Kind::NeedsYou,
        title: words.many_ask(),
        body: listed(titles, new.len(), words),
        page: "/approvals".into(),
        question: None,
        about: new.iter().map(|one| one.id.clone()).collect(),
    }]
}

fn question(approval: &Approval, now: &Snapshot, words: Words) -> Notice {
    let exactly = exactly::of(approval, words);
    let mut lines = vec![exactly.summary.clone()];
    lines.extend(exactly.lines);
    if !exactly.may_approve {
        lines.push(words.opens_to_read());
    }
    Notice {
        key: key_of(approval),
        kind: Kind::NeedsYou,
        title: words.asks(&exactly::shortened(now.name_of(approval.workspace_id.as_ref()))),
        body: lines.join("\n"),
        page: format!("/approvals/{}", approval.id),
        question: Some(Question {
            id: approval.id.clone(),
            hash: approval.hash.clone(),
            summary: exactly.summary,
            may_approve: exactly.may_approve,
        }),
        about: vec![approval.id.clone()],
    }
}

/// Whether what a notification asks is not asked any more. While the server is out of reach nobody knows.
pub fn is_over(notice: &Notice, now: &Snapshot) -> bool {
    now.link == Link::Up
        && !notice.about.is_empty()
        && !now.approvals.iter().any(|one| notice.about.contains(&one.id))
}

/// Landings of a workspace since its notification was last looked at: they are told together.
#[derive(Debug, Default)]
pub struct Landings(BTreeMap<WorkspaceId, Vec<String>>);

impl Landings {
    /// The notification with this key was closed or clicked.
    pub fn seen(&mut self, key: &str) {
        self.0.retain(|workspace, _| landed_key(workspace) != key);
    }
}

fn landed_key(workspace: &WorkspaceId) -> String {
    format!("landed:{workspace}")
}

pub fn fact(fact: &Fact, now: &Snapshot, landings: &mut Landings, words: Words) -> Notice {
    let plain = |kind, title: String, body: &str, page: String| Notice {
        key: format!("event:{}", fact.cursor),
        kind,
        title,
        body: body.lines().map(line::plain).collect::<Vec<_>>().join("\n"),
        page,
        question: None,
        about: Vec::new(),
    };
    match &fact.what {
        What::Landed { title, job, workspace } => {
            let name = exactly::shortened(now.name_of(Some(workspace)));
            let titles = landings.0.entry(workspace.clone()).or_default();
            titles.push(exactly::shortened(title));
            let (headline, page) = match titles.len() {
                1 => (words.landed_one(&name), format!("/jobs/{job}")),
                n => (words.landed_many(n, &name), "/queue".into()),
            };
            let shown = titles.iter().rev().take(TITLES).cloned().collect();
            let body = listed(shown, titles.len(), words);
            Notice { key: landed_key(workspace), ..plain(Kind::Finished, headline, &body, page) }
        }
        What::Reported { job, summary } => {
            let mut lines = summary.lines().filter(|line| !line.trim().is_empty());
            let title = exactly::shortened(lines.next().unwrap_or_default());
            plain(
                Kind::Finished,
                words.reported(&title),
                lines.next().unwrap_or_default(),
                format!("/jobs/{job}"),
            )
        }
        What::JobFailed { job, message, code } => {
            let (title, why) = message.split_once(": ").unwrap_or((message, ""));
            let title = exactly::shortened(title);
            let (kind, headline) = match limit::stopped(Stop::Job { code: code.as_deref() }) {
                true => (Kind::Limit, words.limit_job(&title)),
                false => (Kind::Failed, words.job_failed(&title)),
            };
            plain(kind, headline, why, format!("/jobs/{job}"))
        }
        What::CameBack { title, job, reason } => {
            plain(Kind::Failed, words.came_back(&exactly::shortened(title)), reason, format!("/jobs/{job}"))
        }
        What::Parked { title, job, reason, .. } => {
            plain(Kind::Failed, words.parked(&exactly::shortened(title)), reason, format!("/jobs/{job}"))
        }
        What::JobWaits { job, title, why } => {
            plain(Kind::Limit, words.limit_wait(&exactly::shortened(title)), why, format!("/jobs/{job}"))
        }
        What::Budget { standing, reached, job } => {
            let headline = if *reached { words.budget_reached() } else { words.budget_near() };
            let part = u128::from(standing.used) * 100 / u128::from(standing.limit.max(1));
            let page = job.as_ref().map_or("/queue".to_owned(), |job| format!("/jobs/{job}"));
            plain(Kind::Limit, headline, &words.budget_part(part, standing.scope, standing.measure), page)
        }
        What::RequestFailed { prompt, why, .. } => {
            let headline = words.limit_request(&exactly::shortened(prompt));
            plain(Kind::Limit, headline, why, now.page_of(fact.session.as_str()))
        }
        What::Published { head, detail, how } => {
            let head = exactly::shortened(head);
            let (kind, headline) = match how {
                Ended::Pushed { .. } => (Kind::Finished, words.pushed(&head)),
                Ended::Opened => (Kind::Finished, words.pr_opened(&head)),
                Ended::ByHand => (Kind::Finished, words.pr_by_hand(&head)),
                Ended::Failed => (Kind::Failed, words.not_published(&head)),
            };
            plain(kind, headline, detail, now.page_of(fact.session.as_str()))
        }
        What::WaitsForModel { understood, why } => {
            let body = if understood.trim().is_empty() { why } else { understood };
            plain(Kind::Limit, words.waits_for_model(), body, now.page_of(fact.session.as_str()))
        }
        What::WorkerTrouble { worker, in_row, cause } => {
            let headline = words.worker_trouble(&exactly::shortened(worker), *in_row);
            // One that goes on ending is one notification.
            let key = format!("worker:{worker}");
            Notice { key, ..plain(Kind::Worker, headline, cause, format!("/workers/{worker}")) }
        }
    }
}

fn listed(titles: Vec<String>, of: usize, words: Words) -> String {
    let more = of.saturating_sub(titles.len());
    let mut text = titles.join("\n");
    if more > 0 {
        text = format!("{text}\n{}", words.and_more(more));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exactly::tests::landing;
    use protocol::budget::{BudgetScope, BudgetStanding, Measure};
    use protocol::{JobId, SessionId};

    fn asking(ids: &[&str]) -> Snapshot {
        Snapshot {
            link: Link::Up,
            approvals: ids.iter().map(|id| landing(id)).collect(),
            ..Snapshot::default()
        }
    }

    fn happened(cursor: i64, what: What) -> Fact {
        Fact { cursor, session: SessionId::parse("dev").unwrap(), what }
    }

    fn landed(cursor: i64, title: &str) -> Fact {
        let (job, workspace) = (JobId::parse("j-1").unwrap(), WorkspaceId::parse("w-1").unwrap());
        happened(cursor, What::Landed { title: title.into(), job, workspace })
    }

    #[test]
    fn a_question_is_told_once_with_what_exactly_and_bound_to_its_hash() {
        let now = asking(&["b", "a"]);
        let told = questions(&now, |key| key == "question:a", Words::English);
        assert_eq!(told.len(), 1);
        assert_eq!((told[0].key.as_str(), told[0].page.as_str()), ("question:b", "/approvals/b"));
        assert!(told[0].body.contains("1 file, +2 −1, onto main_agents"), "{}", told[0].body);
        let question = told[0].question.as_ref().unwrap();
        assert_eq!((question.hash.as_str(), question.may_approve), ("hash-b", true));
    }

    #[test]
    fn many_questions_at_once_are_one_notification() {
        let told = questions(&asking(&["e", "d", "c", "b", "a"]), |_| false, Words::English);
        assert_eq!(told.len(), 1);
        assert_eq!((told[0].about.len(), told[0].page.as_str()), (5, "/approvals"));
        assert_eq!(told[0].body, "Question e\nQuestion d\nQuestion c\nand 2 more");
    }

    #[test]
    fn a_notification_is_over_when_none_of_its_questions_waits() {
        let notice = questions(&asking(&["a"]), |_| false, Words::English).remove(0);
        assert!(!is_over(&notice, &asking(&["b", "a"])));
        assert!(is_over(&notice, &asking(&["b"])));
        let gone = Snapshot { link: Link::Down(String::new()), ..asking(&[]) };
        assert!(!is_over(&notice, &gone), "nobody knows");
        let click = Notice::about_a_click("t".into(), "b".into(), "/".into());
        assert!(!is_over(&click, &asking(&[])));
    }

    #[test]
    fn landings_are_gathered_until_somebody_looked() {
        let (now, mut landings) = (asking(&[]), Landings::default());
        let first = fact(&landed(1, "One"), &now, &mut landings, Words::English);
        assert_eq!(
            (first.title.as_str(), first.page.as_str()),
            ("A change landed in Pilothouse", "/jobs/j-1")
        );
        let second = fact(&landed(2, "Two"), &now, &mut landings, Words::English);
        assert_eq!(
            (second.title.as_str(), second.body.as_str()),
            ("2 changes landed in Pilothouse", "Two\nOne")
        );
        assert_eq!(first.key, second.key);
        landings.seen(&second.key);
        let third = fact(&landed(3, "Three"), &now, &mut landings, Words::English);
        assert_eq!(third.body, "Three");
    }

    #[test]
    fn each_kind_of_fact_has_its_switch_and_its_page() {
        let (now, mut landings, job) = (asking(&[]), Landings::default(), JobId::parse("j-9").unwrap());
        let mut told = |what| {
            let notice = fact(&happened(4, what), &now, &mut landings, Words::English);
            (notice.kind, notice.title, notice.page)
        };
        let ended = |message: &str, code: Option<&str>| What::JobFailed {
            job: job.clone(),
            message: message.into(),
            code: code.map(str::to_owned),
        };
        let failed = ended("Tidy: no compiler (limit)", None);
        assert_eq!(told(failed), (Kind::Failed, "Failed: Tidy".into(), "/jobs/j-9".into()));
        let back = What::CameBack { title: "Tidy".into(), job: job.clone(), reason: "tests failed".into() };
        assert_eq!(told(back), (Kind::Failed, "Came back: Tidy".into(), "/jobs/j-9".into()));
        let done = What::Reported { job: job.clone(), summary: "12 files\nmore".into() };
        assert_eq!(told(done), (Kind::Finished, "Done: 12 files".into(), "/jobs/j-9".into()));
        let used_up = ended("Tidy: All tokens are used.", Some("limit"));
        assert_eq!(told(used_up), (Kind::Limit, "Stopped at a limit: Tidy".into(), "/jobs/j-9".into()));
        let stuck = What::Parked {
            title: "Tidy".into(),
            job: job.clone(),
            reason: "The check could not be run.".into(),
            asked: None,
        };
        assert_eq!(told(stuck), (Kind::Failed, "Needs a decision: Tidy".into(), "/jobs/j-9".into()));
        let waits = What::JobWaits { job: job.clone(), title: "Tidy".into(), why: "Until noon.".into() };
        assert_eq!(told(waits), (Kind::Limit, "Held up by a limit: Tidy".into(), "/jobs/j-9".into()));
        let standing =
            BudgetStanding { scope: BudgetScope::Day, measure: Measure::Tokens, used: 83, limit: 100 };
        let near = What::Budget { standing, reached: false, job: None };
        assert_eq!(told(near), (Kind::Limit, "Most of a budget is used".into(), "/queue".into()));
        assert_eq!(
            Words::English.budget_part(83, BudgetScope::Day, Measure::Tokens),
            "83 % of the tokens of this day"
        );
        let request = What::RequestFailed {
            request: protocol::RequestId::parse("r-1").unwrap(),
            prompt: "refactor".into(),
            why: "later".into(),
        };
        assert_eq!(told(request), (Kind::Limit, "A limit was reached: refactor".into(), "/w/-/s/dev".into()));
        let published = |how| What::Published { head: "agents/x".into(), detail: "https://h/7".into(), how };
        assert_eq!(
            told(published(Ended::Opened)),
            (Kind::Finished, "Pull request opened: agents/x".into(), "/w/-/s/dev".into())
        );
        assert_eq!(told(published(Ended::Failed)).0, Kind::Failed);
        let waits = What::WaitsForModel { understood: "refactor".into(), why: "no model".into() };
        assert_eq!(told(waits), (Kind::Limit, "A request waits for a model".into(), "/w/-/s/dev".into()));
        let trouble = What::WorkerTrouble { worker: "w-2".into(), in_row: 5, cause: "exit code 127".into() };
        let headline = "Worker w-2 ended 5 times in a row".to_owned();
        assert_eq!(told(trouble), (Kind::Worker, headline, "/workers/w-2".into()));
    }
}
