//! A workspace at work: its depot, its tips, its checks, and the bell of its merge queue.

use crate::merge::moves::{How, Moved, Moves};
use crate::{Engine, git, merge};
use host::clock::iso;
use host::config::Config;
use protocol::check::CheckPlan;
use protocol::merge::{MergeEntry, Strategy};
use protocol::workspace::Workspace;
use protocol::{ApiError, ErrorCode, WorkspaceId};
use repo::{Depot, DepotRef, IntegrationLease, ObjectId};
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, PoisonError};
use store::WorkspaceRow;
use tokio::sync::Notify;

pub(crate) struct Room {
    pub id: WorkspaceId,
    pub root: PathBuf,
    pub depot: Depot,
    row: Mutex<WorkspaceRow>,
    /// Rung when the merge queue has something to look at.
    pub merge: Notify,
    /// Whether its merge loop runs; a second one would race the first for every entry.
    pub(crate) landing: AtomicBool,
    /// Entries whose checks could not be run.
    pub(crate) held: merge::held::Held,
    pub(crate) slots: merge::slots::Slots,
    /// One git movement of branches at a time.
    moving: Mutex<()>,
    /// What the user did to the integration branch and nobody has been told yet.
    pub(crate) moves: Moves,
    /// Where the branch itself is checked.
    pub(crate) bench: crate::returned::Bench,
    pub(crate) set_up: crate::setup::SetUpState,
    /// Who is in its places for one run.
    pub(crate) once: crate::setup::OnceTurns,
    /// The image its code runs in, where that is its own.
    pub(crate) image: crate::image::OwnImage,
    pub(crate) trial: crate::dry_run::Trial,
    /// Landings on the user's own branch.
    pub(crate) main: crate::main_line::Line,
    /// Pairs of commits that were merged to see whether they conflict.
    pub(crate) forecast: crate::forecast::Known,
    pub(crate) entry_trials: crate::dry_run::EntryTrials,
    /// What is configured here.
    pub(crate) config: crate::configured::Known,
    /// The plan made from a base and a configuration; the same two never give another.
    pub(crate) plan: Mutex<Option<(ObjectId, Arc<Config>, CheckPlan)>>,
}

/// Where the branches are, after looking.
#[derive(Debug, Clone)]
pub(crate) struct Tips {
    pub base: Option<ObjectId>,
    /// The integration branch in the depot: the truth that landings move.
    pub integration: ObjectId,
    /// The same branch in the user's repository; none when it does not exist there.
    pub user_integration: Option<ObjectId>,
    /// What the next candidate and the next job stand on.
    pub onto: ObjectId,
}

impl Room {
    pub(crate) fn row(&self) -> WorkspaceRow {
        self.row.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn set_row(&self, row: WorkspaceRow) {
        *self.row.lock().unwrap_or_else(PoisonError::into_inner) = row;
    }

    /// Looks at the user's branches and works out what the next commit stands on. Blocks.
    pub(crate) fn look(&self) -> Result<Tips, repo::RepoError> {
        let _alone = self.moving.lock().unwrap_or_else(PoisonError::into_inner);
        let row = self.row();
        let branch = &row.integration_branch;
        let synced = self.depot.sync_from(&self.root, &[&row.base_branch, branch])?;
        let base = self.depot.read_ref(&DepotRef::User(row.base_branch.clone()))?;
        let seen = self.depot.read_ref(&DepotRef::User(branch.clone()))?;
        let movement = synced.branches.into_iter().find(|movement| movement.branch == *branch);
        let only_fetched = movement.as_ref().is_some_and(|movement| movement.remote_ref.is_some());
        // What is fetched and not checked out anywhere is nobody's branch yet.
        let user_integration = seen.clone().filter(|_| !only_fetched);
        let lease = IntegrationLease::acquire(&self.depot)?;
        let known = self.depot.read_ref(&DepotRef::Integration(branch.clone()))?;
        let begin = match (&seen, &known, &base) {
            (Some(at), _, _) | (None, Some(at), _) | (None, None, Some(at)) => at.clone(),
            (None, None, None) => return Err(repo::RepoError::Empty { path: self.root.clone() }),
        };
        let mut integration = self.depot.begin_integration(&lease, branch, &begin)?;
        if let Some(seen) = &seen
            && *seen != integration
            && (!only_fetched || self.depot.contains(seen, &integration)?)
        {
            let how = How::of(&self.depot, &integration, seen)?;
            // Whatever was there stays within reach, also what was never anybody's entry.
            if how != How::Continued {
                self.depot.keep(&integration)?;
            }
            self.depot.adopt_integration(&lease, branch, &integration, seen)?;
            // Whoever looked first, the merge loop is the one that tells.
            self.moves.note(Moved { old: integration, new: seen.clone(), how });
            self.merge.notify_one();
            integration = seen.clone();
        }
        if seen.is_none() && movement.is_some_and(|movement| movement.old.is_some()) {
            self.depot.keep(&integration)?;
            self.moves.note(Moved { old: integration.clone(), new: integration.clone(), how: How::Deleted });
            self.merge.notify_one();
        }
        // While the integration branch has nothing of its own, work continues from the newest base.
        let onto = match &base {
            Some(base) if self.depot.contains(base, &integration)? => base.clone(),
            _ => integration.clone(),
        };
        Ok(Tips { base, integration, user_integration, onto })
    }

    /// After a crash: puts back files of a checkout that a landing had begun to move. Blocks.
    pub(crate) fn settle(&self) -> Result<(), repo::RepoError> {
        self.alone(|| self.depot.settle_checkouts(&IntegrationLease::acquire(&self.depot)?, &self.root))
    }

    /// Runs `work` while no other part of this server moves the branches. Blocks.
    pub(crate) fn alone<T>(&self, work: impl FnOnce() -> T) -> T {
        let _alone = self.moving.lock().unwrap_or_else(PoisonError::into_inner);
        work()
    }

    /// How an entry's candidate is built now.
    pub(crate) fn strategy_of(&self, entry: &MergeEntry) -> Strategy {
        flow::merge::strategy_of(entry.kind, self.row().strategy)
    }
}

impl Engine {
    pub(crate) fn room_list(&self) -> Vec<Arc<Room>> {
        self.rooms.read().unwrap_or_else(PoisonError::into_inner).values().cloned().collect()
    }

