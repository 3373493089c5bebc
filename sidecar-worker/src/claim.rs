//! The claim loop: heartbeats beside it, one job at a time.

use crate::agents;
use crate::flags::Flags;
use crate::images::Images;
use crate::life;
use crate::spares::Spares;
use anyhow::Context;
use client::Client;
use host::layers::LayerStore;
use host::sandbox::Confinement;
use host::sandbox::container::Wish;
use host::toolchains::{Machine, Toolchains};
use protocol::ErrorCode;
use protocol::job::{ClaimJob, TASK_EXECUTE};
use protocol::ops::typed;
use protocol::worker::Heartbeat;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;

const BEAT: Duration = Duration::from_secs(5);
const WAIT_MS: u64 = 30_000;
pub(crate) const LEASE_MS: u64 = 30_000;
/// Between tries while the server cannot be reached.
const RETRY: Duration = Duration::from_millis(500);
/// Without a server for this long the worker ends; its supervisor starts another.
const PATIENCE: u32 = 60;

/// What every job of this worker shares.
pub(crate) struct Shop {
    pub client: Client,
    pub id: String,
    pub git: repo::Git,
    pub confinement: Confinement,
    /// Of workspaces that have an image of their own.
    pub images: Images,
    pub toolchains: Toolchains,
    /// The server's set-up layers, read only here; on another machine its own, with what was carried there.
    pub layers: LayerStore,
    /// Most bytes of one job's clone and HOME.
    pub disk: u64,
    pub spares: Arc<Spares>,
}

/// Runs until the server says stop or is gone.
pub async fn run(flags: Flags) -> anyhow::Result<()> {
    let token = host::token_file::read_secret(&flags.token_file).context("the token file")?;
    let client = Client::new(flags.server.clone(), token)?;
    let path = std::env::var_os("PATH").unwrap_or_default();
    let git = repo::Git::on_path(path, &flags.data.join("git-home"))?;
    let wish = Wish {
        engine: flags.container_engine,
        image: flags.container_image,
        inside: None,
        cpus: flags.cpus,
        memory: flags.memory_mb.map(|mb| mb << 20),
    };
    let confinement = Confinement::find(flags.sandbox, wish.clone(), flags.data.clone()).await;
    let toolchains = Toolchains::detect(&Machine::current());
    let layers = LayerStore::join(&flags.data.join("layers"), host::layers::LARGEST)?;
    let images = Images::new(wish, flags.data.clone());
    let disk = flags.disk_mb << 20;
    let spares = Arc::new(Spares::open(&flags.data, &flags.worker_id));
    let id = flags.worker_id;
    let shop = Arc::new(Shop { client, id, git, confinement, images, toolchains, layers, disk, spares });
    let (busy, seen) = watch::channel(None);
    let beats = tokio::spawn(heartbeats(shop.clone(), seen));
    let result = claims(&shop, &busy).await;
    beats.abort();
    result
}

async fn claims(shop: &Arc<Shop>, busy: &watch::Sender<Option<protocol::JobId>>) -> anyhow::Result<()> {
    let mut failures = 0;
    loop {
        let claim = ClaimJob {
            worker_id: shop.id.clone(),
            kinds: Some(vec![TASK_EXECUTE.into()]),
            lease_ms: Some(LEASE_MS),
            wait_ms: Some(WAIT_MS),
        };
        match shop.client.call(typed::JobsClaim, &claim, None).await {
            Ok(claimed) => {
                failures = 0;
                busy.send_replace(Some(claimed.job.id.clone()));
                if let Some(why) = life::live(shop, claimed).await {
                    anyhow::bail!("{why}");
                }
                busy.send_replace(None);
                // Beside the next claim: a job that comes at once does not wait for it.
                let shop = shop.clone();
                drop(tokio::task::spawn_blocking(move || shop.spares.make(&shop.git)));
            }
            Err(error) if error.code == ErrorCode::Empty => failures = 0,
            Err(error) if matches!(error.code, ErrorCode::Unauthenticated | ErrorCode::Forbidden) => {
                anyhow::bail!("this worker's token is not valid any more: {error}");
            }
            Err(error) => {
                failures += 1;
                if failures > PATIENCE {
                    anyhow::bail!("the server is gone: {error}");
                }
                tokio::time::sleep(RETRY).await;
            }
        }
    }
}

async fn heartbeats(shop: Arc<Shop>, mut busy: watch::Receiver<Option<protocol::JobId>>) {
    let mut capabilities = serde_json::json!({
        "kinds": [TASK_EXECUTE], "backends": ["deterministic", "native"],
        "toolchains": shop.toolchains.found().iter().map(|t| t.name).collect::<Vec<_>>(),
    });
    // Asking programs for their versions takes a while; the worker is there before that.
    let mut looking = tokio::spawn(agents::present());
    let mut looked = false;
    loop {
        let job = busy.borrow_and_update().clone();
        // What was not there at first may be by now.
        let (isolation, problem) = match shop.confinement.known() {
            Ok(selected) => (Some(selected.isolation), None),
            Err(none) => (None, Some(none.to_string())),
        };
        capabilities["isolation"] = serde_json::json!(isolation);
        capabilities["isolationProblem"] = serde_json::json!(problem);
        let beat = Heartbeat {
            worker_id: shop.id.clone(),
            status: Some(if job.is_some() { "busy" } else { "idle" }.into()),
            current_job_id: job,
            poll_ms: Some(0),
            capabilities: Some(capabilities.clone()),
            details: Some(
                serde_json::json!({ "pid": std::process::id(), "version": env!("CARGO_PKG_VERSION") }),
            ),
        };
        if let Err(error) = shop.client.call(typed::WorkersHeartbeat, &beat, None).await {
            tracing::debug!(%error, "heartbeat");
        }
        tokio::select! {
            () = tokio::time::sleep(BEAT) => {}
            changed = busy.changed() => if changed.is_err() { return },
            found = &mut looking, if !looked => {
                looked = true;
                let found = found.unwrap_or_default();
                if let Some(backends) = capabilities["backends"].as_array_mut() {
                    backends.extend(found.iter().filter(|a| a.problem.is_none()).map(|a| a.backend.as_str().into()));
                }
                capabilities["agents"] = serde_json::json!(found);
            }
        }
    }
}
