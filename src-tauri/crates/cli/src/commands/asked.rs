//! What exactly a question lets happen, in lines. What is known has a name, everything else stands as it is: nothing of a
//! payload is left out, because the answer is bound to all of it. Pure; words of others stay on lines of their own.

use crate::plain;
use protocol::approval::Approval;
use protocol::{count, line};
use serde_json::Value;

/// Files of a change that are named; its diff has all.
const PATHS: usize = 8;
/// What follows the first line of a text stands behind this, and is no line of ours.
const MORE: &str = "            | ";

/// Keys that say which record it is and nothing of what happens, or that other lines tell.
const TOLD: [&str; 22] = [
    "kind",
    "action",
    "hash",
    "digest",
    "workspaceId",
    "sessionId",
    "requestId",
    "entryId",
    "entry",
    "jobId",
    "job",
    "summary",
    "argv",
    "run",
    "command",
    "files",
    "additions",
    "deletions",
    "paths",
    "port",
    "host",
    "hosts",
];

/// Names of what our own questions have.
const NAMES: [(&str, &str); 14] = [
    ("cwd", "In"),
    ("root", "In"),
    ("writes", "Writes"),
    ("target", "Onto"),
    ("branch", "Onto"),
    ("risky", "Look at"),
    ("checks", "Checks"),
    ("classes", "About"),
    ("note", "Note"),
    ("head", "Branch"),
    ("title", "Title"),
    ("remote", "To"),
    ("commit", "Commit"),
    ("base", "Base"),
];

/// The sentence of a question, on one line.
pub(super) fn sentence(approval: &Approval) -> String {
    words(&approval.summary)
}

/// Markdown as words on one line; where that is nothing, as it stands.
fn words(text: &str) -> String {
    let flat = line::plain(text);
    Some(plain::plain(&flat)).filter(|read| !read.trim().is_empty()).unwrap_or(flat)
}

/// A line for each thing an answer lets happen.
pub(super) fn exactly(approval: &Approval) -> Vec<String> {
    let details = &approval.details;
    let of_trust = approval.action == "workspace.trust";
    let mut rows = Rows::default();
    if of_trust {
        line::trusted(details).0.into_iter().for_each(|line| rows.add("Trusts", line));
    }
    line::commands(details).into_iter().flatten().for_each(|line| rows.add("Runs", line));
    if details["sandbox"] == false {
        rows.add("Sandbox", "none: it runs on this machine, as you".into());
    }
    let port = details["port"].as_u64().map(|port| format!(":{port}")).unwrap_or_default();
    let hosts: Vec<String> = ["host", "hosts"].iter().flat_map(|key| line::texts(&details[*key])).collect();
    if !hosts.is_empty() {
        rows.add("Hosts", format!("{}{port}", hosts.join(", ")));
    }
    change(approval, &mut rows);
    let is_told = |key: &str| {
        TOLD.contains(&key)
            || key == "sandbox"
            || (of_trust && ["checks", "setup", "recipes", "groups"].contains(&key))
            || (approval.action == "land" && key == "title")
            || (["tool", "args"].contains(&key) && !details["tool"].is_null())
    };
    for (key, value) in details.as_object().into_iter().flatten().filter(|(key, _)| !is_told(key)) {
        let named = NAMES.iter().find(|(known, _)| known == key).map(|(_, name)| *name);
        // What its plan allows already is not what is asked.
        let name = match named {
            Some("Writes") if approval.action == "file.write" => "Planned",
            Some(name) => name,
            None => key,
        };
        rows.value(name, value);
    }
    rows.add("Risk", approval.risk.to_string());
    rows.add("Asks", words(&approval.why));
    rows.0
}

/// A line broken where a terminal of so many columns would break it: what goes on begins as nothing of ours does.
pub(super) fn wrapped(line: &str, width: Option<u16>) -> Vec<String> {
    // Too narrow to be read is not broken any further.
    let width = usize::from(width.unwrap_or(u16::MAX)).max(2 * MORE.len());
    // A letter that is not of the plainest may take two columns, and a tab eight.
    let columns = |c: char| match c {
        '\t' => 8,
        c if c.is_ascii() => 1,
        _ => 2,
    };
    let (mut lines, mut at) = (vec![String::new()], 0);
    for c in line.chars() {
        if at + columns(c) > width {
            lines.push(MORE.to_owned());
            at = MORE.len();
        }
        at += columns(c);
        if let Some(last) = lines.last_mut() {
            last.push(c);
        }
    }
    lines
}

