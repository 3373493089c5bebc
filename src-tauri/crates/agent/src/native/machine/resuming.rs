//! Keeping where the loop stands, and going on from there in another process.

use super::{Loop, Mode, Phase, Task};
use crate::model::Message;
use crate::native::memory::{Memory, Running, Standing};
use crate::native::wording;

/// Steps a loop that goes on has at least.
const MORE_STEPS: u32 = 20;

impl Loop {
    /// Where it stands now, beside its messages.
    pub fn standing(&self) -> Standing {
        let running = match &self.phase {
            Phase::Running { call, action } => {
                Some(Running { call_id: call.id.clone(), label: action.label() })
            }
            _ => None,
        };
        Standing::new(self.mode == Mode::Envelope, self.steps, self.usage, running)
    }

    /// A loop that goes on with a conversation of an earlier one. Steps go on from where they were, with some left
    /// at least; the time begins anew. `word` is said to the model before it is asked again. A call that ran when the
    /// conversation ended is answered with that: whether it had its effect is not known.
    pub fn resumed(mut task: Task, memory: Memory, word: impl Into<String>) -> Self {
        let Memory { messages, standing } = memory;
        task.limits.steps = task.limits.steps.max(standing.steps.saturating_add(MORE_STEPS));
        let mut machine = Self::new(task);
        machine.mode = if standing.envelope { Mode::Envelope } else { Mode::Tools };
        machine.steps = standing.steps;
        machine.usage = standing.usage;
        machine.messages = messages;
        let ran = standing.running.map(|running| running.call_id);
        for call in machine.unanswered() {
            let text = if ran.as_ref() == Some(&call.id) { wording::CUT_SHORT } else { wording::NOT_BEGUN };
            machine.answer(&call, text.to_owned(), true);
        }
        machine.messages.push(Message::user(word));
        machine
    }

    /// Calls of the newest reply that no message answers.
    fn unanswered(&self) -> Vec<crate::model::ToolCall> {
        let Some(at) = self.messages.iter().rposition(|m| matches!(m, Message::Assistant { .. })) else {
            return Vec::new();
        };
        let Some(Message::Assistant { tool_calls, .. }) = self.messages.get(at) else { return Vec::new() };
        let answered = |id: &str| {
            let later = self.messages.iter().skip(at + 1);
            later.into_iter().any(|m| matches!(m, Message::Tool { call_id, .. } if call_id == id))
        };
        tool_calls.iter().filter(|call| !answered(&call.id)).cloned().collect()
    }
}
