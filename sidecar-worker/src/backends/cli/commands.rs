//! Commands an agent says it runs, each shown to policy. Nobody can be asked beforehand here: what a rule denies ends
//! the run, however far it came.
//!
//! An agent whose own settings know the denials announces such a command too, and then refuses it by itself. So what it
//! announces is judged only once it succeeded; what any other announces, at once.

use super::relay::is_shell;
use crate::allow::Asking;
use crate::life::Attempt;
use agent::cli::Event;
use std::collections::VecDeque;
use std::time::Duration;
use tokio::task::JoinSet;

/// Commands whose answer is awaited at the same time; the agent's lines wait then.
const AT_ONCE: usize = 16;
/// Announced commands that are kept; of more, the oldest are judged as they are.
const ANNOUNCED: usize = 64;
/// Longest time the last answers are waited for.
const LAST: Duration = Duration::from_secs(20);

pub(super) struct Commands {
    asking: Asking,
    open: JoinSet<Option<String>>,
    denied: Option<String>,
    /// Of an agent that refuses by itself: what it announced and has not ended, oldest first.
    announced: Option<VecDeque<String>>,
}

impl Commands {
    /// `refuses` when the agent refuses by itself what it was told is denied.
    pub(super) fn of(attempt: &Attempt<'_>, refuses: bool) -> Self {
        let announced = refuses.then(VecDeque::new);
        Self { asking: Asking::of(attempt), open: JoinSet::new(), denied: None, announced }
    }

    pub(super) async fn seen(&mut self, events: &[Event]) {
        for event in events {
            let command = match (event, &mut self.announced) {
                (Event::ToolStart { tool, label }, None) if is_shell(tool) => Some(label.clone()),
                (Event::ToolStart { tool, label }, Some(announced)) if is_shell(tool) => {
                    announced.push_back(label.clone());
                    if announced.len() > ANNOUNCED { announced.pop_front() } else { None }
                }
                (Event::ToolEnd { tool, failed, .. }, Some(announced)) if is_shell(tool) => {
                    announced.pop_front().filter(|_| !failed)
                }
                _ => None,
            };
            let Some(command) = command.filter(|text| !text.trim().is_empty() && self.denied.is_none())
            else {
                continue;
            };
            if self.open.len() >= AT_ONCE {
                self.next().await;
            }
            let (asking, action) = (self.asking.clone(), self.asking.line("bash", &command));
            self.open.spawn(async move { asking.denied(action).await });
        }
    }

    /// Resolves when one of them is denied.
    pub(super) async fn judged(&mut self) {
        while self.denied.is_none() {
            if self.open.is_empty() {
                std::future::pending::<()>().await;
            }
            self.next().await;
        }
    }

    /// The denial, when there was one, after every command is judged.
    pub(super) async fn last(mut self) -> Option<String> {
        let all = async {
            while self.denied.is_none() && !self.open.is_empty() {
                self.next().await;
            }
        };
        let _ = tokio::time::timeout(LAST, all).await;
        self.denied
    }

    async fn next(&mut self) {
        if let Some(Ok(Some(why))) = self.open.join_next().await {
            self.denied.get_or_insert(why);
        }
    }
}
