//! What a person says about an entry that waits for them.

use super::goes_on::reported;
use super::mend::{self, Wish};
use crate::merge::apply_input;
use crate::merge::candidate::keep;
use crate::ops::jobs::{told, waits_for};
use crate::rooms::Room;
use crate::{Caller, Engine, Reply, git};
use flow::merge::Input;
use protocol::merge::{EntryParams, EntryState, MergeEntry};
use protocol::returned::{MendEntry, WayOut};
use protocol::taken::{TakenOver, TakenReply};
use protocol::{ApiError, ErrorCode, JobId};
use repo::ObjectId;
use std::sync::Arc;
use store::{StoreError, Tx};

/// Most characters somebody may add.
const SAY: usize = 8_000;

impl Engine {
    /// Has it mended by a worker's backend or an agent.
    pub async fn merge_mend(&self, caller: Caller, p: MendEntry) -> Reply {
        if p.say.as_ref().is_some_and(|say| say.chars().count() > SAY) {
            return Err(ApiError::bad(format!("say is at most {SAY} characters")));
        }
        let by = caller.who.label();
        let say = p.say.as_deref().map(|say| self.keys.known_out_of(say));
        let id = p.id.clone();
        let reply = self
            .change(caller, move |tx| {
                let entry = asked_about(tx, &p.id, WayOut::Agent)?;
                apply_input(tx, p.id.as_str(), Input::HandedOn { by })?;
                let wish = Wish { backend: p.backend, say, by_model: true, on: None };
                let reported = reported(&entry, &reason(&entry));
                mend::enqueue(tx, &entry, wish, &reported)?;
                tx.entry(p.id.as_str())
            })
            .await?;
        self.wake_for(&id).await?;
        Ok(reply)
    }

    /// Gives it to the person, in a folder where it stands on the newest commit of the branch, conflict markers and
    /// all.
    pub async fn merge_take_over(&self, caller: Caller, p: EntryParams) -> Reply {
        if let Some(answer) = self.replayed(&caller).await? {
            return Ok(answer);
        }
        let id = p.id.clone();
        let entry = self.store.read(move |tx| asked_about(tx, &id, WayOut::TakeOver)).await?;
        let room = self.room(&entry.workspace_id)?;
        let on = self.on_newest(&room, &entry).await?;
        let (by, now) = (caller.who.label(), host::clock::iso(self.clock.now_ms()));
        let device = caller.who.device_id();
        let folders = self.data.taken();
        let taken = self
            .change(caller, move |tx| {
                let entry = asked_about(tx, &p.id, WayOut::TakeOver)?;
                apply_input(tx, p.id.as_str(), Input::HandedOn { by: by.clone() })?;
                let wish = Wish { by_model: true, on: Some(on), ..Wish::default() };
                mend::enqueue(tx, &entry, wish, &reported(&entry, &reason(&entry)))?;
                let job = mending_job(tx, &p.id)?;
                let path = folders.join(job.as_str()).to_string_lossy().into_owned();
                let taken = TakenOver::coming(&job, path, by, device, now);
                tx.ask_over(job.as_str(), &taken, waits_for(&taken))?;
                told(tx, &tx.job(job.as_str())?, &taken)?;
                Ok(TakenReply { ok: true, taken })
            })
            .await?;
        self.desk.bell.notify_one();
        self.wake_merge(&room.id);
        Ok(taken)
    }

    /// `(tip, commit)`: the change on the newest tip as one commit, kept in the depot.
    async fn on_newest(&self, room: &Arc<Room>, entry: &MergeEntry) -> Result<(String, String), ApiError> {
        let (room, entry, time) = (room.clone(), entry.clone(), self.clock.now_ms() / 1000);
        self.blocking(move || {
            let tip = room.look()?.onto;
            let (commit, base) = (ObjectId::parse(&entry.commit_sha)?, ObjectId::parse(&entry.base)?);
            let made = room.depot.half_merged(&tip, &commit, &base, &entry.title, &git::committer(time))?;
            // Reachable until the folder is there, and after.
            keep(&room, &entry, &made.commit)?;
            Ok((tip.to_string(), made.commit.to_string()))
        })
        .await?
        .map_err(|error: repo::RepoError| git::api(error))
    }
}

/// The entry, if a person is asked about it and this is one of the ways.
fn asked_about(tx: &Tx<'_>, id: &protocol::EntryId, way: WayOut) -> Result<MergeEntry, StoreError> {
    let entry = tx.entry(id.as_str())?;
    let ways = entry.repair.as_ref().map(|repair| repair.ways_out.as_slice()).unwrap_or_default();
    if entry.state == EntryState::Parked && ways.contains(&way) {
        return Ok(entry);
    }
    let why = match entry.state {
        EntryState::Parked => "This entry cannot go on that way; try it again or remove it.".to_owned(),
        state => format!("This entry is {state}; nobody is asked about it."),
    };
    Err(ApiError::new(ErrorCode::Conflict, why).into())
}

fn mending_job(tx: &Tx<'_>, id: &protocol::EntryId) -> Result<JobId, StoreError> {
    let job = tx.entry(id.as_str())?.repair.and_then(|repair| repair.job_id);
    job.ok_or_else(|| {
        ApiError::new(ErrorCode::Conflict, "Nobody here knows how this change was made.").into()
    })
}

/// What went wrong, without what a person was told could be done about it.
fn reason(entry: &MergeEntry) -> String {
    let reason = entry.reason.as_deref().unwrap_or_default();
    reason.split("\n\nWhat now:").next().unwrap_or(reason).to_owned()
}
