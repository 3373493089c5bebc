//! `/local …`: looking at things of this machine that the user asks for by name. Nothing here changes or runs
//! anything.

use crate::intent::split_words;
use crate::scope::path_problem;

/// One local piece of work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LocalRequest {
    /// Show a file of the repository.
    Read {
        path: String,
    },
    GitStatus,
    GitDiff,
    GitLog,
    /// Search the repository for a text.
    Search {
        text: String,
    },
}

/// How `/local` is written, one line each.
pub fn local_usage() -> &'static [&'static str] {
    &["/local read FILE", "/local status", "/local diff", "/local log", "/local search TEXT"]
}

/// Reads what follows `/local`.
pub(super) fn read(rest: &str) -> Option<LocalRequest> {
    let words = split_words(rest).ok()?;
    let (verb, args) = words.split_first()?;
    match (verb.as_str(), args) {
        ("read" | "cat" | "show", [path]) => {
            let path = path.strip_prefix("./").unwrap_or(path);
            path_problem(path).is_none().then(|| LocalRequest::Read { path: path.to_owned() })
        }
        ("status", []) => Some(LocalRequest::GitStatus),
        ("diff", []) => Some(LocalRequest::GitDiff),
        ("log", []) => Some(LocalRequest::GitLog),
        ("search" | "find" | "grep", text @ [_, ..]) => Some(LocalRequest::Search { text: text.join(" ") }),
        _ => None,
    }
}
