//! Worker processes: started, watched, started again with back-off, ended with the server.

use crate::Engine;
use host::spawn::{Command, OutputCaps};
use std::path::PathBuf;
use std::time::Duration;

/// Waits after a worker ended by itself: doubling from the first to the last.
const BACK_OFF: (Duration, Duration) = (Duration::from_millis(500), Duration::from_secs(30));
/// A worker that lived this long starts the back-off anew.
const SETTLED: Duration = Duration::from_secs(60);
/// Most workers started by default.
const DEFAULT_MOST: usize = 4;
/// What our workers' ids begin with; a number follows.
const ID: &str = "w-";

/// Whether a worker id is one that this room gives out.
pub(crate) fn is_ours(worker: &str) -> bool {
    worker.strip_prefix(ID).is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()))
}

impl Engine {
    pub(crate) async fn launcher_loop(&self) {
        let count = self.worker_count();
        let Some(program) = self.worker_program().filter(|_| count > 0) else {
            if count > 0 {
                tracing::warn!("pilothouse-worker was not found beside this program; no worker is started");
            }
            return;
        };
        let mut workers = tokio::task::JoinSet::new();
        for n in 1..=count {
            let (engine, program) = (self.clone(), program.clone());
            workers.spawn(async move { engine.keep_worker(format!("{ID}{n}"), program).await });
        }
        while workers.join_next().await.is_some() {}
    }

    /// Workers to keep: as configured, else one for each core up to a few.
    pub(crate) fn worker_count(&self) -> usize {
        let cores = std::thread::available_parallelism().map_or(1, |n| n.get());
        self.own.config.workers.count.map_or(cores.min(DEFAULT_MOST), |count| count as usize)
    }

    fn worker_program(&self) -> Option<PathBuf> {
        if let Some(given) = &self.options.worker_program {
            return Some(given.clone());
        }
        let name = format!("pilothouse-worker{}", std::env::consts::EXE_SUFFIX);
        let own = std::env::current_exe().ok()?;
        // Test binaries live one folder below the programs they test.
        own.ancestors().skip(1).take(2).map(|dir| dir.join(&name)).find(|path| path.is_file())
    }

    async fn keep_worker(&self, id: String, program: PathBuf) {
        let mut wait = BACK_OFF.0;
        while !self.is_stopping() {
            let began = self.clock.monotonic_ms();
            if let Err(error) = self.run_worker(&id, &program).await {
                tracing::error!(worker = id, error, "a worker ended and is started again");
            }
            self.principals.dismiss_worker(&id);
            if self.is_stopping() {
                break;
            }
            if self.clock.monotonic_ms() - began > SETTLED.as_millis() as u64 {
                wait = BACK_OFF.0;
            }
            tokio::select! {
                () = tokio::time::sleep(wait) => {}
                () = self.stopping() => {}
            }
            wait = (wait * 2).min(BACK_OFF.1);
        }
        let offline = self.store.write(move |tx| tx.set_worker_offline(&id));
        if let Err(error) = offline.await {
            tracing::debug!(%error, "worker not marked offline");
        }
    }

    async fn run_worker(&self, id: &str, program: &std::path::Path) -> Result<(), String> {
        let url = self.url.get().cloned().unwrap_or_default();
        let token = self.ids.secret();
        let file = self.data.secrets().join(format!("{id}.token"));
        host::token_file::write_secret(&file, &token).map_err(|e| e.to_string())?;
        self.principals.admit_worker(&token, id);
        let sandbox = crate::options::word(self.own.config.workers.sandbox);
        let mut command = Command::new([program.as_os_str()])
            .cwd(self.data.root().to_owned())
            .caps(OutputCaps { head: 4 * 1024, tail: 16 * 1024, total: None })
            .grace(Duration::from_secs(3));
        let texts = [("--server", url.as_str()), ("--worker-id", id), ("--sandbox", sandbox)];
        let workers = &self.own.config.workers;
        let containers = [("--container-engine", &workers.engine), ("--container-image", &workers.image)];
        let containers = containers.iter().filter_map(|(flag, value)| Some((*flag, value.as_deref()?)));
        for (flag, value) in texts.into_iter().chain(containers) {
            command.argv.extend([flag.into(), value.into()]);
        }
        command.argv.extend([
            "--token-file".into(),
            file.into_os_string(),
            "--data".into(),
            self.data.root().as_os_str().to_owned(),
        ]);
        // The worker needs to find tools; it is given no key and no other variable.
        for name in [
            "PATH",
            "HOME",
            "USER",
            "LANG",
            "TZ",
            "RUSTUP_HOME",
            "CARGO_HOME",
            "DOCKER_HOST",
            "DOCKER_CONTEXT",
            "DOCKER_CONFIG",
            "XDG_RUNTIME_DIR",
            "SystemRoot",
            "USERPROFILE",
            "LOCALAPPDATA",
            "APPDATA",
            "TEMP",
            "TMP",
            "PILOTHOUSE_INSIDE_BIN",
            "PILOTHOUSE_LOG",
            "RUST_LOG",
        ] {
            if let Some(value) = self.options.variable(name) {
                command = command.env(name, value);
            }
        }
        let running = command.start().await.map_err(|e| e.to_string())?;
        let cancel = running.cancel_handle();
        let mut waiting = std::pin::pin!(running.wait());
        let outcome = tokio::select! {
            outcome = &mut waiting => outcome,
            () = self.stopping() => {
                cancel.cancel();
                waiting.await
            }
        };
        match outcome {
            Ok(outcome) if self.is_stopping() || outcome.success() => Ok(()),
            Ok(outcome) => Err(format!("it ended: {}; {}", outcome.summary(), outcome.stderr.text())),
            Err(error) => Err(error.to_string()),
        }
    }
}
