//! What a job stands on: the depot, the commit to start from, the checks of the workspace, the sandbox's mounts.

use crate::rooms::Room;
use crate::{Engine, git, hash, setup};
use host::config::{Config, Layer};
use host::detect_project::Proposal;
use host::sandbox::{HOME_INSIDE, SandboxSpec};
use protocol::check::{CheckPlan, ChecksOrigin};
use protocol::job::{Job, JobGround, ModelGround, ReviewerGround};
use protocol::plan::TaskParams;
use protocol::settings::Role;
use protocol::{ApiError, ErrorCode, Lane, WorkspaceId};
use repo::ObjectId;
use std::path::Path;
use std::sync::{Arc, PoisonError};

/// Most bytes read of a file that detection looks into.
const LOOKED_INTO: usize = 256 * 1024;
/// Files looked at to find checks.
const LISTED: usize = 20_000;

impl Engine {
    /// Lays the ground for a claimed job: branches are looked at, the base is fixed.
    pub(crate) async fn ground_for(&self, workspace: &WorkspaceId, job: &Job) -> Result<JobGround, ApiError> {
        let room = self.room(workspace)?;
        let looked = room.clone();
        let tips = self.blocking(move || looked.look()).await?.map_err(git::api)?;
        let task: Option<TaskParams> = serde_json::from_str(&job.params).ok();
        let base = task.as_ref().and_then(|t| t.base_commit.clone()).unwrap_or_else(|| tips.onto.to_string());
        let checks = self.check_plan_at(&room, tips.onto.clone()).await?;
        if let Some(task) = &task {
            crate::remote_buddy::recipe::still_allowed(task, &checks)?;
        }
        let runs_code = |t: &TaskParams| {
            setup::runs_repository_code(t.lane, &t.planning.validation_steps, t.deterministic.as_ref())
        };
        let image = self.image_ground(&room, task.as_ref().is_some_and(runs_code)).await?;
        let layers = match task.as_ref().is_some_and(runs_code) {
            true => self.layers_of(&room, &checks, &ObjectId::parse(&base).map_err(git::api)?).await?,
            false => Vec::new(),
        };
        let claim = job.claim_token.as_deref().unwrap_or_default();
        let folder = self.data.jobs().join(crate::attempts::name(job.id.as_str(), claim));
        let asks_out = task.as_ref().is_some_and(|task| task.lane == Lane::Worker);
        let network = asks_out && self.config_now().await?.network.jobs != host::config::Reach::Off;
        let denied_commands = match asks_out {
            true => self.denied_commands(&room).await,
            false => Vec::new(),
        };
        let with_model = task.as_ref().is_some_and(|task| task.lane == Lane::Worker);
        let (model, reviewer) = match with_model {
            true => (self.model_ground(Role::Workers, "broker/v1").await?, self.reviewer_ground().await?),
            false => (None, None),
        };
        let backend = match task.as_ref().and_then(|task| task.backend) {
            Some(named) => Some(named),
            None => Some(self.config_now().await?.workers.backend),
        };
        let left_behind = match with_model {
            true => self.left_behind(job.id.as_str(), &folder).await?,
            false => None,
        };
        let row = room.row();
        Ok(JobGround {
            workspace_id: room.id.clone(),
            depot: room.depot.dir().to_string_lossy().into_owned(),
            base_commit: base,
            integration_branch: row.integration_branch.clone(),
            folder: folder.to_string_lossy().into_owned(),
            hide: Vec::new(),
            checks,
            carried: false,
            layers,
            layers_for: None,
            image,
            allow_host: self.allows_host(&room),
            network,
            denied_commands,
            model,
            backend,
            reviewer,
            left_behind,
        })
    }

    /// A role's model as a job reaches it.
    async fn model_ground(&self, role: Role, way: &str) -> Result<Option<ModelGround>, ApiError> {
        let base_url = format!("{}/{way}", self.url.get().cloned().unwrap_or_default());
        Ok(self.model(role).await?.map(|m| ModelGround {
            dialect: m.dialect,
            model: m.model,
            base_url,
            context_window: m.context_window,
        }))
    }

    async fn reviewer_ground(&self) -> Result<Option<ReviewerGround>, ApiError> {
        let gate = self.own.config.gate;
        Ok(self.model_ground(Role::Reviewer, "broker/reviewer/v1").await?.map(|model| ReviewerGround {
            model,
            revises: gate.reviewer_revises,
            seconds: gate.reviewer_seconds,
        }))
    }

    /// The checks of a workspace, as they are run.
    pub(crate) async fn check_plan(&self, room: &Arc<Room>) -> Result<CheckPlan, ApiError> {
        Ok(flow::checks::as_run(&self.written_plan(room).await?))
    }

    /// The checks as they are written down: the user's own, else the repository's (from the integration base, never
    /// from a candidate), else what detection proposes.
    pub(crate) async fn written_plan(&self, room: &Arc<Room>) -> Result<CheckPlan, ApiError> {
        let looked = room.clone();
        let base = self.blocking(move || looked.look()).await?.map_err(git::api)?.onto;
        self.written_plan_at(room, base).await
    }

