//! Adding a repository: its workspace, the conversation that is ready for it, and what its own files say at first.

use crate::rooms::Room;
use crate::{Engine, git};
use protocol::{ApiError, ErrorCode, Event, SessionId, WorkspaceId};
use std::path::Path;
use std::sync::Arc;
use store::{NewEvent, WorkspaceRow};

impl Engine {
    /// Registers the repository that `path` lies in; an already registered one is returned.
    pub(crate) async fn register(&self, path: &Path, trust: bool) -> Result<Arc<Room>, ApiError> {
        self.git()?;
        let path = path.to_owned();
        let facts = self.blocking(move || repo::inspect(&path)).await?.map_err(git::api)?;
        let base = facts.base.clone().ok_or_else(|| no_base(&facts))?;
        let root =
            std::fs::canonicalize(&facts.root).unwrap_or(facts.root.clone()).to_string_lossy().into_owned();
        let name = Path::new(&root)
            .file_name()
            .map_or_else(|| "repository".into(), |n| n.to_string_lossy().into_owned());
        let slug = slug(&name);
        let begin = &self.own.config;
        let (profile, strategy, merge_enabled) =
            (begin.chosen_profile, begin.merge.strategy, begin.merge.enabled);
        let wanted = root.clone();
        let (row, first) = self
            .store
            .write(move |tx| {
                if let Some(mut known) = tx.workspace_at(&wanted)? {
                    if trust && !known.trusted {
                        known.trusted = true;
                        tx.put_workspace(&known)?;
                    }
                    return Ok((known, None));
                }
                let all = tx.workspaces()?;
                let taken = |id: &str| all.iter().any(|w| w.id.as_str() == id);
                let id = std::iter::once(slug.clone())
                    .chain((2..).map(|n| format!("{slug}-{n}")))
                    .find(|id| !taken(id))
                    .unwrap_or(slug.clone());
                let row = WorkspaceRow {
                    id: serde_json::from_value(id.into())?,
                    name,
                    repo_root: wanted,
                    integration_branch: format!("{}_agents", base.name),
                    base_branch: base.name,
                    strategy,
                    profile,
                    trusted: trust,
                    allow_host: false,
                    merge_enabled,
                    merge_paused: false,
                    own_checks: None,
                    own_groups: Default::default(),
                    created_at: tx.now(),
                };
                tx.put_workspace(&row)?;
                Ok((row, Some(all.is_empty())))
            })
            .await?;
        if let Ok(room) = self.room(&row.id) {
            room.set_row(row);
            return Ok(room);
        }
        let room = self.furnish(row.clone()).await?;
        if let Some(first) = first {
            self.begin_as_configured(&room).await?;
            self.open_default_session(&room.id, first).await?;
        }
        // Before the server is awake the crew waits; waking starts it for every room.
        if self.url.get().is_some() {
            self.start_main(room.clone()).await;
            self.start_merge(room.clone()).await;
        }
        if let Err(error) = self.write_record() {
            tracing::warn!(%error, "server.json was not updated");
        }
        Ok(room)
    }

    /// A new workspace begins with what its own files say too, once they can be read. A mistake in them is shown
    /// on the workspace and keeps nobody from adding it.
    async fn begin_as_configured(&self, room: &Arc<Room>) -> Result<(), ApiError> {
        let Ok(config) = self.configured(room).await else { return Ok(()) };
        let row = WorkspaceRow {
            profile: config.chosen_profile,
            strategy: config.merge.strategy,
            merge_enabled: config.merge.enabled,
            ..room.row()
        };
        room.set_row(row.clone());
        self.store.write(move |tx| tx.put_workspace(&row)).await?;
        Ok(())
    }

    async fn open_default_session(&self, workspace: &WorkspaceId, first: bool) -> Result<(), ApiError> {
        let session = crate::ops::sessions::default_session(first, workspace)?;
        let workspace = workspace.clone();
        self.store
            .write(move |tx| {
                match tx.session_workspace(session.as_str())? {
                    // The session that was ready before there was any workspace.
                    Some(None) => tx.bind_session(&session, &workspace)?,
                    Some(Some(_)) => {}
                    None => tx.insert_session(&session, Some(&workspace), session.as_str(), None)?,
                }
                // Pages that are open learn of it.
                tx.append(NewEvent::new(
                    &session,
                    Event::WorkspaceChanged { workspace_id: workspace },
                    "server",
                ))
                .map(drop)
            })
            .await?;
        Ok(())
    }

    /// A server without any workspace still has its `dev` session.
    pub(crate) async fn ensure_default_session(&self) -> Result<(), ApiError> {
        let dev = SessionId::parse("dev").map_err(|e| ApiError::bad(e.to_string()))?;
        self.store
            .write(move |tx| match tx.session_workspace(dev.as_str())? {
                Some(_) => Ok(()),
                None => {
                    let workspace = tx.workspaces()?.into_iter().next().map(|w| w.id);
                    tx.insert_session(&dev, workspace.as_ref(), "dev", None)
                }
            })
            .await?;
        Ok(())
    }
}

/// Why there is no branch to start from.
fn no_base(facts: &repo::RepoFacts) -> ApiError {
    match &facts.head {
        repo::Head::Detached { .. } => ApiError::new(
            ErrorCode::RepositoryUnreadable,
            format!(
                "{} is on no branch and has neither main nor master to start from. Run `git switch -c main` there, then try again.",
                facts.root.display()
            ),
        ),
        repo::Head::Branch { .. } | repo::Head::Unborn { .. } => {
            git::api(repo::RepoError::Empty { path: facts.root.clone() })
        }
    }
}

/// A folder name as an id.
fn slug(name: &str) -> String {
    let text: String = name
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-') {
                c.to_ascii_lowercase()
            } else {
                '-'
            }
        })
        .collect();
    let text = text.trim_matches(['-', '.']);
    let text: String = text.chars().take(40).collect();
    if text.is_empty() { "workspace".into() } else { text }
}
