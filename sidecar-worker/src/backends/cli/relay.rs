//! From what an agent tells to the lines of a job's log. Nothing here waits: an agent that floods loses lines of
//! its log, not its time.

use crate::journal::Journal;
use agent::cli::Event;

/// Lines of one tool's output that are shown.
const OUTPUT_LINES: usize = 40;

pub(super) struct Relay<'a> {
    journal: &'a Journal,
    /// Lines that found no room.
    pub(super) left_out: usize,
}

impl<'a> Relay<'a> {
    pub(super) fn new(journal: &'a Journal) -> Self {
        Self { journal, left_out: 0 }
    }

    pub(super) fn tell(&mut self, event: &Event) {
        if let Some(text) = line(event) {
            self.left_out += self.journal.offer(&text);
        }
    }
}

fn line(event: &Event) -> Option<String> {
    match event {
        Event::Text { text } => Some(text.clone()),
        Event::ToolStart { tool, label } if is_shell(tool) => Some(format!("$ {label}")),
        Event::ToolStart { tool, label } => Some(format!("[{tool}] {label}")),
        Event::ToolEnd { tool, failed, exit_code, text } => {
            // What a file holds is in the clone; what a command printed is nowhere else.
            let mut shown = if is_shell(tool) || *failed { beginning(text) } else { String::new() };
            match exit_code {
                Some(code) if *code != 0 => shown.push_str(&format!("\n[exit code {code}]")),
                _ if *failed => shown.push_str("\n[failed]"),
                _ => {}
            }
            let shown = shown.trim_matches('\n');
            (!shown.is_empty()).then(|| shown.to_owned())
        }
        Event::Retry { status, wait_ms } => {
            let status = status.map_or_else(|| "no answer".to_owned(), |status| status.to_string());
            let wait = wait_ms.map(|ms| format!(", waiting {} s", ms.div_ceil(1000))).unwrap_or_default();
            Some(format!("[the model: {status}{wait}]"))
        }
        Event::Warning { text } => Some(format!("[{text}]")),
        Event::Usage(_) | Event::Session { .. } => None,
    }
}

pub(super) fn is_shell(tool: &str) -> bool {
    matches!(tool, "bash" | "terminal" | "run_shell_command" | "execute_bash")
}

fn beginning(text: &str) -> String {
    let mut lines = text.lines();
    let mut shown: Vec<_> = lines.by_ref().take(OUTPUT_LINES).map(str::to_owned).collect();
    let more = lines.count();
    if more > 0 {
        shown.push(format!("[{more} more lines]"));
    }
    shown.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_shown_as_in_a_terminal_and_other_tools_by_name() {
        let start = |tool: &str| line(&Event::ToolStart { tool: tool.into(), label: "x".into() });
        assert_eq!(start("bash").as_deref(), Some("$ x"));
        assert_eq!(start("read").as_deref(), Some("[read] x"));
        let end = |tool: &str, failed, exit_code, text: &str| {
            line(&Event::ToolEnd { tool: tool.into(), failed, exit_code, text: text.into() })
        };
        assert_eq!(end("bash", false, Some(0), ""), None);
        assert_eq!(end("read", false, None, "a file"), None);
        assert_eq!(end("bash", true, Some(2), "no\n").as_deref(), Some("no\n[exit code 2]"));
        assert_eq!(end("edit", true, None, "no match").as_deref(), Some("no match\n[failed]"));
        let long = end("bash", false, Some(0), &"x\n".repeat(100)).unwrap();
        assert!(long.ends_with("[60 more lines]"), "{long}");
        let waits = Event::Retry { status: Some(429), wait_ms: Some(1_500) };
        assert_eq!(line(&waits).as_deref(), Some("[the model: 429, waiting 2 s]"));
    }
}
