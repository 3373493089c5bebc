//! The title and body that are proposed: from what landed and what the crew reported of it; where nobody reported
//! anything, from what assistants said last in the session. What LocalBuddy answered is between it and its people:
//! greetings, refusals, folders of this machine.

use super::facts::Facts;
use crate::Engine;
use crate::rooms::Room;
use flow::publish::wording::{self, Report, Work};
use protocol::merge::EntryState;
use protocol::{ApiError, SessionId};
use std::collections::BTreeSet;

/// Landings that are looked through.
const LANDED: usize = 50;
/// Texts of the session that are looked through where no work of it was reported.
const TEXTS: usize = 40;

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
        let commits = facts.commits.clone().unwrap_or_default();
        let here: BTreeSet<String> = commits.iter().map(|line| line.commit.as_str().to_owned()).collect();
        let (id, of) = (room.id.clone(), session.clone());
        let (work, said, label) = self
            .store
            .read(move |tx| {
                let mut work = Vec::new();
                for entry in tx.recent_entries(id.as_str(), LANDED)? {
                    let is_here = entry.landed_commit.as_ref().is_some_and(|commit| here.contains(commit));
                    if entry.state == EntryState::Landed && is_here {
                        let result = tx.job(entry.job_id.as_str())?.result.unwrap_or_default();
                        let reported = result["summary"].as_str().unwrap_or_default().to_owned();
                        work.push((entry.title, reported));
                    }
                }
                let said = tx.said_by_assistants(of.as_str(), TEXTS)?;
                Ok((work, said, tx.session(of.as_str())?.label))
            })
            .await?;
        let landed: Vec<String> = work.iter().map(|(title, _)| title.clone()).collect();
        let reports: Vec<Report> = work
            .into_iter()
            .rev()
            .map(|(title, text)| Report { title, text: self.redactor().text(&text) })
            .collect();
        // LocalBuddy answers questions of this place; those are nobody else's.
        let said: Vec<String> = said
            .into_iter()
            .filter(|(from, _)| from != "localbuddy")
            .map(|(_, text)| self.redactor().text(&text))
            .collect();
        let subjects: Vec<String> = commits.into_iter().map(|line| line.subject).collect();
        let work =
            Work { subjects: &subjects, landed: &landed, reports: &reports, said: &said, session: &label };
        Ok(Proposal { title: wording::title(&work), body: wording::body(&work) })
    }
}
