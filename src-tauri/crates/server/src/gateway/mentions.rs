//! What is true only now, for a client that may be slow: put together where nothing is lost by it, and counted where
//! something is left out.

use super::line::Line;
use axum::extract::ws::Message;
use protocol::gateway::ServerFrame;
use serde_json::Value;
use std::collections::VecDeque;
use std::sync::Arc;

/// Most frames that wait for a slow client.
const HELD: usize = 64;
/// Most bytes of one piece of text that was put together.
const JOINED: usize = 64 * 1024;

pub(super) struct Mentions {
    line: Line,
    held: Held,
}

impl Mentions {
    pub(super) fn new(line: Line) -> Self {
        Self { line, held: Held::default() }
    }

    pub(super) fn push(&mut self, frame: &Arc<str>) {
        if !self.held.waits() && self.line.mention(now(frame)) {
            return;
        }
        self.held.push(frame);
    }

    /// So many were left out before they came here.
    pub(super) fn lost(&mut self, count: u64) {
        if count > 0 {
            self.held.lose(count);
        }
    }

    /// Whether something waits for room.
    pub(super) fn waits(&self) -> bool {
        self.held.waits()
    }

    /// Sends what there is room for.
    pub(super) fn flush(&mut self) {
        if self.held.lost > 0 {
            let dropped = u32::try_from(self.held.lost).unwrap_or(u32::MAX);
            if !self.line.mention(super::hello::text(&ServerFrame::Gap { dropped })) {
                return;
            }
            self.held.lost = 0;
        }
        while let Some(frame) = self.held.frames.front() {
            if !self.line.mention(now(frame)) {
                return;
            }
            self.held.frames.pop_front();
        }
    }
}

fn now(frame: &str) -> Message {
    Message::text(format!("{{\"t\":\"now\",\"data\":{frame}}}"))
}

/// What waits, in order; after a loss nothing does until it was told.
#[derive(Default)]
struct Held {
    frames: VecDeque<Arc<str>>,
    lost: u64,
}

impl Held {
    fn waits(&self) -> bool {
        self.lost > 0 || !self.frames.is_empty()
    }

    fn push(&mut self, frame: &Arc<str>) {
        if self.lost > 0 {
            self.lost += 1;
        } else if self.frames.contains(frame) && is_change(frame) {
            // It will be told once, and that is enough.
        } else if let Some(joined) = self.frames.back().and_then(|last| join(last, frame)) {
            self.frames.pop_back();
            self.frames.push_back(joined);
        } else if self.frames.len() < HELD {
            self.frames.push_back(frame.clone());
        } else {
            self.lose(1);
        }
    }

    fn lose(&mut self, count: u64) {
        self.lost += count + self.frames.len() as u64;
        self.frames.clear();
    }
}

/// It says no more than that something is another now.
fn is_change(frame: &str) -> bool {
    let read = serde_json::from_str::<Value>(frame).ok();
    read.and_then(|value| value["type"].as_str().map(|word| word.ends_with(".changed"))).unwrap_or(false)
}

/// Two pieces of the same answer as one.
fn join(first: &str, second: &str) -> Option<Arc<str>> {
    if first.len() + second.len() > JOINED {
        return None;
    }
    let (mut one, other) = (read(first)?, read(second)?);
    let same = |key: &str| one.get(key) == other.get(key);
    if one.get("type")?.as_str()? != "assistant.delta"
        || !(same("type") && same("sessionId") && same("requestId"))
    {
        return None;
    }
    let text = format!("{}{}", one.get("text")?.as_str()?, other.get("text")?.as_str()?);
    one.as_object_mut()?.insert("text".to_owned(), Value::String(text));
    Some(one.to_string().into())
}

fn read(frame: &str) -> Option<Value> {
    serde_json::from_str(frame).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn delta(request: &str, text: &str) -> Arc<str> {
        serde_json::json!({ "type": "assistant.delta", "sessionId": "dev", "requestId": request, "text": text })
            .to_string()
            .into()
    }

    fn change(name: &str) -> Arc<str> {
        format!("{{\"type\":\"{name}.changed\"}}").into()
    }

    #[test]
    fn a_change_that_waits_is_not_told_twice_and_pieces_of_an_answer_become_one() {
        let mut held = Held::default();
        for frame in
            [change("terminals"), delta("a", "one "), delta("a", "two"), change("terminals"), delta("b", "x")]
        {
            held.push(&frame);
        }
        let texts: Vec<_> = held.frames.iter().map(|frame| read(frame).unwrap()["text"].clone()).collect();
        assert_eq!(texts, [Value::Null, "one two".into(), "x".into()]);
        assert_eq!(held.lost, 0);
    }

    #[test]
    fn equal_pieces_are_two_pieces() {
        let mut held = Held::default();
        held.push(&delta("a", "x"));
        held.push(&change("terminals"));
        held.push(&delta("a", "x"));
        assert_eq!(held.frames.len(), 3);
    }

    #[test]
    fn what_is_too_much_is_left_out_and_counted_from_the_first_that_waited() {
        let mut held = Held::default();
        for n in 0..HELD + 3 {
            held.push(&delta(&n.to_string(), "x"));
        }
        assert_eq!((held.frames.len(), held.lost), (0, HELD as u64 + 3));
        assert!(held.waits());
    }

    #[test]
    fn pieces_do_not_grow_without_end() {
        let mut held = Held::default();
        for _ in 0..4 {
            held.push(&delta("a", &"x".repeat(JOINED / 2)));
        }
        assert_eq!(held.frames.len(), 4);
    }
}