fn change(approval: &Approval, rows: &mut Rows) {
    let details = &approval.details;
    let of_landing = approval.action == "land";
    if let (Some(files), Some(more), Some(less)) =
        (details["files"].as_u64(), details["additions"].as_u64(), details["deletions"].as_u64())
    {
        rows.add("Changes", format!("{}, +{more} -{less}", count(files, "file", "files")));
    }
    let paths = match &details["paths"] {
        // A path with what becomes of it.
        Value::Object(paths) => paths.keys().map(|path| line::plain(path)).collect(),
        paths => line::texts(paths),
    };
    let most = if of_landing { PATHS } else { paths.len() };
    paths.iter().take(most).for_each(|path| rows.add("File", path.clone()));
    if paths.len() > most {
        rows.add("File", format!("and {} more", paths.len() - most));
    }
    if let Some(job) = details["jobId"].as_str().filter(|_| of_landing) {
        rows.add("Diff", format!("pilothouse job diff {}", line::plain(job)));
    }
}

/// An item of a list, on one line. A line break in it is seen.
fn shown(text: &str) -> String {
    line::plain(&text.replace('\n', "\\n"))
}

#[derive(Default)]
struct Rows(Vec<String>);

impl Rows {
    fn add(&mut self, name: &str, text: String) {
        self.0.push(format!("  {name:<9} {text}"));
    }

