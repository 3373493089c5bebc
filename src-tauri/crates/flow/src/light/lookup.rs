//! Look-ups: the state of a request or job by its id, and plain questions about git.

use super::{Answer, LightFacts, plain_words};

/// What kind of thing an id is looked for among.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Among {
    Requests,
    Jobs,
    Both,
}

/// Fewest characters of a short id.
const SHORT: usize = 4;

/// `status of job j-214`, `j-214`, `how is request 4f2a…`, `/status j-214`.
pub(super) fn by_id(text: &str, facts: &LightFacts) -> Option<Answer> {
    if text.len() > 160 {
        return None;
    }
    let words = plain_words(text);
    let words: Vec<&str> = words.split(' ').collect();
    // The id keeps its case: take it from the text as typed.
    let typed = text.split_whitespace().next_back()?.trim_end_matches(['?', '.', '!', ',']);
    let typed = typed.trim_start_matches(['#', '`', '"']).trim_end_matches(['`', '"']);
    let (_, before) = words.split_last()?;
    let (among, asks) = read_lead(before)?;
    let known = find(typed, among, facts);
    match known.as_slice() {
        [one] => Some(one.clone()),
        [] if asks && looks_like_id(typed) => {
            Some(Answer::UnknownId { typed: typed.to_owned(), candidates: Vec::new() })
        }
        [] => None,
        many => {
            Some(Answer::UnknownId { typed: typed.to_owned(), candidates: many.iter().map(id_of).collect() })
        }
    }
}

/// What the words before an id ask for, and whether they ask at all.
fn read_lead(words: &[&str]) -> Option<(Among, bool)> {
    let (among, lead) = match words {
        [lead @ .., "job"] => (Among::Jobs, lead),
        [lead @ .., "request"] => (Among::Requests, lead),
        lead => (Among::Both, lead),
    };
    let named = among != Among::Both;
    let lead: Vec<&str> =
        lead.iter().copied().filter(|w| !matches!(*w, "the" | "please" | "my" | "me" | "current")).collect();
    match lead.as_slice() {
        [] => Some((among, named)),
        ["status"] | ["state"] | ["status" | "state", "of" | "for"] => Some((among, true)),
        ["show" | "check" | "get" | "give", "status" | "state"]
        | ["show" | "check" | "get" | "give", "status" | "state", "of" | "for"] => Some((among, true)),
        ["what" | "what's" | "whats", "status" | "state", "of"]
        | ["what", "is", "status" | "state", "of"] => Some((among, true)),
        ["how", "is"] | ["how's"] | ["show"] | ["what", "about"] | ["what", "happened", "to" | "with"] => {
            Some((among, named))
        }
        _ => None,
    }
}

fn looks_like_id(text: &str) -> bool {
    protocol::is_id(text) && text.len() >= SHORT && text.bytes().any(|b| b.is_ascii_digit())
}

/// Everything an id names: exactly, or as the beginning of one when it is long enough.
fn find(typed: &str, among: Among, facts: &LightFacts) -> Vec<Answer> {
    if !protocol::is_id(typed) {
        return Vec::new();
    }
    let hit = |id: &str, exact: bool| {
        if exact { id == typed } else { looks_like_id(typed) && id.starts_with(typed) }
    };
    for exact in [true, false] {
        let mut found: Vec<Answer> = Vec::new();
        if among != Among::Jobs {
            let ids = facts.requests.iter().filter(|id| hit(id.as_str(), exact));
            found.extend(ids.cloned().map(Answer::RequestStatus));
        }
        if among != Among::Requests {
            let ids = facts.jobs.iter().filter(|id| hit(id.as_str(), exact));
            found.extend(ids.cloned().map(Answer::JobStatus));
        }
        found.truncate(5);
        if !found.is_empty() {
            return found;
        }
    }
    Vec::new()
}

fn id_of(answer: &Answer) -> String {
    match answer {
        Answer::RequestStatus(id) => id.to_string(),
        Answer::JobStatus(id) => id.to_string(),
        Answer::Greeting
        | Answer::Thanks
        | Answer::Help
        | Answer::Status
        | Answer::UnknownId { .. }
        | Answer::Branch
        | Answer::LastCommits { .. }
        | Answer::DirtyFiles
        | Answer::Local(_)
        | Answer::LocalRun { .. }
        | Answer::LocalUsage => String::new(),
    }
}

/// Most commits shown in an answer.
const MAX_COMMITS: u32 = 50;

/// Branch, last commits, dirty files: whole messages only.
pub(super) fn git_question(text: &str) -> Option<Answer> {
    if text.len() > 100 {
        return None;
    }
    let words = plain_words(text);
    let words = ["please ", "can you ", "could you "]
        .iter()
        .fold(words.as_str(), |w, polite| w.strip_prefix(polite).unwrap_or(w));
    let words = words.strip_suffix(" please").unwrap_or(words);
    match words {
        "branch"
        | "which branch"
        | "what branch"
        | "which branch am i on"
        | "what branch am i on"
        | "which branch are we on"
        | "what branch are we on"
        | "which branch is this"
        | "what branch is this"
        | "current branch"
        | "show the current branch"
        | "what is the current branch"
        | "what's the current branch"
        | "what is my branch"
        | "git branch" => Some(Answer::Branch),
        "dirty files"
        | "what is dirty"
        | "what's dirty"
        | "which files are dirty"
        | "show dirty files"
        | "changed files"
        | "which files changed"
        | "which files are changed"
        | "which files did i change"
        | "what files did i change"
        | "what did i change"
        | "show changed files"
        | "uncommitted changes"
        | "show uncommitted changes"
        | "show my changes"
        | "is the tree clean"
        | "is the working tree clean"
        | "do i have uncommitted changes"
        | "are there uncommitted changes"
        | "any uncommitted changes" => Some(Answer::DirtyFiles),
        "last commit"
        | "the last commit"
        | "show the last commit"
        | "what is the last commit"
        | "what's the last commit"
        | "what was the last commit"
        | "latest commit" => Some(Answer::LastCommits { count: 1 }),
        "last commits"
        | "the last commits"
        | "show the last commits"
        | "show last commits"
        | "show me the last commits"
        | "recent commits"
        | "show recent commits"
        | "show me the recent commits"
        | "latest commits"
        | "git log"
        | "what are the last commits" => Some(Answer::LastCommits { count: 10 }),
        other => counted_commits(other),
    }
}

/// `show the last 5 commits`.
fn counted_commits(words: &str) -> Option<Answer> {
    let words: Vec<&str> =
        words.split(' ').filter(|w| !matches!(*w, "the" | "me" | "show" | "list")).collect();
    match words.as_slice() {
        ["last" | "latest" | "recent", count, "commits"] => {
            let count: u32 = count.parse().ok()?;
            (1..=MAX_COMMITS).contains(&count).then_some(Answer::LastCommits { count })
        }
        _ => None,
    }
}
