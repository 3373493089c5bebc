//! Serve's forwarding to us: begun with Tailscale's own tool, remembered, and undone when it is switched off.
//!
//! Tailscale keeps such a forwarding over restarts, so what we set up is written down, and nothing else is touched: a
//! port where something else is served is left alone and told.

use super::plan::Closed;
use host::atomic_file;
use host::tailscale::ServeTool;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// What was set up last.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Last {
    pub https: u16,
    pub port: u16,
}

#[derive(Clone)]
pub(super) struct Forwarding {
    tool: ServeTool,
    file: PathBuf,
}

impl Forwarding {
    /// Remembers in `file`.
    pub(super) fn new(tool: ServeTool, file: PathBuf) -> Self {
        Self { tool, file }
    }

    pub(super) fn last(&self) -> Option<Last> {
        serde_json::from_slice(&std::fs::read(&self.file).ok()?).ok()
    }

    /// Forwards an https port to ours. Returns what was done outside of this program.
    pub(super) async fn begin(&self, https: u16, port: u16) -> Result<Vec<String>, Closed> {
        let mut done = Vec::new();
        let last = self.last();
        if let Some(last) = last.as_ref().filter(|last| last.https != https) {
            done.extend(self.undo(last).await?);
        }
        let served = self.tool.served(https).await?;
        if served.funnel {
            return Err(Closed::new(
                "tailnet.funnel",
                format!(
                    "Port {https} is open to the internet: `tailscale funnel --https={https} off` closes it."
                ),
            ));
        }
        let ours = |port: u16| served.is(port);
        let of_last = last.is_some_and(|last| last.https == https && ours(last.port));
        if let Some(target) = served.target.as_deref().filter(|_| !ours(port) && !of_last) {
            return Err(Closed::new(
                "tailnet.serve_taken",
                format!(
                    "Tailscale already serves {target} at port {https}. Choose another with `listen.serveHttps`."
                ),
            ));
        }
        self.remember(&Last { https, port })?;
        if !ours(port) {
            done.push(self.tool.serve(https, port).await?);
        }
        Ok(done)
    }

    /// Undoes what was set up last, if it is still there. Returns what was done.
    pub(super) async fn end(&self) -> Result<Vec<String>, Closed> {
        match self.last() {
            Some(last) => self.undo(&last).await,
            None => Ok(Vec::new()),
        }
    }

    async fn undo(&self, last: &Last) -> Result<Vec<String>, Closed> {
        let served = self.tool.served(last.https).await?;
        let done = match served.is(last.port) {
            true => vec![self.tool.stop(last.https).await?],
            false => Vec::new(),
        };
        let _ = std::fs::remove_file(&self.file);
        Ok(done)
    }

    fn remember(&self, last: &Last) -> Result<(), Closed> {
        let failed = |why: String| Closed::new("listen.failed", why);
        let text = serde_json::to_vec(last).map_err(|e| failed(e.to_string()))?;
        if let Some(folder) = self.file.parent() {
            std::fs::create_dir_all(folder).map_err(|e| failed(e.to_string()))?;
        }
        atomic_file::write(&self.file, &text).map_err(|e| failed(e.to_string()))
    }
}

/// What a name is opened at.
pub(super) fn url(name: &str, https: u16) -> String {
    if https == 443 { format!("https://{name}") } else { format!("https://{name}:{https}") }
}
