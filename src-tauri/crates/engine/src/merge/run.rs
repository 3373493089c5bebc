//! Checks beside the loop: begun in a slot, ended when they are of no use any more, and what came of them.

use super::Round;
use super::checks::Came;
use super::slots::Ended;
use crate::rooms::Room;
use crate::{Engine, git};
use flow::merge::{Input, Returned};
use protocol::because::Because;
use protocol::check::CheckPlan;
use protocol::merge::{EntryState, MergeEntry, ThrownReason};
use protocol::{ApiError, EntryId, ErrorCode, Event};
use repo::ObjectId;
use std::collections::BTreeMap;
use std::sync::Arc;
use store::{NewEvent, StoreError, Tx};
use tokio::task::JoinSet;

/// What of the configuration checks need.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    pub plan: Arc<CheckPlan>,
    /// Runs of a failing check beyond the first.
    pub retries: u32,
    /// How often checks have failed on the candidate already, by digest.
    pub failed: BTreeMap<String, u32>,
}

impl Engine {
    /// Starts an entry's checks in a free slot, if there is one.
    pub(super) fn begin_check(
        &self,
        room: &Arc<Room>,
        entry: &MergeEntry,
        asked: &Asked,
        checks: &mut JoinSet<()>,
    ) {
        let began = self.clock.monotonic_ms();
        let Some(slot) = room.slots.take(entry, began) else { return };
        let (engine, room, entry, asked) = (self.clone(), room.clone(), entry.clone(), asked.clone());
        let alarm = self.alarm();
        checks.spawn(async move {
            let _alarm = alarm;
            let came = engine.check_candidate(&room, &entry, &asked, &slot).await;
            let took = came.is_usual().then(|| engine.clock.monotonic_ms().saturating_sub(began));
            room.slots.end(&slot, came, took);
        });
    }

    /// Stores what came of checks that have ended. The reason to wait, where one could not be run.
    pub(super) async fn settle_ended(&self, room: &Arc<Room>) -> Result<Option<Round>, ApiError> {
        let mut round = None;
        for ended in room.slots.take_ended() {
            let id = ended.entry.to_string();
            let entry = self.store.read(move |tx| tx.entry(&id)).await?;
            let came = self.take_result(room, &entry, ended).await?;
            if matches!(came, Round::Blocked) || round.is_none() {
                round = Some(came);
            }
        }
        Ok(round)
    }

    async fn take_result(
        &self,
        room: &Arc<Room>,
        entry: &MergeEntry,
        ended: Ended,
    ) -> Result<Round, ApiError> {
        let current = entry.candidate == ended.candidate;
        match ended.came {
            Came::Stopped => {
                // The next server checks it again.
                self.throw(room, entry, Some(Input::Restarted), ThrownReason::ServerEnded, None).await?;
                return Ok(Round::Quiet);
            }
            Came::NotNow => return Ok(Round::Quiet),
            _ if !current => {}
            Came::Said(said @ (Input::GiveBack { .. } | Input::Returned { .. })) => {
                self.doubt(room, entry, said, None).await?;
            }
            Came::Once { said, check } => self.doubt(room, entry, said, Some(check)).await?,
            Came::Said(input) => {
                room.held.forget(entry);
                room.slots.forget_doubt(&entry.id);
                self.apply(entry, input).await?;
            }
            Came::AsksFirst => {
                self.apply(entry, Input::Blocked { said: Because::SetUpWaits.into() }).await?;
                room.held.wait(entry, self.clock.monotonic_ms(), false);
                return Ok(Round::Quiet);
            }
            Came::CouldNotBegin(error) => {
                self.apply(entry, Input::Blocked { said: Because::of(&error).into() }).await?;
                room.held.wait(entry, self.clock.monotonic_ms(), true);
                return Ok(Round::Blocked);
            }
            Came::CouldNotEnd(error) => return self.fault(room, entry, error).await,
        }
        self.end_run(entry).await?;
        Ok(Round::Progress)
    }

    /// What does not speak for an entry is kept until everything it stands on has landed. `once` is the check that is
    /// to be tried once more before.
    async fn doubt(
        &self,
        room: &Room,
        entry: &MergeEntry,
        said: Input,
        once: Option<String>,
    ) -> Result<(), ApiError> {
        room.held.forget(entry);
        let doubted = match &said {
            Input::GiveBack { why, said } | Input::Returned { why, said, .. } => {
                Input::Doubted { why: *why, said: said.clone() }
            }
            _ => return Ok(()),
        };
        room.slots.doubt(entry, said, once);
        self.apply(entry, doubted).await.map(drop)
    }

    /// What was said in doubt counts from now on, once the check that said it was tried again, if that is wanted: only
    /// here, because on ground that never lands it would say nothing either. A verdict that is not known any more, or
    /// of a check that nobody asks for any more, is none.
    pub(super) async fn blame(
        &self,
        room: &Arc<Room>,
        entry: &MergeEntry,
        asked: &Asked,
        checks: Option<&mut JoinSet<()>>,
    ) -> Result<Round, ApiError> {
        if room.slots.running().contains(&entry.id) {
            return Ok(Round::Quiet);
        }
        let failed = |run: &[String]| entry.checks.iter().any(|v| v.state == "failed" && v.run == run);
        let stands = entry.doubt.as_deref() != Some(Returned::CheckFailed.code())
            || asked.plan.checks.iter().any(|check| failed(&check.run));
        let Some(doubt) = room.slots.doubted(entry).filter(|_| stands) else {
            self.apply(entry, Input::Restarted).await?;
            return Ok(Round::Progress);
        };
        if doubt.again {
            if let Some(checks) = checks {
                let again = Asked { failed: doubt.failed, ..asked.clone() };
                self.begin_check(room, entry, &again, checks);
            }
            return Ok(Round::Quiet);
        }
        room.slots.forget_doubt(&entry.id);
        // Only now: those that stood on it fell with it.
        room.slots.failed();
        Ok(if self.apply(entry, doubt.said).await? { Round::Progress } else { Round::Quiet })
    }

