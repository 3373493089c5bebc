//! Asking the model: limits first, then room, then the request; and what follows when it cannot be asked.

use super::{Action, KEPT_TURNS, Loop, Mode, Phase, WRAP_UP};
use crate::model::{ModelError, Request, ToolChoice, Usage, Verdict};
use crate::native::limits::LimitKind;
use crate::native::outcome::{LoopEvent, Status};
use crate::native::trim::trim;
use crate::native::{envelope, tools, wording};

impl Loop {
    /// Asks the model, unless a limit is reached.
    pub(super) fn ask(&mut self, attempt: u32, out: &mut Vec<Action>) {
        if let Some(limit) = self.task.limits.reached(&self.used(), 100) {
            return self.stop_at(limit, out);
        }
        let almost = self.task.limits.reached(&self.used(), WRAP_UP);
        if let Some(limit) = almost.filter(|_| !self.wrapped_up) {
            self.wrapped_up = true;
            self.nudge(wording::wrap_up(limit), out);
        }
        self.trim(KEPT_TURNS, false, out);
        if attempt == 1 {
            out.push(Action::Tell(LoopEvent::Step { step: self.steps + 1, of: self.task.limits.steps }));
        }
        let request = Request { messages: self.messages.clone(), ..self.frame() };
        self.asked_chars = request.chars();
        self.phase = Phase::Asking { attempt };
        out.push(Action::Ask { request: Box::new(request), within_ms: self.left_ms() });
    }

    /// The request without the conversation.
    pub(super) fn frame(&self) -> Request {
        let limits = &self.task.limits;
        let base = Request {
            system: self.task.system.clone(),
            messages: Vec::new(),
            tools: Vec::new(),
            tool_choice: ToolChoice::Auto,
            schema: None,
            max_tokens: limits.reply_tokens,
            temperature: None,
        };
        match self.mode {
            Mode::Tools => Request { tools: tools::specs(), ..base },
            Mode::Envelope => Request {
                system: format!("{}{}", base.system, wording::ENVELOPE),
                schema: Some(envelope::schema()),
                ..base
            },
        }
    }

    pub(super) fn trim(&mut self, keep: usize, force: bool, out: &mut Vec<Action>) -> bool {
        let fixed = self.frame().chars();
        // Room for the reply is no room for history.
        let window = self.task.limits.window.saturating_sub(u64::from(self.task.limits.reply_tokens)).max(1);
        match trim(&mut self.messages, fixed, window, self.gauge, keep, force) {
            Some(done) => {
                let (stubbed, before, after) = (done.stubbed, done.before, done.after);
                out.push(Action::Tell(LoopEvent::Trimmed { stubbed, before, after }));
                true
            }
            None => false,
        }
    }

    pub(super) fn failed(&mut self, attempt: u32, error: ModelError, out: &mut Vec<Action>) {
        if let ModelError::TooLong { .. } = error {
            if !std::mem::replace(&mut self.squeezed, true) && self.trim(2, true, out) {
                return self.ask(attempt, out);
            }
            return self.stop_at(LimitKind::Window, out);
        }
        if let ModelError::CutStream { partial } = &error {
            // What was generated before the cut is paid for all the same.
            let output = self.gauge.tokens(partial.text.len()) + partial.tool_calls.len() as u64;
            let input = self.gauge.tokens(self.asked_chars);
            self.usage.add(Usage { input, output, cached: 0, estimated: true });
        }
        if let ModelError::Cancelled = error {
            return self.stop(Status::Cancelled, "It was cancelled.", out);
        }
        match self.task.retry.decide(attempt, &error) {
            Verdict::Wait { ms } if ms < self.left_ms() => {
                out.push(Action::Tell(LoopEvent::Waiting { code: error.code().to_owned(), ms }));
                self.phase = Phase::Waiting { attempt: attempt + 1 };
                out.push(Action::Wait { ms });
            }
            Verdict::Wait { .. } | Verdict::GiveUp => {
                let reason = match &error {
                    ModelError::Budget { message, .. } => message.clone(),
                    error => format!("The model could not be asked: {error}."),
                };
                let most = self.task.retry.most_asked_ms;
                let status = match error {
                    ModelError::Quota { resets_at_ms, .. } => {
                        Status::Quota { resets_at_ms, retry_after_ms: None }
                    }
                    ModelError::Budget { resets_at_ms, .. } => Status::Budget { resets_at_ms },
                    ModelError::RateLimited { retry_after_ms: Some(ms), .. }
                        if ms > most.min(self.left_ms()) =>
                    {
                        Status::Quota { resets_at_ms: None, retry_after_ms: Some(ms) }
                    }
                    other => Status::Error { code: other.code().to_owned() },
                };
                self.stop(status, &reason, out);
            }
        }
    }
}
