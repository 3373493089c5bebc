//! Whether the slots of an intent hold: the same rules for slash forms, phrases and plans.

use crate::scope::{glob_problem, path_problem};
use protocol::intent::{Intent, Place};

/// Longest text of one slot, in bytes.
const MAX_SLOT: usize = 4_000;
/// Longest pasted patch, in bytes.
const MAX_PATCH: usize = 1_000_000;
/// Longest appended or inserted text, in bytes.
const MAX_TEXT: usize = 64_000;

/// What is wrong with which slot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SlotProblem {
    /// Field name on the wire.
    pub slot: &'static str,
    /// A whole sentence.
    pub message: String,
}

/// The first slot that does not hold, if any.
pub fn slot_problem(intent: &Intent) -> Option<SlotProblem> {
    match intent {
        Intent::Status | Intent::Overview | Intent::Failing | Intent::Todos => None,
        Intent::Outdated => None,
        Intent::Publish { title, body, base, head, .. } => title
            .as_deref()
            .and_then(|t| one_line("title", t))
            .or_else(|| body.as_deref().and_then(|b| optional_text("body", b, MAX_TEXT)))
            .or_else(|| base.as_deref().and_then(|b| branch("base", b)))
            .or_else(|| head.as_deref().and_then(|h| branch("head", h))),
        Intent::Log { since } => since.as_deref().and_then(|s| moment("since", s)),
        Intent::Test { filter } => filter.as_deref().and_then(|f| argument("filter", f)),
        Intent::Flaky { runs } => {
            (!(2..=10).contains(runs)).then(|| slot("runs", "The number of runs is 2 to 10".into()))
        }
        Intent::Bisect { good, command } => {
            commit("good", good).or_else(|| command.as_deref().and_then(|c| text("command", c, MAX_SLOT)))
        }
        Intent::Format { paths } => (paths.len() > 16)
            .then(|| slot("paths", "At most 16 paths are taken".into()))
            .or_else(|| paths.iter().find_map(|p| glob("paths", p))),
        Intent::Lint { fix: _ } => None,
        Intent::Find { pattern, glob: within, regex } => text("pattern", pattern, MAX_SLOT)
            .or_else(|| expression("pattern", pattern, *regex))
            .or_else(|| within.as_deref().and_then(|g| glob("glob", g))),
        Intent::Replace { from, to, glob: within, regex } => text("from", from, MAX_SLOT)
            .or_else(|| expression("from", from, *regex))
            .or_else(|| optional_text("to", to, MAX_SLOT))
            .or_else(|| {
                (from == to).then(|| slot("to", "Both texts are the same; nothing would change".into()))
            })
            .or_else(|| within.as_deref().and_then(|g| glob("glob", g))),
        Intent::Rename { from, to, update_references: _ } => path("from", from)
            .or_else(|| path("to", to))
            .or_else(|| (from == to).then(|| slot("to", "Both paths are the same".into())))
            .or_else(|| {
                let inside = to.strip_prefix(from.as_str()).is_some_and(|rest| rest.starts_with('/'));
                inside.then(|| slot("to", "A folder cannot be moved into itself".into()))
            }),
        Intent::Apply { patch } => text("patch", patch, MAX_PATCH),
        Intent::Bump { name, version } => {
            package("name", name).or_else(|| version.as_deref().and_then(|v| package("version", v)))
        }
        Intent::Append { file, text: added } => path("file", file).or_else(|| text("text", added, MAX_TEXT)),
        Intent::Insert { file, text: added, place } => {
            path("file", file).or_else(|| text("text", added, MAX_TEXT)).or_else(|| place_problem(place))
        }
        Intent::SetKey { file, key, value } => path("file", file)
            .or_else(|| one_line("key", key))
            .or_else(|| optional_text("value", value, MAX_SLOT))
            .or_else(|| value.contains(['\n', '\r']).then(|| slot("value", "The value is one line".into()))),
        Intent::Revert { commit: what } if is_entry(what) => None,
        Intent::Revert { commit: sha } | Intent::CherryPick { commit: sha } => commit("commit", sha),
        Intent::Branch { name, at } => {
            branch("name", name).or_else(|| at.as_deref().and_then(|a| commit("at", a)))
        }
        Intent::Run { recipe } => argument("recipe", recipe),
        Intent::Land { job } => (!protocol::is_id(job))
            .then(|| slot("job", format!("{job:?} is not the id of a job; ids look like j-214"))),
    }
}