    /// What an entry stands on is gone: its checks are ended and what they said is dropped.
    pub(super) async fn cancel(
        &self,
        room: &Arc<Room>,
        entry: &MergeEntry,
        reason: ThrownReason,
        blamed: Option<EntryId>,
    ) -> Result<Round, ApiError> {
        if entry.state == EntryState::Landing && self.is_on_branch(room, entry).await? {
            let commit = entry.candidate.clone().unwrap_or_default();
            self.apply(entry, Input::Landed { commit }).await?;
            return Ok(Round::Progress);
        }
        room.slots.cut(&entry.id);
        let (reason, blamed) = self.why_gone(reason, blamed).await?;
        let changed = self.throw(room, entry, Some(Input::TipMoved), reason, blamed).await?;
        Ok(if changed { Round::Progress } else { Round::Quiet })
    }

    /// Ends the checks of entries that were removed or built anew.
    pub(super) async fn end_strays(&self, room: &Arc<Room>, open: &[MergeEntry]) -> Result<(), ApiError> {
        for id in room.slots.strays(open) {
            room.slots.cut(&id);
            let of = id.to_string();
            let entry = self.store.read(move |tx| tx.entry(&of)).await?;
            self.throw(room, &entry, None, ThrownReason::Removed, None).await?;
        }
        Ok(())
    }

    /// Runs of a server that died. Nobody is told of what came before the newest.
    pub(super) async fn take_up_runs(&self, room: &Arc<Room>) -> Result<(), ApiError> {
        let id = room.id.clone();
        self.store
            .write(move |tx| {
                for entry in tx.open_runs(id.as_str())? {
                    tell_thrown(tx, &entry, ThrownReason::ServerEnded, None)?;
                }
                Ok(())
            })
            .await?;
        Ok(())
    }

    /// Half of a landing is none: only the user's repository counts, which a look has just made the depot follow.
    pub(crate) async fn is_on_branch(&self, room: &Arc<Room>, entry: &MergeEntry) -> Result<bool, ApiError> {
        let (room, candidate) = (room.clone(), entry.candidate.clone());
        self.blocking(move || {
            let candidate = ObjectId::parse(candidate.as_deref().unwrap_or_default())?;
            match room.look()?.user_integration {
                Some(tip) => room.depot.contains(&tip, &candidate),
                None => Ok(false),
            }
        })
        .await?
        .map_err(git::api)
    }

    /// The planner sees open entries alone; what became of one that has ended is looked up.
    async fn why_gone(
        &self,
        reason: ThrownReason,
        blamed: Option<EntryId>,
    ) -> Result<(ThrownReason, Option<EntryId>), ApiError> {
        let (ThrownReason::AheadLeft, Some(id)) = (reason, &blamed) else { return Ok((reason, blamed)) };
        let of = id.to_string();
        let ahead = match self.store.read(move |tx| tx.entry(&of)).await.map_err(ApiError::from) {
            Ok(ahead) => ahead,
            Err(error) if error.code == ErrorCode::NotFound => return Ok((reason, blamed)),
            Err(error) => return Err(error),
        };
        Ok(match ahead.state {
            EntryState::Landed => (ThrownReason::TipMoved, None),
            // Whoever looks after what came back may have left it to a person already.
            EntryState::Returned | EntryState::Parked
                if ahead.checks.iter().any(|check| check.state == "failed") =>
            {
                (ThrownReason::AheadFailed, blamed)
            }
            _ => (reason, blamed),
        })
    }

    async fn throw(
        &self,
        room: &Arc<Room>,
        entry: &MergeEntry,
        input: Option<Input>,
        reason: ThrownReason,
        blamed: Option<EntryId>,
    ) -> Result<bool, ApiError> {
        room.slots.forget_doubt(&entry.id);
        let id = entry.id.to_string();
        let thrown = self.store.write(move |tx| {
            tell_thrown(tx, &id, reason, blamed.as_ref())?;
            input.map_or(Ok(true), |input| super::apply_input(tx, &id, input))
        });
        Ok(thrown.await?)
    }

    async fn end_run(&self, entry: &MergeEntry) -> Result<(), ApiError> {
        let id = entry.id.to_string();
        Ok(self.store.write(move |tx| tx.end_run(&id)).await?)
    }
}

fn tell_thrown(
    tx: &mut Tx<'_>,
    entry: &str,
    reason: ThrownReason,
    blamed: Option<&EntryId>,
) -> Result<(), StoreError> {
    let Some(run) = tx.throw_run(entry, reason, blamed)? else { return Ok(()) };
    let session = tx.entry(entry)?.session_id;
    let event = Event::CheckCancelled { run: Box::new(run) };
    tx.append(NewEvent::new(&session, event, "merge").about(entry)).map(drop)
}
