//! How a run ends.

use super::{Action, Loop, Phase};
use crate::native::limits::LimitKind;
use crate::native::outcome::{NativeOutcome, Status};
use crate::native::wording;

impl Loop {
    pub(super) fn finish(&mut self, summary: String, confidence: Option<String>, out: &mut Vec<Action>) {
        let mut outcome = self.outcome(Status::Finished, "The model says it is done.");
        outcome.claimed_summary = Some(summary);
        outcome.confidence = confidence;
        self.end(outcome, out);
    }

    pub(super) fn stop_at(&mut self, limit: LimitKind, out: &mut Vec<Action>) {
        let reason = match limit {
            LimitKind::Steps => "All allowed steps are used.",
            LimitKind::Time => "The allowed time is over.",
            LimitKind::Tokens => "All allowed tokens are used.",
            LimitKind::Money => "The allowed money is spent.",
            LimitKind::Window => "The conversation no longer fits the model.",
        };
        self.stop(Status::Limit { limit }, reason, out);
    }

    pub(super) fn stop(&mut self, status: Status, reason: &str, out: &mut Vec<Action>) {
        let outcome = self.outcome(status, reason);
        self.end(outcome, out);
    }

    pub(super) fn outcome(&self, status: Status, reason: &str) -> NativeOutcome {
        NativeOutcome {
            status,
            reason: reason.to_owned(),
            claimed_summary: None,
            confidence: None,
            usage: self.usage,
            cost_micros: self.task.limits.price.map(|price| price.cost_micros(&self.usage)),
            steps: self.steps,
        }
    }

    /// Leaves a history in which every call is answered, so that a revision can go on from it.
    pub(super) fn end(&mut self, outcome: NativeOutcome, out: &mut Vec<Action>) {
        if let Phase::Running { call, .. } = std::mem::replace(&mut self.phase, Phase::Stopped) {
            self.answer(&call, wording::CUT_SHORT.to_owned(), true);
        }
        for call in std::mem::take(&mut self.queue) {
            self.answer(&call, wording::NOT_RUN.to_owned(), true);
        }
        out.push(Action::Stop(outcome));
    }
}
