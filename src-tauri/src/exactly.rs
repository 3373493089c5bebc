//! What exactly an answer lets happen, in lines short enough for a menu or a notification, and whether that is all
//! of it. What does not fit whole is not answered from here: it is opened. Pure.

use protocol::RiskLevel;
use protocol::approval::Approval;
use protocol::line::{self, commands, middle, plain, texts, trusted};
use serde_json::Value;

use crate::asked;
use crate::words::Words;

/// Widest line of a menu and most lines of one question, both in characters as people count them.
const WIDTH: usize = 60;
const LINES: usize = 8;
/// Files of a change named one by one; the answer is bound to all of them by its hash.
const PATHS: usize = 4;

/// A question in lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exactly {
    pub summary: String,
    pub lines: Vec<String>,
    /// Whether it may be allowed from here: everything is shown, and the risk is not high.
    pub may_approve: bool,
}

pub fn of(approval: &Approval, words: Words) -> Exactly {
    let details = &approval.details;
    let mut lines = Vec::new();
    let mut whole = true;
    match approval.action.as_str() {
        "land" => land(details, words, &mut lines),
        "workspace.trust" => {
            let (named, all) = trusted(details);
            lines.extend(named);
            whole &= all;
        }
        _ => whole &= command(details, words, &mut lines),
    }
    let wrapped: Vec<String> = lines.iter().flat_map(|line| wrap(line)).collect();
    whole &= wrapped.len() <= LINES;
    let mut lines: Vec<String> = wrapped.into_iter().take(LINES).collect();
    let is_high = approval.risk == RiskLevel::High;
    lines.push(match approval.risk {
        _ if !whole => words.not_whole(),
        RiskLevel::Low => words.low(),
        RiskLevel::Medium => words.medium(),
        RiskLevel::High => words.high(),
    });
    Exactly { summary: shortened(&asked::sentence(approval, words)), lines, may_approve: whole && !is_high }
}

fn land(details: &Value, words: Words, lines: &mut Vec<String>) {
    let number = |key: &str| details[key].as_u64().unwrap_or(0);
    let target = plain(details["target"].as_str().unwrap_or_default());
    lines.push(words.change(number("files"), number("additions"), number("deletions"), &target));
    let paths = texts(&details["paths"]);
    let named = paths.len().min(if paths.len() == PATHS + 1 { PATHS + 1 } else { PATHS });
    lines.extend(paths.iter().take(named).map(|path| middle(path, WIDTH)));
    if paths.len() > named {
        lines.push(words.and_more(paths.len() - named));
    }
    let risky = texts(&details["risky"]);
    if !risky.is_empty() {
        lines.push(middle(&words.risky(&risky.join(", ")), WIDTH));
    }
    if details["verified"] == false {
        lines.push(words.not_verified());
    }
    let checks = texts(&details["checks"]);
    lines.push(if checks.is_empty() {
        words.no_checks()
    } else {
        middle(&words.checks(&checks.join("; ")), WIDTH)
    });
}

/// A command with where it runs and what it may reach. False when the payload is of a kind that has no such lines:
/// then nobody can say that all of it is shown.
fn command(details: &Value, words: Words, lines: &mut Vec<String>) -> bool {
    let Some(said) = commands(details) else { return false };
    lines.extend(said);
    if let Some(folder) = details["cwd"].as_str().or_else(|| details["root"].as_str()) {
        lines.push(words.in_folder(&plain(folder)));
    }
    let hosts: Vec<String> = texts(&details["hosts"]).into_iter().chain(texts(&details["host"])).collect();
    if !hosts.is_empty() {
        lines.push(words.reaches(&hosts.join(", ")));
    }
    let writes = texts(&details["writes"]);
    if !writes.is_empty() {
        lines.push(words.writes(&writes.join(", ")));
    }
    true
}

/// A headline, cut at its end.
pub fn shortened(text: &str) -> String {
    line::shortened(text, WIDTH + 20)
}

