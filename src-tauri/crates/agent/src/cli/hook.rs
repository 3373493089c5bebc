//! The question an agent asks before it does something, where its own program can ask one: Claude Code posts it to an
//! address, and takes the answer for its own. Only the form is known here; who decides is somebody else's affair.

use serde_json::{Value, json};

use super::Wish;

/// Path below the origin of the way to the model.
pub const ASKED_AT: &str = "/policy/claude";

/// The tools it asks about: commands, and whatever writes a file. Not every version has all of them.
pub const ASKED_ABOUT: [&str; 5] = ["Bash", "Write", "Edit", "MultiEdit", "NotebookEdit"];

/// What is asked about; none for anything else.
pub fn wish(body: &[u8]) -> Option<Wish> {
    let asked: Value = serde_json::from_slice(body).ok()?;
    let tool = asked["tool_name"].as_str().filter(|tool| ASKED_ABOUT.contains(tool))?;
    if asked["hook_event_name"] != "PreToolUse" {
        return None;
    }
    let input = &asked["tool_input"];
    if tool == "Bash" {
        return input["command"].as_str().map(|command| Wish::Command(command.to_owned()));
    }
    let file = ["file_path", "notebook_path"].iter().find_map(|name| input[*name].as_str());
    // One that does not say which file is a question all the same.
    Some(Wish::Files(file.map(str::to_owned).into_iter().collect()))
}

/// Lets it run.
pub fn yes() -> Value {
    json!({})
}

/// Keeps it from running, and tells the model why.
pub fn no(why: &str) -> Value {
    json!({
        "hookSpecificOutput": {
            "hookEventName": "PreToolUse",
            "permissionDecision": "deny",
            "permissionDecisionReason": why,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_command_about_to_run_and_a_file_about_to_be_written_are_questions() {
        let body = |event: &str, tool: &str, input: Value| {
            wish(
                json!({ "hook_event_name": event, "tool_name": tool, "tool_input": input })
                    .to_string()
                    .as_bytes(),
            )
        };
        let ls = || json!({ "command": "ls" });
        assert_eq!(body("PreToolUse", "Bash", ls()), Some(Wish::Command("ls".into())));
        assert_eq!(body("PostToolUse", "Bash", ls()), None);
        assert_eq!(body("PreToolUse", "Read", json!({ "file_path": "/a" })), None, "reading is free");
        for (tool, name) in [
            ("Write", "file_path"),
            ("Edit", "file_path"),
            ("MultiEdit", "file_path"),
            ("NotebookEdit", "notebook_path"),
        ] {
            let asked = body("PreToolUse", tool, json!({ name: "/clone/a" }));
            assert_eq!(asked, Some(Wish::Files(vec!["/clone/a".into()])), "{tool}");
        }
        assert_eq!(body("PreToolUse", "Write", json!({ "else": 1 })), Some(Wish::Files(Vec::new())));
        assert_eq!(wish(b"no json"), None);
        assert_eq!(no("x")["hookSpecificOutput"]["permissionDecision"], "deny");
    }
}
