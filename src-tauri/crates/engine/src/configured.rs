//! What is configured: for the server, fixed at its start; for a workspace, with the files it has at its base.

use crate::models::setting_key;
use crate::ops::{backends, network, notify, publishing};
use crate::policy::committed_file;
use crate::rooms::Room;
use crate::{Engine, git};
use host::HostError;
use host::config::{Config, ConfigFile, files};
use protocol::policy::Profile;
use protocol::publishing::SetPublishing;
use protocol::settings::{ModelSetting, Role};
use protocol::{ApiError, ErrorCode};
use repo::ObjectId;
use std::sync::{Arc, Mutex, PoisonError};

/// Where a repository keeps its own configuration.
const REPOSITORY_PATH: &str = ".pilothouse/config.toml";
/// Most bytes of it that are read.
const REPOSITORY_BYTES: usize = 256 * 1024;

/// The newest configuration of a workspace and what it was made from.
#[derive(Default)]
pub(crate) struct Known(Mutex<Option<Made>>);

struct Made {
    base: ObjectId,
    local: Option<ConfigFile>,
    tracked: bool,
    publishing: SetPublishing,
    config: Arc<Config>,
}

impl Engine {
    /// The server's configuration with what was chosen in Settings.
    pub(crate) async fn config_now(&self) -> Result<Config, ApiError> {
        let (saved, notify, backend, network, publishing) = self
            .store
            .read(|tx| {
                let mut saved: Vec<ModelSetting> = Vec::new();
                for role in Role::ALL {
                    let value = tx.setting(&setting_key(*role))?;
                    saved.extend(value.and_then(|value| serde_json::from_value::<ModelSetting>(value).ok()));
                }
                Ok((
                    saved,
                    notify::chosen(tx)?,
                    backends::chosen(tx)?,
                    network::chosen(tx)?,
                    publishing::chosen(tx)?,
                ))
            })
            .await?;
        self.own.with_chosen(saved, notify, backend, network, publishing).map_err(api)
    }

    /// The configuration of a workspace.
    pub(crate) async fn configured(&self, room: &Arc<Room>) -> Result<Arc<Config>, ApiError> {
        let (engine, room) = (self.clone(), room.clone());
        self.blocking(move || {
            let base = room.look().map_err(git::api)?.onto;
            engine.configured_at(&room, &base)
        })
        .await?
    }

    /// The same at a known base. Made anew only when the base or the local file changed. Blocks.
    pub(crate) fn configured_at(&self, room: &Room, base: &ObjectId) -> Result<Arc<Config>, ApiError> {
        let local = files::read_local(&room.root).map_err(api)?;
        // Where that cannot be found out, the file is taken for the repository's, which may say less.
        let tracked = local.is_some() && repo::is_tracked(&room.root, files::LOCAL_PATH).unwrap_or(true);
        let publishing = self.store.read_blocking(publishing::chosen)?;
        let mut known = room.config.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(made) = known.as_ref()
            && made.base == *base
            && made.local == local
            && made.tracked == tracked
            && made.publishing == publishing
        {
            return Ok(made.config.clone());
        }
        let repository = committed_file(&room.depot, base, REPOSITORY_PATH, REPOSITORY_BYTES)?
            .map(|bytes| ConfigFile { name: REPOSITORY_PATH.into(), bytes });
        let config = self.own.with_workspace(repository, local.clone(), tracked, publishing.clone());
        let config = Arc::new(config.map_err(api)?);
        *known = Some(Made { base: base.clone(), local, tracked, publishing, config: config.clone() });
        Ok(config)
    }

    /// What is said on a workspace about its own files.
    pub(crate) fn warnings_of(&self, config: &Config, chosen: Profile) -> Vec<String> {
        let mut said: Vec<String> = config
            .warnings_beyond(&self.own.config)
            .map(|w| format!("`{}` ({}) is {}.", w.key, w.origin, w.why))
            .collect();
        if let (profile, Some(origin)) = config.tightened(chosen) {
            said.push(format!(
                "The profile {chosen} counts as {profile}: {origin} asks for that, and a repository may make it stricter."
            ));
        }
        said
    }

    /// Whether a workspace may run plain host processes when there is no sandbox: only with its owner's leave, and
    /// never where a sandbox is required.
    pub(crate) fn allows_host(&self, room: &Room) -> bool {
        room.row().allow_host && self.own.config.workers.require.is_none()
    }
}

fn api(error: HostError) -> ApiError {
    ApiError::new(ErrorCode::ConfigInvalid, format!("{error}. Correct it there."))
}