    fn value(&mut self, name: &str, value: &Value) {
        let name = line::plain(name);
        match value {
            Value::Null => {}
            Value::Bool(yes) => self.add(&name, if *yes { "yes" } else { "no" }.into()),
            Value::String(text) => {
                let mut lines = text.lines().map(line::plain);
                self.add(&name, lines.next().unwrap_or_default());
                self.0.extend(lines.map(|line| format!("{MORE}{line}")));
            }
            Value::Array(list) if list.is_empty() => self.add(&name, "none".into()),
            Value::Array(list) if list.iter().all(Value::is_string) => {
                let mut items = list.iter().filter_map(Value::as_str).map(shown);
                self.add(&name, items.next().unwrap_or_default());
                self.0.extend(items.map(|item| format!("{MORE}{item}")));
            }
            other => self.add(&name, line::plain(&other.to_string())),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use serde_json::json;

    fn asked(action: &str, details: Value) -> Approval {
        serde_json::from_value(json!({
            "id": "a-1", "workspaceId": "w-1", "sessionId": "dev", "action": action, "summary": "?",
            "details": details, "hash": "h", "risk": "low", "why": "because", "askedBy": "merge",
            "subject": "s-1", "state": "pending", "decidedBy": null, "decidedAt": null,
            "createdAt": "2026-01-31T12:00:00.000Z", "expiresAt": null,
        }))
        .unwrap()
    }

    #[test]
    fn no_word_of_others_begins_a_line_of_ours_or_hides_one() {
        let forged = "true\n  Risk      low\u{1b}]0;";
        let details = json!({
            "kind": "command", "argv": ["sh", "-c", forged, "a b"], "cwd": "apps", "hosts": ["a:443", "b:80"],
            "sandbox": false, "classes": ["network"], "note": forged, "odd\nkey": { "a": forged },
        });
        let mut approval = asked("command", details);
        approval.summary = format!("Run `{forged}`");
        approval.why = forged.into();
        let lines = exactly(&approval);
        assert_eq!(lines[0], "  Runs      sh -c 'true\\n  Risk      low\u{fffd}]0;' 'a b'");
        assert_eq!(lines[1], "  Sandbox   none: it runs on this machine, as you");
        for line in ["  Hosts     a:443, b:80", "  In        apps", "  About     network", "  Note      true"]
        {
            assert!(lines.contains(&line.to_owned()), "{line}: {lines:#?}");
        }
        assert!(lines.contains(&format!("{MORE}  Risk      low\u{fffd}]0;")), "{lines:#?}");
        assert_eq!(lines.iter().filter(|line| line.starts_with("  Risk")).count(), 1, "{lines:#?}");
        assert!(lines.iter().all(|line| !line.contains(['\n', '\u{1b}'])), "{lines:#?}");
        assert_eq!(sentence(&approval), "Run true   Risk      low\u{fffd}]0;");
        approval.summary = "```\nhidden".into();
        assert_eq!(sentence(&approval), "``` hidden");
    }

    #[test]
    fn a_landing_names_its_files_and_checks_and_where_its_diff_is_and_whether_it_is_verified() {
        let paths: Vec<String> = (0..10).map(|n| format!("{n}.rs")).collect();
        let lines = exactly(&asked(
            "land",
            json!({
                "files": 10, "additions": 3, "deletions": 1, "paths": paths, "jobId": "j-1", "target": "main_agents",
                "checks": ["make test"], "risky": ["0.rs: it is run"], "verified": false, "title": "A title",
            }),
        ));
        assert_eq!(lines[..2], ["  Changes   10 files, +3 -1", "  File      0.rs"]);
        assert_eq!(lines[9..11], ["  File      and 2 more", "  Diff      pilothouse job diff j-1"]);
        for line in [
            "  Onto      main_agents",
            "  Checks    make test",
            "  Look at   0.rs: it is run",
            "  verified  no",
        ] {
            assert!(lines.contains(&line.to_owned()), "{line}: {lines:#?}");
        }
    }

    #[test]
    fn what_a_terminal_would_break_goes_on_as_no_line_of_ours() {
        let line = format!("  Runs      {}{}", "x".repeat(48), "  Risk      low");
        let lines = wrapped(&line, Some(60));
        assert_eq!(lines, [line[..60].to_owned(), format!("{MORE}  Risk      low")]);
        assert_eq!(wrapped(&line, None).concat(), line);
        assert_eq!(wrapped("é".repeat(40).as_str(), Some(60)).len(), 2);
        let list = exactly(&asked("land", json!({ "checks": ["sh -c true # x\ncurl y", "make"] })));
        assert_eq!(list[..2], ["  Checks    sh -c true # x\\ncurl y", "            | make"]);
    }

    #[test]
    fn every_path_that_is_asked_for_is_named_beside_what_is_planned() {
        let details =
            json!({ "kind": "file.write", "paths": ["a", "b"], "writes": ["src/**"], "note": "More files." });
        let lines = exactly(&asked("file.write", details));
        assert_eq!(lines[..2], ["  File      a", "  File      b"]);
        assert!(lines.contains(&"  Planned   src/**".to_owned()), "{lines:#?}");
    }

    #[test]
    fn every_command_that_is_trusted_with_a_repository_is_named() {
        let setup = json!([{ "name": "deps", "run": ["npm", "ci"], "network": ["registry.npmjs.org"] }]);
        let details = json!({ "setup": setup, "checks": [{ "name": "tests", "run": ["make"] }] });
        let lines = exactly(&asked("workspace.trust", details));
        assert_eq!(lines[..2], ["  Trusts    tests: make", "  Trusts    deps: npm ci → registry.npmjs.org"]);
        assert_eq!(lines.len(), 4, "{lines:#?}");
        let check = json!({ "name": "ui", "run": ["make"], "paths": ["ui/**"], "skipUntouched": true, "group": "web" });
        let lines = exactly(&asked(
            "workspace.trust",
            json!({ "checks": [check], "groups": { "web": { "timeoutS": 5 } } }),
        ));
        assert_eq!(lines[0], "  Trusts    ui: make, left out where nothing of ui/** is touched");
        assert_eq!(lines[1], "  Trusts    web: {\"timeoutS\":5}");
    }

    #[test]
    fn what_has_no_name_stands_as_it_is() {
        let details =
            json!({ "dockerfileText": "FROM a\nRUN b", "network": true, "copies": [], "args": { "x": 1 } });
        let lines = exactly(&asked("image.build", details));
        let text = lines.join("\n");
        assert!(text.contains("  dockerfileText FROM a\n            | RUN b"), "{text}");
        for line in ["  network   yes", "  copies    none", "  args      {\"x\":1}"] {
            assert!(text.contains(line), "{line}: {text}");
        }
    }
}
