//! Slash forms: `/replace A B [GLOB]`, quoted as in a shell.

use super::RefusalReason;
use super::check::slot_problem;
use super::commands::{closest_command, commands};
use super::words::split_words;
use crate::scope::canonical_glob;
use protocol::intent::{Intent, Place};

const ALIASES: &[(&str, &str)] = &[
    ("tests", "test"),
    ("fmt", "format"),
    ("search", "find"),
    ("grep", "find"),
    ("mv", "rename"),
    ("todo", "todos"),
    ("cherry-pick", "pick"),
];

/// Slash words that others answer.
const FOREIGN: &[&str] = &["help", "local", "ask_remote_buddy"];

pub(super) enum Slash {
    Intent(Intent),
    Refused(RefusalReason),
    NotOurs,
}

/// Reads a text that starts with a slash.
pub(super) fn parse(text: &str) -> Slash {
    let body = text.strip_prefix('/').unwrap_or(text);
    let end = body.find(char::is_whitespace).unwrap_or(body.len());
    let (word, rest) = body.split_at(end);
    let is_name =
        !word.is_empty() && word.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'));
    let name = word.to_ascii_lowercase();
    if !is_name || FOREIGN.contains(&name.as_str()) {
        return Slash::NotOurs;
    }
    let name = ALIASES.iter().find(|(alias, _)| *alias == name).map_or(name.as_str(), |(_, real)| real);
    let Some(command) = commands().iter().find(|c| c.name == name) else {
        let closest = closest_command(name);
        return Slash::Refused(RefusalReason::UnknownCommand { command: word.to_owned(), closest });
    };
    let bad = |problem: String| {
        Slash::Refused(RefusalReason::BadArguments { command: command.name, usage: command.usage, problem })
    };
    match arguments(command.name, rest) {
        Err(problem) => bad(problem),
        Ok(intent) => match slot_problem(&intent) {
            Some(problem) => bad(problem.message),
            None => Slash::Intent(intent),
        },
    }
}

/// The intent of a command's arguments, or what is wrong with them.
fn arguments(name: &str, rest: &str) -> Result<Intent, String> {
    if name == "apply" {
        return Ok(Intent::Apply { patch: unfenced(rest).to_owned() });
    }
    let mut args = split_words(rest).map_err(|e| format!("The arguments cannot be read: {e}"))?;
    let flag = |args: &mut Vec<String>, words: &[&str], after: usize| {
        let is_flag = args.len() > after && args.last().is_some_and(|a| words.contains(&a.as_str()));
        if is_flag {
            args.pop();
        }
        is_flag
    };
    let intent = match name {
        "find" => {
            let regex = flag(&mut args, &["regex", "--regex"], 1);
            let (pattern, glob) = one_and_maybe(args, "a pattern", "Quote a pattern that holds spaces")?;
            Intent::Find { pattern, glob: glob.map(|g| canonical_glob(&g)), regex }
        }
        "replace" => {
            let regex = flag(&mut args, &["regex", "--regex"], 2);
            let mut args = args.into_iter();
            let (Some(from), Some(to)) = (args.next(), args.next()) else {
                return Err("It takes the text to look for and the text to put there".into());
            };
            let glob = args.next().map(|g| canonical_glob(&g));
            none_left(args, "Quote texts that hold spaces")?;
            Intent::Replace { from, to, glob, regex }
        }
        "rename" => {
            let update_references = flag(&mut args, &["refs", "--refs"], 2);
            let [from, to] = <[String; 2]>::try_from(args).map_err(|_| "It takes two paths".to_string())?;
            let (from, to) = (typed_path(&from), moved_to(&from, &to));
            Intent::Rename { from, to, update_references }
        }
        "append" => {
            let (file, text) = file_and_text(args)?;
            Intent::Append { file, text }
        }
        "insert" => insert(args)?,
        "set" => {
            let [file, key, value] = <[String; 3]>::try_from(args)
                .map_err(|_| "It takes a file, a key and a value".to_string())?;
            Intent::SetKey { file: typed_path(&file), key, value }
        }
        "format" => Intent::Format { paths: args.iter().map(|p| canonical_glob(p)).collect() },
        "lint" => match args.as_slice() {
            [] => Intent::Lint { fix: false },
            [fix] if matches!(fix.as_str(), "fix" | "--fix") => Intent::Lint { fix: true },
            _ => return Err("It takes nothing or the word fix".into()),
        },
        "log" => Intent::Log { since: joined(args) },
        "test" => Intent::Test { filter: joined(args) },
        "flaky" => {
            let runs = one(args, "how often to run the tests")?;
            Intent::Flaky { runs: runs.parse().map_err(|_| format!("{runs:?} is not a number"))? }
        }
        "bisect" => {
            let mut args = args.into_iter();
            let good = args.next().ok_or("It takes a commit that was good")?;
            Intent::Bisect { good, command: joined(args.collect()) }
        }
        "bump" => {
            let (name, version) =
                one_and_maybe(args, "the name of a dependency", "It takes a name and a version")?;
            Intent::Bump { name, version }
        }
        "revert" => Intent::Revert { commit: one(args, "a commit")? },
        "pick" => Intent::CherryPick { commit: one(args, "a commit")? },
        "branch" => {
            let (name, at) = one_and_maybe(args, "the name of a branch", "It takes a name and a commit")?;
            Intent::Branch { name, at }
        }
        "run" => Intent::Run { recipe: one(args, "the name of a recipe")? },
        "publish" => publish(args)?,
        "land" => Intent::Land { job: one(args, "the id of a job")? },
        bare => {
            if !args.is_empty() {
                return Err("It takes no arguments".into());
            }
            match bare {
                "status" => Intent::Status,
                "overview" => Intent::Overview,
                "failing" => Intent::Failing,
                "todos" => Intent::Todos,
                "outdated" => Intent::Outdated,
                other => return Err(format!("/{other} is not a command of this lane")),
            }
        }
    };
    Ok(intent)
}

