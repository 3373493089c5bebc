//! A reply while it is still arriving.

use serde_json::Value;

use crate::model::error::{ModelError, Partial};
use crate::model::history::{Arguments, ToolCall};
use crate::model::reply::{Delta, Reply, StopReason, Usage};
use crate::model::think::{Part, ThinkSplit};

/// No sensible reply is longer, whatever the server keeps sending.
const MAX_CHARS: usize = 8 * 1024 * 1024;
const MAX_CALLS: usize = 128;

#[derive(Debug, Default)]
pub struct Draft {
    text: String,
    reasoning: String,
    calls: Vec<CallDraft>,
    think: ThinkSplit,
    size: usize,
    deltas: Vec<Delta>,
    pub stop: Option<StopReason>,
    pub usage: Option<Usage>,
    /// The server said the reply is complete.
    pub done: bool,
    /// JSON events seen.
    pub events: usize,
}

#[derive(Debug, Default, Clone)]
struct CallDraft {
    /// The dialect's position of the call, by which later pieces find it.
    slot: u64,
    id: String,
    name: String,
    raw: String,
    object: Option<Value>,
    announced: bool,
}

impl Draft {
    pub fn take_deltas(&mut self) -> Vec<Delta> {
        std::mem::take(&mut self.deltas)
    }

    /// Whether the model finished speaking, though usage may still follow.
    pub fn spoken(&self) -> bool {
        self.done || self.stop.is_some()
    }

    pub fn has_text(&self) -> bool {
        !self.text.is_empty()
    }

    pub fn push_text(&mut self, piece: &str) -> Result<(), ModelError> {
        self.grow(piece.len())?;
        let parts = self.think.push(piece);
        self.place(parts);
        Ok(())
    }

    pub fn push_reasoning(&mut self, piece: &str) -> Result<(), ModelError> {
        self.grow(piece.len())?;
        self.place(vec![Part::Reasoning(piece.to_owned())]);
        Ok(())
    }

    fn place(&mut self, parts: Vec<Part>) {
        for part in parts {
            match part {
                Part::Text(text) if !text.is_empty() => {
                    self.text.push_str(&text);
                    self.deltas.push(Delta::Text { text });
                }
                Part::Reasoning(text) if !text.is_empty() => {
                    self.reasoning.push_str(&text);
                    self.deltas.push(Delta::Reasoning { text });
                }
                Part::Text(_) | Part::Reasoning(_) => {}
            }
        }
    }

    /// Begins or continues the call at a position. A new id at an old position is a new call: some servers give
    /// every call the same index. Without a position the newest call is meant.
    ///
    /// Gives the place its arguments go to.
    pub fn call(&mut self, slot: Option<u64>, id: &str, name: &str) -> Result<usize, ModelError> {
        let found = match slot {
            Some(slot) => self.calls.iter().rposition(|call| call.slot == slot),
            None if id.is_empty() => self.calls.len().checked_sub(1),
            None => self.calls.iter().rposition(|call| call.id == id),
        };
        let found =
            found.filter(|at| id.is_empty() || self.calls[*at].id.is_empty() || self.calls[*at].id == id);
        let at = match found {
            Some(at) => at,
            None => {
                if self.calls.len() >= MAX_CALLS {
                    return Err(ModelError::BadReply {
                        message: "too many tool calls in one reply".to_owned(),
                    });
                }
                let next = self.calls.iter().map(|call| call.slot + 1).max().unwrap_or(0);
                self.calls.push(CallDraft { slot: slot.unwrap_or(next), ..CallDraft::default() });
                self.calls.len() - 1
            }
        };
        let call = &mut self.calls[at];
        if call.id.is_empty() {
            call.id = id.to_owned();
        }
        if call.name.is_empty() {
            call.name = name.to_owned();
        }
        if !call.announced && !call.name.is_empty() {
            call.announced = true;
            self.deltas.push(Delta::ToolCall { name: call.name.clone() });
        }
        Ok(at)
    }