fn slot(slot: &'static str, message: String) -> SlotProblem {
    SlotProblem { slot, message }
}

fn place_problem(place: &Place) -> Option<SlotProblem> {
    match place {
        Place::Start => None,
        Place::Line { line: 0 } => Some(slot("place", "Lines count from 1".into())),
        Place::Line { .. } => None,
        Place::Before { anchor } | Place::After { anchor } => one_line("anchor", anchor),
    }
}

fn text(name: &'static str, value: &str, max: usize) -> Option<SlotProblem> {
    if value.is_empty() {
        return Some(slot(name, format!("The {name} is empty")));
    }
    optional_text(name, value, max)
}

fn optional_text(name: &'static str, value: &str, max: usize) -> Option<SlotProblem> {
    if value.len() > max {
        return Some(slot(name, format!("The {name} is longer than {max} bytes")));
    }
    value.contains('\0').then(|| slot(name, format!("The {name} holds a NUL character")))
}

fn one_line(name: &'static str, value: &str) -> Option<SlotProblem> {
    text(name, value, MAX_SLOT)
        .or_else(|| value.contains(['\n', '\r']).then(|| slot(name, format!("The {name} is one line"))))
}

/// One argument of a command: it can never be read as an option.
fn argument(name: &'static str, value: &str) -> Option<SlotProblem> {
    if let Some(problem) = one_line(name, value) {
        return Some(problem);
    }
    if value.starts_with('-') {
        return Some(slot(name, format!("The {name} may not start with a dash")));
    }
    (value.len() > 200 || value.chars().any(char::is_control))
        .then(|| slot(name, format!("The {name} is at most 200 printable characters")))
}

fn moment(name: &'static str, value: &str) -> Option<SlotProblem> {
    argument(name, value).or_else(|| {
        let plain = |c: char| c.is_alphanumeric() || " .:/_~^@{}+-".contains(c);
        (!value.chars().all(plain)).then(|| slot(name, format!("{value:?} is not a date or a commit")))
    })
}

/// A commit by hash, or relative to the tip the job starts from.
fn commit(name: &'static str, value: &str) -> Option<SlotProblem> {
    let hex = (7..=64).contains(&value.len()) && value.bytes().all(|b| b.is_ascii_hexdigit());
    let relative = value.strip_prefix("HEAD").is_some_and(|rest| {
        rest.is_empty()
            || rest
                .strip_prefix('~')
                .is_some_and(|n| (1..=4).contains(&n.len()) && n.bytes().all(|b| b.is_ascii_digit()))
    });
    (!hex && !relative)
        .then(|| slot(name, format!("{value:?} is not a commit; give 7 to 40 characters of its hash")))
}

/// The id of an entry of the merge queue, or the beginning of one.
fn is_entry(value: &str) -> bool {
    let groups = value.split('-').count();
    (2..=5).contains(&groups)
        && (9..=36).contains(&value.len())
        && value.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-')
        && value.split('-').next().is_some_and(|first| first.len() == 8)
}

/// The name or version of a package, in any of the registries' manners: nothing that a tool could read as an option,
/// an address or a folder.
fn package(name: &'static str, value: &str) -> Option<SlotProblem> {
    argument(name, value).or_else(|| {
        let plain = |c: char| c.is_ascii_alphanumeric() || "._-+@/".contains(c);
        let fine = value.chars().all(plain)
            && !value.contains("..")
            && !value.contains("//")
            && !value.starts_with(['.', '/']);
        (!fine).then(|| slot(name, format!("{value:?} is not the {name} of a package")))
    })
}

