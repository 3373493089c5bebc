//! Keeps a leading `<think>…</think>` apart from a reply's text, piece by piece.

const OPEN: &str = "<think>";
const CLOSE: &str = "</think>";

/// Where a piece of content belongs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    Text(String),
    Reasoning(String),
}

#[derive(Debug, Default)]
pub struct ThinkSplit {
    state: State,
    held: String,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Nothing but a possible beginning of the tag was seen.
    #[default]
    Start,
    Thinking,
    /// Between the closing tag and the first word.
    Gap,
    /// After the tag, or there was none: everything is text, tags included.
    Text,
}

impl ThinkSplit {
    pub fn push(&mut self, piece: &str) -> Vec<Part> {
        if self.state == State::Text {
            return part(piece, Part::Text);
        }
        if self.state == State::Gap {
            let piece = piece.trim_start();
            if !piece.is_empty() {
                self.state = State::Text;
            }
            return part(piece, Part::Text);
        }
        self.held.push_str(piece);
        let mut out = Vec::new();
        if self.state == State::Start {
            let seen = self.held.trim_start();
            if let Some(rest) = seen.strip_prefix(OPEN) {
                self.held = rest.to_owned();
                self.state = State::Thinking;
            } else if OPEN.starts_with(seen) {
                return out;
            } else {
                self.state = State::Text;
                return part(&std::mem::take(&mut self.held), Part::Text);
            }
        }
        match self.held.find(CLOSE) {
            Some(at) => {
                out.extend(part(&self.held[..at], Part::Reasoning));
                let rest = self.held[at + CLOSE.len()..].to_owned();
                self.held.clear();
                self.state = State::Gap;
                out.extend(self.push(&rest));
            }
            None => {
                // Hold back what could be the beginning of the closing tag.
                let keep = (1..CLOSE.len()).rev().find(|n| self.held.ends_with(&CLOSE[..*n])).unwrap_or(0);
                let rest = self.held.split_off(self.held.len() - keep);
                out.extend(part(&std::mem::replace(&mut self.held, rest), Part::Reasoning));
            }
        }
        out
    }

    /// What was held back when the reply ended.
    pub fn finish(&mut self) -> Vec<Part> {
        let held = std::mem::take(&mut self.held);
        match self.state {
            State::Thinking => part(&held, Part::Reasoning),
            State::Start | State::Gap | State::Text => part(&held, Part::Text),
        }
    }
}

fn part(text: &str, kind: fn(String) -> Part) -> Vec<Part> {
    if text.is_empty() { Vec::new() } else { vec![kind(text.to_owned())] }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(text: &str, size: usize) -> (String, String) {
        let mut split = ThinkSplit::default();
        let chars: Vec<char> = text.chars().collect();
        let mut parts = Vec::new();
        for piece in chars.chunks(size) {
            parts.extend(split.push(&piece.iter().collect::<String>()));
        }
        parts.extend(split.finish());
        let mut out = (String::new(), String::new());
        for part in parts {
            match part {
                Part::Text(text) => out.0.push_str(&text),
                Part::Reasoning(text) => out.1.push_str(&text),
            }
        }
        out
    }

    #[test]
    fn thoughts_are_kept_apart_however_the_text_is_cut() {
        for size in 1..30 {
            assert_eq!(split("\n<think>a < b</think>\nyes", size), ("yes".into(), "a < b".into()), "{size}");
            assert_eq!(split("say <think> aloud", size), ("say <think> aloud".into(), String::new()));
            assert_eq!(split("<think>never closed", size), (String::new(), "never closed".into()));
            assert_eq!(split("<thi", size), ("<thi".into(), String::new()));
        }
    }
}
