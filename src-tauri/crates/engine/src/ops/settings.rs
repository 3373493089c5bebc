//! Settings: models per role, providers found here, one-click probes.

use crate::models::setting_key;
use crate::{Caller, Engine, Reply};
use agent::{Cancel, TokioPace};
use protocol::ops::{Done, ForgetModel, ProbeParams};
use protocol::settings::{
    ConfigShown, ConfigValue, ModelSetting, ModelSettings, ProbeReport, Providers, Role,
};
use protocol::{ApiError, ErrorCode};

impl Engine {
    pub async fn config_show(&self) -> Result<ConfigShown, ApiError> {
        let value = |key: &str, value: serde_json::Value, origin: &str| ConfigValue {
            key: key.into(),
            value,
            origin: origin.into(),
        };
        let mut values = vec![
            value("server.url", self.url.get().cloned().into(), "this run"),
            value(
                "data",
                self.data.root().to_string_lossy().into(),
                if self.options.data.is_some() { "flag" } else { "built-in" },
            ),
            value(
                "workers.count",
                self.options.workers.map(|n| n as u64).into(),
                if self.options.workers.is_some() { "flag" } else { "built-in" },
            ),
            value("sandbox", format!("{:?}", self.options.sandbox).to_lowercase().into(), "this run"),
        ];
        for role in Role::ALL {
            if let Some(model) = self.model(*role).await? {
                let origin = model.origin.clone().unwrap_or_default();
                values.push(value(&format!("llm.{role}.endpoint"), model.endpoint.into(), &origin));
                values.push(value(&format!("llm.{role}.model"), model.model.into(), &origin));
            }
        }
        for row in self.store.read(|tx| tx.workspaces()).await? {
            values.push(value(
                &format!("workspace.{}.profile", row.id),
                row.profile.as_str().into(),
                "workspace",
            ));
            values.push(value(
                &format!("workspace.{}.strategy", row.id),
                row.strategy.as_str().into(),
                "workspace",
            ));
        }
        Ok(ConfigShown { values, warnings: Vec::new() })
    }

    pub async fn config_models(&self) -> Result<ModelSettings, ApiError> {
        let mut models = Vec::new();
        for role in Role::ALL {
            models.extend(self.model(*role).await?);
        }
        Ok(ModelSettings { models })
    }

    pub async fn config_set_model(&self, caller: Caller, p: ModelSetting) -> Reply {
        self.client_of(&ModelSetting { key_env: None, ..p.clone() })?;
        if p.model.trim().is_empty() || p.model.len() > 200 {
            return Err(ApiError::bad("model is required"));
        }
        if p.key_env.as_deref().is_some_and(|name| {
            name.is_empty() || !name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
        }) {
            return Err(ApiError::bad("keyEnv is the name of an environment variable, never a key"));
        }
        let role = p.role;
        let value = serde_json::to_value(ModelSetting { origin: None, ..p })
            .map_err(|e| ApiError::new(ErrorCode::Internal, e.to_string()))?;
        let reply = self
            .change(caller, move |tx| {
                tx.set_setting(&setting_key(role), &value)?;
                Ok(Done { ok: true })
            })
            .await?;
        self.model_arrived(role).await?;
        Ok(reply)
    }

    pub async fn config_forget_model(&self, caller: Caller, p: ForgetModel) -> Reply {
        self.change(caller, move |tx| {
            tx.remove_setting(&setting_key(p.role))?;
            Ok(Done { ok: true })
        })
        .await
    }

    /// Looks on loopback for model servers, and for key names in the environment; values are never shown.
    pub async fn config_providers(&self) -> Result<Providers, ApiError> {
        let targets = agent::detect::Targets::usual(self.options.variable("OLLAMA_HOST"));
        let mut providers: Vec<_> =
            agent::detect::detect(&targets).await.into_iter().map(Into::into).collect();
        providers.extend(agent::detect::keys(
            |name| self.options.variable(name).is_some(),
            |name| self.options.variable(name).map(str::to_owned),
        ));
        Ok(Providers { providers })
    }

    pub async fn config_probe(&self, p: ProbeParams) -> Result<ProbeReport, ApiError> {
        let client = self.client_of(&p.setting)?;
        Ok(agent::probe::probe(&client, &TokioPace::default(), &Cancel::new()).await)
    }

    /// Requests kept for want of a model are offered again when one arrives.
    async fn model_arrived(&self, role: Role) -> Result<(), ApiError> {
        if role != Role::Remotebuddy {
            return Ok(());
        }
        let waiting = self.store.read(|tx| tx.requests_waiting_for_model()).await?;
        for id in waiting {
            self.store.write(move |tx| tx.retry_request(&id).map(drop)).await?;
        }
        Ok(())
    }
}
