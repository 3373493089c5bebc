//! Registered repositories.

use crate::tx::Tx;
use crate::{StoreError, row};
use protocol::check::{Check, CheckGroup};
use protocol::merge::Strategy;
use protocol::policy::Profile;
use protocol::{ApiError, WorkspaceId};
use rusqlite::{Row, params};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A workspace as stored; checks and warnings are worked out by the engine.
#[derive(Debug, Clone, PartialEq)]
pub struct WorkspaceRow {
    pub id: WorkspaceId,
    pub name: String,
    pub repo_root: String,
    pub base_branch: String,
    pub integration_branch: String,
    pub strategy: Strategy,
    pub profile: Profile,
    pub trusted: bool,
    pub allow_host: bool,
    pub merge_enabled: bool,
    pub merge_paused: bool,
    /// Checks the user wrote; they replace every other source.
    pub own_checks: Option<Vec<Check>>,
    /// What the groups of those have in common.
    pub own_groups: BTreeMap<String, CheckGroup>,
    pub created_at: i64,
}

/// How own checks are stored: a plain list, or a list beside its groups.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum OwnChecks {
    Plain(Vec<Check>),
    Grouped { checks: Vec<Check>, groups: BTreeMap<String, CheckGroup> },
}

impl OwnChecks {
    fn of(w: &WorkspaceRow) -> Option<Self> {
        let checks = w.own_checks.clone()?;
        Some(match w.own_groups.is_empty() {
            true => Self::Plain(checks),
            false => Self::Grouped { checks, groups: w.own_groups.clone() },
        })
    }

    fn parts(self) -> (Vec<Check>, BTreeMap<String, CheckGroup>) {
        match self {
            Self::Plain(checks) => (checks, BTreeMap::new()),
            Self::Grouped { checks, groups } => (checks, groups),
        }
    }
}

impl Tx<'_> {
    pub fn put_workspace(&mut self, w: &WorkspaceRow) -> Result<(), StoreError> {
        let checks = OwnChecks::of(w).as_ref().map(serde_json::to_string).transpose()?;
        self.exec(
            "INSERT INTO workspaces VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13) ON CONFLICT (id) DO UPDATE SET \
             name = ?2, baseBranch = ?4, integrationBranch = ?5, strategy = ?6, profile = ?7, trusted = ?8, allowHost = ?9, mergeEnabled = ?10, mergePaused = ?11, ownChecks = ?12",
            params![
                w.id.as_str(),
                w.name,
                w.repo_root,
                w.base_branch,
                w.integration_branch,
                w.strategy.as_str(),
                w.profile.as_str(),
                w.trusted,
                w.allow_host,
                w.merge_enabled,
                w.merge_paused,
                checks,
                w.created_at
            ],
        )?;
        Ok(())
    }

    pub fn workspace(&self, id: &str) -> Result<WorkspaceRow, StoreError> {
        match self.one("SELECT * FROM workspaces WHERE id = ?", [id], workspace_row)? {
            Some(workspace) => Ok(workspace),
            None => Self::refuse(ApiError::not_found("workspace", id)),
        }
    }

    pub fn workspace_at(&self, repo_root: &str) -> Result<Option<WorkspaceRow>, StoreError> {
        self.one("SELECT * FROM workspaces WHERE repoRoot = ?", [repo_root], workspace_row)
    }

    /// In order of registration.
    pub fn workspaces(&self) -> Result<Vec<WorkspaceRow>, StoreError> {
        self.all("SELECT * FROM workspaces ORDER BY createdAt, id LIMIT 500", [], workspace_row)
    }
}

fn workspace_row(r: &Row<'_>) -> Result<WorkspaceRow, StoreError> {
    let own: Option<OwnChecks> = row::json_opt(r, "ownChecks")?;
    let (own_checks, own_groups) = own.map(OwnChecks::parts).unzip();
    Ok(WorkspaceRow {
        id: row::word(r, "id")?,
        name: r.get("name")?,
        repo_root: r.get("repoRoot")?,
        base_branch: r.get("baseBranch")?,
        integration_branch: r.get("integrationBranch")?,
        strategy: row::word(r, "strategy")?,
        profile: row::word(r, "profile")?,
        trusted: r.get("trusted")?,
        allow_host: r.get("allowHost")?,
        merge_enabled: r.get("mergeEnabled")?,
        merge_paused: r.get("mergePaused")?,
        own_checks,
        own_groups: own_groups.unwrap_or_default(),
        created_at: r.get("createdAt")?,
    })
}
