//! The agents with a command line of their own that this machine has.

use agent::cli::{self, Cli, Installed};
use host::providers::answer_of;
use host::toolchains::Machine;
use protocol::worker::FoundAgent;

/// An agent, ready to be started.
pub(crate) struct Ready {
    pub cli: &'static Cli,
    pub installed: Installed,
    pub version: Option<String>,
}

/// Finds one now: it may have been installed, or moved, since the worker started.
pub(crate) async fn find(cli: &'static Cli) -> anyhow::Result<Ready> {
    let machine = Machine::current();
    let Some(program) = cli::locate(cli, &machine.path, &machine.home) else {
        anyhow::bail!(
            "{} is not installed on this machine: no program `{}` is on the search path. Install it (`{}`), or choose another backend in `workers.backend` (agent.missing)",
            cli.title,
            cli.program,
            cli.install
        );
    };
    let installed = cli::installed(cli, &program)
        .map_err(|error| anyhow::anyhow!("{} cannot be read: {error} (agent.missing)", program.display()))?;
    let version = cli::detect::version(cli, &installed, |argv| answer_of(argv, &machine)).await;
    Ok(Ready { cli, installed, version })
}

/// All of them with their versions, one after the other: a heartbeat has time.
pub(crate) async fn present() -> Vec<FoundAgent> {
    let machine = Machine::current();
    let mut found = Vec::new();
    for (cli, installed) in cli::detect::present(&machine.path, &machine.home) {
        let version = cli::detect::version(cli, &installed, |argv| answer_of(argv, &machine)).await;
        let problem =
            version.is_none().then(|| "It does not answer to a question for its version.".to_owned());
        found.push(FoundAgent { backend: cli.backend, version, problem });
    }
    found
}
