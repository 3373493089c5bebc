//! Doing what was clicked, in the tray or on a notification.

use std::sync::Arc;

use protocol::approval::{AnswerParams, ApprovalState, Decision};
use protocol::hold::{HoldParams, ResumeParams};
use protocol::ops::{ApprovalParams, typed};
use protocol::{ApiError, ApprovalId, ErrorCode};
use tauri::{AppHandle, async_runtime};
use tokio::sync::mpsc;

use super::model::Act;
use crate::follow::Following;
use crate::notify::Notice;
use crate::wish::{self, Wish};
use crate::words::{Words, words};

/// Where clicks come to.
#[derive(Clone)]
pub struct Desk {
    pub app: AppHandle,
    pub following: Arc<Following>,
    /// Takes what the person must be told about a click.
    pub notices: mpsc::Sender<Notice>,
}

/// What became of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answered {
    Yes,
    /// Somebody or something else was quicker, or it is another question by now.
    TooLate,
    /// It was not given.
    No,
}

impl Desk {
    /// Does it without keeping the caller waiting.
    pub fn perform(&self, act: Act) {
        match act {
            Act::Show => self.go(Wish::Show),
            Act::Page(page) => self.go(Wish::Page(page)),
            Act::Failure(page) => {
                self.following.acknowledge();
                self.go(Wish::Page(page));
            }
            Act::Quit => crate::leave::quit(&self.app),
            Act::Answer { id, hash, summary, decision } => {
                let desk = self.clone();
                async_runtime::spawn(async move {
                    desk.answer(&id, &hash, &summary, decision).await;
                });
            }
            Act::Pause(pause) => {
                let desk = self.clone();
                async_runtime::spawn(async move { desk.pause(pause).await });
            }
        }
    }

    /// Answers a question as it was shown: bound to its id and its hash. What went wrong is told.
    pub async fn answer(&self, id: &ApprovalId, hash: &str, summary: &str, decision: Decision) -> Answered {
        let done = match self.following.client() {
            Some(client) => {
                let params = AnswerParams {
                    approval_id: id.clone(),
                    decision,
                    hash: Some(hash.to_owned()),
                    remember: None,
                };
                client.call(typed::ApprovalAnswer, &params, None).await.map(drop)
            }
            None => Err(ApiError::new(ErrorCode::Unavailable, words().offline())),
        };
        self.following.look_again();
        let Err(error) = done else { return Answered::Yes };
        let page = format!("/approvals/{id}");
        if !is_too_late(error.code) {
            self.tell(Notice::about_a_click(
                words().not_answered(),
                format!("{summary}: {}", error.message),
                page,
            ))
            .await;
            return Answered::No;
        }
        let why = self.became(id, error.code).await;
        self.tell(Notice::about_a_click(words().too_late(), words().too_late_because(summary, &why), page))
            .await;
        Answered::TooLate
    }

    /// What the question has become, in words.
    async fn became(&self, id: &ApprovalId, code: ErrorCode) -> String {
        let words = words();
        let approval = match self.following.client() {
            Some(client) => {
                client.call(typed::ApprovalGet, &ApprovalParams { id: id.clone() }, None).await.ok()
            }
            None => None,
        };
        outcome(approval.map(|approval| approval.state), code, words)
    }

    /// Holds everything, or ends every hold.
    async fn pause(&self, pause: bool) {
        let done = match self.following.client() {
            Some(client) if pause => client.call(typed::SystemHold, &HoldParams::default(), None).await,
            Some(client) => client.call(typed::SystemResume, &ResumeParams::default(), None).await,
            None => Err(ApiError::new(ErrorCode::Unavailable, words().offline())),
        };
        self.following.look_again();
        if let Err(error) = done {
            let title = if pause { words().not_paused() } else { words().not_resumed() };
            self.tell(Notice::about_a_click(title, error.message, "/queue".into())).await;
        }
    }

    async fn tell(&self, notice: Notice) {
        // Nobody listens any more only when the program ends.
        let _ = self.notices.send(notice).await;
    }

    pub fn go(&self, wish: Wish) {
        if !wish::fulfil(&self.app, wish) {
            tracing::warn!("the window cannot be called");
        }
    }
}

fn is_too_late(code: ErrorCode) -> bool {
    matches!(code, ErrorCode::AlreadyResolved | ErrorCode::Stale | ErrorCode::Conflict | ErrorCode::NotFound)
}

/// Why an answer came too late.
fn outcome(state: Option<ApprovalState>, code: ErrorCode, words: Words) -> String {
    match state {
        Some(ApprovalState::Approved) => words.was_approved(),
        Some(ApprovalState::Denied) => words.was_denied(),
        _ if code == ErrorCode::Stale => words.has_changed(),
        _ => words.was_closed(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_that_came_too_late_says_what_was_quicker() {
        let said = |state, code| outcome(state, code, Words::English);
        assert_eq!(said(Some(ApprovalState::Denied), ErrorCode::AlreadyResolved), "it was already denied");
        assert_eq!(said(Some(ApprovalState::Approved), ErrorCode::Conflict), "it was already approved");
        assert_eq!(
            said(Some(ApprovalState::Superseded), ErrorCode::AlreadyResolved),
            "it is not asked any more"
        );
        assert!(said(Some(ApprovalState::Pending), ErrorCode::Stale).contains("changed"));
        assert_eq!(said(None, ErrorCode::NotFound), "it is not asked any more");
        assert!(!is_too_late(ErrorCode::Unavailable) && !is_too_late(ErrorCode::Forbidden));
    }
}
