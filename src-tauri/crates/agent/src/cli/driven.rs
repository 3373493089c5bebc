//! Agents that small programs of ours drive in their own interpreter: lines of JSON both ways.
//!
//! Such a program says `ready` once its agent can be driven, or `unfit` and why; then `text`, `tool` and `result` as
//! things happen, `ask` before a command or a file, with a number that the answer names, and `end` or `over` last. It
//! reads `{"answer": NUMBER, "no": null | "why"}` and `{"tell": "words"}`. That words stand before the model is seen on
//! the way there.

use std::collections::VecDeque;

use serde_json::{Value, json};

use super::dialogue::{Dialogue, Heard, Question};
use super::lines::{Tally, exit_code, object, short, text};
use super::{Ended, Event, Exit, Reader, Wish};

/// Stands before each of the programs.
pub(super) const LINES: &str = include_str!("driver.py");

/// Questions that may wait at the same time; of more, the oldest is forgotten.
const QUESTIONS: usize = 64;

/// Something that happened; nothing for lines that are no events.
pub(super) fn happened(value: &Value, tally: &mut Tally) -> Vec<Event> {
    match value["pilothouse"].as_str().unwrap_or_default() {
        "text" => {
            let said = value["text"].as_str().unwrap_or_default();
            tally.say(said);
            vec![Event::Text { text: short(said) }]
        }
        "tool" => vec![Event::ToolStart {
            tool: text(&value["tool"]).unwrap_or_default(),
            label: text(&value["label"]).unwrap_or_default(),
        }],
        "result" => vec![Event::ToolEnd {
            tool: text(&value["tool"]).unwrap_or_default(),
            failed: value["failed"] == true,
            exit_code: exit_code(&value["code"]),
            text: text(&value["text"]).unwrap_or_default(),
        }],
        _ => Vec::new(),
    }
}

/// One run of such a program. `reader` understands everything but the conversation.
pub(super) struct Driven {
    reader: Box<dyn Reader>,
    ready: bool,
    over: bool,
    unfit: Option<String>,
    last: u64,
    /// Ours and its own number of each question.
    questions: VecDeque<(u64, Value)>,
    /// Messages that do not stand before the model yet.
    told: Vec<u64>,
}

impl Driven {
    pub(super) fn new(reader: Box<dyn Reader>) -> Self {
        Self {
            reader,
            ready: false,
            over: false,
            unfit: None,
            last: 0,
            questions: VecDeque::new(),
            told: Vec::new(),
        }
    }

    fn asked(&mut self, value: &Value) -> Question {
        let files = || value["files"].as_array().into_iter().flatten().filter_map(Value::as_str);
        let wish = match value["command"].as_str() {
            Some(command) => Wish::Command(command.to_owned()),
            None => Wish::Files(files().map(str::to_owned).collect()),
        };
        self.last += 1;
        if self.questions.len() >= QUESTIONS {
            self.questions.pop_front();
        }
        self.questions.push_back((self.last, value["id"].clone()));
        Question { id: self.last, wish }
    }
}

impl Dialogue for Driven {
    fn begin(&mut self) -> Vec<String> {
        Vec::new()
    }

    fn line(&mut self, line: &str) -> Heard {
        let mut heard = Heard::of(self.reader.line(line));
        let Some(value) = object(line) else { return heard };
        match value["pilothouse"].as_str().unwrap_or_default() {
            "ready" => self.ready = true,
            "unfit" => {
                self.over = true;
                self.unfit = text(&value["why"]).or_else(|| Some("it cannot be driven".into()));
            }
            "end" | "over" => self.over = true,
            "ask" => {
                let question = self.asked(&value);
                heard.asks.push(question);
            }
            _ => {}
        }
        heard
    }

    fn answer(&mut self, id: u64, no: Option<&str>) -> Vec<String> {
        let Some(at) = self.questions.iter().position(|(ours, _)| *ours == id) else { return Vec::new() };
        let answered = self.questions.remove(at);
        answered.map(|(_, theirs)| json!({ "answer": theirs, "no": no }).to_string()).into_iter().collect()
    }

    fn tell(&mut self, number: u64, words: &str) -> Option<Vec<String>> {
        if !self.ready || self.over {
            return None;
        }
        self.told.push(number);
        Some(vec![json!({ "tell": words }).to_string()])
    }

    fn reached(&mut self, number: u64) -> bool {
        let before = self.told.len();
        self.told.retain(|told| *told != number);
        self.told.len() < before
    }

    fn rests(&self) -> bool {
        self.over
    }

    fn unfit(&self, _: &Exit) -> Option<String> {
        self.unfit.clone()
    }

    fn end(&mut self, exit: &Exit) -> Ended {
        self.reader.end(exit)
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Verdict, of};
    use super::*;
    use protocol::worker::WorkerBackend;

    #[derive(Default)]
    struct Anything(Tally);

    impl Reader for Anything {
        fn line(&mut self, line: &str) -> Vec<Event> {
            object(line).map(|value| happened(&value, &mut self.0)).unwrap_or_default()
        }

        fn end(&mut self, _: &Exit) -> Ended {
            self.0.ended(Verdict::Finished, "over")
        }
    }

    fn driven() -> Driven {
        Driven::new(Box::new(Anything::default()))
    }

    #[test]
    fn each_question_gets_its_own_answer_once() {
        let mut driven = driven();
        let first = driven.line(r#"{"pilothouse":"ask","id":1,"command":"ls"}"#).asks.remove(0);
        let second = driven.line(r#"{"pilothouse":"ask","id":2,"files":["/clone/a"]}"#).asks.remove(0);
        assert_eq!(first.wish, Wish::Command("ls".into()));
        assert_eq!(second.wish, Wish::Files(vec!["/clone/a".into()]));
        assert_eq!(driven.answer(second.id, Some("no")), [r#"{"answer":2,"no":"no"}"#]);
        assert_eq!(driven.answer(first.id, None), [r#"{"answer":1,"no":null}"#]);
        assert!(driven.answer(first.id, None).is_empty());
    }

    #[test]
    fn words_are_passed_on_from_ready_until_over_and_stand_once_they_were_seen() {
        let mut driven = driven();
        assert_eq!(driven.tell(1, "x"), None);
        driven.line(r#"{"pilothouse":"ready"}"#);
        assert_eq!(driven.tell(1, "x"), Some(vec![r#"{"tell":"x"}"#.into()]));
        assert!(driven.reached(1) && !driven.reached(1) && !driven.reached(2));
        assert!(!driven.rests());
        driven.line(r#"{"pilothouse":"over"}"#);
        assert!(driven.rests());
        assert_eq!(driven.tell(2, "x"), None, "another run is told");
    }

    #[test]
    fn a_program_whose_agent_cannot_be_driven_says_so_before_anything_is_done() {
        let mut driven = driven();
        driven.line(r#"{"pilothouse":"unfit","why":"ImportError: x"}"#);
        assert!(driven.rests());
        assert_eq!(driven.unfit(&Exit::default()).as_deref(), Some("ImportError: x"));
    }

    #[test]
    fn both_drivers_begin_with_what_they_have_in_common() {
        for backend in [WorkerBackend::Miniswe, WorkerBackend::Openhands] {
            assert!(of(backend).unwrap().spoken.is_some(), "{backend:?}");
        }
        assert!(LINES.starts_with("\"\"\"") && LINES.contains("class Line"));
    }
}
