//! Command line agents on this machine: shown, never used by themselves.

use host::providers::clis_present;
use host::toolchains::Machine;
use protocol::settings::CliFound;

/// The agents among the programs that are looked for; model servers are asked over the network instead.
const AGENTS: &[&str] = &["codex", "claude", "opencode", "gemini"];

pub(super) async fn present() -> Vec<CliFound> {
    let found = clis_present(&Machine::current()).await.into_iter();
    found
        .filter(|cli| AGENTS.contains(&cli.name))
        .map(|cli| CliFound {
            name: cli.name.to_owned(),
            version: cli.version,
            path: cli.path.display().to_string(),
        })
        .collect()
}