/// Broken at blanks where there are any; nothing is left out.
fn wrap(line: &str) -> Vec<String> {
    let (mut lines, mut rest) = (Vec::new(), line.chars().collect::<Vec<char>>());
    while rest.len() > WIDTH {
        let at =
            rest[..WIDTH].iter().rposition(|c| *c == ' ').filter(|at| *at > WIDTH / 3).unwrap_or(WIDTH - 1);
        let tail = rest.split_off(at + 1);
        lines.push(rest.iter().collect::<String>().trim_end().to_owned());
        rest = tail;
    }
    lines.push(rest.into_iter().collect());
    lines
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use serde_json::json;

    /// A question that waits, for tests of whoever shows one.
    pub fn question(id: &str, action: &str, details: Value) -> Approval {
        serde_json::from_value(json!({
            "id": id, "workspaceId": "w-1", "sessionId": "dev", "action": action, "summary": format!("Question {id}"),
            "details": details, "hash": format!("hash-{id}"), "risk": "low", "why": "because", "askedBy": "merge",
            "subject": "s-1", "state": "pending", "decidedBy": null, "decidedAt": null,
            "createdAt": "2026-01-31T12:00:00.000Z", "expiresAt": null,
        }))
        .unwrap()
    }

    pub fn landing(id: &str) -> Approval {
        question(
            id,
            "land",
            json!({
                "files": 1, "additions": 2, "deletions": 1, "target": "main_agents", "paths": ["README.md"],
                "risky": [], "checks": ["cargo test"],
            }),
        )
    }

    #[test]
    fn a_landing_says_how_much_lands_where_and_what_checks_it() {
        let exactly = of(&landing("a"), Words::English);
        assert_eq!(
            exactly.lines,
            [
                "1 file, +2 −1, onto main_agents",
                "README.md",
                "Checks before it lands: cargo test",
                "Low risk"
            ]
        );
        assert!(exactly.may_approve);
    }

    #[test]
    fn a_command_is_shown_whole_with_its_folder_and_hosts() {
        let approval = question(
            "a",
            "setup.network",
            json!({
                "argv": ["npm", "install", "a b"], "root": "/home/me/tern", "hosts": ["npm.internal:443"],
            }),
        );
        let exactly = of(&approval, Words::English);
        assert_eq!(
            exactly.lines,
            ["npm install 'a b'", "In /home/me/tern", "Reaches npm.internal:443", "Low risk"]
        );
        assert!(exactly.may_approve);
    }

    #[test]
    fn what_does_not_fit_whole_is_not_answered_here() {
        let long = question("a", "command", json!({ "argv": vec!["--an-option-of-some-length"; 60] }));
        let exactly = of(&long, Words::English);
        assert!(!exactly.may_approve);
        assert_eq!(exactly.lines.len(), LINES + 1);
        assert!(exactly.lines.last().unwrap().contains("Too long"));
        assert!(exactly.lines.iter().all(|line| line.chars().count() <= WIDTH));
        let unknown = question("a", "other", json!({ "kind": "novel", "effect": "?" }));
        assert!(!of(&unknown, Words::English).may_approve);
    }

    #[test]
    fn a_high_risk_is_opened_and_read() {
        let mut approval = landing("a");
        approval.risk = RiskLevel::High;
        let exactly = of(&approval, Words::English);
        assert!(!exactly.may_approve && exactly.lines.last().unwrap().contains("open it to answer"));
    }

    #[test]
    fn a_long_command_is_broken_and_nothing_of_it_is_lost() {
        let line =
            "cargo test --workspace --all-targets --no-fail-fast -- --test-threads 1 --nocapture of/this";
        let lines = wrap(line);
        assert_eq!(lines.join(" "), line);
        let solid = "x".repeat(150);
        assert_eq!(wrap(&solid).concat(), solid);
    }

    #[test]
    fn trust_names_every_command_that_will_run() {
        let approval = question(
            "a",
            "workspace.trust",
            json!({
                "checks": [{ "name": "tests", "run": ["cargo", "test"], "network": [] }],
                "setup": [{ "run": ["npm", "ci"], "network": ["npm"] }],
                "recipes": { "gen": { "run": ["make", "gen"] } },
            }),
        );
        let exactly = of(&approval, Words::English);
        assert_eq!(exactly.lines[..3], ["tests: cargo test", "setup: npm ci → npm", "gen: make gen"]);
        assert!(exactly.may_approve);
    }

    #[test]
    fn a_headline_of_others_is_one_line_of_a_menu() {
        assert!(shortened(&"long ".repeat(100)).chars().count() <= WIDTH + 20);
    }
}
