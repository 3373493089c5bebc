//! Checks on exactly the tree that would land, in the strongest sandbox there is; verdicts are stored.

use super::Round;
use crate::rooms::Room;
use crate::{Engine, hash};
use flow::merge::{Input, Returned};
use host::sandbox::Sandbox;
use host::spawn::{Command, Ended};
use protocol::check::{Check, CheckPlan, ChecksOrigin};
use protocol::merge::{CheckVerdict, MergeEntry};
use protocol::{ApiError, ErrorCode, Event};
use repo::{CheckTree, ObjectId};
use std::sync::Arc;
use std::time::Duration;
use store::{NewEvent, StoredVerdict};

/// Bytes of output kept with a verdict.
const TAIL: usize = 4_000;
/// Runs of a failing check before it counts: one retry, shown as such.
const TRIES: u32 = 2;

/// Evidence that every confirmed check passed on a commit's tree. Only this file makes one.
pub(crate) struct Proof {
    commit: String,
    tree: String,
}

impl Proof {
    pub(super) fn commit(&self) -> &str {
        &self.commit
    }

    pub(super) fn tree(&self) -> &str {
        &self.tree
    }
}

pub(crate) fn no_checks() -> CheckPlan {
    CheckPlan {
        origin: ChecksOrigin::None,
        confirmed: false,
        checks: Vec::new(),
        setup: Vec::new(),
        recipes: Default::default(),
        formatter: None,
        test_runner: None,
        warnings: Vec::new(),
    }
}

impl Engine {
    pub(super) async fn check_candidate(
        &self,
        room: &Arc<Room>,
        entry: &MergeEntry,
        plan: &CheckPlan,
    ) -> Result<Round, ApiError> {
        match self.set_up(room, entry, plan).await {
            Ok(true) => {}
            // The answer wakes the queue.
            Ok(false) => {
                self.apply(entry, Input::Blocked { reason: "Its set-up waits for an answer.".into() })
                    .await?;
                return Ok(Round::Quiet);
            }
            Err(error) if error.code == ErrorCode::Unavailable => return Err(error),
            Err(error) => {
                self.apply(entry, Input::Blocked { reason: error.message }).await?;
                return Ok(Round::Blocked);
            }
        }
        let sandbox = match self.sandbox_for(room) {
            Ok(sandbox) => sandbox,
            Err(error) => {
                self.apply(entry, Input::Blocked { reason: error.message }).await?;
                return Ok(Round::Blocked);
            }
        };
        self.apply(entry, Input::CheckStarted).await?;
        let input = match self.run_checks(room, entry, plan, &sandbox).await {
            Ok(input) => input,
            // What stopped us is not the candidate's fault: it is checked again.
            Err(error) => {
                self.apply(entry, Input::TipMoved).await?;
                return Err(error);
            }
        };
        Ok(if self.apply(entry, input).await? { Round::Progress } else { Round::Quiet })
    }

    /// The stored verdicts of an entry's candidate, when they are all there and all passed.
    pub(super) async fn proof(
        &self,
        entry: &MergeEntry,
        plan: &CheckPlan,
    ) -> Result<Option<Proof>, ApiError> {
        let (Some(tree), Some(commit)) = (entry.tree.clone(), entry.candidate.clone()) else {
            return Ok(None);
        };
        let room = self.room(&entry.workspace_id)?;
        let Ok(sandbox) = self.sandbox_for(&room) else { return Ok(None) };
        let environment = environment_digest(&sandbox);
        let digests: Vec<String> = plan.checks.iter().map(check_digest).collect();
        let wanted = tree.clone();
        let proven = self
            .store
            .read(move |tx| {
                for digest in &digests {
                    if !tx.verdict(&wanted, digest, &environment)?.is_some_and(|v| v.ok) {
                        return Ok(false);
                    }
                }
                Ok(true)
            })
            .await?;
        Ok(proven.then_some(Proof { commit, tree }))
    }

    /// The strongest sandbox, or the owner's explicit leave to do without.
    pub(crate) fn sandbox_for(&self, room: &Room) -> Result<Sandbox, ApiError> {
        match &self.sandbox {
            Ok(selected) => Ok(selected.sandbox.clone()),
            Err(_) if room.row().allow_host => Ok(Sandbox::Host),
            Err(none) => Err(ApiError::new(
                ErrorCode::NoSandbox,
                format!("{none}. Or allow plain host processes for this workspace in its settings."),
            )),
        }
    }

