//! The merge queue at work: one loop per workspace asks the machine what to do, does it, stores what came of it.
//!
//! Checks run beside the loop, in slots. The loop holds nothing in memory that a restart would miss: every decision is
//! worked out anew from the stored entries and the branches as they are. Only what runs, and whose turn it is after
//! checks that could not be run, is kept, by [`slots`] and [`held`].

pub(crate) mod candidate;
pub(crate) mod checks;
mod consult;
pub(crate) mod drain;
pub(crate) mod fresh;
pub(crate) mod held;
mod land;
pub(crate) mod moves;
mod outcome;
mod run;
pub(crate) mod slots;

pub(crate) use outcome::apply as apply_input;

use crate::Engine;
use crate::rooms::Room;
use flow::merge::{Decision, Ground, Input, View};
use protocol::because::Because;
use protocol::merge::{EntryState, MergeEntry};
use protocol::{ApiError, EntryId, ErrorCode};
use repo::ObjectId;
use run::Asked;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::task::JoinSet;

/// How long a landing that cannot happen now waits before it is tried again.
const TRY_AGAIN: Duration = Duration::from_secs(3);
/// Candidates of entries outside the chain that are built before those of the chain are looked at again.
const AT_ONCE: usize = 4;

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
        self.start_watch(room.clone()).await;
        let engine = self.clone();
        self.run(async move { engine.merge_loop(room).await }).await;
    }

    async fn merge_loop(&self, room: Arc<Room>) {
        if let Err(error) = self.recover_merge(&room).await {
            tracing::error!(workspace = %room.id, %error, "merge queue recovery");
        }
        let mut checks = JoinSet::new();
        while !self.is_stopping() {
            let wait = match self.merge_round(&room, &mut checks).await {
                Ok(Round::Progress) => continue,
                Ok(Round::Quiet) => None,
                Ok(Round::Blocked) => Some(TRY_AGAIN),
                Err(error) => {
                    tracing::warn!(workspace = %room.id, %error, "merge queue");
                    Some(TRY_AGAIN)
                }
            };
            let now = self.clock.monotonic_ms();
            let (held, due) = (room.held.next_retry(now), room.slots.overdue_in(now));
            let wait = wait.into_iter().chain(held.into_iter().chain(due).map(Duration::from_millis)).min();
            while checks.try_join_next().is_some() {}
            tokio::select! {
                () = room.merge.notified() => room.held.bell(),
                () = room.slots.ended.notified() => {}
                () = tokio::time::sleep(wait.unwrap_or(Duration::MAX)), if wait.is_some() => {}
                () = self.stopping() => {}
            }
        }
        while checks.join_next().await.is_some() {}
        if let Err(error) = self.settle_ended(&room).await {
            tracing::warn!(workspace = %room.id, %error, "checks that ended with the server");
        }
    }

    /// A check that ran when the server died starts over; its finished verdicts are kept.
    async fn recover_merge(&self, room: &Arc<Room>) -> Result<(), ApiError> {
        let settling = room.clone();
        self.blocking(move || settling.settle()).await?.map_err(crate::git::api)?;
        self.take_up_runs(room).await?;
        let entries = self.open_entries(room).await?;
        self.take_up_checks(room, &entries).await?;
        let looked = room.clone();
        // How many slots there are is shown from the start. What is in the way of that is said where it counts.
        if let Ok(tips) = self.blocking(move || looked.look()).await? {
            let _ = self.asked(room, &tips.onto).await;
        }
        Ok(())
    }

    /// Gives up checks that nobody runs: those of a server that died, and those whose end could not be stored. True
    /// when there were any.
    async fn take_up_checks(&self, room: &Room, entries: &[MergeEntry]) -> Result<bool, ApiError> {
        let running = room.slots.running();
        let nobodys = |e: &&MergeEntry| {
            e.state == EntryState::Checking && e.doubt.is_none() && !running.contains(&e.id)
        };
        let mut any = false;
        for entry in entries.iter().filter(nobodys) {
            any |= self.apply(entry, Input::Restarted).await?;
        }
        Ok(any)
    }

    async fn open_entries(&self, room: &Room) -> Result<Vec<MergeEntry>, ApiError> {
        let id = room.id.clone();
        Ok(self.store.read(move |tx| tx.open_entries(id.as_str())).await?)
    }

    async fn merge_round(&self, room: &Arc<Room>, checks: &mut JoinSet<()>) -> Result<Round, ApiError> {
        let settled = self.settle_ended(room).await?;
        let open = self.open_entries(room).await?;
        self.end_strays(room, &open).await?;
        room.slots.keep(&open);
        self.tell_moves(room, &open).await?;
        let entries = self.while_draining(room, open).await?;
        if entries.is_empty() {
            return Ok(Round::Quiet);
        }
        if self.take_up_checks(room, &entries).await? {
            return Ok(Round::Progress);
        }
        let looked = room.clone();
        let mut tips = self.blocking(move || looked.look()).await?.map_err(crate::git::api)?;
        self.tell_moves(room, &entries).await?;
        let asked = match self.asked(room, &tips.onto).await {
            Ok(asked) => asked,
            // Nobody can say what proves them; that is shown where they wait.
            Err(error) if error.code == ErrorCode::ConfigInvalid => {
                for entry in entries.iter().filter(|e| e.state != EntryState::Checking) {
                    self.apply(entry, Input::Blocked { said: Because::of(&error).into() }).await?;
                }
                return Ok(Round::Blocked);
            }
            Err(error) => return Err(error),
        };
        if !asked.plan.confirmed {
            self.ask_for_trust(room, &asked.plan, &entries).await?;
        }
        let row = room.row();
        let paused = self.is_held().await? || row.merge_paused || !row.merge_enabled;
        let (held, running) = (room.held.among(&entries), room.slots.running());
        let due = room.slots.due(self.clock.monotonic_ms());
        let view = View {
            tip: tips.onto.as_str(),
            entries: &entries,
            held: &held,
            retry_held: room.held.may_retry(self.clock.monotonic_ms()),
            running: &running,
            due: &due,
            free: room.slots.free(),
            window: room.slots.figures().1,
            strategy: row.strategy,
            paused,
            checks_confirmed: asked.plan.confirmed,
        };
        let decisions = flow::merge::plan(&view);
        let mut round = settled.unwrap_or(Round::Quiet);
        let mut made = Made::of(&decisions);
        let mut stuck = false;
        for decision in decisions {
            // What ended meanwhile may have cost the rest of the plan its ground.
            if self.is_stopping() || room.slots.any_ended() {
                return Ok(Round::Progress);
            }
            let (Decision::Blame(id)
            | Decision::Cancel { entry: id, .. }
            | Decision::Land(id)
            | Decision::Settle(id)
            | Decision::Build { entry: id, .. }
            | Decision::Check(id)
            | Decision::Consult(id)
            | Decision::ReadAnswer(id)) = &decision;
            let Some(entry) = entries.iter().find(|e| e.id == *id) else { continue };
            let one = match &decision {
                Decision::Blame(_) => {
                    let begin = (!paused && asked.plan.confirmed).then_some(&mut *checks);
                    self.blame(room, entry, &asked, begin).await?
                }
                // Who stands on it is looked at again behind it.
                Decision::Cancel { .. } if land::is_half_of_the_first(entry, &tips) => {
                    return self.land_candidate(room, entry, &asked.plan, &mut tips).await;
                }
                Decision::Cancel { reason, blamed, .. } => {
                    self.cancel(room, entry, *reason, blamed.clone()).await?
                }
                Decision::Land(_) if stuck => Round::Quiet,
                Decision::Land(_) => {
                    let one = self.land_candidate(room, entry, &asked.plan, &mut tips).await?;
                    // Nothing lands past one that could not; and the branch may have brought other checks.
                    stuck = !matches!(one, Round::Progress);
                    if !stuck && self.asked(room, &tips.onto).await?.plan != asked.plan {
                        return Ok(Round::Progress);
                    }
                    one
                }
                Decision::Settle(_) => self.settle_landing(room, entry, &tips).await?,
                Decision::Build { on, .. } => {
                    if entry.state != EntryState::Approved && made.is_enough() {
                        return Ok(Round::Progress);
                    }
                    match self.ground(on, &tips.onto, &made).await? {
                        Some((onto, ahead)) => {
                            let (one, commit) = self.build_candidate(room, entry, &onto, ahead).await?;
                            let checks_next = commit.is_some() && entry.state == EntryState::Approved;
                            made.0.insert(entry.id.clone(), commit);
                            // Its checks begin before the next is built.
                            if checks_next && room.slots.free() > 0 {
                                return Ok(Round::Progress);
                            }
                            one
                        }
                        None => Round::Quiet,
                    }
                }
                Decision::Check(_) => {
                    self.begin_check(room, entry, &asked, checks);
                    Round::Quiet
                }
                Decision::Consult(_) => self.consult_policy(room, entry, &asked.plan).await?,
                Decision::ReadAnswer(_) => self.read_answer(entry).await?,
            };
            round = worse(round, one);
        }
        Ok(round)
    }

    /// The checks as they are asked for on a tip, and the slots there are for them.
    async fn asked(&self, room: &Arc<Room>, tip: &ObjectId) -> Result<Asked, ApiError> {
        let plan = self.check_plan_at(room, tip.clone()).await?;
        let (engine, on, tip) = (self.clone(), room.clone(), tip.clone());
        let merge = self.blocking(move || engine.configured_at(&on, &tip)).await??.merge.clone();
        let processors = std::thread::available_parallelism().map_or(1, |n| n.get() as u32);
        let slots = merge.slots.unwrap_or_else(|| flow::merge::slots_for(processors));
        room.slots.resize(slots, merge.window.unwrap_or_else(|| flow::merge::window_for(slots)));
        Ok(Asked { plan: Arc::new(plan), retries: merge.flaky_retries, failed: Default::default() })
    }

    /// The commit a candidate is to stand on, and whose it is. None when what it was to be did not come about.
    async fn ground(
        &self,
        on: &Ground,
        tip: &ObjectId,
        made: &Made,
    ) -> Result<Option<(ObjectId, Option<EntryId>)>, ApiError> {
        let Ground::Entry(id) = on else { return Ok(Some((tip.clone(), None))) };
        let of = id.to_string();
        let ahead = self.store.read(move |tx| tx.entry(&of)).await?;
        let stands = matches!(ahead.state, EntryState::Approved | EntryState::Checking | EntryState::Landing);
        let fresh = made.0.get(id).is_none_or(|made| made.is_some() && *made == ahead.candidate);
        let candidate = ahead.candidate.filter(|_| stands && fresh && ahead.doubt.is_none());
        let commit = candidate.as_deref().map(ObjectId::parse).transpose().map_err(crate::git::api)?;
        Ok(commit.map(|commit| (commit, Some(id.clone()))))
    }
}

/// What a plan builds, and what came of it so far: a candidate that was to be built anew is no ground before it is.
struct Made(HashMap<EntryId, Option<String>>);

impl Made {
    fn of(plan: &[Decision]) -> Self {
        let built = plan.iter().filter_map(|decision| match decision {
            Decision::Build { entry, .. } => Some((entry.clone(), None)),
            _ => None,
        });
        Self(built.collect())
    }

    fn is_enough(&self) -> bool {
        self.0.values().flatten().count() >= AT_ONCE
    }
}

/// What a round comes to when one of its parts came to this.
fn worse(round: Round, one: Round) -> Round {
    match (round, one) {
        (Round::Progress, _) | (_, Round::Progress) => Round::Progress,
        (Round::Blocked, _) | (_, Round::Blocked) => Round::Blocked,
        (Round::Quiet, Round::Quiet) => Round::Quiet,
    }
}
