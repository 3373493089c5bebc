//! The order of a merge queue: an entry's place, and which entry it builds on.
//!
//! The place alone says who is before whom; a priority decides where an entry is put when it comes, and a person may
//! put it elsewhere. Places are only compared, never shown.

use crate::tx::Tx;
use crate::{StoreError, row};
use protocol::merge::MergeEntry;
use protocol::{ApiError, EntryId, Priority};
use rusqlite::params;

const OPEN: &str = "state NOT IN ('landed', 'returned', 'failed', 'removed')";

impl Tx<'_> {
    /// Puts an open entry before another open one of its workspace, or at the end.
    pub fn set_place(&mut self, id: &str, before: Option<&str>) -> Result<(), StoreError> {
        let entry = self.entry(id)?;
        let mut places = self.places(entry.workspace_id.as_str())?;
        let Some(from) = places.iter().position(|(other, _)| other == id) else {
            return Self::refuse(ApiError::not_found("entry in the queue", id));
        };
        if before == Some(id) {
            return Ok(());
        }
        let mut order: Vec<String> = places.iter().map(|(other, _)| other.clone()).collect();
        order.remove(from);
        let to = match before {
            None => order.len(),
            Some(before) => match order.iter().position(|other| other == before) {
                Some(to) => to,
                None => return Self::refuse(ApiError::not_found("entry in the queue", before)),
            },
        };
        order.insert(to, id.to_owned());
        // The same places in another order: nobody else's is touched.
        for ((was, place), now) in places.drain(..).zip(order) {
            if was != now {
                self.exec("UPDATE merge_entries SET place = ?2 WHERE id = ?1", params![now, place])?;
            }
        }
        Ok(())
    }

    /// A person's wish that it lands before every other, or the end of that wish. It is put first; when the wish ends
    /// it keeps that place.
    pub fn land_next(&mut self, id: &str, next: bool) -> Result<MergeEntry, StoreError> {
        let mut entry = self.entry(id)?;
        if next {
            let first = self.places(entry.workspace_id.as_str())?.into_iter().next();
            self.set_place(id, first.as_ref().map(|(first, _)| first.as_str()))?;
        }
        if entry.next != next {
            entry.next = next;
            self.update_entry(&mut entry)?;
        }
        Ok(entry)
    }

    /// Gives it a priority and the place that goes with it: behind the last of the same, before all of a lesser one.
    pub fn set_priority(&mut self, id: &str, priority: Priority) -> Result<MergeEntry, StoreError> {
        let mut entry = self.entry(id)?;
        if entry.priority != priority {
            entry.priority = priority;
            self.update_entry(&mut entry)?;
        }
        self.place_by_priority(&entry)?;
        Ok(entry)
    }

    pub(crate) fn place_by_priority(&mut self, entry: &MergeEntry) -> Result<(), StoreError> {
        let others = self.open_entries(entry.workspace_id.as_str())?;
        let before = others.iter().rev().take_while(|other| {
            other.id == entry.id || (!other.next && other.priority.band() > entry.priority.band())
        });
        let before = before.filter(|other| other.id != entry.id).last().map(|other| other.id.to_string());
        self.set_place(entry.id.as_str(), before.as_deref())
    }

    /// The open entry that a job's change builds on: an earlier one of the same task, or the one whose commit it
    /// started from.
    pub fn entry_it_builds_on(
        &self,
        job: &str,
        workspace: &str,
        base: &str,
    ) -> Result<Option<EntryId>, StoreError> {
        let of_task = self.one(
            &format!(
                "SELECT e.record FROM merge_entries e JOIN jobs other ON other.id = e.jobId JOIN jobs mine ON mine.id = ?1 \
                 WHERE e.workspaceId = ?2 AND e.{OPEN} AND other.taskId = mine.taskId AND other.id <> mine.id \
                 ORDER BY e.seq DESC LIMIT 1"
            ),
            [job, workspace],
            |r| row::json::<MergeEntry>(r, "record"),
        )?;
        if let Some(entry) = of_task {
            return Ok(Some(entry.id));
        }
        let open = self.open_entries(workspace)?;
        Ok(open.into_iter().rev().find(|e| e.commit_sha == base).map(|e| e.id))
    }

    fn places(&self, workspace: &str) -> Result<Vec<(String, f64)>, StoreError> {
        self.all(
            &format!("SELECT id, place FROM merge_entries WHERE workspaceId = ? AND {OPEN} ORDER BY place"),
            [workspace],
            |r| Ok((r.get(0)?, r.get(1)?)),
        )
    }
}
