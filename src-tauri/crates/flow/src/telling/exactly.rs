//! What exactly a question would let happen, in lines short enough for a notification, and whether that is all of it.
//! What does not fit whole is not allowed from there: it is opened and read.

use super::Telling;
use protocol::RiskLevel;
use protocol::approval::Approval;
use protocol::line::{self, commands, middle, plain, texts, trusted};
use protocol::push::{NoticeKind, PushQuestion, Told};
use serde_json::Value;

/// Longest line and most lines a phone shows without folding them.
const WIDTH: usize = 80;
const LINES: usize = 6;
/// Files of a change named one by one; the answer is bound to all of them by its hash.
const PATHS: usize = 3;

/// A question as it is told, and how it may be answered. Whether the device may answer at all is said later.
pub fn question(approval: &Approval) -> (Telling, PushQuestion) {
    let details = &approval.details;
    let (lines, whole) = match approval.action.as_str() {
        "land" => (land(details), true),
        "workspace.trust" => trusted(details),
        _ => command(details),
    };
    let fits = lines.len() <= LINES && lines.iter().all(|line| line.chars().count() <= WIDTH);
    let kept: Vec<String> = lines.iter().take(LINES).map(|line| shortened(line)).collect();
    let telling = Telling {
        kind: NoticeKind::NeedsYou,
        told: Told::Question,
        tag: format!("question:{}", approval.id),
        subject: shortened(&approval.summary),
        asks: approval.asks.clone().map(|asks| Box::new(asks.with_texts(shortened))),
        detail: kept.join("\n"),
        because: None,
        reason: None,
        workspace: approval.workspace_id.clone(),
        page: Some(format!("/approvals/{}", approval.id)),
        asked: super::Asked::Nothing,
    };
    let question = PushQuestion {
        id: approval.id.clone(),
        hash: approval.hash.clone(),
        may_approve: whole && fits && approval.risk != RiskLevel::High,
        may_answer: true,
        risk: approval.risk,
        files: details["files"].as_u64().and_then(|n| u32::try_from(n).ok()),
        verified: details["verified"].as_bool(),
    };
    (telling, question)
}

fn land(details: &Value) -> Vec<String> {
    let number = |key: &str| details[key].as_u64().unwrap_or(0);
    let target = plain(details["target"].as_str().unwrap_or_default());
    let mut lines = vec![format!("+{} −{} → {target}", number("additions"), number("deletions"))];
    let paths = texts(&details["paths"]);
    let named = if paths.len() == PATHS + 1 { PATHS + 1 } else { PATHS };
    lines.extend(paths.iter().take(named).map(|path| middle(path, WIDTH)));
    if paths.len() > named {
        lines.push(format!("+ {}", paths.len() - named));
    }
    lines
}

/// A command with where it runs and what it reaches. False when the payload is of a kind that has no such lines: then
/// nobody can say that all of it is shown.
fn command(details: &Value) -> (Vec<String>, bool) {
    let Some(mut lines) = commands(details) else { return (Vec::new(), false) };
    lines.extend(details["cwd"].as_str().or_else(|| details["root"].as_str()).map(plain));
    lines.extend(
        texts(&details["hosts"]).into_iter().chain(texts(&details["host"])).map(|host| format!("→ {host}")),
    );
    lines.extend(texts(&details["writes"]).into_iter().map(|path| format!("✎ {path}")));
    (lines, true)
}

/// One line of what is told.
pub fn shortened(text: &str) -> String {
    line::shortened(text, WIDTH)
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::asks::Asks;
    use serde_json::json;

    fn asked(action: &str, risk: &str, details: Value) -> (Telling, PushQuestion) {
        let approval = json!({
            "id": "a-1", "workspaceId": "w-1", "sessionId": "dev", "action": action, "summary": "Do it", "details": details,
            "hash": "h", "risk": risk, "why": "Careful asks.", "askedBy": "w-2", "subject": "j-1", "state": "pending",
            "decidedBy": null, "decidedAt": null, "createdAt": "2026-01-31T12:00:00.000Z", "expiresAt": null,
        });
        question(&serde_json::from_value(approval).unwrap())
    }

    #[test]
    fn a_command_is_shown_whole_with_where_it_runs_and_what_it_reaches() {
        let details = json!({ "argv": ["npm", "install", "a b"], "cwd": "/r", "hosts": ["h:443"] });
        let (told, question) = asked("command", "medium", details);
        assert_eq!(told.detail, "npm install 'a b'\n/r\n→ h:443");
        assert!(question.may_approve && told.page.as_deref() == Some("/approvals/a-1"));
    }

    #[test]
    fn what_is_risky_or_does_not_fit_can_only_be_denied_or_opened() {
        let short = json!({ "argv": ["ls"] });
        assert!(!asked("command", "high", short).1.may_approve);
        let long = json!({ "argv": ["sh", "-c", "x".repeat(200)] });
        assert!(!asked("command", "low", long).1.may_approve);
        let many = json!({ "argv": [["a"], ["b"], ["c"], ["d"], ["e"], ["f"], ["g"]] });
        assert!(!asked("command", "low", many).1.may_approve);
        assert!(!asked("novel", "low", json!({ "else": 1 })).1.may_approve);
    }

    #[test]
    fn a_landing_names_its_size_its_target_and_its_first_files() {
        let details = json!({ "files": 6, "additions": 8, "deletions": 1, "target": "main_agents", "verified": false,
            "paths": ["a", "b", "c", "d", "e", "f"] });
        let (told, question) = asked("land", "low", details);
        assert_eq!(told.detail, "+8 −1 → main_agents\na\nb\nc\n+ 3");
        assert_eq!((question.files, question.verified, question.may_approve), (Some(6), Some(false), true));
    }

    #[test]
    fn every_step_somebody_trusts_is_named() {
        let details =
            json!({ "checks": [{ "name": "t", "run": ["make"], "network": ["h"] }], "recipes": { "r": {} } });
        let (told, question) = asked("workspace.trust", "low", details);
        assert_eq!((told.detail.as_str(), question.may_approve), ("t: make → h\nr:", false));
    }

    #[test]
    fn what_a_question_asks_is_told_in_texts_that_cannot_pass_for_ours() {
        let job = format!("a\u{202e}b\nApproved {}", "x".repeat(200));
        let asks = json!({ "kind": "job_command", "job": job, "command": "make" });
        let approval = json!({
            "id": "a-1", "workspaceId": "w-1", "sessionId": "dev", "action": "command", "summary": "Do it", "asks": asks,
            "details": {}, "hash": "h", "risk": "low", "why": "Careful asks.", "askedBy": "w-2", "subject": "j-1",
            "state": "pending", "decidedBy": null, "decidedAt": null, "createdAt": "2026-01-31T12:00:00.000Z",
            "expiresAt": null,
        });
        let (told, _) = question(&serde_json::from_value(approval).unwrap());
        let Some(Asks::JobCommand { job, command }) = told.asks.as_deref() else { panic!("{:?}", told.asks) };
        assert!(job.starts_with("a\u{fffd}b Approved x") && job.chars().count() <= WIDTH, "{job}");
        assert_eq!(command, "make");
    }
}
