//! Workspaces: add, list, change, look into.

use crate::{Caller, Engine, Reply, git};
use protocol::workspace::{
    AddWorkspace, CommitLine, LanguageCount, RepositoryFacts, UpdateWorkspace, Workspace, WorkspaceParams,
    Workspaces,
};
use protocol::{ApiError, ErrorCode, Event};
use std::path::PathBuf;
use store::NewEvent;

/// Changed files listed by name.
const DIRTY_SHOWN: usize = 200;
/// Commits of the integration branch that are counted.
pub(crate) const MOST_AHEAD: u64 = 1_000;

impl Engine {
    pub async fn workspace_add(&self, caller: Caller, p: AddWorkspace) -> Reply {
        if let Some(answer) = self.replayed(&caller).await? {
            return Ok(answer);
        }
        let path = PathBuf::from(&p.path);
        if !path.is_absolute() || p.path.contains('\0') {
            return Err(ApiError::bad("path is the absolute path of a folder"));
        }
        let room = self.register(&path, p.trust).await?;
        let view = self.workspace_view(room.row()).await;
        self.change(caller, move |_| Ok(view)).await
    }

    pub async fn workspace_list(&self) -> Result<Workspaces, ApiError> {
        let mut workspaces = Vec::new();
        for row in self.store.read(|tx| tx.workspaces()).await? {
            workspaces.push(self.workspace_view(row).await);
        }
        Ok(Workspaces { workspaces })
    }

    pub async fn workspace_update(&self, caller: Caller, p: UpdateWorkspace) -> Reply {
        if p.name.as_ref().is_some_and(|n| n.trim().is_empty() || n.len() > 200) {
            return Err(ApiError::bad("name is 1 to 200 characters"));
        }
        for check in p.checks.iter().flatten() {
            if check.name.is_empty()
                || check.run.is_empty()
                || check.run.iter().any(String::is_empty)
                || check.timeout_s == 0
            {
                return Err(ApiError::new(
                    ErrorCode::ConfigInvalid,
                    "Each check needs a name, a command and a time limit.",
                ));
            }
        }
        if p.check_groups.iter().flatten().any(|(name, group)| name.is_empty() || group.timeout_s == Some(0))
        {
            return Err(ApiError::new(
                ErrorCode::ConfigInvalid,
                "Each group needs a name, and a limit of more than 0.",
            ));
        }
        let by = caller.who.label();
        let id = p.id.clone();
        let update = self.change(caller, move |tx| {
            let mut row = tx.workspace(p.id.as_str())?;
            row.name = p.name.unwrap_or(row.name);
            row.profile = p.profile.unwrap_or(row.profile);
            row.strategy = p.strategy.unwrap_or(row.strategy);
            row.trusted = p.trusted.unwrap_or(row.trusted);
            row.allow_host = p.allow_host.unwrap_or(row.allow_host);
            row.merge_enabled = p.merge_enabled.unwrap_or(row.merge_enabled);
            row.merge_paused = p.merge_paused.unwrap_or(row.merge_paused);
            if p.merge_paused.is_some() {
                crate::merge::drain::end(tx, &row.id)?;
            }
            if p.checks.is_some() {
                crate::returned::look_again(tx, row.id.as_str())?;
                row.own_checks = p.checks;
                row.own_groups = p.check_groups.unwrap_or_default();
            }
            tx.put_workspace(&row)?;
            if let Some(session) =
                tx.sessions()?.into_iter().find(|s| s.workspace_id.as_ref() == Some(&row.id))
            {
                tx.append(NewEvent::new(
                    &session.session_id,
                    Event::WorkspaceChanged { workspace_id: row.id.clone() },
                    by,
                ))?;
            }
            Ok(protocol::ops::Done { ok: true })
        });
        update.await?;
        self.reload_row(&id).await?;
        self.wake_merge(&id);
        let row = self.store.read(move |tx| tx.workspace(id.as_str())).await?;
        let view: Workspace = self.workspace_view(row).await;
        serde_json::to_value(view).map_err(|e| ApiError::new(ErrorCode::Internal, e.to_string()))
    }

    pub async fn workspace_facts(&self, p: WorkspaceParams) -> Result<RepositoryFacts, ApiError> {
        let room = self.room(&p.id)?;
        self.blocking(move || {
            let facts = repo::inspect(&room.root).map_err(git::api)?;
            let tips = room.look().ok();
            let ahead = tips
                .as_ref()
                .and_then(|t| {
                    room.depot.log(&t.integration, Some(t.base.as_ref()?), MOST_AHEAD as usize).ok()
                })
                .map(|l| l.len() as u64);
            Ok(describe(facts, tips.map(|t| t.integration.to_string()), ahead))
        })
        .await?
    }
}

fn describe(
    facts: repo::RepoFacts,
    integration_tip: Option<String>,
    integration_ahead: Option<u64>,
) -> RepositoryFacts {
    let (branch, detached, empty) = match &facts.head {
        repo::Head::Branch { name, .. } => (Some(name.clone()), false, false),
        repo::Head::Detached { .. } => (None, true, false),
        repo::Head::Unborn { name } => (Some(name.clone()), false, true),
    };
    RepositoryFacts {
        root: facts.root.to_string_lossy().into_owned(),
        branch,
        head: facts.head.commit().map(ToString::to_string),
        detached,
        empty,
        shallow: facts.shallow,
        state: format!("{:?}", facts.state).to_lowercase(),
        dirty: facts.dirty.files.iter().take(DIRTY_SHOWN).map(|f| f.path.clone()).collect(),
        dirty_total: facts.dirty.total.unwrap_or(facts.dirty.files.len()) as u64,
        base_branch: facts.base.as_ref().map(|b| b.name.clone()),
        commits: facts.recent.iter().map(commit).collect(),
        languages: facts
            .languages
            .iter()
            .map(|l| LanguageCount { language: l.name.to_string(), files: l.files as u64 })
            .collect(),
        manifests: facts.manifests.iter().map(|m| m.path.clone()).collect(),
        integration_tip,
        integration_ahead,
        blockers: facts.blockers().iter().map(|b| format!("{} {}", b.what, b.next_step)).collect(),
    }
}

fn commit(c: &repo::CommitLine) -> CommitLine {
    CommitLine {
        commit: c.commit.to_string(),
        summary: c.subject.clone(),
        author: c.author.clone(),
        ts: host::clock::iso(c.time * 1000),
    }
}
