//! What is known of a server at one moment.

use protocol::WorkspaceId;
use protocol::approval::Approval;
use protocol::session::Session;

use protocol::switches::Switches;

/// How things stand with the server.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum Link {
    /// Nobody has asked it yet.
    #[default]
    Starting,
    Up,
    /// It does not answer, with the reason.
    Down(String),
}

/// What it does.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Activity {
    /// Jobs in the hands of a worker.
    pub jobs: u64,
    /// Requests that are planned, checks and landings.
    pub other: u64,
    /// Jobs, requests and entries that wait for their turn.
    pub queued: u64,
    /// Nothing new begins until somebody resumes.
    pub held: bool,
}

/// A repository.
#[derive(Debug, Clone, PartialEq)]
pub struct Space {
    pub id: WorkspaceId,
    pub name: String,
    /// Its merge queue stands still because somebody said so.
    pub paused: bool,
}

/// The last thing that went wrong and that nobody looked at yet.
#[derive(Debug, Clone, PartialEq)]
pub struct Failure {
    pub title: String,
    /// Page that shows it.
    pub page: String,
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct Snapshot {
    pub link: Link,
    /// Questions that wait, newest first.
    pub approvals: Vec<Approval>,
    pub activity: Activity,
    /// The one with the newest event first.
    pub sessions: Vec<Session>,
    pub spaces: Vec<Space>,
    pub failure: Option<Failure>,
    /// What the user wants to be notified of.
    pub switches: Switches,
}

impl Snapshot {
    /// The name of a repository, for people.
    pub fn name_of(&self, workspace: Option<&WorkspaceId>) -> &str {
        let found = workspace.and_then(|id| self.spaces.iter().find(|space| &space.id == id));
        found.map_or("Pilothouse", |space| &space.name)
    }

    /// The page of a session.
    pub fn page_of(&self, session: &str) -> String {
        let found = self.sessions.iter().find(|one| one.session_id.as_str() == session);
        let workspace = found.and_then(|one| one.workspace_id.as_ref()).map_or("-", WorkspaceId::as_str);
        format!("/w/{workspace}/s/{session}")
    }

    /// Whether every merge queue stands still. False without any.
    pub fn is_paused(&self) -> bool {
        !self.spaces.is_empty() && self.spaces.iter().all(|space| space.paused)
    }
}
