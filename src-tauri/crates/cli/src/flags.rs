//! What can be typed.

use clap::{Args, Parser, Subcommand, ValueEnum};
use protocol::settings::Role;
use std::ffi::OsString;
use std::net::IpAddr;
use std::path::PathBuf;

#[derive(Debug, Parser)]
#[command(name = "pilothouse", version, about = "An AI coding crew beside your repository")]
pub struct Cli {
    /// Data folder of the server to start or to talk to.
    #[arg(long, global = true, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Answer in JSON.
    #[arg(long, global = true)]
    pub json: bool,
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run the server without a window.
    Serve(Serve),
    /// Show repositories or a link in the window; without any, print a link that signs a browser in.
    Open {
        /// A folder, or a link such as pilothouse://session/dev
        #[arg(value_name = "PATH OR LINK")]
        what: Vec<OsString>,
    },
    /// Look for problems and say the next step for each.
    Doctor {
        /// First build the container image (or fetch the configured one); this uses the network
        #[arg(long)]
        fix: bool,
    },
    /// What the crew is doing.
    Status,
    /// Send a message; with --wait, follow it to its end.
    Ask {
        text: String,
        #[arg(long, default_value = "dev")]
        session: String,
        /// Wait until the request has ended, and exit 1 when it failed.
        #[arg(long)]
        wait: bool,
        /// With --wait, approve what is asked.
        #[arg(long)]
        approve: bool,
    },
    /// Approve a pending question.
    Approve { id: String },
    /// Deny a pending question.
    Deny { id: String },
    /// Land a merge queue entry: answers its question, or takes a parked one up again.
    Land { entry: String },
    /// Show the merge queue.
    Queue,
    /// Pause everything: nothing new begins until `resume`; what runs goes on.
    Pause {
        /// Shown wherever everything is paused.
        #[arg(long, value_name = "TEXT")]
        why: Option<String>,
    },
    /// Resume everything.
    Resume,
    /// One job: show it, pause it, let it go on, stop it, let it use more.
    Job {
        #[command(subcommand)]
        what: JobCommand,
    },
    /// What was used today, and what is left of the budgets.
    Budget,
    /// The server in the background, kept running by the system from login on.
    Service {
        #[command(subcommand)]
        what: ServiceCommand,
    },
    /// Keys of models, kept in the keychain of this system where there is one.
    Key {
        #[command(subcommand)]
        what: KeyCommand,
    },
    /// Configuration.
    Config {
        #[command(subcommand)]
        what: ConfigCommand,
    },
}

#[derive(Debug, Subcommand)]
pub enum ServiceCommand {
    /// Write the entry (systemd user unit, launchd agent or Windows task) and start it.
    Install(Install),
    /// Stop it and remove the entry. Data stays.
    Uninstall,
    /// Whether it is installed, starts at login and runs.
    Status,
}

#[derive(Debug, Args)]
pub struct Install {
    #[command(flatten)]
    pub serve: Serve,
    /// Begin at the next login instead of now.
    #[arg(long)]
    pub no_start: bool,
}

#[derive(Debug, Subcommand)]
pub enum JobCommand {
    /// Where it stands and what it used.
    Show { id: String },
    /// Let it keep its work and wait.
    Pause { id: String },
    /// Let a waiting job go on.
    Resume { id: String },
    /// Stop it; nothing of it lands.
    Stop { id: String },
    /// Let it use more than the budget of a job, and go on if that was what it waited for.
    Raise {
        id: String,
        /// Input and output together, all in all.
        #[arg(long)]
        tokens: Option<u64>,
        /// Minutes of work, all in all.
        #[arg(long)]
        minutes: Option<u64>,
        /// An amount such as 2.50, all in all.
        #[arg(long)]
        money: Option<String>,
    },
}

#[derive(Debug, Subcommand)]
pub enum KeyCommand {
    /// Save the key of a role's model, read from standard input or a hidden prompt.
    Set {
        /// localbuddy, remotebuddy or workers; needed where several have a model.
        #[arg(long, value_parser = role)]
        role: Option<Role>,
    },
    /// Remove a saved key from where it is kept.
    Forget {
        #[arg(long, value_parser = role)]
        role: Option<Role>,
    },
    /// Where keys are kept, and which are saved; never a key itself.
    Status {
        #[arg(long, value_parser = role)]
        role: Option<Role>,
    },
}

fn role(word: &str) -> Result<Role, String> {
    Role::from_word(word).ok_or_else(|| "must be localbuddy, remotebuddy or workers".to_owned())
}

#[derive(Debug, Subcommand)]
pub enum ConfigCommand {
    /// Every value in use.
    Show {
        /// Also where each came from.
        #[arg(long)]
        origin: bool,
    },
}

#[derive(Debug, Args)]
pub struct Serve {
    /// Repository to open; may be given several times.
    #[arg(long, value_name = "PATH")]
    pub repo: Vec<PathBuf>,
    /// Address to listen on, 127.0.0.1 or ::1 [built in: 127.0.0.1]
    #[arg(long)]
    pub host: Option<IpAddr>,
    /// 0 picks a free one [built in: that of the last run, else 3001 or the next free]
    #[arg(long)]
    pub port: Option<u16>,
    /// Worker processes [built in: one for each core, at most 4]
    #[arg(long)]
    pub workers: Option<usize>,
    /// Accept the repositories' own checks and recipes without asking.
    #[arg(long)]
    pub trust: bool,
    /// What confines repository code; `host` confines nothing and is the opt-in for this run [built in: auto]
    #[arg(long, value_enum)]
    pub sandbox: Option<Sandbox>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum Sandbox {
    Auto,
    Container,
    Bwrap,
    Host,
}
