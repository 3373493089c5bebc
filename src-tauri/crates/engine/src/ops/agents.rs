//! Agents with a command line of their own on this machine: shown, and used only where they were chosen.

use agent::cli::{self, detect};
use futures_util::future::join_all;
use host::providers::answer_of;
use host::toolchains::Machine;
use protocol::settings::CliFound;

/// All of them, asked at the same time.
pub(super) async fn found() -> Vec<detect::Found> {
    let machine = Machine::current();
    let present = detect::present(&machine.path, &machine.home).into_iter();
    let asked =
        present.map(|(cli, installed)| detect::facts(cli, installed, |argv| answer_of(argv, &machine)));
    join_all(asked).await
}

pub(super) async fn present() -> Vec<CliFound> {
    let shown = |found: detect::Found| CliFound {
        name: found.cli.backend.as_str().to_owned(),
        version: found.version,
        path: found.installed.program.display().to_string(),
        logged_in: found.logged_in,
    };
    found().await.into_iter().map(shown).collect()
}

/// The agent that works on tasks, where one was chosen.
pub(super) fn chosen(config: &host::config::Config) -> Option<&'static cli::Cli> {
    cli::of(config.workers.backend)
}
