//! What a person says while the loop runs: it stands at the end of the history before the next request, as what the
//! user says, and nothing before it changes.

use super::{Loop, Phase};
use crate::model::{Message, Request};

impl Loop {
    /// Puts messages before the request that is about to be sent, and gives that request anew. None, and nothing
    /// changes, when nobody is about to be asked.
    pub fn hear(&mut self, said: Vec<String>) -> Option<Request> {
        if said.is_empty() || !matches!(self.phase, Phase::Asking { .. }) {
            return None;
        }
        self.messages.extend(said.into_iter().map(Message::user));
        let request = Request { messages: self.messages.clone(), ..self.frame() };
        self.asked_chars = request.chars();
        Some(request)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::RetryPolicy;
    use crate::native::{Action, Input, Limits, Task};

    #[test]
    fn what_is_said_stands_last_in_the_next_request_and_in_the_history() {
        let (limits, retry) = (Limits::default(), RetryPolicy::default());
        let mut machine = Loop::new(Task { system: "s".into(), task: "t".into(), limits, retry });
        assert_eq!(machine.hear(vec!["too early".into()]), None);
        let actions = machine.step(Input::Start { now_ms: 0 });
        assert!(actions.iter().any(|action| matches!(action, Action::Ask { .. })));
        let request = machine.hear(vec!["one".into(), "two".into()]).unwrap();
        let said = [Message::user("t"), Message::user("one"), Message::user("two")];
        assert_eq!(request.messages, said);
        assert_eq!(machine.messages(), said);
        assert_eq!(machine.hear(Vec::new()), None);
    }
}
