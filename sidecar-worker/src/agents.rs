//! The agents with a command line of their own that this machine has.

use agent::cli::{self, Cli, Installed};
use host::providers::answer_of;
use host::toolchains::Machine;
use protocol::worker::FoundAgent;

/// Why an agent is not started at all.
#[derive(Debug, thiserror::Error)]
#[error("{message} ({code})")]
pub(crate) struct NotReady {
    /// A stable word.
    pub code: &'static str,
    pub message: String,
}

impl NotReady {
    pub(crate) fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }
}

/// An agent, ready to be started.
pub(crate) struct Ready {
    pub cli: &'static Cli,
    pub installed: Installed,
    pub version: Option<String>,
}

/// Finds one now: it may have been installed, or moved, since the worker started.
pub(crate) async fn find(cli: &'static Cli) -> Result<Ready, NotReady> {
    let machine = Machine::current();
    let Some(program) = cli::locate(cli, &machine.path, &machine.home) else {
        let message = format!(
            "{} is not installed on this machine: no program `{}` is on the search path. Install it (`{}`), or choose another backend in `workers.backend`",
            cli.title, cli.program, cli.install
        );
        return Err(NotReady::new("agent.missing", message));
    };
    let installed = cli::installed(cli, &program)
        .map_err(|error| format!("{} cannot be read: {error}", program.display()))
        .map_err(|message| NotReady::new("agent.missing", message))?;
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
