//! The same proof as for a landing: every confirmed check, on exactly the tree that the branch will have.

use super::look::state_of;
use crate::merge::checks::{Environment, check_digest, command, fill, output, waiting};
use crate::rooms::Room;
use crate::setup::{Laid, On, Once, Prepared};
use crate::{Engine, git, shutting_down};
use host::sandbox::Sandbox;
use host::spawn::Ended;
use protocol::check::{Check, CheckPlan};
use protocol::main_line::{MainLanding, ProofState};
use protocol::merge::CheckVerdict;
use protocol::{ApiError, ErrorCode};
use repo::ObjectId;
use std::sync::Arc;
use store::StoredVerdict;

/// What came of the checks.
pub(super) enum Proved {
    Passed(Vec<CheckVerdict>),
    Failed(Vec<CheckVerdict>, String),
    /// A question about the set-up is open.
    Asked,
}

/// Files and HOME of their own.
struct Place {
    laid: Laid,
    sandbox: Sandbox,
}

impl Engine {
    /// What is stored about a commit's tree; nothing is run.
    pub(super) async fn proof_at(
        &self,
        room: &Arc<Room>,
        plan: &CheckPlan,
        commit: &ObjectId,
    ) -> Result<(ProofState, Vec<CheckVerdict>), ApiError> {
        let environment = self.environment_at(room, plan, commit).await;
        self.proof_in(room, plan, commit, environment.as_ref()).await
    }

    /// What checks on a commit depend on. None where nothing can be run now: then nothing is known of what was run
    /// under the same conditions either.
    pub(super) async fn environment_at(
        &self,
        room: &Arc<Room>,
        plan: &CheckPlan,
        commit: &ObjectId,
    ) -> Option<Environment> {
        match self.look_at_image(room).await {
            Ok(true) => self.environment(room, plan, On::Commit(commit.clone())).await.ok().flatten(),
            Ok(false) | Err(_) => None,
        }
    }

    /// The same as [`Engine::proof_at`] for one that knows the environment.
    pub(super) async fn proof_in(
        &self,
        room: &Arc<Room>,
        plan: &CheckPlan,
        commit: &ObjectId,
        environment: Option<&Environment>,
    ) -> Result<(ProofState, Vec<CheckVerdict>), ApiError> {
        let mut verdicts: Vec<CheckVerdict> = plan.checks.iter().map(waiting).collect();
        if let Some(environment) = environment {
            let tree = self.tree_at(room, commit).await?;
            for (at, check) in plan.checks.iter().enumerate() {
                if let Some(known) = self.known(&tree, check, environment).await? {
                    fill(&mut verdicts, at, &known, true, false);
                }
            }
        }
        Ok((state_of(plan, &verdicts), verdicts))
    }

    /// Runs what is missing, each failing check once more as the queue does, and stores what passed.
    pub(super) async fn prove_main(
        &self,
        room: &Arc<Room>,
        plan: &CheckPlan,
        landing: &MainLanding,
    ) -> Result<Proved, ApiError> {
        let commit = ObjectId::parse(&landing.to).map_err(git::api)?;
        let mut verdicts: Vec<CheckVerdict> = plan.checks.iter().map(waiting).collect();
        let session = self.main_session(room).await?;
        if let Prepared::Asked = self.prepare(room, &session, plan, On::Commit(commit.clone())).await? {
            return Ok(Proved::Asked);
        }
        self.look_at_image(room).await?;
        let sandbox = self.sandbox_for(room)?;
        let gone = || ApiError::new(ErrorCode::Conflict, "Its set-up was removed meanwhile. Try again.");
        let on = On::Commit(commit.clone());
        let environment = self.environment(room, plan, on).await?.ok_or_else(gone)?;
        let tree = self.tree_at(room, &commit).await?;
        let mut left = Vec::new();
        for (at, check) in plan.checks.iter().enumerate() {
            match self.known(&tree, check, &environment).await?.filter(|known| known.ok) {
                Some(known) => fill(&mut verdicts, at, &known, true, false),
                None => left.push((at, check)),
            }
        }
        if left.is_empty() {
            return Ok(Proved::Passed(verdicts));
        }
        let place = Place { laid: self.fresh_tree(room, Once::Main, plan, &commit).await?, sandbox };
        let mut proved = Ok(None);
        for (at, check) in left {
            let ran = self.prove_one(room, &place, check, &tree, &environment).await;
            match ran {
                Ok((verdict, again)) => {
                    fill(&mut verdicts, at, &verdict, false, again);
                    let shown = MainLanding { checks: verdicts.clone(), ..landing.clone() };
                    self.move_main(room, shown).await?;
                    if !verdict.ok {
                        proved = Ok(Some(check.name.clone()));
                        break;
                    }
                }
                Err(error) => {
                    proved = Err(error);
                    break;
                }
            }
        }
        self.clear_once(room, place.laid).await?;
        Ok(match proved? {
            None => Proved::Passed(verdicts),
            Some(name) => Proved::Failed(verdicts, name),
        })
    }

    /// The verdict, and whether it took a second run.
    async fn prove_one(
        &self,
        room: &Arc<Room>,
        place: &Place,
        check: &Check,
        tree: &ObjectId,
        environment: &Environment,
    ) -> Result<(StoredVerdict, bool), ApiError> {
        let retries = self.configured(room).await?.merge.flaky_retries;
        let mut verdict = StoredVerdict { ok: false, duration_ms: 0, tail: String::new() };
        let mut tries = 0;
        while tries <= retries && !verdict.ok {
            tries += 1;
            let of = (&place.laid.tree, place.laid.home.as_path());
            let ended = self.run_check(room, check, &place.sandbox, of, None, self.stopping()).await?;
            let command::Ended { outcome, duration_ms } = ended;
            verdict = match outcome {
                Ok(outcome) if outcome.ended == Ended::Cancelled => return Err(shutting_down()),
                Ok(outcome) => StoredVerdict {
                    ok: outcome.success(),
                    duration_ms,
                    tail: output(&outcome, check, &self.redactor()),
                },
                Err(error) => {
                    let why = format!("The check “{}” could not be run: {error}.", check.name);
                    return Err(ApiError::new(ErrorCode::Internal, why));
                }
            };
            if let Some(paths) = self.edited(&place.laid.tree, tree).await? {
                let paths = paths.join(", ");
                verdict.ok = false;
                verdict.tail = format!(
                    "It changed the files it was checking: {paths}. A check must leave the tree as it is.\n\n{}",
                    verdict.tail
                );
                break;
            }
        }
        if self.is_stopping() && !verdict.ok {
            return Err(shutting_down());
        }
        if verdict.ok {
            let (on, digest, env) = (tree.to_string(), check_digest(check), environment.of(check));
            let (name, stored) = (check.name.clone(), verdict.clone());
            self.store.write(move |tx| tx.store_verdict(&on, &digest, &env, &name, &stored)).await?;
        }
        Ok((verdict, tries > 1))
    }

    async fn known(
        &self,
        tree: &ObjectId,
        check: &Check,
        environment: &Environment,
    ) -> Result<Option<StoredVerdict>, ApiError> {
        let (on, digest, env) = (tree.to_string(), check_digest(check), environment.of(check));
        Ok(self.store.read(move |tx| tx.verdict(&on, &digest, &env)).await?)
    }

    pub(super) async fn tree_at(&self, room: &Arc<Room>, commit: &ObjectId) -> Result<ObjectId, ApiError> {
        let (depot, commit) = (room.depot.clone(), commit.clone());
        self.blocking(move || depot.tree_of(&commit)).await?.map_err(git::api)
    }
}
