//! `/local …`: what the user asks for by name on this machine. Looking happens at once; a command is only read here,
//! as its words and for no shell, and whoever gets it has to ask before it runs.

use super::Answer;
use crate::intent::split_words;
use crate::scope::path_problem;

/// One look.
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
    &[
        "/local read FILE",
        "/local status",
        "/local diff",
        "/local log",
        "/local search TEXT",
        "/local run COMMAND…",
    ]
}

/// Reads what follows `/local`.
pub(super) fn read(rest: &str) -> Option<Answer> {
    let words = split_words(rest).ok()?;
    let (verb, args) = words.split_first()?;
    match (verb.as_str(), args) {
        ("run", [program, ..]) if !program.is_empty() => Some(Answer::LocalRun { argv: args.to_vec() }),
        (verb, args) => look(verb, args).map(Answer::Local),
    }
}

fn look(verb: &str, args: &[String]) -> Option<LocalRequest> {
    match (verb, args) {
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
