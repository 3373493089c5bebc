//! The worker of this machine that takes jobs of the crew: the ordinary worker's process, which runs while the hub lets
//! this machine have jobs, and is started again when it ends.

use crate::backoff::Backoff;
use crate::caller::Caller;
use crate::door::Door;
use host::ids::Ids;
use host::layers::LayerStore;
use host::spawn::{Command, OutputCaps};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::Instant;

/// How long one that is to end may take to end by itself.
const GRACE: Duration = Duration::from_secs(3);
/// One that lived so long had no trouble starting.
const LIVED: Duration = Duration::from_secs(60);

/// How the worker's process is started.
#[derive(Debug, Clone)]
pub struct Crew {
    pub program: PathBuf,
    /// What confines jobs, and what they may use: flags of the worker.
    pub flags: Vec<String>,
    /// Its whole environment.
    pub environment: Vec<(String, std::ffi::OsString)>,
}

/// Keeps it running while `allowed` says so. `folder` is its own.
pub(crate) async fn work(
    crew: Crew,
    id: String,
    folder: PathBuf,
    caller: Caller,
    ids: Arc<dyn Ids>,
    mut allowed: watch::Receiver<bool>,
) {
    let mut slow = Backoff::default();
    loop {
        // Whoever could say so is gone: the node ends.
        if allowed.wait_for(|allowed| *allowed).await.is_err() {
            return;
        }
        let began = Instant::now();
        if let Err(error) = once(&crew, &id, &folder, &caller, &ids, &mut allowed).await {
            tracing::error!(%error, "the worker of this machine");
        }
        if began.elapsed() > LIVED {
            slow.reset();
        }
        let chance = ids.secret().bytes().next().unwrap_or_default();
        tokio::time::sleep(slow.next(chance)).await;
    }
}

/// One process from its start to its end.
async fn once(
    crew: &Crew,
    id: &str,
    folder: &Path,
    caller: &Caller,
    ids: &Arc<dyn Ids>,
    allowed: &mut watch::Receiver<bool>,
) -> std::io::Result<()> {
    let token = ids.secret();
    let file = prepare(folder.to_owned(), token.clone()).await?;
    let (door, listener) = Door::open(caller.clone(), ids.clone(), token, folder.to_owned()).await?;
    let mut command = Command::new([crew.program.as_os_str()])
        .cwd(folder.to_owned())
        .caps(OutputCaps { head: 4 * 1024, tail: 16 * 1024, total: None })
        .grace(GRACE)
        .envs(crew.environment.iter().cloned());
    command.argv.extend(["--server".into(), door.address().into(), "--worker-id".into(), id.into()]);
    command.argv.extend(crew.flags.iter().map(Into::into));
    command.argv.extend(["--token-file".into(), file.into_os_string()]);
    command.argv.extend(["--data".into(), folder.as_os_str().to_owned()]);
    let serving = tokio::spawn(door.serve(listener));
    let running = command.start().await.map_err(|e| std::io::Error::other(e.to_string()));
    let outcome = match running {
        Ok(running) => {
            let cancel = running.cancel_handle();
            let mut waiting = std::pin::pin!(running.wait());
            tokio::select! {
                outcome = &mut waiting => outcome,
                () = async { drop(allowed.wait_for(|allowed| !*allowed).await) } => {
                    cancel.cancel();
                    waiting.await
                }
            }
        }
        Err(error) => {
            serving.abort();
            return Err(error);
        }
    };
    serving.abort();
    match outcome {
        Ok(outcome) if *allowed.borrow() => {
            Err(std::io::Error::other(format!("{} {}", outcome.stderr.text().trim(), outcome.summary())))
        }
        Ok(_) => Ok(()),
        Err(error) => Err(std::io::Error::other(error.to_string())),
    }
}

/// Its folder without what a former process left in the middle, and its token in a file.
async fn prepare(folder: PathBuf, token: String) -> std::io::Result<PathBuf> {
    let prepared = tokio::task::spawn_blocking(move || {
        host::paths::private_folder(&folder)?;
        match std::fs::remove_dir_all(folder.join("jobs")) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        for name in ["jobs", "depots"] {
            host::paths::private_folder(&folder.join(name))?;
        }
        // Sweeps away what was on its way here.
        LayerStore::open(&folder.join("layers"), host::layers::LARGEST).map_err(told)?;
        let file = folder.join("token");
        host::token_file::write_secret(&file, &token).map_err(told)?;
        Ok(file)
    });
    prepared.await.map_err(std::io::Error::other)?
}

fn told(error: host::HostError) -> std::io::Error {
    std::io::Error::other(error.to_string())
}
