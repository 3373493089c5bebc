//! Agents with a command line of their own: how each is found, called and understood.
//!
//! What this room is for: everything that is peculiar to one agent stands in its own file as a [`Cli`] - its
//! program, the dialects its model calls speak, the arguments of a run, and a [`Reader`] that turns its output
//! into [`Event`]s and an [`Ended`]. Adding one is one file and its line in [`ALL`]. What it deliberately does not
//! know: how a program is started, confined or stopped, where its model calls go beyond the address it is told,
//! and whether its work is any good. Exit codes of these programs lie and their last words claim too much: an
//! [`Ended`] says only whether there is something worth judging.
//!
//! Every agent is started with its own questions and its own sandbox switched off, because it is meant to run
//! inside ours, without network and with a clone nobody else uses: a second sandbox inside would fail to start
//! (there are no user namespaces inside) and nobody is there to answer. Outside of a sandbox the same arguments
//! are dangerous, so whoever starts one must have made sure of that.

mod acp;
mod claude;
mod codex;
mod codex_server;
pub mod detect;
mod dialogue;
mod driven;
mod errand;
mod event;
mod find;
mod gemini;
pub mod google;
pub mod hook;
mod lines;
mod miniswe;
mod opencode;
mod openhands;
mod version;

pub use dialogue::{Dialogue, Heard, Question, Spoken, Wish};
pub use errand::{Errand, File, Invocation, Model};
pub use event::{Ended, Event, Exit, Reader, Usage, Verdict};
pub use find::{Installed, installed, locate};
pub use version::{Asked, Login, version_of};

use protocol::settings::Dialect;
use protocol::worker::WorkerBackend;

/// What an agent is given for a key: there is none inside, and the way to the model needs none.
pub const NO_KEY: &str = "no-key-in-here";

/// One agent, all that is peculiar to it.
pub struct Cli {
    pub backend: WorkerBackend,
    /// For people.
    pub title: &'static str,
    /// Its program on the search path.
    pub program: &'static str,
    /// Further places below a home where its installers put the program.
    pub places: &'static [&'static str],
    /// The program itself, seen from the folder that holds the packages, where the one on the search path only
    /// starts another. The first that exists is used.
    pub inner: &'static [&'static str],
    /// How to ask for its version.
    pub version: Asked,
    /// How to ask whether somebody is logged in; none when it cannot say.
    pub login: Option<Login>,
    /// The version all of this was tried with; none when it could not be.
    pub tried: Option<&'static str>,
    /// How to install exactly that.
    pub install: &'static str,
    /// What its model calls speak.
    pub speaks: &'static [Dialect],
    /// Whether a later run can go on where an earlier one ended.
    pub resumes: bool,
    /// Whether its own settings are told what no command may begin with ([`Errand::denied`]), and keep to it.
    pub told_denials: bool,
    /// Whether the tokens it reports are those of all runs of a session together.
    pub counts_session: bool,
    pub invoke: fn(&Errand) -> Invocation,
    pub reader: fn() -> Box<dyn Reader>,
    /// How it is started where it can be spoken with while it runs; none where it only reads its task.
    pub spoken: Option<Spoken>,
}

impl std::fmt::Debug for Cli {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Cli").field("backend", &self.backend).finish_non_exhaustive()
    }
}

/// Every agent we can start.
pub const ALL: &[&Cli] =
    &[&codex::CLI, &claude::CLI, &opencode::CLI, &gemini::CLI, &miniswe::CLI, &openhands::CLI];

/// The agent of a backend; none for our own loop.
pub fn of(backend: WorkerBackend) -> Option<&'static Cli> {
    ALL.iter().copied().find(|cli| cli.backend == backend)
}

/// What a dialect is called in a sentence.
pub fn spoken(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::OpenaiChat => "OpenAI chat completions",
        Dialect::OpenaiResponses => "OpenAI Responses",
        Dialect::AnthropicMessages => "Anthropic Messages",
    }
}

impl Cli {
    /// Why a model that speaks `dialect` is of no use to this agent, and what would be.
    pub fn refuses(&self, dialect: Dialect) -> Option<String> {
        if self.speaks.contains(&dialect) {
            return None;
        }
        let needed: Vec<_> = self.speaks.iter().map(|dialect| spoken(*dialect)).collect();
        Some(format!(
            "{} needs a model that speaks {}; the workers' model is set up for {}. Choose such an endpoint in Settings, Models, or another backend in `workers.backend`",
            self.title,
            needed.join(" or "),
            spoken(dialect)
        ))
    }
}

#[cfg(test)]
mod tests;
