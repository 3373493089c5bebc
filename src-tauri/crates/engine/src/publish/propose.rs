//! The title and body that are proposed: from what landed in this session and what the crew said of it.

use super::facts::Facts;
use crate::Engine;
use crate::rooms::Room;
use flow::publish::wording::{self, Work};
use protocol::merge::EntryState;
use protocol::{ApiError, SessionId};

/// Texts and landings that are looked through.
const TEXTS: usize = 40;
const LANDED: usize = 50;

#[derive(Debug, Clone, Default)]
pub(crate) struct Proposal {
    pub title: String,
    pub body: String,
}

impl Engine {
    pub(crate) async fn work_of(
        &self,
        room: &Room,
        session: &SessionId,
        facts: &Facts,
    ) -> Result<Proposal, ApiError> {
        let (id, of) = (room.id.clone(), session.clone());
        let (entries, said, label) = self
            .store
            .read(move |tx| {
                Ok((
                    tx.recent_entries(id.as_str(), LANDED)?,
                    tx.recent_messages(of.as_str(), TEXTS)?,
                    tx.session(of.as_str())?.label,
                ))
            })
            .await?;
        let commits = facts.commits.clone().unwrap_or_default();
        let here = |commit: &Option<String>| {
            commit.as_deref().is_some_and(|commit| commits.iter().any(|line| line.commit.as_str() == commit))
        };
        let landed: Vec<String> = entries
            .into_iter()
            .filter(|entry| entry.state == EntryState::Landed && here(&entry.landed_commit))
            .map(|entry| entry.title)
            .collect();
        let said: Vec<String> = said
            .into_iter()
            .filter(|(kind, _)| kind == "assistant_message")
            .map(|(_, text)| self.redactor().text(&text))
            .collect();
        let subjects: Vec<String> = commits.into_iter().map(|line| line.subject).collect();
        let work = Work { subjects: &subjects, landed: &landed, said: &said, session: &label };
        Ok(Proposal { title: wording::title(&work), body: wording::body(&work) })
    }
}
