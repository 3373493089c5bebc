//! Whether a check fails on the branch itself, without the change whose check failed: then the change is not blamed.
//!
//! Asked only when a check failed, and of verdicts first: what landed through the queue passed them all, so only a
//! branch that was moved from outside, or one that nothing landed on yet, is ever checked here.

use crate::merge::checks::{check_digest, command, output};
use crate::rooms::Room;
use crate::setup::{Laid, On, Once};
use crate::{Engine, git, reaction, shutting_down};
use flow::merge::Input;
use host::spawn::Ended;
use protocol::ApiError;
use protocol::check::{Check, CheckPlan};
use protocol::merge::MergeEntry;
use protocol::returned::RedBase;
use repo::{DepotRef, ObjectId, RepoError};
use std::sync::Arc;
use store::StoredVerdict;

impl Engine {
    /// Finds out early whether the branch itself fails what an entry failed. Nothing is said of it yet.
    pub(crate) async fn ask_the_branch(
        &self,
        room: &Arc<Room>,
        entry: &MergeEntry,
        came: &Input,
    ) -> Result<(), ApiError> {
        let failed = matches!(came, Input::GiveBack { why: flow::merge::Returned::CheckFailed, .. });
        if !failed || entry.ahead.is_some() {
            return Ok(());
        }
        let id = entry.id.to_string();
        let entry = self.store.read(move |tx| tx.entry(&id)).await?;
        self.failing_branch(room, &entry).await.map(drop)
    }

    /// What becomes of an entry whose check failed, where that is not its own doing; none where it is.
    pub(super) async fn branch_at_fault(
        &self,
        room: &Arc<Room>,
        entry: &MergeEntry,
        detail: &str,
    ) -> Result<Option<Input>, ApiError> {
        let (check, onto, tree, verdict) = match self.failing_branch(room, entry).await? {
            Some(Failing { check, commit, tree, asked: Asked::Said(verdict) }) if !verdict.ok => {
                (check, commit, tree, verdict)
            }
            // Everything was paused meanwhile: nobody is blamed before that is over.
            Some(Failing { asked: Asked::Later, .. }) => return Ok(Some(Input::TipMoved)),
            _ => return Ok(None),
        };
        let branch = entry.target.clone();
        let log = flow::returned::trimmed(&verdict.tail).text;
        let commit = onto.to_string();
        let short = commit.get(..10).unwrap_or(&commit);
        let ask = format!(
            "The check “{}” (`{}`) fails on {branch} at {short}. Find out why and make it pass.\n\n{}",
            check.name,
            check.run.join(" "),
            protocol::fenced("", &log)
        );
        let absent = self.absent(&room.id, &commit).await?;
        let red = RedBase {
            absent,
            branch,
            tree: tree.to_string(),
            check: check.name.clone(),
            run: check.run.clone(),
            log,
            ask,
            commit,
        };
        let input = flow::returned::red(entry.repair.as_deref(), red, detail);
        if let Input::BaseRed(red) = &input {
            self.say_red(room, entry, red).await?;
        }
        Ok(Some(input))
    }

    /// What the check that failed for an entry says of the commit its candidate stands on. None where that is not part
    /// of the branch, or nobody asks for this check.
    async fn failing_branch(
        &self,
        room: &Arc<Room>,
        entry: &MergeEntry,
    ) -> Result<Option<Failing>, ApiError> {
        let Some(failed) = entry.checks.iter().find(|check| check.state == "failed") else { return Ok(None) };
        let Some(commit) = self.on_the_branch(room, entry).await? else { return Ok(None) };
        let plan = self.check_plan_at(room, commit.clone()).await?;
        let same = |check: &&Check| check.name == failed.name && check.run == failed.run;
        let Some(check) = plan.checks.iter().find(same).cloned() else { return Ok(None) };
        let (depot, of) = (room.depot.clone(), commit.clone());
        let tree = self.blocking(move || depot.tree_of(&of)).await?.map_err(git::api)?;
        let asked = self.verdict_on(room, &plan, &check, (&commit, &tree)).await?;
        Ok(Some(Failing { check, commit, tree, asked }))
    }

    /// The commit an entry's candidate stands on, when that is part of the branch and not somebody else's candidate.
    async fn on_the_branch(
        &self,
        room: &Arc<Room>,
        entry: &MergeEntry,
    ) -> Result<Option<ObjectId>, ApiError> {
        let Some(onto) = entry.onto.clone() else { return Ok(None) };
        let (room, target) = (room.clone(), entry.target.clone());
        self.blocking(move || -> Result<_, RepoError> {
            let onto = ObjectId::parse(&onto)?;
            let base = DepotRef::User(room.row().base_branch);
            for tip in [DepotRef::Integration(target), base] {
                if let Some(tip) = room.depot.read_ref(&tip)?
                    && room.depot.contains(&tip, &onto)?
                {
                    return Ok(Some(onto));
                }
            }
            Ok(None)
        })
        .await?
        .map_err(git::api)
    }

