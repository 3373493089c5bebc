//! What people say to a job while it runs, on its way to the model.
//!
//! The server repeats what nobody took with every renewal; here each message is kept once, in its order. Once a backend
//! has put messages before its model the server is told, again and again until it has heard it. A worker that dies
//! before that leaves them to the next attempt.

use client::Client;
use protocol::JobId;
use protocol::ops::typed;
use protocol::steer::{SteerMessage, SteerTaken};
use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;

#[derive(Default)]
struct State {
    /// The highest number that came in.
    seen: u64,
    waiting: VecDeque<(u64, String)>,
    /// The highest number that stands before the model, until the server has heard of it.
    owed: Option<u64>,
}

/// One attempt's messages.
pub(crate) struct Inbox {
    job: JobId,
    claim_token: String,
    state: Mutex<State>,
    came: Notify,
    taken: Notify,
}

impl Inbox {
    pub(crate) fn new(job: JobId, claim_token: String) -> Self {
        let state = Mutex::default();
        Self { job, claim_token, state, came: Notify::new(), taken: Notify::new() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes in what the server told, without what came before.
    pub(crate) fn put(&self, messages: &[SteerMessage]) {
        let mut state = self.state();
        let before = state.seen;
        for message in messages {
            if message.number > state.seen {
                state.seen = message.number;
                state.waiting.push_back((message.number, message.text.clone()));
            }
        }
        if state.seen > before {
            self.came.notify_one();
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.state().waiting.is_empty()
    }

    /// Everything that waits, oldest first. Whoever takes it puts it before the model.
    pub(crate) fn take(&self) -> Vec<String> {
        let mut state = self.state();
        let said: Vec<_> = state.waiting.drain(..).map(|(_, text)| text).collect();
        if !said.is_empty() {
            state.owed = Some(state.seen);
            self.taken.notify_one();
        }
        said
    }

    /// What waits and came after this number, oldest first. It goes on waiting until it [stands](Self::stands) before
    /// the model, or is taken.
    pub(crate) fn after(&self, number: u64) -> Vec<(u64, String)> {
        self.state().waiting.iter().filter(|(came, _)| *came > number).cloned().collect()
    }

    /// This one stands before the model, and with it whatever came before it.
    pub(crate) fn stands(&self, number: u64) {
        let mut state = self.state();
        let before = state.waiting.len();
        state.waiting.retain(|(came, _)| *came > number);
        if state.waiting.len() < before {
            state.owed = state.owed.max(Some(number));
            self.taken.notify_one();
        }
    }

    /// Returns when something new has come.
    pub(crate) async fn came(&self) {
        self.came.notified().await;
    }

    /// Returns when something was taken that the server does not know of.
    pub(crate) async fn taken(&self) {
        self.taken.notified().await;
    }

    /// Tells the server what was taken, if it has not heard it yet.
    pub(crate) async fn settle(&self, client: &Client) {
        let Some(up_to) = self.state().owed else { return };
        let taken = SteerTaken { id: self.job.clone(), claim_token: self.claim_token.clone(), up_to };
        match client.call(typed::JobsSteered, &taken, None).await {
            Ok(_) => {
                let mut state = self.state();
                if state.owed == Some(up_to) {
                    state.owed = None;
                }
            }
            Err(error) => tracing::debug!(job = %self.job, %error, "what was taken is told again later"),
        }
    }
}

/// What people said as one text for a model.
pub(crate) fn told(said: &[String]) -> String {
    format!("The person this is for says, while you are at work:\n\n{}", said.join("\n\n"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::steer::SteerState;

    fn message(number: u64) -> SteerMessage {
        SteerMessage {
            number,
            job_id: JobId::parse("j-1").unwrap(),
            text: format!("message {number}"),
            by: "owner".into(),
            state: SteerState::Waiting,
            said_at: String::new(),
            taken_at: None,
            taken_by: None,
        }
    }

    #[test]
    fn what_the_server_repeats_is_taken_once_and_in_order() {
        let inbox = Inbox::new(JobId::parse("j-1").unwrap(), "claim".into());
        inbox.put(&[message(4), message(7)]);
        inbox.put(&[message(4), message(7), message(9)]);
        assert_eq!(inbox.take(), ["message 4", "message 7", "message 9"]);
        assert_eq!(inbox.state().owed, Some(9));
        inbox.put(&[message(4), message(7), message(9)]);
        assert!(inbox.is_empty() && inbox.take().is_empty(), "a repeat is no message");
    }

    #[test]
    fn what_was_passed_on_waits_until_it_stands_before_the_model() {
        let inbox = Inbox::new(JobId::parse("j-1").unwrap(), "claim".into());
        inbox.put(&[message(4), message(7), message(9)]);
        assert_eq!(inbox.after(4), [(7, "message 7".to_owned()), (9, "message 9".to_owned())]);
        assert_eq!(inbox.state().owed, None, "nobody read anything");
        inbox.stands(7);
        inbox.stands(4);
        assert_eq!(inbox.state().owed, Some(7));
        assert_eq!(inbox.take(), ["message 9"], "a run that ends leaves the rest to the next");
        assert_eq!(inbox.state().owed, Some(9));
    }
}
