//! Choosing what jobs may connect to. It counts for the next connection; jobs that run are asked for again.

use super::choice;
use crate::{Caller, Engine, Reply};
use host::config::{Config, Reach};
use host::network::{PRESETS, pattern_problem};
use protocol::ApiError;
use protocol::network::{NetworkPreset, NetworkReach, NetworkShown, SetNetwork};
use std::collections::BTreeSet;
use store::{StoreError, Tx};

/// Settings key of the choice.
const KEY: &str = "network";
/// More is no list anybody ticked.
const MOST: usize = 200;

/// What was chosen so far.
pub(crate) fn chosen(tx: &Tx<'_>) -> Result<SetNetwork, StoreError> {
    choice::chosen(tx, KEY)
}

impl Engine {
    pub async fn config_network(&self) -> Result<NetworkShown, ApiError> {
        Ok(shown(&self.config_now().await?))
    }

    /// Takes over what is given. What a variable or a flag of the server says still wins, and the answer tells so.
    pub async fn config_set_network(&self, caller: Caller, p: SetNetwork) -> Reply {
        let mut p = p;
        if let Some(allow) = &mut p.allow {
            *allow = allow.iter().map(|word| word.trim().to_ascii_lowercase()).collect();
            if allow.len() > MOST {
                return Err(ApiError::bad("At most 200 hosts are listed; write a rule for more."));
            }
            let known = |word: &str| PRESETS.iter().any(|preset| preset.name == word);
            let odd = allow.iter().filter(|word| !known(word));
            if let Some((word, why)) = odd.filter_map(|word| Some((word, pattern_problem(word)?))).next() {
                return Err(ApiError::bad(format!("{word:?} {why}")));
            }
            let mut seen = BTreeSet::new();
            allow.retain(|word| seen.insert(word.clone()));
        }
        let by = caller.who.label();
        let reply = self
            .change(caller, move |tx| {
                let keys: Vec<String> =
                    [("network.jobs", p.jobs.is_some()), ("network.allow", p.allow.is_some())]
                        .into_iter()
                        .filter(|(_, given)| *given)
                        .map(|(key, _)| key.to_owned())
                        .collect();
                choice::keep(tx, KEY, &chosen(tx)?.with(p), keys, by)
            })
            .await?;
        drop(reply);
        serde_json::to_value(self.config_network().await?)
            .map_err(|e| ApiError::new(protocol::ErrorCode::Internal, e.to_string()))
    }
}

fn shown(config: &Config) -> NetworkShown {
    let network = &config.network;
    let origin = |key: &str| config.origin(key).map_or_else(|| "built-in".to_owned(), ToString::to_string);
    let on = |name: &str| network.allow.iter().any(|word| word == name);
    NetworkShown {
        jobs: match network.jobs {
            Reach::Off => NetworkReach::Off,
            Reach::Listed => NetworkReach::Listed,
            Reach::Ask => NetworkReach::Ask,
        },
        jobs_origin: origin("network.jobs"),
        presets: PRESETS
            .iter()
            .map(|preset| NetworkPreset {
                name: preset.name.to_owned(),
                hosts: preset.hosts.iter().map(|host| (*host).to_owned()).collect(),
                on: on(preset.name),
            })
            .collect(),
        hosts: network
            .allow
            .iter()
            .filter(|word| !PRESETS.iter().any(|preset| preset.name == word.as_str()))
            .cloned()
            .collect(),
        allow_origin: origin("network.allow"),
    }
}
