//! The merge queue at work: one loop per workspace asks the machine what to do, does it, stores what came of it.
//!
//! The loop holds nothing in memory that a restart would miss: every decision is worked out anew from the stored
//! entries and the branches as they are. Only whose turn it is after checks that could not be run is kept, by [`held`].

mod candidate;
pub(crate) mod checks;
mod consult;
pub(crate) mod held;
mod land;
pub(crate) mod moves;
mod outcome;

pub(crate) use outcome::apply as apply_input;

use crate::Engine;
use crate::rooms::Room;
use flow::merge::{Decision, Input, View};
use protocol::merge::{EntryState, MergeEntry};
use protocol::{ApiError, ErrorCode};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

/// How long a landing that cannot happen now waits before it is tried again.
const TRY_AGAIN: Duration = Duration::from_secs(3);

/// What one round came to.
enum Round {
    /// Something moved; look again at once.
    Progress,
    /// Nothing to do until the bell rings.
    Quiet,
    /// Something stands in the way that no event will announce.
    Blocked,
}

impl Engine {
    pub(crate) async fn start_merge(&self, room: Arc<Room>) {
        if room.landing.swap(true, Ordering::AcqRel) {
            return;
        }
        let engine = self.clone();
        self.run(async move { engine.merge_loop(room).await }).await;
    }

    async fn merge_loop(&self, room: Arc<Room>) {
        if let Err(error) = self.recover_merge(&room).await {
            tracing::error!(workspace = %room.id, %error, "merge queue recovery");
        }
        while !self.is_stopping() {
            let wait = match self.merge_round(&room).await {
                Ok(Round::Progress) => continue,
                Ok(Round::Quiet) => None,
                Ok(Round::Blocked) => Some(TRY_AGAIN),
                Err(error) => {
                    tracing::warn!(workspace = %room.id, %error, "merge queue");
                    Some(TRY_AGAIN)
                }
            };
            tokio::select! {
                () = room.merge.notified() => {}
                () = tokio::time::sleep(wait.unwrap_or(Duration::MAX)), if wait.is_some() => {}
                () = self.stopping() => {}
            }
        }
    }

    /// A check that ran when the server died starts over; its finished verdicts are kept.
    async fn recover_merge(&self, room: &Arc<Room>) -> Result<(), ApiError> {
        let settling = room.clone();
        self.blocking(move || settling.settle()).await?.map_err(crate::git::api)?;
        let entries = self.open_entries(room).await?;
        self.take_up_checks(&entries).await.map(drop)
    }

    /// Gives up checks that nobody runs: those of a server that died, and those whose end could not be stored. True
    /// when there were any.
    async fn take_up_checks(&self, entries: &[MergeEntry]) -> Result<bool, ApiError> {
        let mut any = false;
        for entry in entries.iter().filter(|entry| entry.state == EntryState::Checking) {
            any |= self.apply(entry, Input::Restarted).await?;
        }
        Ok(any)
    }

    async fn open_entries(&self, room: &Room) -> Result<Vec<MergeEntry>, ApiError> {
        let id = room.id.clone();
        Ok(self.store.read(move |tx| tx.open_entries(id.as_str())).await?)
    }

    async fn merge_round(&self, room: &Arc<Room>) -> Result<Round, ApiError> {
        let entries = self.open_entries(room).await?;
        self.tell_moves(room, &entries).await?;
        if entries.is_empty() {
            return Ok(Round::Quiet);
        }
        // Checks run within a round, so at its beginning none does.
        if self.take_up_checks(&entries).await? {
            return Ok(Round::Progress);
        }
        let looked = room.clone();
        let tips = self.blocking(move || looked.look()).await?.map_err(crate::git::api)?;
        self.tell_moves(room, &entries).await?;
        let plan = match self.check_plan_at(room, tips.onto.clone()).await {
            Ok(plan) => plan,
            // Nobody can say what proves them; that is shown where they wait.
            Err(error) if error.code == ErrorCode::ConfigInvalid => {
                for entry in &entries {
                    self.apply(entry, Input::Blocked { reason: error.message.clone() }).await?;
                }
                return Ok(Round::Blocked);
            }
            Err(error) => return Err(error),
        };
        if !plan.confirmed {
            self.ask_for_trust(room, &plan, &entries).await?;
        }
        let row = room.row();
        let held = room.held.among(&entries);
        let view = View {
            tip: tips.onto.as_str(),
            entries: &entries,
            held: &held,
            paused: self.is_held().await? || row.merge_paused || !row.merge_enabled,
            checks_confirmed: plan.confirmed,
        };
        let mut round = Round::Quiet;
        for decision in flow::merge::plan(&view) {
            if self.is_stopping() {
                return Ok(Round::Quiet);
            }
            let entry_id = match &decision {
                Decision::Build(id)
                | Decision::Consult(id)
                | Decision::ReadAnswer(id)
                | Decision::Check(id)
                | Decision::Land(id)
                | Decision::Settle(id) => id,
            };
            let Some(entry) = entries.iter().find(|e| e.id == *entry_id) else { continue };
            let one = match &decision {
                Decision::Build(_) => self.build_candidate(room, entry, &tips).await?,
                Decision::Consult(_) => self.consult_policy(room, entry, &plan).await?,
                Decision::ReadAnswer(_) => self.read_answer(entry).await?,
                Decision::Check(_) => {
                    let checked = self.check_candidate(room, entry, &plan).await?;
                    go_past(room, checked, &entries)
                }
                Decision::Land(_) => self.land_candidate(room, entry, &plan, &tips).await?,
                Decision::Settle(_) => self.settle_landing(room, entry, &tips).await?,
            };
            match one {
                Round::Progress => round = Round::Progress,
                Round::Blocked if !matches!(round, Round::Progress) => round = Round::Blocked,
                Round::Blocked | Round::Quiet => {}
            }
        }
        Ok(round)
    }
}

/// Goes on at once with those behind an entry that could not be checked; once all are held, each is tried again in
/// its turn.
fn go_past(room: &Room, checked: Round, entries: &[MergeEntry]) -> Round {
    if matches!(checked, Round::Progress) {
        return checked;
    }
    let held = room.held.among(entries);
    let ready = |e: &MergeEntry| e.state == EntryState::Approved && !held.contains(&e.id);
    match checked {
        _ if entries.iter().any(ready) => Round::Progress,
        Round::Quiet if held.len() > 1 => Round::Blocked,
        checked => checked,
    }
}
