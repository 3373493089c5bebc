//! The calls of one reply, run one after the other.

use super::{Action, FORMAT_ERRORS, Loop, Phase};
use crate::model::{Message, ToolCall};
use crate::native::limits::LimitKind;
use crate::native::observation::Observation;
use crate::native::outcome::{LoopEvent, Status};
use crate::native::repetition::Notice;
use crate::native::tools::{self, ToolAction};
use crate::native::wording;

impl Loop {
    pub(super) fn answer(&mut self, call: &ToolCall, text: String, failed: bool) {
        let (call_id, name) = (call.id.clone(), call.name.clone());
        self.messages.push(Message::Tool { call_id, name, text, failed });
    }

    /// Runs the next call of the reply, or asks the model when there is none.
    pub(super) fn next_call(&mut self, out: &mut Vec<Action>) {
        while let Some(call) = self.queue.pop_front() {
            match tools::parse(&call.name, &call.arguments) {
                Err(why) => {
                    let text = wording::call_error(&why);
                    out.push(Action::Tell(LoopEvent::Nudged { why: text.clone() }));
                    self.answer(&call, text, true);
                    self.erred = true;
                }
                Ok(ToolAction::Finish { summary, confidence }) => {
                    self.answer(&call, "The task ended.".to_owned(), false);
                    return self.finish(summary, confidence, out);
                }
                Ok(_) if self.left_ms() == 0 => {
                    self.queue.push_front(call);
                    return self.stop_at(LimitKind::Time, out);
                }
                Ok(action) => {
                    self.acted = true;
                    return self.run(call, action, out);
                }
            }
        }
        let useless = std::mem::take(&mut self.erred) && !std::mem::take(&mut self.acted);
        self.format_errors = if useless { self.format_errors + 1 } else { 0 };
        if self.format_errors >= FORMAT_ERRORS {
            return self.stop_for_format(out);
        }
        if self.stuck {
            let reason = "The model repeats itself and nothing new comes of it.";
            return self.stop(Status::Stuck, reason, out);
        }
        self.ask(1, out);
    }

    pub(super) fn run(&mut self, call: ToolCall, action: ToolAction, out: &mut Vec<Action>) {
        let limits = &self.task.limits;
        let wanted_s = match &action {
            ToolAction::Bash(bash) => bash.timeout_s.unwrap_or(limits.tool_timeout_s).max(1),
            _ => limits.tool_timeout_s,
        };
        let timeout_ms = wanted_s.min(limits.tool_timeout_most_s).saturating_mul(1000).min(self.left_ms());
        out.push(Action::Tell(LoopEvent::ToolStarted {
            tool: action.name().to_owned(),
            label: action.label(),
        }));
        self.phase = Phase::Running { call, action: action.clone() };
        out.push(Action::Run { action, timeout_ms });
    }

    pub(super) fn observed(
        &mut self,
        call: ToolCall,
        action: &ToolAction,
        result: &Observation,
        out: &mut Vec<Action>,
    ) {
        let shown = result.shown(self.task.limits.observation_chars);
        if let Some(text) = shown.full {
            self.kept += 1;
            out.push(Action::Keep { name: format!("output-{:03}-{}.txt", self.kept, action.name()), text });
        }
        let (failed, exit_code) = (result.failed, result.exit_code);
        let tool = action.name().to_owned();
        out.push(Action::Tell(LoopEvent::ToolEnded { tool, failed, exit_code, text: shown.text.clone() }));
        let mut text = shown.text;
        match self.repetition.note(action, &text) {
            Notice::Fine => {}
            Notice::Nudge => {
                out.push(Action::Tell(LoopEvent::Nudged { why: wording::REPEATED.to_owned() }));
                text.push_str("\n\n");
                text.push_str(wording::REPEATED);
            }
            Notice::Stuck => self.stuck = true,
        }
        self.answer(&call, text, failed);
        self.next_call(out);
    }
}
