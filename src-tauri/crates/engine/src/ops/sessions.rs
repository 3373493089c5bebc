//! Sessions: create, list, rename, read pages.

use crate::{Caller, Engine, Reply};
use protocol::ops::Permission;
use protocol::session::{CreateSession, EventPage, EventsParams, RenameSession, SessionJoined, Sessions};
use protocol::{ApiError, ErrorCode, PROTOCOL_VERSION, SessionId, WorkspaceId};
use store::{StoreError, StoredEvent};

/// Session every workspace has from the start; the first workspace's is plain `dev`.
pub(crate) fn default_session(first: bool, workspace: &WorkspaceId) -> Result<SessionId, ApiError> {
    let name = if first { "dev".to_owned() } else { format!("dev-{workspace}") };
    SessionId::parse(name.chars().take(64).collect::<String>()).map_err(|e| ApiError::bad(e.to_string()))
}

impl Engine {
    pub async fn session_create(&self, caller: Caller, p: CreateSession) -> Reply {
        if p.label.as_ref().is_some_and(|l| l.is_empty() || l.len() > 200) {
            return Err(ApiError::bad("label is 1 to 200 characters"));
        }
        check_capabilities(p.capabilities.as_ref())?;
        let by_root = p.repo_root.as_deref().map(|root| self.canonical_root(root)).transpose()?;
        self.change(caller, move |tx| {
            let workspace = match (&p.workspace_id, &by_root) {
                (Some(id), _) => Some(tx.workspace(id.as_str())?.id),
                (None, Some(root)) => match tx.workspace_at(root)? {
                    Some(found) => Some(found.id),
                    None => return Err(ApiError::not_found("workspace at", root).into()),
                },
                (None, None) => tx.workspaces()?.into_iter().next().map(|w| w.id),
            };
            let id = match p.session_id {
                Some(id) => id,
                None => serde_json::from_value(tx.new_id().into())?,
            };
            let joined = |created, workspace_id| SessionJoined {
                session_id: id.clone(),
                protocol_version: PROTOCOL_VERSION.into(),
                created,
                workspace_id,
            };
            if let Some(existing) = tx.session_workspace(id.as_str())? {
                let asked = p.workspace_id.is_some() || by_root.is_some();
                if asked && existing != workspace {
                    return Err(ApiError::new(
                        ErrorCode::Conflict,
                        format!("Session {id} belongs to another workspace."),
                    )
                    .into());
                }
                return Ok(joined(false, existing));
            }
            let label = p.label.clone().unwrap_or_else(|| id.to_string());
            tx.insert_session(&id, workspace.as_ref(), &label, p.capabilities.as_ref())?;
            Ok(joined(true, workspace))
        })
        .await
    }

    pub async fn session_list(&self) -> Result<Sessions, ApiError> {
        Ok(self.store.read(|tx| Ok(Sessions { sessions: tx.sessions()? })).await?)
    }

    pub async fn session_rename(&self, caller: Caller, p: RenameSession) -> Reply {
        if p.label.trim().is_empty() || p.label.len() > 200 {
            return Err(ApiError::bad("label is 1 to 200 characters"));
        }
        self.change(caller, move |tx| {
            tx.rename_session(&p.session_id, p.label.trim())?;
            Ok(protocol::ops::Done { ok: true })
        })
        .await
    }

    pub async fn session_events(&self, caller: Caller, p: EventsParams) -> Result<EventPage, ApiError> {
        let limit = match p.limit.unwrap_or(200) {
            n @ 1..=1000 => n as usize,
            _ => return Err(ApiError::bad("limit is 1 to 1000")),
        };
        let latest = self.store.latest_cursor();
        let scopes = caller.who.scopes();
        Ok(self
            .store
            .read(move |tx| {
                tx.require_session(&p.session_id)?;
                let session = p.session_id.as_str();
                let mut page: Vec<StoredEvent> = match (p.after, p.before) {
                    (Some(mut after), _) => {
                        let pages = told(scopes.as_deref(), limit + 1, || {
                            let read = tx.events_after(Some(session), after, limit + 1)?;
                            after = read.last().map_or(after, |event| event.cursor);
                            Ok(read)
                        });
                        pages?.into_iter().flatten().collect()
                    }
                    (None, before) => {
                        let mut before = before.unwrap_or(i64::MAX);
                        let pages = told(scopes.as_deref(), limit + 1, || {
                            let read = tx.events_before(session, before, limit + 1)?;
                            before = read.first().map_or(before, |event| event.cursor);
                            Ok(read)
                        });
                        pages?.into_iter().rev().flatten().collect()
                    }
                };
                let more = page.len() > limit;
                match p.after {
                    Some(_) => page.truncate(limit),
                    None => drop(page.drain(..page.len().saturating_sub(limit))),
                }
                let events =
                    page.iter().map(|e| serde_json::from_slice(&e.json)).collect::<Result<Vec<_>, _>>()?;
                Ok(EventPage { events, latest, more })
            })
            .await?)
    }
}

/// Pages of a log, read one after the other, until at least `enough` of what a reader is told is in them, or there is no
/// more. Each holds only that.
fn told(
    scopes: Option<&[Permission]>,
    enough: usize,
    mut read: impl FnMut() -> Result<Vec<StoredEvent>, StoreError>,
) -> Result<Vec<Vec<StoredEvent>>, StoreError> {
    let (mut pages, mut count) = (Vec::new(), 0);
    loop {
        let mut page = read()?;
        let all = page.len() < enough;
        page.retain(|event| event.may_be_told(scopes));
        count += page.len();
        pages.push(page);
        if all || count >= enough {
            return Ok(pages);
        }
    }
}

/// What is said of publishing is yes or no; other capabilities are whoever's who names them.
fn check_capabilities(said: Option<&serde_json::Value>) -> Result<(), ApiError> {
    for name in ["push-enabled", "pushEnabled", "pr-enabled", "prEnabled"] {
        if said.and_then(|all| all.get(name)).is_some_and(|value| !value.is_boolean()) {
            return Err(ApiError::bad(format!("capabilities: {name} is true or false")));
        }
    }
    Ok(())
}