    async fn run_checks(
        &self,
        room: &Arc<Room>,
        entry: &MergeEntry,
        plan: &CheckPlan,
        sandbox: &Sandbox,
    ) -> Result<Input, ApiError> {
        let tree = entry.tree.clone().unwrap_or_default();
        let environment = environment_digest(sandbox);
        let mut verdicts: Vec<CheckVerdict> = plan.checks.iter().map(waiting).collect();
        let mut slot = None;
        for (at, check) in plan.checks.iter().enumerate() {
            let digest = check_digest(check);
            let (known_tree, known_digest, known_env) = (tree.clone(), digest.clone(), environment.clone());
            let known = self.store.read(move |tx| tx.verdict(&known_tree, &known_digest, &known_env)).await?;
            if let Some(known) = known {
                fill(&mut verdicts, at, &known, true, false);
                self.tell_finished(entry, check, &known, true).await?;
                if !known.ok {
                    return Ok(failed(verdicts, check, &known));
                }
                continue;
            }
            let slot = match &slot {
                Some(slot) => slot,
                None => slot.insert(self.check_slot(room, entry, plan).await?),
            };
            let mut verdict = StoredVerdict { ok: false, duration_ms: 0, tail: String::new() };
            let mut tries = 0;
            while tries < TRIES && !verdict.ok {
                tries += 1;
                mark_running(&mut verdicts, at, tries > 1);
                self.apply(entry, Input::CheckProgress(verdicts.clone())).await?;
                self.tell_started(entry, check, &tree).await?;
                verdict = self.run_one(room, slot, check, sandbox).await?;
                if let Some(edited) = self.edited(slot, &tree).await? {
                    self.clear_check(room, slot).await?;
                    return Ok(Input::GiveBack {
                        why: Returned::EditedTree,
                        detail: format!(
                            "The check “{}” changed the files it was checking: {edited}. A check must leave the tree as it is.",
                            check.name
                        ),
                    });
                }
            }
            let (store_tree, name, stored) = (tree.clone(), check.name.clone(), verdict.clone());
            let env = environment.clone();
            self.store.write(move |tx| tx.store_verdict(&store_tree, &digest, &env, &name, &stored)).await?;
            fill(&mut verdicts, at, &verdict, false, tries > 1);
            self.tell_finished(entry, check, &verdict, false).await?;
            if !verdict.ok {
                // What an entry that does not land left behind must not reach the next one's check.
                self.clear_check(room, slot).await?;
                return Ok(failed(verdicts, check, &verdict));
            }
        }
        Ok(Input::ChecksPassed(verdicts))
    }

    /// The workspace's check tree, switched to the candidate, with its set-up layers.
    async fn check_slot(
        &self,
        room: &Arc<Room>,
        entry: &MergeEntry,
        plan: &CheckPlan,
    ) -> Result<CheckTree, ApiError> {
        let dir = self.data.candidates().join(room.id.as_str()).join("slot-0");
        let room_now = room.clone();
        let slot = self
            .blocking(move || {
                if let Some(parent) = dir.parent() {
                    std::fs::create_dir_all(parent).map_err(|e| {
                        ApiError::new(
                            ErrorCode::Internal,
                            format!("{} cannot be made: {e}.", parent.display()),
                        )
                    })?;
                }
                room_now.depot.check_tree(&dir).map_err(crate::git::api)
            })
            .await??;
        self.stand_on(room, plan, &slot, entry).await?;
        Ok(slot)
    }

    async fn run_one(
        &self,
        room: &Arc<Room>,
        slot: &CheckTree,
        check: &Check,
        sandbox: &Sandbox,
    ) -> Result<StoredVerdict, ApiError> {
        let spec = self.sandbox_spec(room, slot.dir(), &self.check_home(room), false).await?;
        let command = Command::new(check.run.clone())
            .cwd(slot.dir().to_owned())
            .timeout(Duration::from_secs(check.timeout_s));
        let started = self.clock.monotonic_ms();
        let outcome = async {
            let running = sandbox.confine(&spec, command)?.start().await?;
            let cancel = running.cancel_handle();
            let mut waiting = std::pin::pin!(running.wait());
            tokio::select! {
                outcome = &mut waiting => outcome,
                () = self.stopping() => {
                    cancel.cancel();
                    waiting.await
                }
            }
        };
        let duration = |now: u64| now.saturating_sub(started);
        match outcome.await {
            Ok(outcome) if outcome.ended == Ended::Cancelled => {
                Err(ApiError::new(ErrorCode::Unavailable, "The server is shutting down."))
            }
            Ok(outcome) => {
                let text = format!("{}{}", outcome.stdout.text(), outcome.stderr.text());
                let mut tail = tail(&host::ansi::strip(&text));
                if outcome.timed_out() {
                    tail.push_str(&format!("\nIt timed out after {} s.", check.timeout_s));
                }
                Ok(StoredVerdict {
                    ok: outcome.success(),
                    duration_ms: duration(self.clock.monotonic_ms()),
                    tail,
                })
            }
            Err(error) => Ok(StoredVerdict {
                ok: false,
                duration_ms: duration(self.clock.monotonic_ms()),
                tail: format!("{}: {error}", check.run.join(" ")),
            }),
        }
    }

