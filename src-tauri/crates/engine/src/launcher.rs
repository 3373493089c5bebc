//! How a worker's process is started: its program, its arguments, what it is given of this process's environment.

use crate::Engine;
use host::spawn::{Command, OutputCaps, Running};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How long one that is to end may take to end by itself.
const GRACE: Duration = Duration::from_secs(3);

impl Engine {
    /// None where it is not installed.
    pub(crate) fn worker_program(&self) -> Option<PathBuf> {
        if let Some(given) = &self.options.worker_program {
            return Some(given.clone());
        }
        let name = format!("pilothouse-worker{}", std::env::consts::EXE_SUFFIX);
        let own = std::env::current_exe().ok()?;
        // Test binaries live one folder below the programs they test.
        own.ancestors().skip(1).take(2).map(|dir| dir.join(&name)).find(|path| path.is_file())
    }

    /// Starts one with a token of its own.
    pub(crate) async fn begin_worker(&self, id: &str, program: &Path) -> Result<Running, String> {
        let url = self.url.get().cloned().unwrap_or_default();
        let token = self.ids.secret();
        let file = self.data.secrets().join(format!("{id}.token"));
        host::token_file::write_secret(&file, &token).map_err(|e| e.to_string())?;
        self.principals.admit_worker(&token, id);
        let sandbox = crate::options::word(self.own.config.workers.sandbox);
        let mut command = Command::new([program.as_os_str()])
            .cwd(self.data.root().to_owned())
            .caps(OutputCaps { head: 4 * 1024, tail: 16 * 1024, total: None })
            .grace(GRACE);
        let texts = [("--server", url.as_str()), ("--worker-id", id), ("--sandbox", sandbox)];
        let workers = &self.own.config.workers;
        let containers = [("--container-engine", &workers.engine), ("--container-image", &workers.image)];
        let containers = containers.iter().filter_map(|(flag, value)| Some((*flag, value.as_deref()?)));
        for (flag, value) in texts.into_iter().chain(containers) {
            command.argv.extend([flag.into(), value.into()]);
        }
        command.argv.extend(["--disk-mb".into(), (workers.disk >> 20).to_string().into()]);
        if let Some(cpus) = workers.cpus {
            command.argv.extend(["--cpus".into(), cpus.to_string().into()]);
        }
        if let Some(memory) = workers.memory {
            command.argv.extend(["--memory-mb".into(), (memory >> 20).to_string().into()]);
        }
        command.argv.extend([
            "--token-file".into(),
            file.into_os_string(),
            "--data".into(),
            self.data.root().as_os_str().to_owned(),
        ]);
        for name in host::worker_environment::NAMES {
            if let Some(value) = self.options.variable(name) {
                command = command.env(name, value);
            }
        }
        command.start().await.map_err(|e| e.to_string())
    }
}
