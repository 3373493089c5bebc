//! One notification, before anybody knows how it is shown.

use protocol::ApprovalId;
use protocol::push::NoticeKind;
use serde::{Deserialize, Serialize};

/// What the user can switch off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    NeedsYou,
    Finished,
    Failed,
    Limit,
    /// A worker's own process.
    Worker,
    /// The answer to a click: always shown, because somebody waits for it.
    Click,
}

impl Kind {
    /// As the switches of the configuration know it.
    pub fn switch(self) -> NoticeKind {
        match self {
            Self::NeedsYou => NoticeKind::NeedsYou,
            Self::Finished => NoticeKind::Finished,
            Self::Failed => NoticeKind::Failed,
            Self::Limit => NoticeKind::Limit,
            Self::Worker => NoticeKind::Worker,
            Self::Click => NoticeKind::Test,
        }
    }
}

/// A question that can be answered on the notification itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    pub id: ApprovalId,
    pub hash: String,
    pub summary: String,
    /// Otherwise it can only be denied or opened.
    pub may_approve: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// What it is about. A new one with the same key takes the place of one that is still shown.
    pub key: String,
    pub kind: Kind,
    pub title: String,
    pub body: String,
    /// The page a click opens.
    pub page: String,
    pub question: Option<Question>,
    /// Questions it tells of; when none of them waits any more it is taken back.
    pub about: Vec<ApprovalId>,
}

impl Notice {
    /// Says what became of a click.
    pub fn about_a_click(title: String, body: String, page: String) -> Self {
        Self {
            key: format!("click:{page}"),
            kind: Kind::Click,
            title,
            body,
            page,
            question: None,
            about: Vec::new(),
        }
    }
}