    async fn edited(&self, slot: &CheckTree, tree: &str) -> Result<Option<String>, ApiError> {
        let (slot, tree) = (slot.clone(), ObjectId::parse(tree).map_err(crate::git::api)?);
        let result = self.blocking(move || slot.verify_unedited(&tree)).await?.map_err(crate::git::api)?;
        Ok(result.err().map(|edited| edited.paths.iter().take(10).cloned().collect::<Vec<_>>().join(", ")))
    }

    async fn tell_started(&self, entry: &MergeEntry, check: &Check, tree: &str) -> Result<(), ApiError> {
        let event = Event::CheckStarted {
            entry_id: entry.id.clone(),
            name: check.name.clone(),
            run: check.run.clone(),
            tree: tree.to_owned(),
        };
        self.tell_check(entry, event).await
    }

    async fn tell_finished(
        &self,
        entry: &MergeEntry,
        check: &Check,
        verdict: &StoredVerdict,
        reused: bool,
    ) -> Result<(), ApiError> {
        let event = Event::CheckFinished {
            entry_id: entry.id.clone(),
            name: check.name.clone(),
            ok: verdict.ok,
            duration_ms: verdict.duration_ms,
            reused,
            tail: verdict.tail.clone(),
        };
        self.tell_check(entry, event).await
    }

    async fn tell_check(&self, entry: &MergeEntry, event: Event) -> Result<(), ApiError> {
        let new = NewEvent::new(&entry.session_id, event, "merge").about(entry.id.as_str());
        self.store.write(move |tx| tx.append(new).map(drop)).await?;
        Ok(())
    }
}

fn check_digest(check: &Check) -> String {
    hash::json(&serde_json::json!({ "run": check.run, "timeoutS": check.timeout_s }))
}

/// What a verdict depends on besides tree and command.
fn environment_digest(sandbox: &Sandbox) -> String {
    hash::text(&format!("{}/{}/{}", sandbox.backend(), std::env::consts::OS, std::env::consts::ARCH))
}

fn waiting(check: &Check) -> CheckVerdict {
    CheckVerdict {
        name: check.name.clone(),
        run: check.run.clone(),
        state: "waiting".into(),
        duration_ms: None,
        reused: false,
        flaky_retry: false,
        tail: String::new(),
    }
}

fn mark_running(verdicts: &mut [CheckVerdict], at: usize, retry: bool) {
    if let Some(v) = verdicts.get_mut(at) {
        v.state = "running".into();
        v.flaky_retry = retry;
    }
}

fn fill(verdicts: &mut [CheckVerdict], at: usize, verdict: &StoredVerdict, reused: bool, retry: bool) {
    if let Some(v) = verdicts.get_mut(at) {
        v.state = if verdict.ok { "passed" } else { "failed" }.into();
        v.duration_ms = Some(verdict.duration_ms);
        v.reused = reused;
        v.flaky_retry = retry;
        v.tail = verdict.tail.clone();
    }
}

fn failed(_verdicts: Vec<CheckVerdict>, check: &Check, verdict: &StoredVerdict) -> Input {
    Input::GiveBack {
        why: Returned::CheckFailed,
        detail: format!("The check “{}” failed on the tree that would land.\n\n{}", check.name, verdict.tail),
    }
}

fn tail(text: &str) -> String {
    let text = text.trim_end();
    match text.char_indices().rev().nth(TAIL) {
        Some((at, _)) => format!("…{}", text.get(at..).unwrap_or_default()),
        None => text.to_owned(),
    }
}
