//! Landings on the user's own branch: what was wanted, and how far it is.

use crate::tx::Tx;
use crate::{StoreError, row};
use protocol::ApiError;
use protocol::main_line::{MainLanding, MainLandingState};
use rusqlite::params;

impl Tx<'_> {
    pub fn insert_main_landing(&mut self, landing: &MainLanding) -> Result<(), StoreError> {
        self.exec(
            "INSERT INTO main_landings (id, workspaceId, state, record, createdAt) VALUES (?1, ?2, ?3, ?4, ?5)",
            params![
                landing.id,
                landing.workspace_id.as_str(),
                landing.state.as_str(),
                serde_json::to_string(landing)?,
                self.now()
            ],
        )?;
        Ok(())
    }

    /// Stores it as it is now; the time of the change is set here.
    pub fn update_main_landing(&mut self, landing: &mut MainLanding) -> Result<(), StoreError> {
        landing.updated_at = host::clock::iso(self.now());
        self.exec(
            "UPDATE main_landings SET state = ?2, record = ?3 WHERE id = ?1",
            params![landing.id, landing.state.as_str(), serde_json::to_string(landing)?],
        )?;
        Ok(())
    }

    pub fn main_landing(&self, id: &str) -> Result<MainLanding, StoreError> {
        let found =
            self.one("SELECT record FROM main_landings WHERE id = ?", [id], |r| row::json(r, "record"))?;
        match found {
            Some(landing) => Ok(landing),
            None => Self::refuse(ApiError::not_found("landing", id)),
        }
    }

    /// The newest of a workspace.
    pub fn newest_main_landing(&self, workspace: &str) -> Result<Option<MainLanding>, StoreError> {
        self.one(
            "SELECT record FROM main_landings WHERE workspaceId = ? ORDER BY seq DESC LIMIT 1",
            [workspace],
            |r| row::json(r, "record"),
        )
    }

    /// The one of a workspace that has not ended, if there is one: there is never a second.
    pub fn open_main_landing(&self, workspace: &str) -> Result<Option<MainLanding>, StoreError> {
        let ended = [MainLandingState::Landed, MainLandingState::Refused].map(MainLandingState::as_str);
        self.one(
            "SELECT record FROM main_landings WHERE workspaceId = ?1 AND state NOT IN (?2, ?3) ORDER BY seq LIMIT 1",
            params![workspace, ended[0], ended[1]],
            |r| row::json(r, "record"),
        )
    }
}
