//! What the model answered: calls, text where a call was asked, JSON actions, or nothing.

use std::collections::VecDeque;

use super::{Action, CALLS_AT_ONCE, EMPTY_REPLIES, FORMAT_ERRORS, Loop, Mode};
use crate::model::{Message, Reply, StopReason, ToolCall};
use crate::native::outcome::{LoopEvent, Status};
use crate::native::{envelope, wording};

impl Loop {
    pub(super) fn replied(&mut self, reply: Reply, out: &mut Vec<Action>) {
        self.steps += 1;
        self.usage.add(reply.usage);
        self.squeezed = false;
        if !reply.usage.estimated {
            self.gauge.learn(self.asked_chars, reply.usage.input);
        }
        out.push(Action::Tell(LoopEvent::Used { usage: reply.usage }));
        if reply.tool_calls.is_empty() {
            self.without_calls(&reply, out)
        } else {
            self.with_calls(reply, out)
        }
    }

    fn said(&self, text: &str, out: &mut Vec<Action>) {
        if !text.trim().is_empty() {
            out.push(Action::Tell(LoopEvent::Said { text: text.trim().to_owned() }));
        }
    }

    fn with_calls(&mut self, reply: Reply, out: &mut Vec<Action>) {
        self.said(&reply.text, out);
        (self.empty_replies, self.text_replies) = (0, 0);
        (self.erred, self.acted) = (false, false);
        let mut calls = reply.tool_calls;
        let beyond = if calls.len() > CALLS_AT_ONCE { calls.split_off(CALLS_AT_ONCE) } else { Vec::new() };
        let all = calls.iter().chain(&beyond).cloned().collect();
        self.messages.push(Message::Assistant { text: reply.text, tool_calls: all });
        self.queue = calls.into();
        // Results may stand in any order here; they are put in the order of their calls for the wire.
        for call in &beyond {
            self.answer(call, wording::TOO_MANY.to_owned(), true);
        }
        self.next_call(out);
    }

    fn without_calls(&mut self, reply: &Reply, out: &mut Vec<Action>) {
        let text = reply.text.trim();
        if text.is_empty() {
            self.empty_replies += 1;
            if self.empty_replies >= EMPTY_REPLIES {
                let status = Status::Error { code: "loop.empty".to_owned() };
                return self.stop(status, "The model gave empty replies.", out);
            }
            self.nudge(wording::EMPTY, out);
            return self.ask(1, out);
        }
        self.empty_replies = 0;
        if let Some(found) = envelope::read(text) {
            // With tools declared, JSON in a text counts only if it is a whole action.
            if self.mode == Mode::Envelope || found.action.is_ok() {
                return self.with_envelope(found, out);
            }
        }
        self.said(text, out);
        self.messages.push(Message::assistant(text));
        if reply.stop_reason == StopReason::MaxTokens {
            return self.format_error(wording::CUT.to_owned(), out);
        }
        if self.mode == Mode::Envelope {
            return self
                .format_error(wording::envelope_error("it holds no JSON object with an action."), out);
        }
        self.text_replies += 1;
        if self.text_replies == 1 {
            self.nudge(wording::TEXT_INSTEAD, out);
        } else {
            self.enter_envelope(out);
            self.nudge(wording::envelope_error("it was text."), out);
        }
        self.ask(1, out);
    }

    fn enter_envelope(&mut self, out: &mut Vec<Action>) {
        if self.mode == Mode::Tools {
            self.mode = Mode::Envelope;
            out.push(Action::Tell(LoopEvent::EnvelopeMode));
        }
    }

    fn with_envelope(&mut self, found: envelope::Enveloped, out: &mut Vec<Action>) {
        self.enter_envelope(out);
        self.said(&found.thought, out);
        let call =
            ToolCall { id: format!("action_{}", self.steps), name: found.name, arguments: found.arguments };
        self.messages.push(Message::Assistant { text: found.thought, tool_calls: vec![call.clone()] });
        self.queue = VecDeque::from([call]);
        (self.erred, self.acted) = (false, false);
        self.next_call(out);
    }

    /// A reply that could not be used and left no call to answer.
    fn format_error(&mut self, text: String, out: &mut Vec<Action>) {
        self.format_errors += 1;
        if self.format_errors >= FORMAT_ERRORS {
            return self.stop_for_format(out);
        }
        self.nudge(text, out);
        self.ask(1, out);
    }

    pub(super) fn stop_for_format(&mut self, out: &mut Vec<Action>) {
        let (code, reason) = match self.mode {
            Mode::Tools => ("loop.format", "The model kept making calls that cannot be read."),
            Mode::Envelope => ("loop.no_action", "The model answers with text and takes no action."),
        };
        self.stop(Status::Error { code: code.to_owned() }, reason, out);
    }
}
