//! Settings: what is configured and by whom, models per role, providers found here, one-click probes.

use crate::models::{client_with, setting_key};
use crate::rooms::Room;
use crate::{Caller, Engine, Reply};
use agent::{Cancel, TokioPace};
use protocol::ops::{Done, ForgetModel, ProbeParams};
use protocol::request::RequestStatus;
use protocol::settings::{
    ConfigShown, ConfigValue, ConfigWarning, ModelSetting, ModelSettings, ProbeReport, Providers, Role,
};
use protocol::{ApiError, ErrorCode, Event};
use std::sync::Arc;
use store::NewEvent;

/// Waiting requests put back in one write.
const OFFERED_AT_ONCE: usize = 100;

impl Engine {
    /// Every key with its value and origin, as the server runs with them; then what each workspace has of its own.
    pub async fn config_show(&self) -> Result<ConfigShown, ApiError> {
        let mut shown = self.config_now().await?.show();
        let url = self.url.get().map(String::as_str).unwrap_or_default();
        let port = url.rsplit(':').next().and_then(|port| port.parse::<u16>().ok());
        // What was left to us is shown as it turned out.
        for value in shown.values.iter_mut().filter(|value| value.value.is_null()) {
            match value.key.as_str() {
                "data.dir" => value.value = self.data.root().to_string_lossy().into(),
                "workers.min" => value.value = self.pool_bounds().min.into(),
                "workers.max" => value.value = self.pool_bounds().max.into(),
                "server.port" => {
                    value.value = port.into();
                    value.origin = "this run".into();
                }
                _ => {}
            }
        }
        for room in self.room_list() {
            self.show_workspace(&room, &mut shown).await;
        }
        Ok(shown)
    }

    /// Settings of a workspace are its own; its files only add what they may.
    async fn show_workspace(&self, room: &Arc<Room>, shown: &mut ConfigShown) {
        let row = room.row();
        let config = match self.configured(room).await {
            Ok(config) => config,
            Err(error) => {
                shown.warnings.push(ConfigWarning {
                    key: format!("workspace.{}", room.id),
                    origin: "workspace".into(),
                    why: error.message,
                });
                self.own.config.clone().into()
            }
        };
        let mut put = |key: &str, value: serde_json::Value, origin: &str| {
            let key = format!("workspace.{}.{key}", room.id);
            shown.values.push(ConfigValue { key, value, origin: origin.into() });
        };
        let (profile, tightened) = config.tightened(row.profile);
        let by = tightened.map_or_else(|| "workspace".into(), ToString::to_string);
        put("profile", profile.as_str().into(), &by);
        put("strategy", row.strategy.as_str().into(), "workspace");
        put("mergeEnabled", row.merge_enabled.into(), "workspace");
        let of_files = config.show().values.into_iter().filter(|value| {
            let list = matches!(value.key.as_str(), "check" | "setup") || value.key.starts_with("recipes.");
            value.key == "merge.flakyRetries" || list && !value.value.is_null()
        });
        for value in of_files {
            match (&row.own_checks, value.key.as_str()) {
                (_, "merge.flakyRetries") => put("flakyRetries", value.value, &value.origin),
                (Some(_), "check") => {}
                (_, key) => put(key, value.value, &value.origin),
            }
        }
        if let Some(checks) = &row.own_checks {
            put("check", host::config::redacted(serde_json::json!(checks)), "workspace");
        }
        shown.warnings.extend(config.warnings_beyond(&self.own.config).map(|warning| ConfigWarning {
            key: format!("workspace.{}.{}", room.id, warning.key),
            ..warning.clone()
        }));
    }

    pub async fn config_models(&self) -> Result<ModelSettings, ApiError> {
        let config = self.config_now().await?;
        Ok(ModelSettings { models: Role::ALL.iter().filter_map(|role| config.model(*role)).collect() })
    }

    pub async fn config_set_model(&self, caller: Caller, p: ModelSetting) -> Reply {
        client_with(&p, None)?;
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
        let (servers, clis) = tokio::join!(agent::detect::detect(&targets), super::agents::present());
        let mut providers: Vec<_> = servers.into_iter().map(Into::into).collect();
        providers.extend(agent::detect::keys(
            |name| self.options.variable(name).is_some(),
            |name| self.options.variable(name).map(str::to_owned),
        ));
        Ok(Providers { providers, clis })
    }

    pub async fn config_probe(&self, p: ProbeParams) -> Result<ProbeReport, ApiError> {
        let client = match &p.key {
            Some(key) => client_with(&p.setting, Some(crate::keys::usable(key)?))?,
            None => self.client_of(&p.setting).await?,
        };
        Ok(agent::probe::probe(&client, &TokioPace::default(), &Cancel::new()).await)
    }

    /// Requests kept for want of a model are offered again when one arrives, all that wait now. One that is cancelled
    /// before its turn stays cancelled.
    async fn model_arrived(&self, role: Role) -> Result<(), ApiError> {
        if role != Role::Remotebuddy {
            return Ok(());
        }
        let waiting = self.store.read(|tx| tx.requests_waiting_for_model()).await?;
        for some in waiting.chunks(OFFERED_AT_ONCE) {
            let some = some.to_owned();
            self.store
                .write(move |tx| {
                    for id in some {
                        if tx.request(&id)?.status != RequestStatus::WaitingForModel {
                            continue;
                        }
                        tx.retry_request(&id)?;
                        let request = tx.request(&id)?;
                        let event = Event::RequestChanged { request_id: request.id, status: request.status };
                        tx.append(NewEvent::new(&request.session_id, event, "server"))?;
                    }
                    Ok(())
                })
                .await?;
        }
        Ok(())
    }
}
