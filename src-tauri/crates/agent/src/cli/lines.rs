//! Small things all readers do with lines, statuses and last words.

use serde_json::Value;

use super::{Ended, Event, Exit, Usage, Verdict};

/// Longest text that is carried in one event.
const TEXT_CHARS: usize = 4_000;
/// Longest last words.
const SAID_CHARS: usize = 8_000;
/// Calls of tools whose results may still come.
const OPEN_TOOLS: usize = 256;

/// A line as an object; anything else is not for us.
pub(super) fn object(line: &str) -> Option<Value> {
    let line = line.trim();
    (line.starts_with('{')).then(|| serde_json::from_str(line).ok()).flatten()
}

pub(super) fn text(value: &Value) -> Option<String> {
    value.as_str().map(short)
}

/// The first of these fields that is a text.
pub(super) fn first_text(value: &Value, names: &[&str]) -> Option<String> {
    names.iter().find_map(|name| text(&value[*name]))
}

pub(super) fn short(text: &str) -> String {
    if text.chars().count() <= TEXT_CHARS {
        return text.to_owned();
    }
    let kept: String = text.chars().take(TEXT_CHARS).collect();
    format!("{kept} […]")
}

pub(super) fn number(value: &Value) -> u64 {
    value.as_u64().unwrap_or_default()
}

pub(super) fn exit_code(value: &Value) -> Option<i32> {
    value.as_i64().and_then(|code| i32::try_from(code).ok())
}

pub(super) fn status(value: &Value) -> Option<u16> {
    value.as_u64().and_then(|status| u16::try_from(status).ok())
}

/// What tells of a session, when there is one.
pub(super) fn session(id: &Value) -> Vec<Event> {
    id.as_str().map(|id| Event::Session { id: id.to_owned() }).into_iter().collect()
}

/// An HTTP status a sentence names: `unexpected status 401 Unauthorized`, `API Error: 429 …`, `rejected (429)`.
pub(super) fn status_in(text: &str) -> Option<u16> {
    let lower = text.to_ascii_lowercase();
    let marks =
        ["status ", "status: ", "status code ", "status code: ", "error: ", "error code: ", "\"code\":", "("];
    marks.iter().find_map(|mark| {
        lower.match_indices(mark).find_map(|(at, mark)| {
            let digits: String =
                lower[at + mark.len()..].chars().take_while(char::is_ascii_digit).take(4).collect();
            digits.parse::<u16>().ok().filter(|status| (400..600).contains(status))
        })
    })
}

/// What is said at every start, whatever comes of it.
fn is_idle(line: &str) -> bool {
    let said = ["Reading additional input from stdin", "YOLO mode is enabled", "Warning: 256-color"];
    line.trim().is_empty() || said.iter().any(|words| line.starts_with(words))
}

/// Which tool a result belongs to, where results name only the id of their call.
#[derive(Debug, Default)]
pub(super) struct Tools(Vec<(String, String)>);

impl Tools {
    pub(super) fn began(&mut self, id: &Value, tool: &str) {
        if self.0.len() >= OPEN_TOOLS {
            self.0.remove(0);
        }
        self.0.push((id.as_str().unwrap_or_default().to_owned(), tool.to_owned()));
    }

    /// Ids are unique but for scripted models; the newest is the one that comes back.
    pub(super) fn of(&self, id: &Value) -> String {
        let id = id.as_str().unwrap_or_default();
        let tool = self.0.iter().rev().find(|(known, _)| known == id);
        tool.map(|(_, name)| name.clone()).unwrap_or_default()
    }
}

/// What a run has shown so far.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub(super) said: Option<String>,
    pub(super) usage: Usage,
    pub(super) cost_usd: Option<f64>,
    /// Commands that began to be something, and those of them that failed to start.
    pub(super) commands: u32,
    pub(super) failed_commands: u32,
    /// The last HTTP status the model refused with.
    pub(super) status: Option<u16>,
}

impl Tally {
    pub(super) fn say(&mut self, text: &str) {
        if !text.trim().is_empty() {
            self.said = Some(text.chars().take(SAID_CHARS).collect());
        }
    }

    pub(super) fn ended(&mut self, verdict: Verdict, reason: impl Into<String>) -> Ended {
        Ended {
            verdict,
            reason: short(&reason.into()),
            said: self.said.take(),
            usage: self.usage,
            cost_usd: self.cost_usd,
        }
    }

    /// The process went without saying how it ended.
    pub(super) fn vanished(&mut self, who: &str, exit: &Exit) -> Ended {
        let how = match exit.code {
            Some(code) => format!("with code {code}"),
            None => "killed by a signal".to_owned(),
        };
        let words = exit.stderr.trim().lines().rev().find(|line| !is_idle(line)).unwrap_or_default();
        let verdict = Verdict::of_status(self.status.or_else(|| status_in(words)));
        let reason = match words {
            "" => format!("{who} ended {how} without a result."),
            words => format!("{who} ended {how} without a result: {words}"),
        };
        self.ended(verdict, reason)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_is_found_where_a_sentence_names_one_and_nowhere_else() {
        for (text, status) in [
            ("unexpected status 401 Unauthorized: Incorrect API key, url: http://127.0.0.1:1/v1", Some(401)),
            ("exceeded retry limit, last status: 429 Too Many Requests", Some(429)),
            ("API Error: Request rejected (429) · slow down", Some(429)),
            ("Failed to authenticate. API Error: 401 Incorrect API key", Some(401)),
            ("Error code: 403 - {}", Some(403)),
            ("read 401 lines", None),
            ("error: 40123", None),
            ("status 200", None),
            ("", None),
        ] {
            assert_eq!(status_in(text), status, "{text}");
        }
    }
}
