//! Servers to measure: the built `pilothouse`, and our own process serving with or without fsync.

use super::http::Address;
use anyhow::Context;
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use testkit::world::{RunningServer, Start};

/// First argument of the process that serves for a bench.
pub const SERVE: &str = "--serve";
/// Second or none: commits do not wait for the disk.
const NO_FSYNC: &str = "--no-fsync";

/// The built server, headless, without repository and workers.
pub fn built(data: &Path) -> RunningServer {
    RunningServer::start(&Start { repos: Vec::new(), workers: Some(0), ..Start::on(data, data) })
}

pub fn address(server: &RunningServer) -> Address {
    Address::new(&server.url, &server.token)
}

/// This program serving in a process of its own: the same server, with an option no command line has.
pub struct OwnServer {
    child: Child,
    pub address: Address,
}

impl OwnServer {
    pub fn start(data: &Path, fsync: bool) -> anyhow::Result<Self> {
        let mut command = Command::new(std::env::current_exe()?);
        command.arg(SERVE).arg(data).args((!fsync).then_some(NO_FSYNC));
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let mut line = String::new();
        BufReader::new(child.stdout.take().context("its output")?).read_line(&mut line)?;
        let ready: Value = serde_json::from_str(&line).context("the server did not come up")?;
        let text = |key: &str| ready[key].as_str().unwrap_or_default();
        let token = std::fs::read_to_string(text("tokenFile"))?;
        Ok(Self { child, address: Address::new(text("url"), token.trim()) })
    }
}

impl OwnServer {
    pub fn pid(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for OwnServer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Serves until standard input closes, as it does when the bench ends in whatever way.
pub async fn serve(args: &[String]) -> anyhow::Result<()> {
    let data = args.first().context("a data folder")?;
    let options = server::Options {
        data: Some(data.into()),
        port: Some(0),
        workers: Some(0),
        config_folder: None,
        unsafe_no_fsync: args.get(1).is_some_and(|a| a == NO_FSYNC),
        ..server::Options::default()
    };
    let running = server::start(options).await?;
    let mut out = std::io::stdout();
    writeln!(out, "{}", json!({ "url": running.url, "tokenFile": running.token_file }))?;
    out.flush()?;
    tokio::task::spawn_blocking(|| std::io::copy(&mut std::io::stdin(), &mut std::io::sink())).await??;
    running.shutdown().await;
    Ok(())
}
