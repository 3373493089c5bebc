//! What the user configured on this machine, before any workspace has its say.

use std::path::{Path, PathBuf};

use protocol::listen::SetListening;
use protocol::network::SetNetwork;
use protocol::notify::SetNotify;
use protocol::publishing::SetPublishing;
use protocol::settings::ModelSetting;
use protocol::worker::WorkerBackend;

use super::{Config, ConfigFile, Flag, Layers, files};
use crate::{HostError, paths};

/// User file, profile, environment and flags, read and resolved once. What the files hold later is of no
/// concern to a program that runs.
#[derive(Debug, Clone)]
pub struct Own {
    pub layers: Layers,
    pub config: Config,
}

impl Own {
    /// `folder` is the user's configuration folder; without one there are no files.
    pub fn read(
        folder: Option<&Path>,
        environment: Vec<(String, String)>,
        flags: Vec<Flag>,
    ) -> Result<Self, HostError> {
        let layers = Layers { flags, ..files::read_user_layers(folder, environment)? };
        let config = Config::resolve(&layers)?;
        Ok(Self { layers, config })
    }

    /// The data folder that is configured, or the platform's own place. Nothing is created.
    pub fn data_folder(&self) -> Result<PathBuf, HostError> {
        paths::resolve_data_folder(self.config.data_dir.as_deref(), None)
    }

    /// The same with what was chosen in Settings.
    pub fn with_chosen(
        &self,
        saved: Vec<ModelSetting>,
        notify: SetNotify,
        backend: Option<WorkerBackend>,
        network: SetNetwork,
        publishing: SetPublishing,
    ) -> Result<Config, HostError> {
        Config::resolve(&Layers { saved, notify, backend, network, publishing, ..self.layers.clone() })
    }

    /// The same with what was chosen of listeners alone.
    pub fn with_listening(&self, listening: SetListening) -> Result<Config, HostError> {
        Config::resolve(&Layers { listening, ..self.layers.clone() })
    }

    /// The same with the files of a workspace, and what Settings say of its publishing. `tracked` says whether git
    /// tracks the local one.
    pub fn with_workspace(
        &self,
        repository: Option<ConfigFile>,
        local: Option<ConfigFile>,
        tracked: bool,
        publishing: SetPublishing,
    ) -> Result<Config, HostError> {
        let layers = self.layers.clone();
        Config::resolve(&Layers { repository, local, local_is_tracked: tracked, publishing, ..layers })
    }
}
