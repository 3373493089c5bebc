//! What works on tasks that need a model: what this machine has for it, choosing one for all, naming one for one task.

use super::agents;
use crate::{Caller, Engine, Reply};
use agent::cli::{self, Cli, detect::Found};
use host::toolchains::Machine;
use protocol::backend::{BackendFound, Backends, SetBackend};
use protocol::ops::Done;
use protocol::settings::{Dialect, Role};
use protocol::worker::WorkerBackend;
use protocol::{ApiError, ErrorCode, Event};
use store::{NewEvent, StoreError, Tx};

/// Settings key of the choice.
const KEY: &str = "workers.backend";

/// What was chosen in Settings; nothing where it cannot be read, which an older program may find.
pub(crate) fn chosen(tx: &Tx<'_>) -> Result<Option<WorkerBackend>, StoreError> {
    Ok(tx.setting(KEY)?.and_then(|value| serde_json::from_value(value).ok()))
}

impl Engine {
    pub async fn config_backends(&self) -> Result<Backends, ApiError> {
        let config = self.config_now().await?;
        let (speaks, found) = tokio::join!(self.model(Role::Workers), agents::found());
        let speaks = speaks?.map(|model| model.dialect);
        let of_agents = cli::ALL.iter().map(|cli| {
            let here = found.iter().find(|found| found.cli.backend == cli.backend);
            agent_found(cli, here, speaks)
        });
        Ok(Backends {
            chosen: config.workers.backend,
            origin: config.origin(KEY).map_or_else(|| "built-in".into(), ToString::to_string),
            backends: std::iter::once(native(speaks)).chain(of_agents).collect(),
        })
    }

    /// Takes a choice over, or forgets it. What a variable or a flag of the server says still wins, and
    /// `config.show` tells so.
    pub async fn config_set_backend(&self, caller: Caller, p: SetBackend) -> Reply {
        if let Some(named) = p.backend.filter(|named| *named != WorkerBackend::None) {
            self.installed(named).await?;
        }
        let by = caller.who.label();
        self.change(caller, move |tx| {
            match p.backend {
                Some(backend) => tx.set_setting(KEY, &serde_json::to_value(backend)?)?,
                None => tx.remove_setting(KEY)?,
            }
            if let Some(session) = tx.sessions()?.into_iter().next() {
                let event = Event::ConfigChanged { keys: vec![KEY.to_owned()] };
                tx.append(NewEvent::new(&session.session_id, event, by))?;
            }
            Ok(Done { ok: true })
        })
        .await
    }

    /// Refuses what could not work on a task that names it, with what to do instead.
    pub(crate) async fn usable(&self, named: WorkerBackend) -> Result<(), ApiError> {
        let Some(cli) = self.installed(named).await? else { return Ok(()) };
        let speaks = self.model(Role::Workers).await?.map(|model| model.dialect);
        match speaks.and_then(|dialect| cli.refuses(dialect)) {
            Some(why) => Err(unusable(format!("{why}."))),
            None => Ok(()),
        }
    }

    async fn installed(&self, named: WorkerBackend) -> Result<Option<&'static Cli>, ApiError> {
        let Some(cli) = cli::of(named) else { return Ok(None) };
        let here = self.blocking(move || {
            let machine = Machine::current();
            cli::locate(cli, &machine.path, &machine.home).is_some()
        });
        match here.await? {
            true => Ok(Some(cli)),
            false => Err(unusable(format!(
                "{} is not installed on this machine, and nothing else is taken in its place. Install it with `{}`.",
                cli.title, cli.install
            ))),
        }
    }
}

fn unusable(why: String) -> ApiError {
    ApiError::new(ErrorCode::AgentUnusable, why)
}

fn native(speaks: Option<Dialect>) -> BackendFound {
    BackendFound {
        backend: WorkerBackend::Native,
        title: "Pilothouse's own loop".into(),
        installed: true,
        version: None,
        tried: None,
        logged_in: None,
        install: None,
        problem: speaks.is_none().then(no_model),
    }
}

fn agent_found(cli: &Cli, here: Option<&Found>, speaks: Option<Dialect>) -> BackendFound {
    let version = here.and_then(|found| found.version.clone());
    let problem = match (here, speaks) {
        (None, _) => Some("It is not installed on this machine.".to_owned()),
        (Some(_), None) => Some(no_model()),
        (Some(_), Some(dialect)) => match cli.refuses(dialect) {
            Some(why) => Some(format!("{why}.")),
            None => version.is_none().then(|| "It does not answer to a question for its version.".to_owned()),
        },
    };
    BackendFound {
        backend: cli.backend,
        title: cli.title.to_owned(),
        installed: here.is_some(),
        version,
        tried: cli.tried.map(str::to_owned),
        logged_in: here.and_then(|found| found.logged_in),
        install: Some(cli.install.to_owned()),
        problem,
    }
}

fn no_model() -> String {
    "No model is set for workers; choose one in Settings, Models.".to_owned()
}
