//! The question an agent asks before it runs a command, where its own program can ask one: Claude Code posts it to an
//! address, and takes the answer for its own. Only the form is known here; who decides is somebody else's affair.

use serde_json::{Value, json};

/// Path below the origin of the way to the model.
pub const ASKED_AT: &str = "/policy/claude";

/// The command that is asked about; none for anything else.
pub fn command(body: &[u8]) -> Option<String> {
    let asked: Value = serde_json::from_slice(body).ok()?;
    let is_command = asked["hook_event_name"] == "PreToolUse" && asked["tool_name"] == "Bash";
    is_command.then(|| asked["tool_input"]["command"].as_str().map(str::to_owned)).flatten()
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
    fn only_a_command_about_to_run_is_a_question() {
        let body = |event: &str, tool: &str| {
            json!({ "hook_event_name": event, "tool_name": tool, "tool_input": { "command": "ls" } })
                .to_string()
        };
        assert_eq!(command(body("PreToolUse", "Bash").as_bytes()).as_deref(), Some("ls"));
        assert_eq!(command(body("PostToolUse", "Bash").as_bytes()), None);
        assert_eq!(command(body("PreToolUse", "Edit").as_bytes()), None);
        assert_eq!(command(b"no json"), None);
        assert_eq!(no("x")["hookSpecificOutput"]["permissionDecision"], "deny");
    }
}