    /// The same for whoever has looked just now, and knows what the next commit stands on; as it is run: with what
    /// the groups say, the cheap ones first.
    pub(crate) async fn check_plan_at(
        &self,
        room: &Arc<Room>,
        base: ObjectId,
    ) -> Result<CheckPlan, ApiError> {
        Ok(flow::checks::as_run(&self.written_plan_at(room, base).await?))
    }

    async fn written_plan_at(&self, room: &Arc<Room>, base: ObjectId) -> Result<CheckPlan, ApiError> {
        let row = room.row();
        let (engine, room) = (self.clone(), room.clone());
        let (mut plan, config) = self
            .blocking(move || {
                let config = engine.configured_at(&room, &base)?;
                let mut known = room.plan.lock().unwrap_or_else(PoisonError::into_inner);
                if let Some((at, of, plan)) = known.as_ref()
                    && *at == base
                    && Arc::ptr_eq(of, &config)
                {
                    return Ok((plan.clone(), config));
                }
                let plan = plan_at(&room, &base, &config)?;
                *known = Some((base, config.clone(), plan.clone()));
                Ok::<_, ApiError>((plan, config))
            })
            .await??;
        plan.warnings.extend(self.warnings_of(&config, row.profile));
        if let Some(own) = row.own_checks {
            plan.checks = own;
            plan.groups = row.own_groups;
            plan.origin = ChecksOrigin::User;
            plan.confirmed = true;
            if !row.trusted && !plan.setup.is_empty() {
                plan.warnings.push("The repository's set-up steps do not run before you trust it.".into());
            }
        } else {
            plan.confirmed = row.trusted;
        }
        if plan.confirmed && plan.checks.is_empty() && plan.origin != ChecksOrigin::None {
            plan.warnings.push("No checks are configured: what lands here is not proven by anything but its own gate. Add checks in Settings.".into());
        }
        Ok(plan)
    }

    /// The mounts and environment of a command that runs repository code.
    pub(crate) async fn sandbox_spec(
        &self,
        room: &Room,
        work: &Path,
        home: &Path,
        network: bool,
    ) -> Result<SandboxSpec, ApiError> {
        let (work, home, objects) = (work.to_owned(), home.to_owned(), room.depot.objects_dir());
        let (sandbox, toolchains) = (self.sandbox_for(room)?, self.toolchains.clone());
        let own = room.image.env();
        self.blocking(move || {
            host::paths::private_folder(&home).map_err(|e| {
                ApiError::new(ErrorCode::Internal, format!("{} cannot be made: {e}.", home.display()))
            })?;
            let mut spec = SandboxSpec::new(work, home);
            spec.home_inside = Some(HOME_INSIDE.into());
            spec.network = network;
            spec.extra_ro.push(objects);
            spec.env.extend(own);
            toolchains
                .equip(&sandbox, &mut spec)
                .map_err(|e| ApiError::new(ErrorCode::Internal, e.to_string()))?;
            Ok(spec)
        })
        .await?
    }
}

/// Identity of what the owner is asked to trust.
pub(crate) fn plan_digest(plan: &CheckPlan) -> String {
    let mut what = serde_json::json!({ "checks": plan.checks, "setup": plan.setup, "recipes": plan.recipes, "formatter": plan.formatter, "testRunner": plan.test_runner });
    if !plan.groups.is_empty() {
        what["groups"] = serde_json::json!(plan.groups);
    }
    hash::json(&what)
}

fn plan_at(room: &Room, base: &ObjectId, config: &Config) -> Result<CheckPlan, ApiError> {
    let read = |path: &str| match room.depot.read_file(base, path, LOOKED_INTO) {
        Ok(file) => Some(file.bytes),
        Err(_) => None,
    };
    let (files, _) = room.depot.list_files(base, LISTED).map_err(git::api)?;
    let text = |path: &str| read(path).and_then(|bytes| String::from_utf8(bytes).ok());
    let mut plan = proposed(host::detect_project::detect(&files, &text));
    let notes = std::mem::take(&mut plan.warnings);
    if let Some(checks) = config.checks.clone() {
        plan.checks = checks;
        plan.groups = config.check_groups.clone();
        let of_repository = config.checks_origin.as_ref().is_some_and(|o| o.layer == Layer::Repository);
        plan.origin = if of_repository { ChecksOrigin::Repository } else { ChecksOrigin::User };
    }
    if let Some(setup) = config.setup.clone() {
        plan.setup = setup;
    }
    plan.recipes.extend(config.recipes.clone());
    // What detection did not find matters only where nobody said what it is.
    if config.checks.is_none() {
        plan.warnings.extend(notes);
    }
    Ok(plan)
}

/// A proposal of detection as a plan; it counts once the owner has confirmed it.
fn proposed(found: Proposal) -> CheckPlan {
    CheckPlan {
        origin: if found.checks.is_empty() { ChecksOrigin::None } else { ChecksOrigin::Detected },
        confirmed: false,
        checks: found.checks,
        groups: Default::default(),
        setup: found.setup,
        recipes: found.recipes,
        formatter: found.formatter,
        test_runner: found.test_runner,
        warnings: found.notes,
    }
}