    async fn verdict_on(
        &self,
        room: &Arc<Room>,
        plan: &CheckPlan,
        check: &Check,
        (commit, tree): (&ObjectId, &ObjectId),
    ) -> Result<Asked, ApiError> {
        let Some(environment) = self.environment(room, plan, On::Commit(commit.clone())).await? else {
            return Ok(Asked::CannotTell);
        };
        let (on, digest, env) = (tree.to_string(), check_digest(check), environment.of(check));
        let _turn = room.bench.turn.lock().await;
        let (known_on, known_digest, known_env) = (on.clone(), digest.clone(), env.clone());
        let known = self.store.read(move |tx| tx.verdict(&known_on, &known_digest, &known_env)).await?;
        if let Some(known) = known {
            return Ok(Asked::Said(known));
        }
        if self.is_held().await? {
            return Ok(Asked::Later);
        }
        let laid = match self.fresh_tree(room, Once::Branch, plan, commit).await {
            Ok(laid) => laid,
            Err(error) if self.is_stopping() => return Err(error),
            Err(error) => {
                tracing::warn!(workspace = %room.id, %error, "the branch itself cannot be checked");
                return Ok(Asked::CannotTell);
            }
        };
        // Everybody waits for what is said of the branch, so it is never said after one run.
        let tries = self.configured(room).await.map_or(1, |config| config.merge.flaky_retries.max(1));
        let mut said = Ok(Asked::CannotTell);
        for _ in 0..=tries {
            said = self.run_on_branch(room, check, &laid, tree).await;
            if !matches!(&said, Ok(Asked::Said(verdict)) if !verdict.ok) {
                break;
            }
        }
        self.clear_once(room, laid).await?;
        let said = said?;
        if let Asked::Said(verdict) = &said {
            let (name, stored) = (check.name.clone(), verdict.clone());
            self.store.write(move |tx| tx.store_verdict(&on, &digest, &env, &name, &stored)).await?;
        }
        Ok(said)
    }

    async fn run_on_branch(
        &self,
        room: &Arc<Room>,
        check: &Check,
        laid: &Laid,
        tree: &ObjectId,
    ) -> Result<Asked, ApiError> {
        let sandbox = self.sandbox_for(room)?;
        let ran =
            self.run_check(room, check, &sandbox, (&laid.tree, &laid.home), None, self.stopping()).await?;
        let command::Ended { outcome, duration_ms } = ran;
        let verdict = match outcome {
            Ok(outcome) if outcome.ended == Ended::Cancelled => return Err(shutting_down()),
            // Killed from outside: that says nothing about the branch.
            Ok(outcome) if outcome.ended == Ended::Exited && killed(outcome.signal, outcome.code) => {
                return Ok(Asked::CannotTell);
            }
            Ok(outcome) => StoredVerdict {
                ok: outcome.success(),
                duration_ms,
                tail: output(&outcome, check, &self.redactor()),
            },
            Err(error) => {
                tracing::warn!(workspace = %room.id, %error, "the branch itself cannot be checked");
                return Ok(Asked::CannotTell);
            }
        };
        Ok(match self.edited(&laid.tree, tree).await? {
            Some(_) => Asked::CannotTell,
            None => Asked::Said(verdict),
        })
    }

    /// Says it in the conversation, once for each commit of the branch.
    async fn say_red(&self, room: &Arc<Room>, entry: &MergeEntry, red: &RedBase) -> Result<(), ApiError> {
        let (workspace, session, red) = (room.id.to_string(), entry.session_id.clone(), red.clone());
        self.store
            .write(move |tx| {
                let known = tx.open_entries(&workspace)?.iter().any(|other| {
                    let noted = other.repair.as_ref().and_then(|repair| repair.red_base.as_ref());
                    noted.is_some_and(|noted| noted.commit == red.commit && noted.check == red.check)
                });
                if known {
                    return Ok(());
                }
                let text = format!(
                    "The check “{}” fails on {} itself, at `{}`. Changes wait until it passes there, and none of them is blamed. Mend the branch, or ask for it: a change that makes the check pass can land.",
                    red.check,
                    red.branch,
                    red.commit.get(..10).unwrap_or(&red.commit)
                );
                reaction::say(tx, &session, text, None)
            })
            .await?;
        Ok(())
    }
}

fn killed(signal: Option<i32>, code: Option<i32>) -> bool {
    signal.is_some() || code.is_some_and(|code| code > 128)
}

/// A check on the branch itself.
struct Failing {
    check: Check,
    commit: ObjectId,
    tree: ObjectId,
    asked: Asked,
}

/// What came of asking.
enum Asked {
    Said(StoredVerdict),
    Later,
    CannotTell,
}
