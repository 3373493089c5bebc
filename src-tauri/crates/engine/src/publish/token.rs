//! Tokens of forges: saved in the keychain, named by a variable, or given by `gh`, in that order.
//!
//! A saved token is bound to the address of its host's API, like a model's key to its model's.

use crate::Engine;
use crate::keys::{Kept, closed, usable};
use agent::Secret;
use flow::publish::host::{Forge, forges, variable};
use host::providers::answer_of;
use host::toolchains::Machine;
use protocol::keys::{KeyPlace, KeyText};
use protocol::ops::Done;
use protocol::publish::{ForgetPublishToken, PublishHost, PublishHosts, SetPublishToken, TokenSource};
use protocol::{ApiError, ErrorCode};
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Record {
    api: String,
    place: KeyPlace,
    saved_at: i64,
}

fn record_key(host: &str) -> String {
    format!("publish.token.{host}")
}

impl Engine {
    /// The token of a forge and where it is from.
    pub(crate) async fn forge_token(&self, forge: &Forge) -> Result<Option<(Secret, TokenSource)>, ApiError> {
        if let Some(secret) = self.saved_token(forge).await? {
            return Ok(Some((secret, TokenSource::Keychain)));
        }
        let config = self.config_now().await?.publish;
        let named =
            variable(&config.token_variables, &forge.host).and_then(|name| self.options.variable(name));
        let found = match named.map(KeyText::new).and_then(|text| usable(&text).ok()) {
            Some(secret) => Some((secret, TokenSource::Variable)),
            None if config.gh => gh(&forge.host).await.map(|secret| (secret, TokenSource::Gh)),
            None => None,
        };
        if let Some((secret, _)) = &found {
            self.keys.know(secret.expose());
        }
        Ok(found)
    }

    async fn token_record(&self, host: &str) -> Result<Option<Record>, ApiError> {
        let key = record_key(host);
        let value = self.store.read(move |tx| tx.setting(&key)).await?;
        Ok(value.and_then(|value| serde_json::from_value(value).ok()))
    }

    async fn saved_token(&self, forge: &Forge) -> Result<Option<Secret>, ApiError> {
        let Some(record) = self.token_record(&forge.host).await?.filter(|record| record.api == forge.api)
        else {
            return Ok(None);
        };
        let _turn = self.keys.turn.lock().await;
        let account = self.keys.account_of(&format!("git/{}", forge.host));
        let text = match self.keys.chain.read(record.place, &account).await {
            Ok(text) => text,
            Err(error) => {
                tracing::warn!(host = forge.host, code = error.code(), "its token cannot be read: {error}");
                return Ok(None);
            }
        };
        let kept = text.and_then(|text| serde_json::from_str::<Kept>(text.expose()).ok());
        let kept = kept.filter(|kept| kept.endpoint == forge.api);
        Ok(kept.map(|kept| {
            self.keys.know(kept.key.expose());
            Secret::new(kept.key.expose())
        }))
    }

    pub async fn publish_hosts(&self) -> Result<PublishHosts, ApiError> {
        let config = self.config_now().await?.publish;
        let (all, warnings) = forges(&config.github_hosts);
        let mut hosts = Vec::new();
        for forge in all {
            hosts.push(self.host_shown(&forge).await?);
        }
        Ok(PublishHosts { hosts, warnings })
    }

    async fn host_shown(&self, forge: &Forge) -> Result<PublishHost, ApiError> {
        let record = self.token_record(&forge.host).await?;
        let found = self.forge_token(forge).await?.map_or(TokenSource::None, |(_, source)| source);
        let detail = match (found, &record) {
            (TokenSource::Keychain, _) => "Its token is saved.".to_owned(),
            (TokenSource::Variable, _) => "Its token is in a variable.".to_owned(),
            (TokenSource::Gh, _) => "Its token is that of gh.".to_owned(),
            (TokenSource::None, Some(record)) if record.api != forge.api => {
                "A token was saved for another address of its API, and goes nowhere else. Save it again."
                    .to_owned()
            }
            (TokenSource::None, Some(_)) => "Its saved token cannot be read now.".to_owned(),
            (TokenSource::None, None) => "There is no token: pull requests are opened by hand.".to_owned(),
        };
        let place = record.filter(|_| found == TokenSource::Keychain).map(|record| record.place);
        Ok(PublishHost { host: forge.host.clone(), api: forge.api.clone(), source: found, place, detail })
    }

    /// Saves a token. Its answer says where, and never what.
    pub async fn publish_set_token(&self, p: SetPublishToken) -> Result<PublishHost, ApiError> {
        let forge = self.named_forge(&p.host).await?;
        usable(&p.token)?;
        let kept = Kept { endpoint: forge.api.clone(), key: p.token };
        let text = serde_json::to_string(&kept)
            .map_err(|_| ApiError::new(ErrorCode::Internal, "The token cannot be written down."))?;
        self.keys.know(kept.key.expose());
        {
            let _turn = self.keys.turn.lock().await;
            let account = self.keys.account_of(&format!("git/{}", forge.host));
            let place = self.keys.chain.save(&account, &KeyText::new(text)).await.map_err(closed)?;
            let record = Record { api: forge.api.clone(), place, saved_at: self.clock.now_ms() };
            let value = serde_json::to_value(&record)
                .map_err(|e| ApiError::new(ErrorCode::Internal, e.to_string()))?;
            let key = record_key(&forge.host);
            self.store.write(move |tx| tx.set_setting(&key, &value)).await?;
        }
        self.host_shown(&forge).await
    }

    pub async fn publish_forget_token(&self, p: ForgetPublishToken) -> Result<Done, ApiError> {
        let host = p.host.trim().to_ascii_lowercase();
        let Some(record) = self.token_record(&host).await? else { return Ok(Done { ok: true }) };
        let _turn = self.keys.turn.lock().await;
        let account = self.keys.account_of(&format!("git/{host}"));
        self.keys.chain.forget(record.place, &account).await.map_err(closed)?;
        let key = record_key(&host);
        self.store.write(move |tx| tx.remove_setting(&key)).await?;
        Ok(Done { ok: true })
    }

    async fn named_forge(&self, host: &str) -> Result<Forge, ApiError> {
        let host = host.trim().to_ascii_lowercase();
        self.forge_of_host(&host).await?.ok_or_else(|| {
            ApiError::bad("This host is not known as GitHub. Name it in publish.githubHosts first.")
        })
    }
}

/// What `gh` signs in with at a host; none when there is no `gh`, or when it is signed out.
async fn gh(host: &str) -> Option<Secret> {
    let machine = Machine::current();
    let program = machine
        .path
        .iter()
        .map(|dir| dir.join(if cfg!(windows) { "gh.exe" } else { "gh" }))
        .find(|file| file.is_file())?;
    let argv = vec![
        program.to_string_lossy().into_owned(),
        "auth".into(),
        "token".into(),
        "--hostname".into(),
        host.into(),
    ];
    let (code, printed) = answer_of(argv, &machine).await?;
    let token = printed.lines().map(str::trim).find(|line| !line.is_empty())?.to_owned();
    usable(&KeyText::new(token)).ok().filter(|_| code == Some(0))
}
