//! The loosest step, for intents that change nothing: a closed vocabulary per intent.
//!
//! A sentence is taken when nearly all of its content words belong to one intent, one of them names it, and no
//! other intent comes close. There is deliberately no changing intent here.

use super::clean::{without_greeting, without_thanks};
use super::coding::listed;
use protocol::intent::Intent;

/// Share of content words that must belong to the intent, in percent.
const THRESHOLD: usize = 85;
/// How far the next intent must be behind, in percent.
const MARGIN: usize = 25;
const MAX_WORDS: usize = 12;

struct Vocabulary {
    intent: fn() -> Intent,
    /// One of these has to be there.
    names: &'static [&'static str],
    /// These may be there.
    company: &'static [&'static str],
    /// Unless empty, one of these has to be there too: "the tests" alone says nothing about running them.
    deeds: &'static [&'static str],
}

const VOCABULARIES: &[Vocabulary] = &[
    Vocabulary {
        intent: || Intent::Status,
        names: &["status"],
        company: &[
            "repo",
            "repository",
            "git",
            "project",
            "workspace",
            "queue",
            "branch",
            "tree",
            "working",
            "overall",
        ],
        deeds: &[],
    },
    Vocabulary {
        intent: || Intent::Overview,
        names: &["overview"],
        company: &[
            "repo",
            "repository",
            "project",
            "codebase",
            "code",
            "languages",
            "structure",
            "high-level",
        ],
        deeds: &[],
    },
    Vocabulary {
        intent: || Intent::Log { since: None },
        names: &["commits", "history"],
        company: &[
            "git",
            "commit",
            "recent",
            "last",
            "latest",
            "newest",
            "few",
            "repo",
            "repository",
            "branch",
            "project",
        ],
        deeds: &[],
    },
    Vocabulary {
        intent: || Intent::Test { filter: None },
        names: &["tests", "testsuite", "suite"],
        company: &[
            "test", "run", "running", "execute", "rerun", "all", "whole", "full", "pass", "passing", "green",
            "still", "project", "unit",
        ],
        deeds: &["run", "running", "execute", "rerun", "pass", "passing", "green"],
    },
    Vocabulary {
        intent: || Intent::Lint { fix: false },
        names: &["lint", "linter", "clippy", "eslint"],
        company: &[
            "run", "running", "code", "codebase", "project", "check", "errors", "warnings", "findings",
            "issues",
        ],
        deeds: &["run", "running", "check", "errors", "warnings", "findings", "issues"],
    },
    Vocabulary {
        intent: || Intent::Todos,
        names: &["todos", "fixmes", "todo", "fixme"],
        company: &[
            "open",
            "remaining",
            "left",
            "comments",
            "notes",
            "code",
            "codebase",
            "repo",
            "project",
            "all",
            "list",
            "items",
        ],
        deeds: &[],
    },
];

/// Words that carry no meaning of their own here.
const FILLER: &str = "\
    a an the this that my our your me us i we you it is are of in on for to from at and what whats \
    what's how's show give tell print display see look get list find have has there any current \
    currently right now here quick quickly please want need like would could can let let's just some \
    with be check";

/// Words that turn a sentence around or make it two; with one of them nothing is taken.
const BREAKERS: &str = "\
    how not don't dont never without no stop why when should if but or then because after before \
    until unless instead add write fix make create remove delete change page";

pub(super) fn read(text: &str) -> Option<Intent> {
    let sentence = without_thanks(without_greeting(text)).to_lowercase();
    if sentence.contains(['"', '`', '/', '\\', '(', ';']) {
        return None;
    }
    let words: Vec<&str> =
        sentence.split_whitespace().map(|w| w.trim_matches([',', '.', '!', '?', ':'])).collect();
    if words.len() > MAX_WORDS || words.iter().any(|w| listed(BREAKERS, w)) {
        return None;
    }
    let done = |v: &Vocabulary| v.deeds.is_empty() || v.deeds.iter().any(|deed| words.contains(deed));
    let allowed: Vec<&Vocabulary> = VOCABULARIES.iter().filter(|v| done(v)).collect();
    let content: Vec<&str> = words.into_iter().filter(|w| !w.is_empty() && !listed(FILLER, w)).collect();
    let mut scores: Vec<(usize, &Vocabulary)> =
        allowed.into_iter().map(|v| (score(v, &content), v)).collect();
    scores.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
    let (best, vocabulary) = scores.first()?;
    let second = scores.get(1).map_or(0, |(score, _)| *score);
    (*best >= THRESHOLD && *best >= second + MARGIN).then(|| (vocabulary.intent)())
}

fn score(vocabulary: &Vocabulary, content: &[&str]) -> usize {
    if content.is_empty() || !content.iter().any(|w| vocabulary.names.contains(w)) {
        return 0;
    }
    let known =
        content.iter().filter(|w| vocabulary.names.contains(w) || vocabulary.company.contains(w)).count();
    known * 100 / content.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_loose_question_of_known_words_is_taken() {
        assert_eq!(
            read("Could you quickly show me what the current status of the queue is?"),
            Some(Intent::Status)
        );
        assert_eq!(read("I would like to see the recent git history"), Some(Intent::Log { since: None }));
        assert_eq!(read("are there any todos left in the code"), Some(Intent::Todos));
    }

    #[test]
    fn one_foreign_word_too_many_or_a_turn_is_left_alone() {
        for text in [
            "why is the status bar red",
            "do not run the tests",
            "write tests for the parser",
            "the tests page",
            "status of the tests",
            "log in",
            "show the login history of users",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