/// A branch, by git's own rules for names.
fn branch(name: &'static str, value: &str) -> Option<SlotProblem> {
    let forbidden = |c: char| c.is_whitespace() || c.is_control() || "~^:?*[\\".contains(c);
    let part = |part: &str| !part.is_empty() && !part.starts_with(['.', '-']) && !part.ends_with(".lock");
    let fine = value.len() <= 200
        && !value.contains(forbidden)
        && !value.contains("..")
        && !value.contains("@{")
        && !value.ends_with('.')
        && value != "@"
        && value != "HEAD"
        && !value.starts_with("refs/")
        && value.split('/').all(part);
    (!fine).then(|| slot(name, format!("{value:?} cannot be the name of a branch")))
}

fn path(name: &'static str, value: &str) -> Option<SlotProblem> {
    path_problem(value).map(|problem| slot(name, format!("The path {value:?} {problem}")))
}

fn glob(name: &'static str, value: &str) -> Option<SlotProblem> {
    glob_problem(value).map(|problem| slot(name, format!("The path {value:?} {problem}")))
}

fn expression(name: &'static str, value: &str, is_regex: bool) -> Option<SlotProblem> {
    if !is_regex {
        return None;
    }
    let built = regex::RegexBuilder::new(value).size_limit(1 << 20).build();
    built.err().map(|e| {
        let why = e.to_string();
        let last = why.lines().last().unwrap_or("it cannot be read").trim_start_matches("error: ");
        slot(name, format!("{value:?} is not a regular expression: {last}"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(intent: Intent) -> String {
        slot_problem(&intent).map(|p| format!("{}: {}", p.slot, p.message)).unwrap_or_default()
    }

    #[test]
    fn a_slot_that_leaves_the_tree_is_named() {
        let append = |file: &str| Intent::Append { file: file.into(), text: "x".into() };
        assert_eq!(problem(append("../x")), "file: The path \"../x\" goes out of the repository");
        assert_eq!(problem(append("README.md")), "");
        let rename = Intent::Rename { from: "a".into(), to: "a/b".into(), update_references: false };
        assert_eq!(problem(rename), "to: A folder cannot be moved into itself");
    }

    #[test]
    fn an_argument_can_never_be_an_option() {
        assert!(problem(Intent::Test { filter: Some("--config=x".into()) }).contains("dash"));
        assert!(problem(Intent::Run { recipe: "-x".into() }).contains("dash"));
        assert!(problem(Intent::Log { since: Some("a; rm".into()) }).contains("not a date"));
        assert_eq!(problem(Intent::Log { since: Some("2 weeks ago".into()) }), "");
        assert!(problem(Intent::Revert { commit: "--abort".into() }).contains("not a commit"));
        assert_eq!(problem(Intent::Revert { commit: "HEAD~2".into() }), "");
        let entry = "0f8fad5b-d9cb-469f-a165-70867728950e";
        assert_eq!(problem(Intent::Revert { commit: entry.into() }), "");
        assert!(problem(Intent::CherryPick { commit: entry.into() }).contains("not a commit"));
        assert!(problem(Intent::Revert { commit: "-0f8fad5b-d9cb".into() }).contains("not a commit"));
        let bump = |name: &str| problem(Intent::Bump { name: name.into(), version: None });
        assert!(bump("--global").contains("dash") && bump("../x").contains("not the name"));
        assert!(bump("https://x.example/y").contains("not the name"));
        assert_eq!(bump("@types/node"), "");
    }

    #[test]
    fn a_branch_is_named_as_git_allows() {
        let name = |name: &str| problem(Intent::Branch { name: name.into(), at: None });
        for good in ["main", "fix/login-2", "release/1.2", "ü"] {
            assert_eq!(name(good), "", "{good}");
        }
        for bad in [
            "",
            "-D",
            "a/-f",
            "a..b",
            "a b",
            "HEAD",
            "refs/heads/x",
            "a.lock",
            "a/",
            "/a",
            ".a",
            "a@{1}",
            "a^",
            "a.",
        ] {
            assert!(name(bad).contains("cannot be the name"), "{bad}");
        }
    }

    #[test]
    fn a_broken_expression_says_what_is_wrong() {
        let find = |pattern: &str, regex| Intent::Find { pattern: pattern.into(), glob: None, regex };
        assert!(problem(find("a(", true)).contains("unclosed group"));
        assert_eq!(problem(find("a(", false)), "");
    }
}