/// `[HEAD] [--title TEXT] [--body TEXT] [--base BRANCH] [--no-pr] [--force]`, in any order.
fn publish(args: Vec<String>) -> Result<Intent, String> {
    let (mut title, mut body, mut base, mut head) = (None, None, None, None);
    let (mut no_pr, mut force) = (false, false);
    let mut args = args.into_iter();
    while let Some(word) = args.next() {
        let (name, given) = match word.split_once('=') {
            Some((name, value)) if name.starts_with("--") => (name.to_owned(), Some(value.to_owned())),
            _ => (word, None),
        };
        let place = match name.as_str() {
            "--title" => &mut title,
            "--body" => &mut body,
            "--base" => &mut base,
            "--head" => &mut head,
            "--no-pr" | "--force" if given.is_some() => return Err(format!("{name} takes no value")),
            "--no-pr" => {
                no_pr = true;
                continue;
            }
            "--force" => {
                force = true;
                continue;
            }
            option if option.starts_with('-') => return Err(format!("There is no option {option}")),
            _ if head.is_none() => {
                head = Some(name);
                continue;
            }
            _ => return Err(format!("There is no place for {name:?}. Quote a text that holds spaces")),
        };
        let value = given
            .or_else(|| args.next().filter(|next| !next.starts_with("--")))
            .ok_or_else(|| format!("{name} takes a value"))?;
        if place.replace(value).is_some() {
            return Err(format!("{name} is given twice"));
        }
    }
    Ok(Intent::Publish { title, body, base, head, no_pr, force })
}

fn insert(args: Vec<String>) -> Result<Intent, String> {
    let mut args = args.into_iter();
    let shape = || "It takes a file, a place and a text".to_string();
    let file = typed_path(&args.next().ok_or_else(shape)?);
    let place = args.next().ok_or_else(shape)?;
    let place = match place.as_str() {
        "start" => Place::Start,
        "before" => Place::Before { anchor: args.next().ok_or_else(shape)? },
        "after" => Place::After { anchor: args.next().ok_or_else(shape)? },
        line => Place::Line {
            line: line
                .parse()
                .map_err(|_| format!("{line:?} is not a line number, start, before or after"))?,
        },
    };
    let text = joined(args.collect()).ok_or_else(shape)?;
    Ok(Intent::Insert { file, text, place })
}

fn joined(args: Vec<String>) -> Option<String> {
    (!args.is_empty()).then(|| args.join(" "))
}

fn one(args: Vec<String>, what: &str) -> Result<String, String> {
    let [only] = <[String; 1]>::try_from(args).map_err(|_| format!("It takes {what}"))?;
    Ok(only)
}

fn one_and_maybe(args: Vec<String>, what: &str, many: &str) -> Result<(String, Option<String>), String> {
    let mut args = args.into_iter();
    let first = args.next().ok_or_else(|| format!("It takes {what}"))?;
    let second = args.next();
    none_left(args, many)?;
    Ok((first, second))
}

fn none_left(mut args: impl Iterator<Item = String>, advice: &str) -> Result<(), String> {
    args.next().map_or(Ok(()), |extra| Err(format!("There is no place for {extra:?}. {advice}")))
}

fn file_and_text(args: Vec<String>) -> Result<(String, String), String> {
    let mut args = args.into_iter();
    let file = args.next().ok_or("It takes a file and a text")?;
    let text = joined(args.collect()).ok_or("It takes a file and a text")?;
    Ok((typed_path(&file), text))
}

/// A path as a person types it: `./a` is `a`, a folder may end in `/`.
pub(super) fn typed_path(typed: &str) -> String {
    let path = typed.strip_prefix("./").unwrap_or(typed);
    path.strip_suffix('/').filter(|p| !p.is_empty()).unwrap_or(path).to_owned()
}

/// The full target of a move: a target that ends in `/` is the folder to move into.
pub(super) fn moved_to(from: &str, to: &str) -> String {
    if !to.ends_with('/') {
        return typed_path(to);
    }
    let from = typed_path(from);
    let name = from.rsplit('/').next().unwrap_or(&from);
    format!("{}/{name}", typed_path(to))
}

