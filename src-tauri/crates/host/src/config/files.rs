//! Reading the user's own configuration files.

use std::io::ErrorKind;
use std::path::Path;

use super::{ConfigFile, Layers};
use crate::HostError;

/// The variable that chooses a profile.
pub const PROFILE_VAR: &str = "PILOTHOUSE_PROFILE";

/// The user's own file in a checkout, from its root.
pub const LOCAL_PATH: &str = ".pilothouse/local.toml";

/// Fills user file, profile and environment. `folder` is the user's configuration folder; files that do not
/// exist are no error, except a profile that was asked for.
pub fn read_user_layers(
    folder: Option<&Path>,
    environment: Vec<(String, String)>,
) -> Result<Layers, HostError> {
    let wanted =
        environment.iter().find(|(name, _)| name == PROFILE_VAR).map(|(_, value)| value.trim().to_owned());
    let mut layers = Layers { environment, ..Layers::default() };
    let Some(folder) = folder else { return Ok(layers) };
    layers.user = read(&folder.join("config.toml"))?;
    if let Some(name) = wanted.filter(|name| !name.is_empty()) {
        let unknown = |cause: String| HostError::ConfigValue {
            file: format!("environment {PROFILE_VAR}"),
            line: None,
            key: "profile".to_owned(),
            cause,
        };
        // The name becomes part of a path.
        if !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_') {
            return Err(unknown("must be letters, digits, - and _".to_owned()));
        }
        let path = folder.join("profiles").join(format!("{name}.toml"));
        layers.profile = read(&path)?;
        if layers.profile.is_none() {
            return Err(unknown(format!("there is no {}", path.display())));
        }
    }
    Ok(layers)
}

/// `.pilothouse/local.toml` of a checkout. Whether git tracks it is the caller's to find out.
pub fn read_local(repo_root: &Path) -> Result<Option<ConfigFile>, HostError> {
    let found = read(&repo_root.join(LOCAL_PATH))?;
    Ok(found.map(|file| ConfigFile { name: LOCAL_PATH.to_owned(), ..file }))
}

/// No configuration file is this large; what is, is something else.
const LARGEST: u64 = 1024 * 1024;

fn read(path: &Path) -> Result<Option<ConfigFile>, HostError> {
    let name = path.display().to_string();
    match std::fs::metadata(path) {
        Ok(facts) if facts.len() > LARGEST || !facts.is_file() => {
            Err(HostError::ConfigSyntax { file: name, line: 1, cause: "not a configuration file".to_owned() })
        }
        Ok(_) => {
            let bytes = std::fs::read(path).map_err(HostError::file("read", path))?;
            Ok(Some(ConfigFile { name, bytes }))
        }
        // Below a file there is nothing either.
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => Ok(None),
        Err(error) => Err(HostError::file("read", path)(error)),
    }
}