    pub(crate) fn wake_merge(&self, workspace: &WorkspaceId) {
        if let Ok(room) = self.room(workspace) {
            room.merge.notify_one();
            room.main.look_again();
        }
    }

    pub(crate) fn git(&self) -> Result<&repo::Git, ApiError> {
        match (&self.git, &self.git_problem) {
            (Some(git), _) => Ok(git),
            (None, Some(problem)) => Err(problem.clone()),
            (None, None) => {
                Err(ApiError::new(ErrorCode::GitMissing, "No git was found. Install git 2.38 or newer."))
            }
        }
    }

    /// The folder's canonical form, as workspaces are found by.
    pub(crate) fn canonical_root(&self, root: &str) -> Result<String, ApiError> {
        let path = std::fs::canonicalize(root).map_err(|e| {
            ApiError::new(ErrorCode::NotARepository, format!("{root} cannot be opened: {e}."))
        })?;
        Ok(path.to_string_lossy().into_owned())
    }

    /// Puts the stored workspaces to work. One whose repository is gone stays listed, with a warning.
    pub(crate) async fn restore_rooms(&self) -> Result<(), ApiError> {
        for row in self.store.read(|tx| tx.workspaces()).await? {
            if let Err(error) = self.furnish(row.clone()).await {
                tracing::warn!(workspace = %row.id, %error, "workspace is not usable now");
            }
        }
        Ok(())
    }

    pub(crate) async fn furnish(&self, row: WorkspaceRow) -> Result<Arc<Room>, ApiError> {
        let git = self.git()?.clone();
        let dir = self.data.depots().join(format!("{}.git", row.id));
        let depot = self.blocking(move || Depot::open_or_create(&git, &dir)).await?.map_err(git::api)?;
        let room = Arc::new(Room {
            id: row.id.clone(),
            root: PathBuf::from(&row.repo_root),
            depot,
            row: Mutex::new(row),
            merge: Notify::new(),
            landing: AtomicBool::new(false),
            held: Default::default(),
            slots: Default::default(),
            moving: Mutex::new(()),
            moves: Moves::default(),
            bench: Default::default(),
            set_up: Default::default(),
            once: Default::default(),
            image: Default::default(),
            trial: Default::default(),
            main: Default::default(),
            forecast: Default::default(),
            entry_trials: Default::default(),
            config: Default::default(),
            plan: Mutex::default(),
        });
        // Whoever registers the same repository at the same moment gets the same room.
        let mut rooms = self.rooms.write().unwrap_or_else(PoisonError::into_inner);
        Ok(rooms.entry(room.id.clone()).or_insert(room).clone())
    }

    /// A workspace as everyone sees it, its checks worked out from the integration base.
    pub(crate) async fn workspace_view(&self, row: WorkspaceRow) -> Workspace {
        let (checks, mut warnings) = match self.room(&row.id) {
            Ok(room) => match self.written_plan(&room).await {
                Ok(plan) => (plan, Vec::new()),
                Err(error) => (CheckPlan::none(), vec![error.message]),
            },
            Err(_) => (
                CheckPlan::none(),
                vec![format!("{} cannot be opened now. Is the folder still there?", row.repo_root)],
            ),
        };
        warnings.extend(checks.warnings.iter().cloned());
        if let Ok(room) = self.room(&row.id) {
            warnings.extend(self.image_warnings(&room).await);
        }
        Workspace {
            id: row.id,
            name: row.name,
            repo_root: row.repo_root,
            base_branch: row.base_branch,
            integration_branch: row.integration_branch,
            strategy: row.strategy,
            profile: row.profile,
            trusted: row.trusted,
            allow_host: row.allow_host,
            merge_enabled: row.merge_enabled,
            merge_paused: row.merge_paused,
            checks,
            warnings,
            created_at: iso(row.created_at),
        }
    }
}