    /// The place of the newest call at a position, or of the newest one of all.
    pub fn place_of(&self, slot: Option<u64>) -> Option<usize> {
        match slot {
            Some(slot) => self.calls.iter().rposition(|call| call.slot == slot),
            None => self.calls.len().checked_sub(1),
        }
    }

    /// Adds a piece of arguments: a string to append, or an object that is the whole.
    pub fn arguments(&mut self, place: Option<usize>, value: &Value) -> Result<(), ModelError> {
        let size = match value {
            Value::String(piece) => piece.len(),
            Value::Object(_) => value.to_string().len(),
            _ => return Ok(()),
        };
        self.grow(size)?;
        if let Some(call) = place.and_then(|at| self.calls.get_mut(at)) {
            match value {
                Value::String(piece) => call.raw.push_str(piece),
                object => call.object = Some(object.clone()),
            }
        }
        Ok(())
    }

    /// Replaces the arguments with the finished ones, when there are any.
    pub fn final_arguments(&mut self, place: Option<usize>, value: &Value) -> Result<(), ModelError> {
        let said = match value {
            Value::String(raw) => !raw.is_empty(),
            Value::Object(_) => true,
            _ => false,
        };
        if !said {
            return Ok(());
        }
        if let Some(call) = place.and_then(|at| self.calls.get_mut(at)) {
            call.raw.clear();
            call.object = None;
        }
        self.arguments(place, value)
    }

    fn grow(&mut self, by: usize) -> Result<(), ModelError> {
        self.size += by;
        if self.size > MAX_CHARS {
            return Err(ModelError::BadReply { message: "the reply does not end".to_owned() });
        }
        Ok(())
    }

    fn calls_with_ids(&self, seed: usize) -> Vec<ToolCall> {
        let mut out: Vec<ToolCall> = Vec::with_capacity(self.calls.len());
        for (index, call) in self.calls.iter().filter(|call| !call.name.is_empty()).enumerate() {
            let arguments = match &call.object {
                Some(Value::Object(fields)) if !fields.is_empty() || call.raw.is_empty() => {
                    Arguments::Object(fields.clone())
                }
                _ => Arguments::parse(&call.raw),
            };
            let taken = call.id.is_empty() || out.iter().any(|other| other.id == call.id);
            let id = if taken { format!("call_{seed}_{index}") } else { call.id.clone() };
            out.push(ToolCall { id, name: call.name.clone(), arguments });
        }
        out
    }

    pub fn partial(mut self, seed: usize) -> Partial {
        let held = self.think.finish();
        self.place(held);
        Partial { tool_calls: self.calls_with_ids(seed), text: self.text }
    }

    /// The finished reply. `seed` makes invented call ids unique in the conversation, `sent` is the length of the
    /// request for reckoning usage nobody reported.
    pub fn into_reply(mut self, seed: usize, sent: usize) -> (Reply, Vec<Delta>) {
        let held = self.think.finish();
        self.place(held);
        let tool_calls = self.calls_with_ids(seed);
        let stop_reason = match self.stop {
            Some(cut @ (StopReason::MaxTokens | StopReason::Refused)) => cut,
            _ if !tool_calls.is_empty() => StopReason::ToolCalls,
            Some(StopReason::ToolCalls) => StopReason::EndTurn,
            Some(other) => other,
            None => StopReason::Unknown,
        };
        let received = self.size;
        let reckon = |bytes: usize| u64::try_from(bytes.div_ceil(4)).unwrap_or(u64::MAX);
        let usage = self.usage.filter(|usage| usage.total() > 0).unwrap_or(Usage {
            input: reckon(sent),
            output: reckon(received),
            cached: 0,
            estimated: true,
        });
        let deltas = std::mem::take(&mut self.deltas);
        (Reply { text: self.text, reasoning: self.reasoning, tool_calls, stop_reason, usage }, deltas)
    }
}
