//! What the tray shows for a snapshot: a face, a number and a menu. Pure.

use protocol::approval::Decision;
use protocol::{ApprovalId, approval::Approval};

use crate::exactly;
use crate::follow::{Link, Snapshot};
use crate::words::Words;

/// Questions in the menu; the page has all of them.
const QUESTIONS: usize = 3;
/// Sessions in the menu.
const SESSIONS: usize = 5;

/// The state that matters most: a server out of reach, then a question, then a failure, then work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Face {
    Idle,
    Working,
    NeedsYou,
    Failed,
    Offline,
}

/// What a click does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Act {
    /// Shows the window as it is.
    Show,
    /// Leads it to a page.
    Page(String),
    /// Opens what failed; it was seen then.
    Failure(String),
    Answer {
        id: ApprovalId,
        hash: String,
        summary: String,
        decision: Decision,
    },
    /// Holds everything, or ends that.
    Pause(bool),
    Quit,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry {
    /// Says something, cannot be clicked.
    Line(String),
    Item(String, Act),
    Group(String, Vec<Entry>),
    Separator,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tray {
    pub face: Face,
    /// Questions that wait.
    pub count: usize,
    /// One line for where a tray has no room for a menu.
    pub says: String,
    pub menu: Vec<Entry>,
}

pub fn of(now: &Snapshot, words: Words) -> Tray {
    let up = now.link == Link::Up;
    let waiting: &[Approval] = if up { &now.approvals } else { &[] };
    let face = face(now);
    let says = says(now, face, words);
    let mut menu = vec![Entry::Line(says.clone()), Entry::Separator];
    if up && let Some(failure) = &now.failure {
        let label = words.failed_line(&exactly::shortened(&failure.title));
        menu.extend([Entry::Item(label, Act::Failure(failure.page.clone())), Entry::Separator]);
    }
    if !waiting.is_empty() {
        menu.extend(waiting.iter().take(QUESTIONS).map(|approval| question(approval, words)));
        if waiting.len() > QUESTIONS {
            menu.push(Entry::Item(words.all_questions(waiting.len()), Act::Page("/approvals".into())));
        }
        menu.push(Entry::Separator);
    }
    menu.push(Entry::Item(words.open_window(), Act::Show));
    if up {
        if let Some(newest) = now.sessions.first() {
            let page = now.page_of(newest.session_id.as_str());
            menu.push(Entry::Item(words.new_message(), Act::Page(page)));
        }
        let sessions: Vec<Entry> = now.sessions.iter().take(SESSIONS).map(|one| session(now, one)).collect();
        if !sessions.is_empty() {
            menu.push(Entry::Group(words.sessions(), sessions));
        }
        menu.push(Entry::Separator);
        menu.push(match now.activity.held {
            true => Entry::Item(words.resume(), Act::Pause(false)),
            false => Entry::Item(words.pause(), Act::Pause(true)),
        });
        menu.push(Entry::Item(words.settings(), Act::Page("/settings".into())));
    }
    menu.push(Entry::Separator);
    // What it would cut short is asked then: it may have ended by the time of the click.
    menu.push(Entry::Item(words.quit(), Act::Quit));
    Tray { face, count: waiting.len(), says, menu }
}

fn face(now: &Snapshot) -> Face {
    match &now.link {
        Link::Starting | Link::Down(_) => Face::Offline,
        Link::Up if !now.approvals.is_empty() => Face::NeedsYou,
        Link::Up if now.failure.is_some() => Face::Failed,
        Link::Up if now.activity.jobs + now.activity.other > 0 => Face::Working,
        Link::Up => Face::Idle,
    }
}

fn says(now: &Snapshot, face: Face, words: Words) -> String {
    let mut parts = Vec::new();
    match (&now.link, face) {
        (Link::Starting, _) => return words.starting(),
        (Link::Down(_), _) => return words.offline(),
        (Link::Up, Face::NeedsYou) => parts.push(words.needs_you(now.approvals.len())),
        (Link::Up, _) => {}
    }
    let doing = now.activity;
    if doing.jobs > 0 {
        parts.push(words.jobs_running(doing.jobs));
    } else if doing.other > 0 {
        parts.push(words.working());
    }
    if doing.held {
        parts.push(words.held(doing.queued));
    } else if doing.queued > 0 {
        parts.push(words.in_queue(doing.queued));
    }
    if now.is_paused() && !doing.held {
        parts.push(words.paused());
    }
    if parts.is_empty() { words.idle() } else { parts.join(", ") }
}

fn question(approval: &Approval, words: Words) -> Entry {
    let exactly = exactly::of(approval, words);
    let answer = |decision| Act::Answer {
        id: approval.id.clone(),
        hash: approval.hash.clone(),
        summary: exactly.summary.clone(),
        decision,
    };
    let mut entries: Vec<Entry> = exactly.lines.iter().cloned().map(Entry::Line).collect();
    entries.push(Entry::Separator);
    if exactly.may_approve {
        entries.push(Entry::Item(words.approve(), answer(Decision::Approve)));
    }
    entries.push(Entry::Item(words.deny(), answer(Decision::Deny)));
    entries.push(Entry::Item(words.open(), Act::Page(format!("/approvals/{}", approval.id))));
    Entry::Group(exactly.summary.clone(), entries)
}

fn session(now: &Snapshot, session: &protocol::session::Session) -> Entry {
    let label = exactly::shortened(&session.label);
    let label = match session.workspace_id.as_ref() {
        Some(id) if now.spaces.len() > 1 => format!("{label} ({})", now.name_of(Some(id))),
        _ => label,
    };
    Entry::Item(label, Act::Page(now.page_of(session.session_id.as_str())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exactly::tests::landing;
    use crate::follow::{Activity, Failure, Space};

    fn up() -> Snapshot {
        Snapshot { link: Link::Up, ..Snapshot::default() }
    }

    fn space(id: &str, paused: bool) -> Space {
        Space { id: protocol::WorkspaceId::parse(id).unwrap(), name: id.to_owned(), paused }
    }

    fn labels(entries: &[Entry]) -> Vec<&str> {
        let label = |entry: &'_ Entry| match entry {
            Entry::Line(_) | Entry::Separator => None,
            Entry::Item(label, _) | Entry::Group(label, _) => Some(label.clone()),
        };
        // Leaked for the length of a test, to compare with literals.
        entries.iter().filter_map(label).map(|label| &*label.leak()).collect()
    }

    #[test]
    fn the_state_that_matters_most_is_shown() {
        let mut now = up();
        assert_eq!(of(&now, Words::English).face, Face::Idle);
        now.activity = Activity { jobs: 2, queued: 3, ..Activity::default() };
        let tray = of(&now, Words::English);
        assert_eq!((tray.face, tray.says.as_str()), (Face::Working, "2 jobs running, 3 in queue"));
        now.failure = Some(Failure { title: "tests".into(), page: "/jobs/j".into() });
        assert_eq!(of(&now, Words::English).face, Face::Failed);
        now.approvals = vec![landing("a")];
        let tray = of(&now, Words::English);
        assert_eq!((tray.face, tray.count), (Face::NeedsYou, 1));
        now.link = Link::Down("gone".into());
        let tray = of(&now, Words::English);
        assert_eq!((tray.face, tray.count), (Face::Offline, 0));
        assert_eq!(labels(&tray.menu), ["Open Pilothouse", "Quit"], "what cannot work is not offered");
    }

    #[test]
    fn the_three_newest_questions_are_shown_and_the_rest_is_counted() {
        let now = Snapshot { approvals: ["d", "c", "b", "a"].map(landing).into(), ..up() };
        let tray = of(&now, Words::English);
        assert_eq!(labels(&tray.menu)[..4], ["Question d", "Question c", "Question b", "All 4 questions"]);
        let Entry::Group(_, entries) = &tray.menu[2] else { panic!("no group: {:?}", tray.menu) };
        assert_eq!(labels(entries), ["Approve once", "Deny", "Open"]);
        assert_eq!(entries[0], Entry::Line("1 file, +2 −1, onto main_agents".into()));
        let bound = entries.iter().find_map(|entry| match entry {
            Entry::Item(_, Act::Answer { id, hash, decision: Decision::Approve, .. }) => {
                Some((id.as_str(), hash.as_str()))
            }
            _ => None,
        });
        assert_eq!(bound, Some(("d", "hash-d")), "the answer is bound to what was shown");
    }

    #[test]
    fn a_question_of_high_risk_cannot_be_approved_here() {
        let mut risky = landing("a");
        risky.risk = protocol::RiskLevel::High;
        let tray = of(&Snapshot { approvals: vec![risky], ..up() }, Words::English);
        let Entry::Group(_, entries) = &tray.menu[2] else { panic!("no group: {:?}", tray.menu) };
        assert_eq!(labels(entries), ["Deny", "Open"]);
    }

    #[test]
    fn everything_is_paused_or_resumed_and_a_queue_that_stands_still_is_told_beside_it() {
        let offered = |now: &Snapshot| {
            let tray = of(now, Words::English);
            let act = |entry: &Entry| match entry {
                Entry::Item(_, Act::Pause(pause)) => Some(*pause),
                _ => None,
            };
            (tray.menu.iter().filter_map(act).collect::<Vec<_>>(), tray.says)
        };
        assert_eq!(offered(&up()), (vec![true], "Nothing to do".to_owned()));
        let mut now = Snapshot { spaces: vec![space("a", true)], ..up() };
        assert_eq!(offered(&now), (vec![true], "Nothing lands: paused".to_owned()));
        now.activity = Activity { jobs: 1, queued: 2, held: true, ..Activity::default() };
        assert_eq!(offered(&now), (vec![false], "1 job running, Everything is paused: 2 waiting".to_owned()));
        now.activity = Activity { held: true, ..Activity::default() };
        assert_eq!(offered(&now).1, "Everything is paused");
    }

    #[test]
    fn the_tray_speaks_german() {
        let now = Snapshot { approvals: vec![landing("a")], spaces: vec![space("a", false)], ..up() };
        let tray = of(&now, Words::German);
        assert_eq!(tray.says, "1 Frage wartet auf Sie");
        assert!(labels(&tray.menu).contains(&"Beenden"));
    }
}
