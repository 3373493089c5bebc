//! Finding the server a command talks to: the one that is named, else the one of the data folder.

use client::Client;
use host::config::Own;
use protocol::{ApiError, ErrorCode};
use server::Options;
use std::path::{Path, PathBuf};

/// What a command found.
pub(super) enum Found {
    Server(Client),
    /// No server runs on this data folder; the configuration one would start with.
    Nobody {
        data: PathBuf,
        own: Box<Own>,
    },
}

impl Found {
    pub(super) fn server(self) -> Result<Client, ApiError> {
        match self {
            Found::Server(client) => Ok(client),
            Found::Nobody { data, .. } => Err(ApiError::new(
                ErrorCode::Unavailable,
                format!(
                    "No server runs on {}. Start one with `pilothouse serve --repo PATH`.",
                    data.display()
                ),
            )),
        }
    }
}

pub(super) fn connect(data: Option<&Path>) -> Result<Found, ApiError> {
    let options = Options { data: data.map(Path::to_owned), ..Options::default() };
    let own = match options.own() {
        Ok(own) => own,
        // Whoever names the folder reaches its server, whatever is wrong with a file it has long read.
        Err(error) => {
            let given = std::env::var_os(host::paths::DATA_DIR_VAR).map(PathBuf::from);
            let named = data.map(Path::to_owned).or(given);
            return match named.as_deref().map(client::find).transpose()?.flatten() {
                Some(found) => Ok(Found::Server(found.client)),
                None => Err(ApiError::new(ErrorCode::ConfigInvalid, format!("{error}. Correct it there."))),
            };
        }
    };
    if data.is_none()
        && let Some(url) = &own.config.server.url
    {
        return named(&own, url).map(Found::Server);
    }
    let folder = |e: host::HostError| ApiError::new(ErrorCode::Unavailable, e.to_string());
    let data = match data {
        Some(_) => options.data_folder().map_err(folder)?,
        None => own.data_folder().map_err(folder)?,
    };
    match client::find(&data)? {
        Some(found) => Ok(Found::Server(found.client)),
        None => Ok(Found::Nobody { data, own: Box::new(own) }),
    }
}

/// A server that is named needs a token that is given too: its data folder may be on another machine.
fn named(own: &Own, url: &str) -> Result<Client, ApiError> {
    let variable = |name: &str| {
        let given = own.layers.environment.iter().find(|(known, value)| known == name && !value.is_empty());
        given.map(|(_, value)| value.trim().to_owned())
    };
    let token = match (variable("PILOTHOUSE_TOKEN"), variable("PILOTHOUSE_TOKEN_FILE")) {
        (Some(token), _) => token,
        (None, Some(file)) => host::token_file::read_secret(Path::new(&file))
            .map_err(|e| ApiError::new(ErrorCode::Unauthenticated, e.to_string()))?,
        (None, None) => {
            let by = own.config.origin("server.url").map(ToString::to_string).unwrap_or_default();
            return Err(ApiError::new(
                ErrorCode::Unauthenticated,
                format!(
                    "{url} ({by}) is the server to talk to, and no token is given for it. Set PILOTHOUSE_TOKEN_FILE, or name a folder with --data."
                ),
            ));
        }
    };
    match &own.config.server.fingerprint {
        Some(known) => Client::pinned(url, token, known),
        None => Client::new(url, token),
    }
}