/// A pasted diff without the fence a chat puts around it.
pub(super) fn unfenced(pasted: &str) -> &str {
    let text = pasted.strip_prefix([' ', '\t']).unwrap_or(pasted).trim_start_matches(['\r', '\n']);
    let Some(rest) = text.trim_start().strip_prefix("```") else { return text };
    let Some((_, inside)) = rest.split_once('\n') else { return text };
    let end = inside.rfind("\n```").map_or(inside.len(), |at| at + 1);
    &inside[..end]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::intent::{Parsed, parse};

    fn intent(text: &str) -> Intent {
        match parse(text) {
            Parsed::Exact(intent) => intent,
            other => panic!("{text}: {other:?}"),
        }
    }

    fn problem(text: &str) -> String {
        match parse(text) {
            Parsed::Refusal(RefusalReason::BadArguments { problem, .. }) => problem,
            other => panic!("{text}: {other:?}"),
        }
    }

    #[test]
    fn replace_quotes_as_in_a_shell() {
        let expected = Intent::Replace {
            from: "a b".into(),
            to: "it's".into(),
            glob: Some("src/**".into()),
            regex: false,
        };
        assert_eq!(intent(r#"/replace 'a b' "it's" src/**"#), expected);
        let regex = Intent::Replace { from: "(a)".into(), to: "$1".into(), glob: None, regex: true };
        assert_eq!(intent("/replace (a) $1 regex"), regex);
        let named_regex = Intent::Replace { from: "a".into(), to: "regex".into(), glob: None, regex: false };
        assert_eq!(intent("/replace a regex"), named_regex);
        assert!(problem("/replace a").contains("text to look for"));
        assert!(problem("/replace a b c d").contains("no place for \"d\""));
        assert!(problem("/replace a b ../x").contains("goes out of the repository"));
        assert!(problem("/replace 'a b").contains("never closed"));
    }

    #[test]
    fn every_form_of_the_table_is_read() {
        for text in [
            "/status",
            "/overview",
            "/log",
            "/log 2 weeks ago",
            "/test",
            "/test retry",
            "/failing",
            "/flaky 3",
            "/bisect abc1234 cargo test",
            "/format",
            "/format src tests/a.rs",
            "/lint",
            "/lint fix",
            "/find x",
            "/find x src/** regex",
            "/rename a.rs src/",
            "/rename a b refs",
            "/bump serde",
            "/bump serde 1.0.2",
            "/append README.md hello world",
            "/insert a.txt 3 x",
            "/insert a.txt start x",
            "/insert a.txt after 'b c' x",
            "/set a.toml x.y 3",
            "/revert abc1234",
            "/pick abc1234",
            "/cherry-pick HEAD~3",
            "/branch fix/login",
            "/branch spike abc1234",
            "/outdated",
            "/run build",
            "/todos",
            "/land j-214",
            "/publish",
            "/publish fix/login --no-pr --force",
            "/publish --title 'A title' --body=Text --base main",
            "/apply\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n",
            "/STATUS",
            "/grep x",
        ] {
            intent(text);
        }
    }

    #[test]
    fn publishing_takes_its_options_in_any_order_and_none_it_does_not_know() {
        let wanted = Intent::Publish {
            title: Some("a b".into()),
            body: Some("x=y".into()),
            base: Some("main".into()),
            head: Some("fix/login".into()),
            no_pr: true,
            force: true,
        };
        assert_eq!(intent("/publish --no-pr fix/login --title 'a b' --body=x=y --base main --force"), wanted);
        for bad in [
            "/publish --upload-pack=x",
            "/publish a b",
            "/publish --title",
            "/publish --title --force",
            "/publish --force=yes",
            "/publish --head a b",
            "/publish --base -x",
            "/publish -- -x",
            "/publish a --head b",
            "/publish --head 'a..b'",
        ] {
            assert!(matches!(parse(bad), Parsed::Refusal(RefusalReason::BadArguments { .. })), "{bad}");
        }
    }

    #[test]
    fn a_move_into_a_folder_keeps_the_name() {
        let expected =
            Intent::Rename { from: "a/x.rs".into(), to: "b/x.rs".into(), update_references: false };
        assert_eq!(intent("/rename ./a/x.rs b/"), expected);
    }

    #[test]
    fn a_fenced_diff_is_taken_out_of_its_fence() {
        let diff = "--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n";
        assert_eq!(intent(&format!("/apply\n```diff\n{diff}```")), Intent::Apply { patch: diff.into() });
    }

    #[test]
    fn a_mistyped_command_gets_a_hint_and_a_path_is_no_command() {
        let closest = |text: &str| match parse(text) {
            Parsed::Refusal(RefusalReason::UnknownCommand { closest, .. }) => closest,
            other => panic!("{other:?}"),
        };
        assert_eq!(closest("/replce a b"), Some("replace"));
        assert_eq!(closest("/frobnicate"), None);
        assert_eq!(parse("/etc/passwd is world readable"), Parsed::NotAnIntent);
        assert_eq!(parse("/help"), Parsed::NotAnIntent);
        assert_eq!(parse("/"), Parsed::NotAnIntent);
    }
}
